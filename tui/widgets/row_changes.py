"""What an entry of the change log means for a list on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from core.rows import ConflictRow, LinkRow, Row
from core.values import Change, Query, RecordId
from tui.widgets.row_window import RowWindow

GONE, BACK, CHANGED = "−", "+", "Δ"
FRESH = 4.0  # seconds that a change stays marked

_SHOWN: Final[Mapping[str, Mapping[str, str]]] = {  # field -> attribute of the row
    "profile": {"name": "name", "kind": "kind"},
    "document": {"title": "title", "category": "category", "media_type": "media_type"},
    "link": {name: name for name in ("position", "valid_from", "valid_until", "category", "collection")},
    "type": {"name": "name", "inverse": "inverse"},
}
_ENCODED: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "tags": ("tags_json", lambda tags: msgspec.json.encode(tags).decode()),
    "profile_kinds": ("profile_kinds_json", lambda kinds: msgspec.json.encode(kinds).decode()),
    "emails": ("email", lambda emails: emails[0]["value"] if emails else None),
}


class LiveRows:
    """What happened to the rows of a window since it was read."""

    def __init__(self, window: RowWindow) -> None:
        self.window = window
        self.new: set[RecordId] = set()
        self.gone: set[RecordId] = set()
        self._fresh: dict[RecordId, tuple[str, float]] = {}  # glyph, and when it came

    def apply(self, change: Change, first: int, last: int) -> None:
        """Takes the change in; of the rows first..last, which are in view, it marks what changed."""
        window, id = self.window, change.ref.id
        index = window.index_of(id)
        row = None if index is None else window.row(index)
        if row is None:
            if enters(window.query, change):
                self.new.add(id)
            elif leaves(window.query, change):
                self.new.discard(id)
            elif window.query.entity == "link":
                for other in [renamed for row in window.loaded() if (renamed := renamed_end(row, change))]:
                    self._change(other, CHANGED, first, last)
        elif leaves(window.query, change):
            self.gone.add(id)
            self._fresh.pop(id, None)
        else:
            back = id in self.gone
            self.gone.discard(id)
            self._change(changed_row(row, change), BACK if back else CHANGED, first, last)

    def glyph(self, id: RecordId) -> str:
        """What happened to a row: gone, back, changed a moment ago, or a blank."""
        if id in self.gone:
            return GONE
        return self._fresh[id][0] if id in self._fresh else " "

    def fade(self) -> float | None:
        """Forgets the marks that stood long enough; seconds until the next one has, None when none is left."""
        now = time.monotonic()
        self._fresh = {id: mark for id, mark in self._fresh.items() if now - mark[1] < FRESH}
        return min((FRESH - (now - at) for _, at in self._fresh.values()), default=None)

    def _change(self, row: Row, glyph: str, first: int, last: int) -> None:
        self.window.replace(row)
        index = self.window.index_of(row.id)
        if index is not None and first <= index <= last:
            self._fresh[row.id] = (glyph, time.monotonic())


def changed_row(row: Row, change: Change) -> Row:
    """The row as it stands after a change of its own record, in its old place."""
    values: dict[str, Any] = {"revision": change.revision, "updated_at": change.at}
    if isinstance(row, ConflictRow):
        values |= _conflict_values(row, change)
    for name, value in change.after.items():
        if attribute := _SHOWN.get(change.ref.entity, {}).get(name):
            values[attribute] = value
        elif name in _ENCODED and hasattr(row, _ENCODED[name][0]):
            attribute, encode = _ENCODED[name]
            values[attribute] = encode(value)
    return msgspec.structs.replace(row, **values)


def _conflict_values(row: ConflictRow, change: Change) -> dict[str, Any]:
    """The open fields, of which some were settled, opened again or came in; and who stands behind them."""
    settled, before = change.after.get("outcome", {}), change.before.get("outcome", {})
    came = [name for name in change.after.get("mine", {}) if name not in change.before.get("mine", {})]
    names = [*row.fields, *(name for name in before if name not in settled), *came]
    fields = [name for name in dict.fromkeys(names) if name not in settled]
    values: dict[str, Any] = {"fields_json": msgspec.json.encode(fields).decode()}
    if "sides" in change.after:
        values["sides_json"] = msgspec.json.encode(change.after["sides"]).decode()
    return values


def renamed_end(row: Row, change: Change) -> LinkRow | None:
    """The link as it stands after a change of the name of its profile or document; None where it shows neither."""
    if not isinstance(row, LinkRow) or change.kind != "updated":
        return None
    if change.ref.id == row.document and row.document_title and "title" in change.after:
        return msgspec.structs.replace(row, document_title=change.after["title"])
    if change.ref.id == row.profile and row.profile_name and "name" in change.after:
        return msgspec.structs.replace(row, profile_name=change.after["name"])
    return None


def enters(query: Query, change: Change) -> bool:
    """Whether a change brings a record into the query, as far as the change itself tells."""
    if change.ref.entity != query.entity:
        return False
    if query.trash:
        return change.kind == "deleted"
    if change.kind == "restored":
        return not filters(query)
    return change.kind == "created" and _holds(query, change.after)


def leaves(query: Query, change: Change) -> bool:
    """Whether a change takes a record out of the query's lists."""
    return change.ref.entity == query.entity and change.kind in (
        ("restored", "purged") if query.trash else ("deleted",)
    )


def filters(query: Query) -> dict[str, Any]:
    """The filters that the query sets, by name."""
    names = ("text", "kind", "category", "tag", "type", "profile", "document", "valid_at")
    return {name: value for name in names if (value := getattr(query, name))}


def _holds(query: Query, fields: Mapping[str, Any]) -> bool:
    return all(_fits(name, wanted, fields) for name, wanted in filters(query).items())


def _fits(name: str, wanted: Any, fields: Mapping[str, Any]) -> bool:
    if name == "text":
        words = " ".join(map(str, fields.values())).casefold()
        return all(word in words for word in wanted.casefold().split())
    if name == "tag":
        return wanted in fields.get("tags", ())
    if name == "valid_at":
        first, last = fields.get("valid_from"), fields.get("valid_until")
        return (first is None or first <= wanted) and (last is None or wanted < last)
    return bool(fields.get(name) == wanted)
