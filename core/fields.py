"""The fields of each kind of record: what they may hold, how they are typed and how they are shown.

Validation, the command line, the forms of the terminal, the differences of a history and the merge all
read this one table. It imports nothing heavy, so that it costs no start-up time.

Values are plain JSON-able data:

    line, text   str                     choice     one of `choices`
    set          list[str], no repeats   list       list of {"label": str, "value": str}
    map          dict, nested            instant    int, microseconds since 1970 in UTC
    number       int                     reference  bytes (16), the id of a record
    type         str, a relationship type's name
    contents     list of {"name", "media_type", "bytes", "sha256"}

An empty value is "" (line, text), [] (set, list, contents), {} (map) or None (the others).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import msgspec

from core.errors import Invalid

Entity = Literal[
    "profile", "document", "link", "type", "rule", "conflict", "account", "group", "role", "grant", "mark", "retention"
]
Kind = Literal["line", "text", "choice", "set", "list", "map", "instant", "number", "reference", "type", "contents"]

LINE: Final = 500  # characters
TEXT: Final = 10_000_000  # characters
ITEMS: Final = 1_000  # members of a set, list or map
DEPTH: Final = 32  # levels of a nested map
MAP_BYTES: Final = 1_000_000  # bytes of a map as JSON
NO_POSITION: Final = 2**31 - 1
"""Stored for a link without a position: it stands behind those that have one, and keyset comparison meets no NULL."""
NUMBER: Final = NO_POSITION - 1


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `limit` counts characters of a line or text, or of each member of a set or list."""

    name: str
    kind: Kind
    label: str
    limit: int = LINE
    required: bool = False
    choices: tuple[str, ...] = ()
    fixed: bool = False  # set when the record is made, never changed
    internal: bool = False  # set by a command of its own, never typed
    default: str = ""  # of a choice that is not given

    def check(self, value: Any) -> Any:
        """The value as it is stored; raises Invalid, which names the field and the reason."""
        try:
            checked = CHECKS[self.kind](self, value)
        except ValueError as error:
            raise Invalid(str(error), self.name) from None
        if self.required and checked in (None, ""):
            raise Invalid("must not be empty", self.name)
        return checked

    def parse(self, text: str) -> Any:
        """The value that a person typed; raises Invalid."""
        try:
            return self.check(PARSERS.get(self.kind, _as_typed)(text))
        except ValueError as error:
            raise Invalid(str(error), self.name) from None

    def format(self, value: Any) -> str:
        """The value as a person reads and types it; `parse` reads it back."""
        if value is None:
            return ""
        return FORMATS.get(self.kind, str)(value)

    def same(self, one: Any, other: Any) -> bool:
        """Whether two stored values mean the same. A set has no order; in a map, 1, 1.0 and true are three values."""
        if self.kind == "set" and one and other:
            return len(one) == len(other) and set(one) == set(other)
        return bool(one == other) and (self.kind != "map" or _canonical(one) == _canonical(other))

    @property
    def empty(self) -> Any:
        """What it holds where nothing is given."""
        empty = {"line": "", "text": "", "set": [], "list": [], "contents": [], "map": {}}
        return (not self.required and self.default) or empty.get(self.kind)


_canonical = msgspec.json.Encoder(order="sorted").encode


def _table(*fields: Field) -> Mapping[str, Field]:
    return {field.name: field for field in fields}


PROFILE_KINDS = ("person", "organisation", "group")
RECORDS: Final[tuple[Entity, ...]] = ("profile", "document", "link", "type")
"""The kinds of record that people keep; rules and conflicts serve these."""
ADMINISTRATION: Final[tuple[Entity, ...]] = ("account", "group", "role", "grant", "mark", "retention")
"""The kinds of record that say who may do what, and what is kept how long."""
PREFERENCES: Final = (
    "mine", "theirs", "newest", "oldest", "longest", "non-empty", "union", "source", "role",
)  # fmt: skip
QUESTIONS: Final = ("fields", "deletion", "dangling")
ACTIONS: Final = ("see", "edit", "link", "share", "administer", "confidential")
"""What may be granted on a record. Each of the first five implies those before it; `confidential` implies `see`."""
SUBJECTS: Final = ("account", "group", "role", "profile", "everyone")
"""Who can be granted something; what a profile is granted, the accounts tied to it are."""
AREAS: Final = ("profiles", "documents", "access", "settings", "audit")
"""What can be granted as a whole: every profile, every document, the administration of access, types and rules, the
audit."""
LOGS: Final = ("changes", "audit")

