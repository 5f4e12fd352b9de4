"""Text from data, made harmless before it reaches a terminal.

A control character moves the cursor or starts an escape sequence; bidirectional and zero-width characters
hide or reorder what a person reads; a lone surrogate cannot be encoded at all.

Letters, combining marks, CJK and emoji stay. Of emoji sequences the joiner and the variation selector go, so
that the parts show side by side, in cells that every terminal counts alike.
"""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"
MARKS = 4  # combining marks on one letter; more of them paint over the lines above and below

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BROKEN = "\ud800-\udfff\ufdd0-\ufdef" + "".join(
    chr(plane + end) for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)
)
_CONTROL = "\x00-\x1f\x7f-\x9f"
_MARK = "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PICTURE = "[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]"

_HOSTILE = f"[{_CONTROL}{_INVISIBLE}{_BROKEN}]"
_EMOJI_GLUE = f"(?<={_PICTURE})\ufe0f?\u200d(?={_PICTURE})|(?<=[#*0-9{_PICTURE[1:-1]}])[\ufe0e\ufe0f]"
_find_hostile = re.compile(f"(?P<glue>{_EMOJI_GLUE})|(?P<heap>(?<={_MARK}{{{MARKS}}}){_MARK}+)|{_HOSTILE}")
find_hostile = re.compile(_HOSTILE)


def safe_text(text: str, *, keep_lines: bool = False) -> str:
    """The text with a visible stand-in for every character that could move a cursor, hide or reorder text.

    A control character becomes its picture (␛ for escape), any other U+FFFD. Newlines and tabs are replaced
    too (with keep_lines newlines stay and a tab becomes spaces).
    """
    if text.isascii() and text.isprintable():
        return text
    if keep_lines:
        return "\n".join(map(safe_text, text.replace("\r\n", "\n").replace("\t", "    ").split("\n")))
    return _find_hostile.sub(_stand_in, text)


def _stand_in(match: re.Match[str]) -> str:
    if match.lastgroup:
        return ""
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else REPLACEMENT
