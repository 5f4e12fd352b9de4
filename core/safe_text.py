"""Text from data made safe to print: no byte of it may steer a terminal or hide what stands beside it."""

from __future__ import annotations

import re
from typing import Final

_WHITE: Final = "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
_HIDDEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSAFE = re.compile(f"([{_WHITE}]+)|([{_HIDDEN}]+)|([\0-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff])")


def safe_text(text: str) -> str:
    """One line without control, bidirectional or invisible characters.

    White space other than a blank becomes one blank, a control character the picture of it, a character that
    only hides or reorders others goes.

    >>> safe_text("a\\x1b[31mb\\nc\\u202e")
    'a␛[31mb c'
    """
    if text.isprintable() and text.isascii():
        return text
    return _UNSAFE.sub(_replace, text)


def safe_lines(text: str) -> list[str]:
    """The lines of a text, each safe; a tab becomes the blanks up to the next of the stops eight apart."""
    return [safe_text(line.expandtabs(8)) for line in text.replace("\r\n", "\n").split("\n")]


def _replace(match: re.Match[str]) -> str:
    if match[1]:
        return " "
    if match[2]:
        return ""
    code = ord(match[3])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"