FIELDS: Final[Mapping[Entity, Mapping[str, Field]]] = {
    "profile": _table(
        Field("name", "line", "Name", required=True),
        Field("kind", "choice", "Kind", required=True, choices=PROFILE_KINDS, default="person"),
        Field("aliases", "set", "Aliases"),
        Field("emails", "list", "Emails"),
        Field("phones", "list", "Phones", limit=100),
        Field("attributes", "map", "Attributes"),
        Field("notes", "text", "Notes", limit=TEXT),
        Field("created", "instant", "Created"),
        Field("merged_into", "line", "Merged into", internal=True),  # id of the profile that it is the same as
        Field("distinct_from", "set", "Distinct from", internal=True),  # ids of profiles that only look the same
    ),
    "document": _table(
        Field("title", "line", "Title", required=True),
        Field("description", "text", "Description", limit=TEXT),
        Field("category", "line", "Category", limit=200),
        Field("tags", "set", "Tags", limit=200),
        Field("media_type", "line", "Media type", limit=200),
        Field("attributes", "map", "Attributes"),
        Field("text", "text", "Text", limit=TEXT),
        Field("contents", "contents", "Contents"),
        Field("created", "instant", "Created"),
        Field("confidential", "choice", "Confidential", choices=("no", "yes"), default="no"),
    ),
    "link": _table(
        Field("document", "reference", "Document", required=True, fixed=True),
        Field("profile", "reference", "Profile", required=True, fixed=True),
        Field("type", "type", "Relationship", limit=100, required=True, fixed=True),
        Field("position", "number", "Position"),
        Field("valid_from", "instant", "Valid from"),
        Field("valid_until", "instant", "Valid until"),
        Field("note", "text", "Note", limit=10_000),
        Field("reference_type", "line", "Reference type", limit=200),
        Field("title", "line", "Reference title"),
        Field("description", "text", "Reference description", limit=10_000),
        Field("category", "line", "Reference category", limit=200),
        Field("tags", "set", "Reference tags", limit=200),
        Field("collection", "line", "Collection", limit=200),
        Field("attributes", "map", "Attributes"),
        Field("created", "instant", "Created"),
        Field("merged_into", "line", "Merged into", internal=True),  # id of the link that took it up
    ),
    "type": _table(
        Field("name", "line", "Name", limit=100, required=True),
        Field("inverse", "line", "Inverse name", limit=100),
        Field("profile_kinds", "set", "Allowed kinds of profile"),
        Field("created", "instant", "Created"),
        # What the account tied to a linked profile may do with the document.
        Field("grants", "choice", "Grants on the document", choices=("none", *ACTIONS[:5]), default="none"),
    ),
    "rule": _table(
        Field("name", "line", "Name", limit=100, required=True),
        Field("position", "number", "Position"),
        Field("entity", "choice", "Kind of record", choices=("any", *RECORDS), default="any"),
        Field("field", "line", "Field", limit=100),
        Field("relationship", "line", "Relationship", limit=100),
        Field("actor", "line", "Actor"),
        Field("source", "line", "Source"),
        Field("tag", "line", "Tag", limit=200),
        Field("prefer", "choice", "Prefer", required=True, choices=PREFERENCES),
        Field("preferred", "line", "Preferred source or role"),
        Field("created", "instant", "Created"),
    ),
    "conflict": _table(
        Field("entity", "choice", "Kind of record", choices=RECORDS, fixed=True),
        Field("record", "number", "Record", fixed=True),  # its local id
        Field("question", "choice", "Question", choices=QUESTIONS, fixed=True),
        Field("base", "map", "Base", internal=True),
        Field("mine", "map", "Mine", internal=True),
        Field("theirs", "map", "Theirs", internal=True),
        Field("sides", "map", "Sides", internal=True),
        Field("suggested", "line", "Suggested", internal=True),
        Field("outcome", "map", "Outcome", internal=True),
        Field("created", "instant", "Created"),
    ),
    # Memberships are ids as text, of groups and roles; the roles `owner` and `auditor` go by their names.
    "account": _table(
        Field("name", "line", "Name", limit=100, required=True),
        Field("kind", "choice", "Kind", choices=("person", "service"), default="person"),
        Field("tied_to", "line", "Tied to", limit=36),  # id of a profile
        Field("groups", "set", "Groups", limit=36),
        Field("roles", "set", "Roles", limit=36),
        Field("system_user", "line", "System user", limit=100),  # of this machine, who needs no password
        Field("created", "instant", "Created"),
    ),
    "group": _table(
        Field("name", "line", "Name", limit=100, required=True),
        Field("description", "text", "Description", limit=10_000),
        Field("groups", "set", "Member of", limit=36),
        Field("roles", "set", "Roles", limit=36),
        Field("created", "instant", "Created"),
    ),
    "role": _table(
        Field("name", "line", "Name", limit=100, required=True),
        Field("description", "text", "Description", limit=10_000),
        Field("created", "instant", "Created"),
    ),
    "grant": _table(
        Field("effect", "choice", "Effect", choices=("allow", "deny"), fixed=True, default="allow"),
        Field("subject_kind", "choice", "To", required=True, choices=SUBJECTS, fixed=True),
        Field("subject", "line", "Who", limit=36, fixed=True),  # its id, or the name of a built-in role
        Field("action", "choice", "Action", required=True, choices=ACTIONS, fixed=True),
        Field("target_kind", "choice", "On", required=True, choices=("profile", "document", *AREAS), fixed=True),
        Field("target", "line", "Record", limit=36, fixed=True),  # its id; none for an area
        Field("valid_from", "instant", "Valid from"),
        Field("valid_until", "instant", "Valid until"),
        Field("condition", "line", "Condition"),
        Field("note", "text", "Note", limit=10_000),
        Field("created", "instant", "Created"),
    ),
    "mark": _table(
        Field("entity", "choice", "Kind of record", required=True, choices=("profile", "document"), fixed=True),
        Field("attribute", "line", "Attribute", required=True, fixed=True),  # a name in the map of attributes
        Field("created", "instant", "Created"),
    ),
    "retention": _table(
        Field("log", "choice", "Log", required=True, choices=LOGS, fixed=True),
        Field("days", "number", "Days", required=True),
        Field("created", "instant", "Created"),
    ),
}


