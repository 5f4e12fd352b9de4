"""Pairs of profiles that may be one person, to be looked at by a person: nothing here merges.

Strong is what two people seldom share: an address, a number, a handle, or the name of one as alias of the other. Weak
is a name that may be another spelling of the other name. Profiles are put under keys (an address, a family name with an
initial, ...) and compared with those under the same key alone; a key that many share says nothing and is left out. So
the cost goes with the number of profiles: some 40 us each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import Any, Final, Literal, NamedTuple

import msgspec

from core import identifiers, merged, person_names
from core.reading import Reading
from core.records import in_chunks
from core.rights import has
from core.rows import Candidate, ProfileRow
from core.store import Connection

SHARED: Final = 3
"""An address, number, handle or alias that more profiles have is that of a group."""
NAMESAKES: Final = 10
"""More profiles of one name, or of names like it, are namesakes."""
BLOCK: Final = 40
"""More profiles under one key of a name are not compared: too common."""
ALIASES: Final = 20  # of a profile that are looked at

Strength = Literal["strong", "weak"]


class Profile(NamedTuple):
    id: int
    uid: bytes
    kind: str
    name: str
    aliases: list[str]
    emails: set[str]
    phones: set[tuple[str, str]]
    handles: set[tuple[str, str]]

    @property
    def is_person(self) -> bool:
        return self.kind == "person"


def find(reading: Reading, limit: int) -> list[Candidate]:
    """Up to `limit` pairs, the strong first, of these the ones with more evidence; the older profile is the one.

    Profiles that may not be seen, and attributes that are withheld of any, are as if there were none.
    """
    pairs = _Pairs(_told_apart(reading.db))
    profiles = _load(reading)
    _by_identifiers(profiles, pairs)
    _by_alias(profiles, pairs)
    _by_name(profiles, pairs)
    found = sorted(pairs.evidence.items(), key=lambda item: (_order(item[1]), item[0]))[: max(0, limit)]
    rows = _rows(reading.db, {id for pair, _ in found for id in pair})
    return [
        Candidate(rows[one], rows[other], _strength(evidence), "; ".join(why for _, why in evidence))
        for (one, other), evidence in found
    ]


class _Pairs:
    """The pairs that something speaks for, by local ids, the strongest evidence first."""

    def __init__(self, told_apart: set[tuple[bytes, bytes]]) -> None:
        self.evidence: dict[tuple[int, int], list[tuple[Strength, str]]] = {}
        self._told_apart = told_apart

    def add(self, one: Profile, other: Profile, strength: Strength, why: str) -> None:
        if one.id == other.id or one.is_person != other.is_person or (one.uid, other.uid) in self._told_apart:
            return
        known = self.evidence.setdefault((min(one.id, other.id), max(one.id, other.id)), [])
        if (strength, why) not in known:
            known.append((strength, why))


def _strength(evidence: list[tuple[Strength, str]]) -> Strength:
    return evidence[0][0]


def _order(evidence: list[tuple[Strength, str]]) -> tuple[bool, int]:
    return _strength(evidence) == "weak", -len(evidence)


# --- evidence ---------------------------------------------------------------------------------------------------


def _by_identifiers(profiles: list[Profile], pairs: _Pairs) -> None:
    for key, sharing in _under(profiles, lambda one: one.emails):
        if len(sharing) <= SHARED:
            box = key.partition("@")[0]
            for one, other in combinations(sharing, 2):
                if not (one.is_person and box in identifiers.OF_NOBODY):
                    pairs.add(one, other, "strong", f"email {key}")
    for key, sharing in _under(profiles, lambda one: {digits for _, digits in one.phones}):
        if len(sharing) <= SHARED:
            for one, other in combinations(sharing, 2):
                if number := _same_number(one, other, key):
                    pairs.add(one, other, "strong", f"phone {number}")
    for (service, handle), sharing in _under(profiles, lambda one: one.handles):
        if len(sharing) <= SHARED:
            for one, other in combinations(sharing, 2):
                pairs.add(one, other, "strong", f"{service} {handle}")


def _same_number(one: Profile, other: Profile, digits: str) -> str:
    """The number, with its country where one of the two tells it; "" where they tell two countries."""
    countries = [{country for country, number in profile.phones if number == digits} for profile in (one, other)]
    if "" in countries[0] | countries[1] or countries[0] & countries[1]:
        told = sorted(filter(None, countries[0] | countries[1]))
        return f"+{told[0]} {digits}" if told else f"0{digits}"
    return ""


def _by_alias(profiles: list[Profile], pairs: _Pairs) -> None:
    named = defaultdict(list)
    for profile in profiles:
        named[profile.name].append(profile)
    for alias, having in _under(profiles, lambda one: one.aliases, least=1):
        called = named.get(alias, [])
        if len(called) + len(having) <= SHARED:
            for one in having:
                for other in called:
                    pairs.add(one, other, "strong", f"alias {alias}")


def _by_name(profiles: list[Profile], pairs: _Pairs) -> None:
    """The name of one against the name or an alias of the other. That both are called "A. Keller" beside their names,
    as an alias, says nothing."""
    people = [profile for profile in profiles if profile.is_person]
    names = {one.id: name for one in people if (name := person_names.parse(one.name))}
    words = {one.id: _words(one.name, names.get(one.id)) for one in profiles}
    others = {
        one.id: {_words(alias, person_names.parse(alias) if one.is_person else None) for alias in one.aliases}
        for one in profiles
        if one.aliases
    }
    for key, called in _under(profiles, lambda one: {words[one.id], *others.get(one.id, ())} - {""}):
        if len(called) <= NAMESAKES:
            for one, other in combinations(called, 2):
                if key in (words[one.id], words[other.id]):
                    pairs.add(one, other, "weak", "same name" if one.name == other.name else "name of the same words")
    _by_likeness([one for one in people if one.id in names], names, words, pairs)
    _by_one_word(people, names, pairs)


def _words(text: str, name: person_names.PersonName | None) -> str:
    """Equal for the same words in whatever order; those of a person's `name` without titles."""
    return f"{name.key} {name.generation}".rstrip() if name else person_names.same_words(text)


