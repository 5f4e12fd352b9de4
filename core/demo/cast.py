"""The profiles of the demo: people, the organisations they work for, and groups."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from core.demo import words
from core.demo.papers import invent_instant

PEOPLE: Final = 0.7  # of all profiles
ORGANISATIONS: Final = 0.22

LINES: Final = ("+44 20 7946 0{:03}", "+49 30 23125 {:03}", "+33 1 99 00 {:03}", "+1 202 555 0{:03}")
"""Telephone numbers that regulators keep free for fiction."""


def invent_profiles(random: Random, count: int) -> Iterator[dict[str, Any]]:
    """The fields of so many profiles: organisations first, then groups, then people."""
    organisations = max(1, int(count * ORGANISATIONS))
    people = max(1, int(count * PEOPLE))
    names = [_organisation_name(random) for _ in range(min(organisations, 5_000))]
    for index in range(count):
        if index < organisations:
            fields = _organisation(random, names[index] if index < len(names) else _organisation_name(random))
        elif index < count - people:
            fields = _group(random)
        else:
            fields = _person(random, random.choice(names))
        yield fields | {"created": invent_instant(random)}


def _organisation_name(random: Random) -> str:
    shape = random.random()
    trade, form = random.choice(words.TRADES), random.choice(words.FORMS)
    if shape < 0.4:
        return f"{random.choice(words.FAMILY)} {trade} {form}"
    if shape < 0.6:
        return f"{random.choice(words.FAMILY)} & {random.choice(words.FAMILY)} {form}"
    return f"{random.choice(words.TOWNS)} {trade} {form}"


def _organisation(random: Random, name: str) -> dict[str, Any]:
    town = random.choice(words.TOWNS)
    fields: dict[str, Any] = {
        "name": name,
        "kind": "organisation",
        "emails": [{"label": "", "value": f"office@{_domain(name)}"}],
        "phones": [{"label": "", "value": _phone(random)}],
        "attributes": {"town": town, "employees": int(10 ** (1 + 3 * random.random()))},
    }
    if random.random() < 0.3:
        fields["aliases"] = ["".join(word[0] for word in name.split() if word[0].isalpha()).upper()]
    return fields


def _group(random: Random) -> dict[str, Any]:
    town = random.choice(words.TOWNS)
    return {
        "name": f"{random.choice(words.GROUPS)} {town}",
        "kind": "group",
        "attributes": {"town": town, "members": 3 + int(12 * random.random())},
    }


def _person(random: Random, employer: str) -> dict[str, Any]:
    given, family = random.choice(words.GIVEN), random.choice(words.FAMILY)
    initial = f" {chr(65 + int(26 * random.random()))}." if random.random() < 0.25 else ""
    emails = [{"label": "work", "value": f"{_plain(given)}.{_plain(family)}@{_domain(employer)}"}]
    phones = [{"label": "work", "value": _phone(random)}]
    chance = random.random()
    fields: dict[str, Any] = {
        "name": f"{given}{initial} {family}",
        "kind": "person",
        "emails": emails,
        "phones": phones,
        "attributes": {"employer": employer, "department": random.choice(words.DEPARTMENTS)},
    }
    if chance < 0.35:
        emails.append({"label": "home", "value": f"{_plain(given)}{int(90 * random.random()) + 10}@post.example"})
    if chance < 0.2:
        phones.append({"label": "mobile", "value": _phone(random)})
    if chance < 0.12:
        fields["aliases"] = [f"{given[0]}. {family}", f"{family}, {given}"]
    if chance > 0.8:
        fields["notes"] = random.choice(words.NOTES)
    return fields


def _phone(random: Random) -> str:
    return random.choice(LINES).format(int(1000 * random.random()))


def _domain(name: str) -> str:
    """Under .example, which nobody can own."""
    return f"{'-'.join(_plain(name).split('-')[:2])}.example"


def _plain(text: str) -> str:
    """Lower case letters without accents, with hyphens between words."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        text = "".join(c for c in decomposed if c.isascii())
    return _OTHERS.sub("-", text.lower()).strip("-")


_LETTERS: Final = str.maketrans({"ø": "o", "Ø": "O", "ı": "i", "ł": "l", "ß": "ss"})
_OTHERS: Final = re.compile("[^a-z0-9]+")
