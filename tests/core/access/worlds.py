"""Random worlds of access; tests.core.access.building makes them in a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from core.conditions import Context
from core.instants import parse_instant
from tests.core.access.oracle import (
    ACTIONS,
    AREAS,
    Account,
    Conflict,
    Document,
    Grant,
    Group,
    Link,
    LinkName,
    Mark,
    Profile,
    Role,
    Type,
    World,
)

OWNER = "olga"
NOW = parse_instant("2026-03-04T10:00")  # a Wednesday
HOUR = 3_600_000_000  # microseconds
EDGES = (-48 * HOUR, -HOUR, 0, 1, HOUR, 48 * HOUR)
"""Where windows begin and end, from NOW."""
LONG_AGO = parse_instant("1961-04-12")  # before the time that computers count from

CONDITIONS = (
    "terminal",
    "tls",
    "reason",
    "network 10.0.0.0/8",
    "not terminal",
    "reason and tls",
    "weekdays 8-18 Europe/Vienna",
    "sat,sun or network 192.0.2.0/24",
)
CONTEXTS = (
    Context("terminal", NOW),
    Context("terminal", NOW, reason="the yearly review"),
    Context("cli", NOW),
    Context("api", NOW, "10.1.2.3", reason="called back"),
    Context("api", NOW, "192.0.2.7", secure=False),
    Context("api", NOW + 3 * 24 * HOUR, "2001:db8::1"),  # a Saturday
)

WORDS = ("alder", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan", "yew")
CATEGORIES = ("", "letter", "report")
TAGS = ("late", "paid", "urgent")
KINDS = ("person", "organisation", "group")
ATTRIBUTES = ("colour", "salary", "shelf")


# --- a random world ------------------------------------------------------------------------------------------


def random_world(random: Random) -> World:
    """A small one, dense enough that rules meet each other."""
    roles = {f"role {n}": Role(_rarely(random)) for n in range(random.randint(2, 3))}
    groups = _random_groups(random, list(roles))
    profiles = _random_profiles(random)
    documents = {f"document {n}": _random_document(random) for n in range(random.randint(6, 12))}
    types = {f"type {n}": Type(random.choice(("none", *ACTIONS[:5], "see"))) for n in range(random.randint(3, 5))}
    accounts = _random_accounts(random, list(groups), list(roles), list(profiles))
    links = _random_links(random, documents, profiles, list(types))
    for name in types:
        if all(link.in_trash for (_, _, type), link in links.items() if type == name):
            types[name] = replace(types[name], in_trash=random.random() > 0.5)
    world = World(accounts, groups, roles, types, profiles, documents, links)
    distinct = dict.fromkeys(_random_grant(random, world) for _ in range(random.randint(10, 30)))
    distinct |= dict.fromkeys(_random_denials(random, world, list(distinct)))
    grants = {f"grant {n}": replace(grant, in_trash=_rarely(random)) for n, grant in enumerate(distinct)}
    marks = {}
    for entity in ("profile", "document"):
        for attribute in random.sample(ATTRIBUTES, random.randint(0, 2)):
            marks[f"{entity} {attribute}"] = Mark(entity, attribute, _rarely(random))
    return replace(world, grants=grants, marks=marks, conflicts=_random_conflicts(random, world))


def at_instant(context: Context, at: int) -> Context:
    """The same way to come, then."""
    return Context(context.via, at, context.address, context.secure, context.reason)


def instants(world: World) -> list[int]:
    """All that make a difference: one microsecond before, at and after each edge of a window; and NOW."""
    windows: list[Grant | Link] = [*world.grants.values(), *world.links.values()]
    edges = {edge for window in windows for edge in (window.valid_from, window.valid_until) if edge is not None}
    return sorted({NOW} | {edge + by for edge in edges if edge > 0 for by in (-1, 0, 1)})


def _rarely(random: Random) -> bool:
    return random.random() > 0.88


def _some(random: Random, of: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(random.sample(list(of), min(len(of), random.randint(0, most))))


def _random_groups(random: Random, roles: list[str]) -> dict[str, Group]:
    """Each a member of earlier ones, so that none contains itself; often on several ways."""
    groups: dict[str, Group] = {}
    for n in range(random.randint(3, 6)):
        in_groups = _some(random, list(groups), 2)
        groups[f"group {n}"] = Group(in_groups, _some(random, roles, 1), _rarely(random))
    if random.random() > 0.95:
        groups["group 0"] = replace(groups["group 0"], roles=(random.choice(("auditor", "owner")),))
    return groups


def _random_accounts(random: Random, groups: list[str], roles: list[str], profiles: list[str]) -> dict[str, Account]:
    accounts = {OWNER: Account(roles=("owner",))}
    for n in range(random.randint(2, 5)):
        own_roles = list(_some(random, roles, 1))
        if random.random() > 0.9:
            own_roles.append(random.choice(("auditor", "auditor", "owner")))
        tied_to = random.choice(profiles) if random.random() < 0.7 else ""
        in_trash = n > 1 and _rarely(random)
        accounts[f"account {n}"] = Account(tied_to, _some(random, groups, 2), tuple(own_roles), in_trash)
    return accounts


def _random_profiles(random: Random) -> dict[str, Profile]:
    """Some in the trash, and some of these because they were merged into another one, which may be gone as well."""
    profiles: dict[str, Profile] = {}
    for n in range(random.randint(5, 10)):
        merged_into = random.choice(["", *profiles]) if random.random() > 0.8 else ""
        fields: dict[str, Any] = {"kind": random.choice(KINDS), "notes": _random_text(random, 2)}
        if merged_into:
            fields = {"kind": profiles[merged_into].fields["kind"]}  # so that nothing clashes
        else:
            fields |= {"attributes": _random_attributes(random), "created": NOW - random.randrange(100) * HOUR}
        profiles[f"profile {n}"] = Profile(fields, bool(merged_into) or _rarely(random), merged_into)
    return profiles


def _random_document(random: Random) -> Document:
    fields = {
        "category": random.choice(CATEGORIES),
        "tags": list(_some(random, TAGS, 2)),
        "text": _random_text(random, 4),
        "description": _random_text(random, 2),
        "attributes": _random_attributes(random),
        "created": NOW - random.randrange(100) * HOUR,
        "confidential": "yes" if random.random() > 0.8 else "no",
    }
    return Document(fields, _rarely(random))


def _random_text(random: Random, most: int) -> str:
    return " ".join(_some(random, WORDS, most))


def _random_attributes(random: Random) -> dict[str, str]:
    return {name: random.choice(WORDS) for name in _some(random, ATTRIBUTES, 3)}


def _random_links(
    random: Random, documents: dict[str, Document], profiles: dict[str, Profile], types: list[str]
) -> dict[LinkName, Link]:
    """Of a profile that was merged away, each living link has moved to the profile that stands for it, and a tombstone
    stays behind."""
    links: dict[LinkName, Link] = {}
    for _ in range(random.randint(8, 30)):
        name = (random.choice(list(documents)), random.choice(list(profiles)), random.choice(types))
        document, profile = documents[name[0]], profiles[name[1]]
        valid_from, valid_until = _random_window(random, 0.6)
        into = (name[0], profile.merged_into, name[2])
        if any(
            other[::2] == name[::2] and _stands(profiles, other[1]) == _stands(profiles, name[1]) for other in links
        ):
            continue  # it would meet that one in a merge
        link = Link(valid_from, valid_until)
        if document.in_trash:
            went_along = random.random() < 0.6
            links[name] = replace(link, in_trash=True, went_along=went_along)
        elif profile.merged_into and random.random() < 0.7:
            links[name] = replace(link, in_trash=True)
            while profiles[into[1]].merged_into:
                links[into] = replace(link, in_trash=True)
                into = (into[0], profiles[into[1]].merged_into, into[2])
            links[into] = replace(link, in_trash=profiles[into[1]].in_trash)
        else:
            links[name] = replace(link, in_trash=profile.in_trash or _rarely(random))
    return links


def _stands(profiles: dict[str, Profile], name: str) -> str:
    """The profile that stands for this one after all merges."""
    while profiles[name].merged_into:
        name = profiles[name].merged_into
    return name


def _random_window(random: Random, open: float) -> tuple[int | None, int | None]:
    """From and until, either of them often `open`."""
    first = None if random.random() < open else NOW + random.choice(EDGES)
    last = None if random.random() < open else NOW + random.choice(EDGES)
    if first is not None and last is not None:
        first, last = min(first, last), max(first, last) + (first == last)
    if first is None and random.random() > 0.95:
        first = LONG_AGO
    return first, last


def _random_grant(random: Random, world: World) -> Grant:
    subjects = {
        "account": list(world.accounts),
        "group": list(world.groups),
        "role": list(world.roles),
        "profile": list(world.profiles),
        "everyone": [""],
    }
    subject_kind = random.choice(("account", "account", "group", "group", "role", "profile", "everyone"))
    if random.random() < 0.8:
        target_kind = random.choice(("document", "profile"))
        target = random.choice(list(world.records(target_kind)))
    else:
        target_kind, target = random.choice(AREAS), ""
    actions = ("see", "edit", "administer") if target_kind in AREAS[2:] else ("see", "see", "see", *ACTIONS)
    window = _random_window(random, 0.75)
    return Grant(
        subject_kind,
        random.choice(subjects[subject_kind]),
        random.choice(actions),
        target_kind,
        target,
        "deny" if random.random() > 0.75 else "allow",
        *window,
        condition="" if random.random() < 0.75 else random.choice(CONDITIONS),
    )


def _random_denials(random: Random, world: World, grants: list[Grant]) -> Iterator[Grant]:
    """Of what somebody is granted or has by a link, so that the two meet."""
    for grant in random.sample(grants, random.randint(0, 4)):
        if grant.target and grant.effect == "allow":
            everyone = random.random() > 0.5
            subject = {"subject_kind": "everyone", "subject": ""} if everyone else {}
            yield replace(grant, **subject, action=random.choice(("see", "see", "edit")), effect="deny", condition="")
    for document, profile, _ in random.sample(list(world.links), min(len(world.links), random.randint(0, 3))):
        yield Grant("profile", profile, "see", "document", document, "deny", *_random_window(random, 0.75))


def _random_conflicts(random: Random, world: World) -> dict[str, Conflict]:
    conflicts: dict[str, Conflict] = {}
    for entity in ("document", "profile", "link"):
        living = [name for name, record in world.records(entity).items() if not record.in_trash]
        for name in random.sample(living, min(len(living), random.randint(0, 2))):
            conflicts[f"conflict {len(conflicts)}"] = Conflict(entity, name)
    return conflicts


def smaller_worlds(world: World) -> Iterator[World]:
    """The same without one of what others do not name."""
    for kind in ("conflicts", "grants", "marks", "links"):
        records = getattr(world, kind)
        named = [conflict.record for conflict in world.conflicts.values()] if kind == "links" else []
        for name in records:
            if name not in named:
                yield replace(world, **{kind: {other: one for other, one in records.items() if other != name}})