def _by_likeness(
    people: list[Profile], names: dict[int, person_names.PersonName], words: dict[int, str], pairs: _Pairs
) -> None:
    alike: dict[tuple[int, int], tuple[Profile, Profile, str]] = {}
    for _, block in _under(people, lambda one: person_names.blocks(names[one.id])):
        if len(block) <= BLOCK:
            for one, other in combinations(block, 2):
                pair = one.id, other.id
                if words[one.id] == words[other.id] or pair in alike:
                    continue
                if why := person_names.likeness(names[one.id], names[other.id]):
                    alike[pair] = one, other, why
    partners = Counter(id for pair in alike for id in pair)
    for pair, (one, other, why) in alike.items():
        if max(partners[id] for id in pair) <= NAMESAKES:
            pairs.add(one, other, "weak", f"name: {why}")


def _by_one_word(people: list[Profile], names: dict[int, person_names.PersonName], pairs: _Pairs) -> None:
    """A profile whose whole name is one word, which the name of one other alone begins or ends with."""
    alone = {names[one.id].words[0]: one for one in people if one.id in names and len(names[one.id].words) == 1}
    having: defaultdict[str, list[Profile]] = defaultdict(list)
    for one in people:
        words = names[one.id].words if one.id in names else ()
        if len(words) > 1:
            for word in {words[0], words[-1]} & alone.keys():
                having[word].append(one)
    for word, longer in having.items():
        if len(longer) == 1 and len(word) >= 4:
            pairs.add(alone[word], longer[0], "weak", "name: one word of the other")


