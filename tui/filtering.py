"""What is typed into the filter line, as a query.

kind:person type:author ada lov     words stand for themselves, a name with a colon for a field
category:"Standards Track"          quotes keep words together
profile:"Ada Lovelace" valid:now    of links: either end by its name, and when they must hold
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from core.errors import Invalid, NotFound
from core.fields import PROFILE_KINDS, Entity
from core.instants import now, parse_instant
from core.values import Query, RecordId
from core.workspace import Workspace

FILTERS: Final[Mapping[Entity, Mapping[str, str]]] = {
    "profile": {
        "kind": "person, organisation or group",
        "type": "has a link of this relationship type",
    },
    "document": {
        "category": "is of this category",
        "tag": "has this tag",
        "type": "has a link of this relationship type",
    },
    "link": {
        "type": "is of this relationship type",
        "profile": "is a link of the profile with this name",
        "document": "is a link of the document with this title",
        "category": "has this reference category",
        "tag": "has this reference tag",
        "valid": "holds now, or on a date as 2026-01-31",
    },
    "type": {},
}


@dataclass(frozen=True, slots=True)
class FilterReading:
    """The query, and what of it the person should see: names that were completed, words that mean nothing here."""

    query: Query
    note: str = ""


_PART = re.compile(r'([a-z]+):(?:"([^"]*)"?|(\S*))|"([^"]*)"?|(\S+)')


def split_filter(text: str) -> list[tuple[str, str]]:
    """(field, value) for each part; the field is "" for a plain word.

    >>> split_filter('kind:person tag:"a b" ada')
    [('kind', 'person'), ('tag', 'a b'), ('', 'ada')]
    """
    return [(part[1] or "", next(filter(None, part.groups()[1:]), "")) for part in _PART.finditer(text)]


def read_filter(workspace: Workspace, base: Query, text: str) -> FilterReading:
    """The query that `text` makes of `base`. Raises Invalid or NotFound with a sentence on what does not fit."""
    known = FILTERS[base.entity]
    found: dict[str, Any] = {}
    words, notes = [], []
    for name, value in split_filter(text):
        if name not in known:
            words.append(f"{name}:{value}" if name else value)
        elif value:
            found[name], note = _read(workspace, name, value)
            notes += [note] if note else []
    if "valid" in found:
        found["valid_at"] = found.pop("valid")
    return FilterReading(msgspec.structs.replace(base, text=" ".join(words), **found), ", ".join(notes))


def _read(workspace: Workspace, name: str, value: str) -> tuple[Any, str]:
    if name == "kind":
        return _complete("kind", value, list(PROFILE_KINDS))
    if name == "type":
        return _complete("type", value, [row.name for row in workspace.types()])
    if name in ("profile", "document"):
        return _find_end(workspace, "profile" if name == "profile" else "document", value)
    if name == "valid":
        return _read_instant(value), ""
    return value, ""


def _complete(name: str, value: str, names: list[str]) -> tuple[str, str]:
    """The name that begins so: as it is typed a filter must already work."""
    matches = [known for known in names if known.casefold().startswith(value.casefold())]
    if not matches:
        raise NotFound(f"no {name} begins with “{value}”; there are {', '.join(names)}")
    chosen = value if value in matches else matches[0]
    return chosen, "" if chosen == value else f"{name} {chosen}"


def _find_end(workspace: Workspace, entity: Entity, value: str) -> tuple[RecordId, str]:
    rows = workspace.page(Query(entity=entity, text=value), limit=2).rows
    if not rows:
        raise NotFound(f"no {entity} is found by “{value}”")
    exact = next((row for row in rows if row.label.casefold() == value.casefold()), rows[0])
    return exact.id, f"{entity} {exact.label}"


def _read_instant(value: str) -> int:
    if "now".startswith(value) or "yes".startswith(value):
        return now()
    try:
        return parse_instant(value)
    except ValueError as error:
        raise Invalid(str(error), "valid") from None
