"""Cells of a table: several values in one cell, and text that a spreadsheet must not take for a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r\n]")
_NUMBER: Final = re.compile(r"[+-][0-9][0-9 ()./;+-]*")
_TOKEN: Final = re.compile(r"\\([\\;=])|([;\n])|(=)")


def guard(text: str) -> str:
    """The text with "'" before what a spreadsheet would run as a formula; a phone number stays as it is.

    >>> guard('=HYPERLINK("evil")'), guard("+49 30 1234")
    ('\\'=HYPERLINK("evil")', '+49 30 1234')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguard(text: str) -> str:
    """What `guard` made of a text, back."""
    return text[1:] if _GUARDED.match(text) else text


def join_members(members: Iterable[tuple[str, str]]) -> str:
    """Labels and values in one cell; `split_members` reads them back."""
    return "; ".join(
        f"{_escape(label, ';=')}={_escape(value, ';')}" if label else _escape(value, ";=") for label, value in members
    )


def join_plain(members: Iterable[str]) -> str:
    return "; ".join(_escape(member, ";") for member in members)


def split_members(text: str, *, labelled: bool = True) -> Iterator[tuple[str, str]]:
    """Label and value of each member of a cell; the label is "" where there is none."""
    label, value, end = "", "", 0
    has_label = not labelled
    for found in _TOKEN.finditer(text):
        escaped, separator, equals = found.groups()
        value += text[end : found.start()]
        end = found.end()
        if escaped:
            value += escaped
        elif separator:
            if value.strip():
                yield label.strip(), value.strip()
            label, value, has_label = "", "", not labelled
        elif equals and has_label:
            value += equals
        else:
            label, value, has_label = value, "", True
    value += text[end:]
    if value.strip():
        yield label.strip(), value.strip()


def _escape(text: str, special: str) -> str:
    return re.sub(rf"[\\{special}]", r"\\\g<0>", text)