def _under(
    profiles: Iterable[Profile], keys: Callable[[Profile], Iterable[Any]], *, least: int = 2
) -> Iterator[tuple[Any, list[Profile]]]:
    """The profiles under each key that at least so many have."""
    under: defaultdict[Any, list[Profile]] = defaultdict(list)
    for profile in profiles:
        for key in keys(profile):
            under[key].append(profile)
    return ((key, sharing) for key, sharing in under.items() if len(sharing) >= least)


# --- from the store -----------------------------------------------------------------------------------------------

_decode_strings = msgspec.json.Decoder(list[str]).decode
_decode_entries = msgspec.json.Decoder(list[dict[str, str]]).decode
_decode_map = msgspec.json.Decoder(dict[str, Any]).decode


def _load(reading: Reading) -> list[Profile]:
    """The living profiles that may be seen, the oldest first."""
    db, viewer = reading.db, reading.viewer
    external: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for id, source, external_id in db.execute(
        "SELECT record_id, source, external_id FROM external_id WHERE entity = 'profile'"
    ):
        external[id].append((source, external_id))
    rows = db.execute(
        "SELECT id, uid, kind, name, aliases, emails, phones, attributes FROM profile"
        " WHERE deleted_at IS NULL ORDER BY id"
    ).fetchall()
    seen = reading.seen("profile", [row[0] for row in rows])
    reads_all = has(viewer.all_rights("profile"), "confidential") and "profile" not in viewer.identity.denies_on
    withheld = frozenset() if reads_all else viewer.identity.marks.get("profile", frozenset())
    return [_profile(external.get(row[0], []), withheld, *row) for row in rows if row[0] in seen]


def _profile(
    external: list[tuple[str, str]],
    withheld: frozenset[str],
    id: int,
    uid: bytes,
    kind: str,
    name: str,
    aliases: str,
    emails: str,
    phones: str,
    attributes: str,
) -> Profile:
    held = _decode_map(attributes) if attributes != "{}" else {}
    held = {name: value for name, value in held.items() if name not in withheld} if withheld else held
    written = [entry["value"] for entry in _decode_entries(emails)] if emails != "[]" else []
    written += identifiers.addresses(held)
    handles = set(identifiers.handles(held))
    for source, external_id in external:
        if source.casefold() in identifiers.HANDLES:
            handles.add((source.casefold(), identifiers.handle_key(external_id)))
        if key := identifiers.world_wide(external_id):
            handles.add(("external id", key))
        if external_id.startswith("email:"):
            written.append(external_id.removeprefix("email:"))
    numbers = [entry["value"] for entry in _decode_entries(phones)] if phones != "[]" else []
    return Profile(
        id=id,
        uid=uid,
        kind=kind,
        name=name,
        aliases=_decode_strings(aliases)[:ALIASES] if aliases != "[]" else [],
        emails=set(map(identifiers.email_key, written)) - {""},
        phones=set(map(identifiers.phone_key, numbers)) - {("", "")},
        handles=handles,
    )


def _told_apart(db: Connection) -> set[tuple[bytes, bytes]]:
    """The public ids, both ways round. Who was merged since is told apart as the one that stands for it now."""
    apart: set[tuple[bytes, bytes]] = set()
    marks = db.execute(
        "SELECT uid, distinct_from FROM profile WHERE distinct_from <> '[]' AND deleted_at IS NULL"
    ).fetchall()
    for uid, text in marks:
        for mark in _decode_strings(text):
            other = merged.living_id(db, "profile", mark)
            apart |= {(uid, other), (other, uid)}
    return apart


def _rows(db: Connection, ids: set[int]) -> dict[int, ProfileRow]:
    found = in_chunks(
        db,
        "SELECT id, uid, name, kind, json_extract(emails, '$[0].value'), revision, created_at, updated_at, sort_key, id"
        " FROM profile WHERE id IN",
        list(ids),
    )
    return {id: ProfileRow(*row) for id, *row in found}
