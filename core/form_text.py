"""A record as a text that a person edits in an editor of their own, and back.

    name: Ada Lovelace
    aliases: Countess of Lovelace; Enchantress of Numbers
    notes:
        A text stands below its name,
        each line four blanks further in.

Values are written as core.fields formats and parses them. Lines that start with # are remarks. Nothing is
escaped, so a text comes back as it was, also where the editor cut blanks at the end of its empty lines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from core.errors import Invalid
from core.fields import FIELDS, Entity, Field
from core.fields import field as find_field

INDENT = "    "


def format_form(
    entity: Entity, fields: Mapping[str, Any], remarks: list[str], *, only: Collection[str] | None = None
) -> str:
    """The text of every field that can be typed, or of `only` some; a field that is not given is empty."""
    lines = [f"# {remark}".rstrip() for remark in remarks]
    for field in editable_fields(entity):
        if only is not None and field.name not in only:
            continue
        value = _format(field, fields.get(field.name, field.empty))
        if field.kind in ("text", "map") and value:
            lines += [f"{field.name}:", *(INDENT + line for line in value.split("\n"))]
        else:
            lines.append(f"{field.name}: {value}".rstrip())
    return "\n".join(lines) + "\n"


def parse_form(entity: Entity, text: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """The fields whose text is another than that of `before`, parsed; raises Invalid.

    A field that was taken out of the form stays as it is; one that was left empty becomes empty.
    """
    changed = {}
    seen = set()
    for name, typed in _blocks(text):
        field = find_field(entity, name)
        if name in seen:
            raise Invalid("stands twice in the form", name)
        seen.add(name)
        if field not in editable_fields(entity):
            raise Invalid("cannot be changed here", name)
        if field.kind != "text":
            typed = typed.strip()
        if typed != _typed_back(_format(field, before.get(name, field.empty))):
            changed[name] = field.parse(typed)
    return changed


KINDS_OF_OTHERS = ("reference", "contents")


def editable_fields(entity: Entity, withheld: Collection[str] = ()) -> list[Field]:
    """Those whose value a person can type: not what names other records or bytes, nor what is withheld."""
    fields = [field for field in FIELDS[entity].values() if field.name not in withheld]
    return [field for field in fields if not (field.fixed or field.internal) and field.kind not in KINDS_OF_OTHERS]


def _format(field: Field, value: Any) -> str:
    if field.kind == "map" and value:
        return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return field.format(value)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    name, block = "", list[str]()
    for number, line in enumerate(text.replace("\r\n", "\n").removesuffix("\n").split("\n"), 1):
        if line.startswith("#"):
            continue
        if line[:1].isspace() or not line:
            block.append(line.removeprefix(INDENT) if line.startswith(INDENT) else line.lstrip())
            continue
        head, colon, rest = line.partition(":")
        if not colon or not head.replace("_", "").isalnum():
            raise Invalid(f'line {number} is neither "field: value" nor indented: {line[:40]}')
        if name:
            yield name, _typed_back("\n".join(block))
        name, block = head, [rest.strip()] if rest.strip() else []
    if name:
        yield name, _typed_back("\n".join(block))


def _typed_back(text: str) -> str:
    """What is left of a text that went through an editor: blank lines may have lost their blanks."""
    return "\n".join(line if line.strip() else "" for line in text.split("\n"))
