"""The documents of the demo, and who has what to do with each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final, NamedTuple

from core.demo import words
from core.instants import format_instant, parse_instant

FIRST_DAY: Final = parse_instant("2016-01-04")
LAST_DAY: Final = parse_instant("2026-06-30")
DAY: Final = 86_400_000_000

TYPES: Final[Mapping[str, str]] = {
    "author": "author of",
    "recipient": "recipient of",
    "in copy": "copied on",
    "signatory": "signatory of",
    "client": "client in",
    "contractor": "contractor in",
    "witness": "witness to",
    "owner": "owner of",
    "reviewer": "reviewer of",
    "participant": "participant in",
    "convenor": "convenor of",
    "issuer": "issuer of",
    "approver": "approver of",
}
"""Relationship types with their inverse names."""


class Names(NamedTuple):
    """Some of the cast, to be named in titles and texts."""

    people: list[str]
    organisations: list[str]
    groups: list[str]


class Kind(NamedTuple):
    """A kind of document: its title, statuses, and the types of its links, of which the first are never left out."""

    category: str
    media_type: str
    title: Callable[[Random, Names, int], str]
    statuses: tuple[str, ...]
    people: tuple[str, ...]  # relationship types of people
    others: tuple[str, ...]  # and of organisations and groups


def _day(at: int) -> str:
    return format_instant(at)[:10]


KINDS: Final = (
    Kind(
        "Contract",
        "application/pdf",
        lambda random, names, _: (
            f"{random.choice(words.WORK).capitalize()} contract with {random.choice(names.organisations)}"
        ),
        ("draft", "signed", "expired"),
        ("signatory", "owner", "witness", "reviewer"),
        ("client", "contractor"),
    ),
    Kind(
        "Report",
        "text/markdown",
        lambda random, _, at: f"Report on {random.choice(words.TOPICS)}, {_day(at)[:4]}",
        ("draft", "final"),
        ("author", "author", "reviewer", "approver"),
        ("client", "owner"),
    ),
    Kind(
        "Letter",
        "text/plain",
        lambda random, names, _: f"Letter to {random.choice(names.people)} about {random.choice(words.TOPICS)}",
        ("sent", "answered"),
        ("author", "recipient", "in copy", "in copy"),
        ("recipient", "in copy"),
    ),
    Kind(
        "Minutes",
        "text/markdown",
        lambda random, names, at: f"Minutes of the {random.choice(names.groups)}, {_day(at)}",
        ("draft", "approved"),
        ("author", "participant", "participant", "participant", "approver"),
        ("convenor",),
    ),
    Kind(
        "Invoice",
        "application/pdf",
        lambda random, names, at: (
            f"Invoice {_day(at)[:4]}-{int(100_000 * random.random()):05} of {random.choice(names.organisations)}"
        ),
        ("open", "paid", "reminded"),
        ("approver", "in copy"),
        ("issuer", "recipient"),
    ),
)


class Paper(NamedTuple):
    kind: Kind
    at: int
    fields: dict[str, Any]


def invent_instant(random: Random) -> int:
    """A minute of the years that the demo covers."""
    return FIRST_DAY + int(random.random() * (LAST_DAY - FIRST_DAY)) // 60_000_000 * 60_000_000


def invent_document(random: Random, names: Names) -> Paper:
    kind = random.choice(KINDS)
    at = invent_instant(random)
    topic = random.choice(words.TOPICS)
    status = random.choice(kind.statuses)
    amount = int(100 * 10 ** (3 * random.random()))
    filling = {
        "topic": topic,
        "amount": f"{amount:,}",
        "person": random.choice(names.people),
        "organisation": random.choice(names.organisations),
        "town": random.choice(words.TOWNS),
    }
    middles = random.sample(words.MIDDLES, 1 + int(3 * random.random()))
    sentences = (random.choice(words.OPENINGS), *middles, random.choice(words.ENDINGS))
    department = random.choice(words.DEPARTMENTS)
    attributes: dict[str, Any] = {"department": department}
    if kind.category in ("Contract", "Invoice"):
        attributes |= {"amount": amount, "currency": "EUR"}
    return Paper(
        kind,
        at,
        {
            "title": kind.title(random, names, at),
            "description": f"{kind.category} on {topic}.",
            "category": kind.category,
            "tags": [f"status:{status}", f"dept:{department.lower()}"],
            "media_type": kind.media_type,
            "attributes": attributes,
            "text": " ".join(sentences).format_map(filling),
            "created": at,
        },
    )


def invent_link(random: Random, paper: Paper, type: str, position: int) -> dict[str, Any]:
    """The fields of a link beside its ends and type; most have few."""
    fields: dict[str, Any] = {"created": paper.at}
    chance = random.random()
    if type in ("author", "participant", "signatory"):
        fields["position"] = position
    if paper.kind.category == "Contract" and chance < 0.5:
        fields["valid_from"] = paper.at
        if chance < 0.3:
            fields["valid_until"] = paper.at + (1 + int(chance * 20)) * 365 * DAY
    if chance > 0.93:
        fields["note"] = random.choice(words.LINK_NOTES)
    elif chance > 0.85:
        fields |= {
            "reference_type": "collection member",
            "collection": random.choice(words.COLLECTIONS),
            "title": random.choice(words.REFERENCE_TITLES),
            "category": "working paper" if chance > 0.89 else "evidence",
            "tags": ["to read"] if chance > 0.9 else [],
        }
    return fields
