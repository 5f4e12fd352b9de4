"""The content lines of vCards: name, parameters and text of a property, parsed and folded by vobject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from core.errors import Invalid


class Property(NamedTuple):
    name: str  # in capitals
    text: str  # as written, still escaped
    types: list[str] = []  # in lower case
    group: str = ""


def parse_properties(card: bytes) -> Iterator[Property]:
    """The properties between BEGIN and END. Raises Invalid for what is none."""
    from vobject.base import VObjectError, textLineToContentLine

    try:
        text = _FOLD.sub(b"", card).decode()
    except UnicodeDecodeError:
        raise Invalid("is not valid UTF-8") from None
    for line in text.split("\n"):
        line = line.rstrip("\r")
        if not line.strip():
            continue
        # vobject's own pattern takes exponential time for a line that this one, in linear time, refuses.
        if not _PROPERTY.match(line):
            raise Invalid(f'has a line that is no property: "{line[:60]}"')
        try:
            parsed = textLineToContentLine(line)
        except (VObjectError, ValueError, LookupError) as error:
            raise Invalid(f'has a line that cannot be decoded: "{line[:60]}" ({error})') from None
        written = [*parsed.params.get("TYPE", []), *parsed.singletonparams]
        types = [type for part in written for type in part.lower().split(",") if type]
        yield Property(parsed.name, parsed.value, types, parsed.group or "")


def format_properties(properties: Iterable[Property]) -> str:
    """The lines, folded, with their ends."""
    from vobject.base import ContentLine

    return "".join(
        ContentLine(name, [["TYPE", *types]] if types else [], text, group=group or None, encoded=True).serialize()
        for name, text, types, group in properties
    )


_FOLD: Final = re.compile(rb"\r?\n[ \t]")
_VALUE: Final = r'(?:"[^"]*+"|[^";:,]*+)'
_PROPERTY: Final = re.compile(rf"(?:[\w-]+\.)?[\w-]+(?:;[\w-]+(?:={_VALUE}(?:,{_VALUE})*+)?+)*+:", re.ASCII)


def escape(text: str) -> str:
    return re.sub(r"[\\;,]", r"\\\g<0>", text).replace("\n", "\\n")


def unescape(text: str) -> str:
    return re.sub(r"\\([\\;,:nN])", lambda found: "\n" if found[1] in "nN" else found[1], text)


def split(text: str, separator: str) -> list[str]:
    """The parts between separators that no backslash stands before, unescaped."""
    parts, start = [], 0
    for found in re.finditer(rf"\\.|{separator}", text):
        if found[0] == separator:
            parts.append(unescape(text[start : found.start()]))
            start = found.end()
    return [*parts, unescape(text[start:])]