def field(entity: Entity, name: str) -> Field:
    """Raises Invalid, with the names there are, for an unknown one."""
    try:
        return FIELDS[entity][name]
    except KeyError:
        known = ", ".join(FIELDS[entity])
        raise Invalid(f"a {entity} has no such field; it has {known}", name) from None


def check_fields(entity: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored; raises Invalid for the first that does not fit."""
    checked = {name: field(entity, name).check(value) for name, value in values.items()}
    check_validity(checked)
    return checked


def check_validity(values: Mapping[str, Any]) -> None:
    """Raises Invalid when a link would end before it begins."""
    first, last = values.get("valid_from"), values.get("valid_until")
    if first is not None and last is not None and last < first:
        raise Invalid("must not be before valid_from", "valid_until")


def sort_key(text: str) -> str:
    """What names and titles are ordered by: without case, accents and outer white space.

    >>> sort_key(" Édouard ")
    'edouard'
    """
    if text.isascii():
        return text.strip().lower()[:200]
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip().casefold()[:200]


def now() -> int:
    """Microseconds since 1970 in UTC."""
    return int(datetime.now(UTC).timestamp() * 1_000_000)


def parse_instant(text: str) -> int:
    """A date or a date and time in ISO 8601, UTC where no zone is given, as microseconds."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f'"{text[:40]}" is not a date; write it as 2026-01-31 or 2026-01-31T09:30') from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    except OverflowError:
        raise ValueError(f'"{text[:40]}" is out of range') from None
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def format_instant(value: int) -> str:
    """A date when the instant is midnight in UTC, else date and time in ISO 8601."""
    if value % 86_400_000_000 == 0:
        return _moment(value).date().isoformat()
    return _moment(value).replace(tzinfo=None).isoformat(timespec="auto") + "Z"


def _moment(value: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)


# --- checks: a value of each kind as it is stored, or ValueError with the reason -----------------

_SURROGATE = re.compile("[\ud800-\udfff]")
_EARLIEST, _LATEST = parse_instant("0001-01-01"), parse_instant("9999-12-31T23:59:59.999999")


def _string(value: Any, limit: int) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {_type_name(value)}")
    text = value
    if not text.isascii():
        if _SURROGATE.search(text):
            raise ValueError("is not valid Unicode text")
        text = unicodedata.normalize("NFC", text)
    if len(text) > limit:
        raise ValueError(f"is {len(text):,} characters long; the limit is {limit:,}")
    if "\0" in text:
        raise ValueError("must not hold a NUL character")
    return text


def _check_line(field: Field, value: Any) -> str:
    text = _string(value, field.limit).strip()
    if "\n" in text or "\r" in text:
        raise ValueError("must be one line")
    return text


def _check_text(field: Field, value: Any) -> str:
    return _string(value, field.limit).replace("\r\n", "\n").replace("\r", "\n")


def _check_choice(field: Field, value: Any) -> str:
    if value not in field.choices:
        raise ValueError(f"must be one of {', '.join(field.choices)}")
    return str(value)


def _check_set(field: Field, value: Any) -> list[str]:
    members = [_check_line(field, member) for member in _sequence(value)]
    return list(dict.fromkeys(filter(None, members)))


def _check_list(field: Field, value: Any) -> list[dict[str, str]]:
    entries = []
    for entry in _sequence(value):
        if isinstance(entry, str):
            entry = {"label": "", "value": entry}
        if not isinstance(entry, dict) or set(entry) - {"label", "value"} or "value" not in entry:
            raise ValueError('each entry must be text, or {"label": ..., "value": ...}')
        text = _check_line(field, entry["value"])
        if text:
            entries.append({"label": _check_line(field, entry.get("label", "")), "value": text})
    return entries


def _check_map(_field: Field, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"must be a map of names to values, not {_type_name(value)}")
    checked: dict[str, Any] = _check_nested(value, 1)
    if len(msgspec.json.encode(checked)) > MAP_BYTES:
        raise ValueError(f"is larger than {MAP_BYTES:,} bytes")
    return checked


def _check_nested(value: Any, depth: int) -> Any:
    if depth > DEPTH:
        raise ValueError(f"is nested deeper than {DEPTH} levels")
    if isinstance(value, str):
        return _string(value, MAP_BYTES)
    if isinstance(value, dict):
        if len(value) > ITEMS:
            raise ValueError(f"has {len(value):,} entries; the limit is {ITEMS:,}")
        return {_string(k, LINE): _check_nested(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [_check_nested(member, depth + 1) for member in _sequence(value)]
    if (isinstance(value, float) and value != value) or value in (float("inf"), float("-inf")):
        raise ValueError("must not hold NaN or infinity")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("holds a number beyond 64 bits")
    if value is None or isinstance(value, bool | int | float):
        return value
    raise ValueError(f"must not hold {_type_name(value)}")


def _check_instant(_field: Field, value: Any) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = parse_instant(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"must be a date, not {_type_name(value)}")
    if not _EARLIEST <= value <= _LATEST:
        raise ValueError("must lie between the years 1 and 9999")
    return value


def _check_number(_field: Field, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"must be a whole number, not {_type_name(value)}")
    if abs(value) > NUMBER:
        raise ValueError(f"must lie between -{NUMBER:,} and {NUMBER:,}")
    return value


def _check_reference(_field: Field, value: Any) -> bytes:
    if not isinstance(value, bytes) or len(value) != 16:
        raise ValueError("must be the id of a record")
    return value


_SHA256 = re.compile("[0-9a-f]{64}")


def _check_contents(_field: Field, value: Any) -> list[dict[str, Any]]:
    return [_check_content(entry) for entry in _sequence(value)]


def _check_content(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or set(entry) != {"name", "media_type", "bytes", "sha256"}:
        raise ValueError("each entry must hold name, media_type, bytes and sha256")
    size, sha256 = entry["bytes"], entry["sha256"]
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size < 2**63:
        raise ValueError("an entry has no valid size")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise ValueError("an entry has no valid sha256")
    name, media_type = _string(entry["name"], LINE), _string(entry["media_type"], 200)
    return {"name": name, "media_type": media_type, "bytes": size, "sha256": sha256}


def _sequence(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"must be a list, not {_type_name(value)}")
    if len(value) > ITEMS:
        raise ValueError(f"has {len(value):,} entries; the limit is {ITEMS:,}")
    return list(value)


def _type_name(value: Any) -> str:
    names = {
        str: "text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a map",
    }
    return "nothing" if value is None else names.get(type(value), type(value).__name__)


CHECKS: Final[Mapping[Kind, Callable[[Field, Any], Any]]] = {
    "line": _check_line,
    "type": _check_line,
    "text": _check_text,
    "choice": _check_choice,
    "set": _check_set,
    "list": _check_list,
    "map": _check_map,
    "instant": _check_instant,
    "number": _check_number,
    "reference": _check_reference,
    "contents": _check_contents,
}


# --- as typed and as read by a person ---------------------------------------------------------------


def _as_typed(text: str) -> Any:
    return text


def _parse_set(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]


def _parse_list(text: str) -> list[dict[str, str]]:
    entries = []
    for part in _parse_set(text):
        label, equals, value = part.partition("=")
        entries.append({"label": label.strip(), "value": value.strip()} if equals else {"label": "", "value": part})
    return entries


def _parse_map(text: str) -> Any:
    if not text.strip():
        return {}
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ValueError(f"is not a JSON object ({error})") from None


def _parse_number(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise ValueError(f'"{text[:40]}" is not a whole number') from None


def _format_list(entries: list[dict[str, str]]) -> str:
    return "; ".join(f"{e['label']}={e['value']}" if e["label"] else e["value"] for e in entries)


def _format_contents(entries: list[dict[str, Any]]) -> str:
    return "; ".join(f"{entry['name']} ({entry['bytes']:,} bytes)" for entry in entries)


def _format_map(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode() if value else ""


PARSERS: Final[Mapping[Kind, Callable[[str], Any]]] = {
    "set": _parse_set,
    "list": _parse_list,
    "map": _parse_map,
    "number": _parse_number,
    "contents": _parse_map,
}
FORMATS: Final[Mapping[Kind, Callable[[Any], str]]] = {
    "set": "; ".join,
    "list": _format_list,
    "map": _format_map,
    "instant": format_instant,
    "reference": bytes.hex,
    "contents": _format_contents,
}
