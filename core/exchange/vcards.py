"""Profiles in vCard files, version 3 or 4 (RFC 2426, RFC 6350).

FN is the name, KIND the kind, NICKNAME the aliases, EMAIL and TEL with their types as labels, NOTE the notes, UID the
id. The other properties become attributes, those in ATTRIBUTES by the name given there; pictures, sounds and keys
are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from core.errors import Invalid
from core.exchange import lines
from core.exchange.content_lines import Property, parse_properties, split, unescape
from core.exchange.reports import RowError
from core.exchange.rows import (
    Advance,
    GivenRecord,
    Place,
    check_external,
    check_id,
    check_version,
    gather_record,
    profile_kind,
)

ATTRIBUTES: Final[Mapping[str, str]] = {
    "ORG": "organisation",
    "TITLE": "title",
    "ROLE": "role",
    "ADR": "address",
    "URL": "url",
    "BDAY": "birthday",
    "CATEGORIES": "categories",
}
LABEL: Final = "X-ABLABEL"  # of the other property in its group
LEFT_OUT: Final = frozenset({"VERSION", "PRODID", "REV", "PHOTO", "LOGO", "SOUND", "KEY", "SORT-STRING", LABEL})
EXTERNAL: Final = "X-ROLODOC-EXTERNAL"
REST: Final = "X-ROLODOC-ATTRIBUTES"  # those that no property stands for, as JSON
CREATED: Final = "X-ROLODOC-CREATED"
VERSION: Final = "X-ROLODOC-VERSION"
TOO_LONG: Final = b"(a line that is too long)\n"  # no property, so that its card is refused


def read_cards(path: Path, name: str, source: str, advance: Advance | None = None) -> Iterator[GivenRecord | RowError]:
    """The profiles, each at the line of its BEGIN:VCARD."""
    card: list[bytes] | None = None
    begin = 0
    told = False
    for number, line in lines.read_lines(path, advance):
        word = line.strip().upper() if line is not None else b"?"
        if word == b"BEGIN:VCARD":
            if card is not None:
                yield RowError(name, begin, "", "has no END:VCARD")
            card, begin, told = [], number, False
        elif card is None:
            if word and not told:
                yield RowError(name, number, "", "stands outside of a card, like what follows up to BEGIN:VCARD")
                told = True
        elif word == b"END:VCARD":
            yield _read_card(Place(name, begin), b"".join(card), source)
            card = None
        else:
            card.append(line if line is not None else TOO_LONG)
    if card is not None:
        yield RowError(name, begin, "", "has no END:VCARD")


def _read_card(place: Place, text: bytes, source: str) -> GivenRecord | RowError:
    try:
        properties = list(parse_properties(text))
        card = _Card({p.group: _label(p) for p in properties if p.name == LABEL and p.group})
        for property in properties:
            if property.name not in LEFT_OUT:
                READERS.get(property.name, _attribute)(card, property)
        card.complete()
        return gather_record(place, "profile", source, card.id, card.fields, card.external, card.version)
    except Invalid as error:
        return place.error(error)


class _Card:
    """What was read of a card so far."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.labels = labels
        self.id = ""
        self.external: list[tuple[str, str]] | None = None
        self.version: int | None = None
        self.fields: dict[str, Any] = {}
        self.attributes: dict[str, Any] = {}
        self.structured_name = ""

    def complete(self) -> None:
        organisation = self.attributes.get("organisation")
        name = self.fields.setdefault("name", self.structured_name or organisation or "")
        if "kind" not in self.fields and not self.structured_name and name and name == organisation:
            self.fields["kind"] = "organisation"
        if self.attributes:
            self.fields["attributes"] = self.attributes | self.fields.get("attributes", {})


Reader = Callable[[_Card, Property], None]


def _name(card: _Card, property: Property) -> None:
    if "name" in card.fields:
        _aliases(card, property)
    else:
        card.fields["name"] = unescape(property.text)


def _structured_name(card: _Card, property: Property) -> None:
    family, given, additional, prefix, suffix = (*split(property.text, ";"), *[""] * 5)[:5]
    card.structured_name = " ".join(filter(None, (prefix, given, additional, family, suffix)))


def _aliases(card: _Card, property: Property) -> None:
    card.fields.setdefault("aliases", []).extend(split(property.text, ","))


def _kind(card: _Card, property: Property) -> None:
    card.fields.setdefault("kind", profile_kind(unescape(property.text)))


def _id(card: _Card, property: Property) -> None:
    card.id = check_id(unescape(property.text))


def _notes(card: _Card, property: Property) -> None:
    before = f"{card.fields['notes']}\n" if "notes" in card.fields else ""
    card.fields["notes"] = before + unescape(property.text)


def _entry(field: str, scheme: str) -> Reader:
    def read(card: _Card, property: Property) -> None:
        types = [type for type in property.types if type not in ("internet", "pref", "voice")]
        value = unescape(property.text).removeprefix(scheme)
        entry = {"label": card.labels.get(property.group) or " ".join(types), "value": value}
        card.fields.setdefault(field, []).append(entry)

    return read


def _attribute(card: _Card, property: Property) -> None:
    """Text; a list of texts where the property is repeated or has several values."""
    name = ATTRIBUTES.get(property.name, property.name.lower())
    if property.name == "CATEGORIES":
        texts = split(property.text, ",")
    elif property.name in ("ORG", "ADR"):
        texts = [", ".join(filter(None, split(property.text, ";")))]
    else:
        texts = [unescape(property.text)]
    before = card.attributes.get(name, [])
    texts = [*(before if isinstance(before, list) else [before]), *texts]
    card.attributes[name] = texts if len(texts) > 1 else texts[0]


def _external(card: _Card, property: Property) -> None:
    card.external = check_external(_json(property))


def _version(card: _Card, property: Property) -> None:
    card.version = check_version(unescape(property.text))


def _rest(card: _Card, property: Property) -> None:
    card.fields["attributes"] = _json(property)


def _created(card: _Card, property: Property) -> None:
    card.fields["created"] = unescape(property.text)


READERS: Final[Mapping[str, Reader]] = {
    "FN": _name,
    "N": _structured_name,
    "NICKNAME": _aliases,
    "KIND": _kind,
    "X-ADDRESSBOOKSERVER-KIND": _kind,
    "X-ABSHOWAS": _kind,
    "UID": _id,
    "NOTE": _notes,
    "EMAIL": _entry("emails", "mailto:"),
    "TEL": _entry("phones", "tel:"),
    EXTERNAL: _external,
    REST: _rest,
    CREATED: _created,
    VERSION: _version,
}


def _label(property: Property) -> str:
    """Apple marks the labels that it translates: _$!<Home>!$_."""
    text = unescape(property.text)
    marked = re.fullmatch(r"_\$!<(.*)>!\$_", text)
    return marked[1] if marked else text


def _json(property: Property) -> Any:
    try:
        return msgspec.json.decode(unescape(property.text))
    except msgspec.DecodeError as error:
        raise Invalid(f"is not valid JSON ({error})", property.name) from None
