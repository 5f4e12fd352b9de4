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

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from core.errors import Invalid
from core.field_kinds import CHECKS, FORMATS, LINE, PARSERS, TEXT, Kind, as_typed, canonical

Entity = Literal[
    "profile", "document", "link", "type", "rule", "conflict", "account", "group", "role", "grant", "mark", "retention"
]


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
            return self.check(PARSERS.get(self.kind, as_typed)(text))
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
        return bool(one == other) and (self.kind != "map" or canonical(one) == canonical(other))

    @property
    def empty(self) -> Any:
        """What it holds where nothing is given."""
        empty = {"line": "", "text": "", "set": [], "list": [], "contents": [], "map": {}}
        return (not self.required and self.default) or empty.get(self.kind)


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
        raise Invalid("must not be before the beginning", "valid_until")


def sort_key(text: str) -> str:
    """What names and titles are ordered by: without case, accents and outer white space.

    >>> sort_key(" Édouard ")
    'edouard'
    """
    if text.isascii():
        return text.strip().lower()[:200]
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip().casefold()[:200]
