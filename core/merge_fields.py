"""The merge of one field that both sides changed: a function for each kind that has one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from core.diff3 import Hunk, diff3
from core.errors import Invalid
from core.field_kinds import Kind
from core.fields import Field

CHARACTERS: Final = 500_000
LINES: Final = 10_000
"""A text with more than that on any side is one value: it is not merged by line."""


class Versions(NamedTuple):
    """The three values of a field with all merged that could be: they differ only where the question is."""

    base: Any
    mine: Any
    theirs: Any


def merge_field(field: Field, base: Any, mine: Any, theirs: Any) -> Versions:
    """Mine and theirs are the same in the answer when nothing stays open. What would not fit the field, such as a map
    that grew too large, stays as it was."""
    versions = Versions(base, mine, theirs)
    if field.kind not in MERGES:
        return versions
    merged = MERGES[field.kind](base, mine, theirs)
    try:
        if means_same(field, merged.mine, merged.theirs):
            settled = field.check(merged.theirs)
            return Versions(settled, settled, settled)
        return Versions(*map(field.check, merged))
    except Invalid:
        return versions


def means_same(field: Field, one: Any, other: Any) -> bool:
    """Whether two stored values mean the same; white space at the ends of lines means nothing in a text."""
    if one is other or field.same(one, other):
        return True
    return field.kind == "text" and bool(one and other) and _plain(one) == _plain(other)


def both(field: Field, mine: Any, theirs: Any) -> Any:
    """The value that holds both. Raises Invalid for a field that holds one value, and for what does not fit."""
    if field.kind not in UNIONS:
        raise Invalid("cannot hold both; choose mine, theirs or base, or give it a value of its own", field.name)
    return field.check(UNIONS[field.kind](mine, theirs))


def _settled(versions: Versions | Hunk, same: Callable[[Any, Any], bool]) -> Versions | None:
    """What is left when at most one side made a change, or both made the same; None otherwise."""
    base, mine, theirs = versions
    if same(mine, base) or same(mine, theirs):
        return Versions(theirs, theirs, theirs)
    return Versions(mine, mine, mine) if same(theirs, base) else None


def _equal(one: Any, other: Any) -> bool:
    return bool(one == other)


# --- sets: each member by itself --------------------------------------------------------------------------


def _merge_sets(base: list[str], mine: list[str], theirs: list[str]) -> Versions:
    old, ours, others = set(base), set(mine), set(theirs)
    kept = [member for member in theirs if member in ours or member not in old]
    merged = kept + [member for member in mine if member not in others and member not in old]
    return Versions(merged, merged, merged)


# --- lists: each entry by itself, found again by its value, or by its label when its value was changed -------

Key = tuple[str, int]  # the value, and how often it stood before in the same list
Entries = dict[Key, dict[str, str]]


def _merge_lists(base: list[dict[str, str]], mine: list[dict[str, str]], theirs: list[dict[str, str]]) -> Versions:
    old, ours, others = _keyed(base), _keyed(mine), _keyed(theirs)
    ours, others = _followed(old, ours, others), _followed(old, others, ours)
    merged = {key: _merge_entries(old.get(key), ours.get(key), others.get(key)) for key in old | others | ours}
    orders = _merge_orders(list(old), list(ours), list(others))
    entries = ([merged[key][side] for key in order] for side, order in enumerate(orders))
    return Versions(*([entry for entry in version if entry is not None] for version in entries))


def _keyed(entries: Iterable[dict[str, str]]) -> Entries:
    seen: Counter[str] = Counter()
    keyed = {}
    for entry in entries:
        keyed[entry["value"], seen[entry["value"]]] = entry
        seen[entry["value"]] += 1
    return keyed


def _followed(old: Entries, new: Entries, other: Entries) -> Entries:
    """The new entries; one whose value was changed stands under the key that it had: the only one of its label that
    went, where the only one of that label came."""
    gone = _only_of_label(old, new)
    came = _only_of_label(new, old | other)
    followed = {came[label]: gone[label] for label in came.keys() & gone.keys()}
    return {followed.get(key, key): entry for key, entry in new.items()}


def _only_of_label(entries: Entries, known: Entries) -> dict[str, Key]:
    unknown = [(entry["label"], key) for key, entry in entries.items() if key not in known]
    counts = Counter(label for label, _ in unknown)
    return {label: key for label, key in unknown if counts[label] == 1}


def _merge_entries(base: Any, mine: Any, theirs: Any) -> Versions:
    versions = Versions(base, mine, theirs)
    settled = _settled(versions, _equal)
    if settled or None in versions:
        return settled or versions
    sides: tuple[dict[str, str], ...] = ({}, {}, {})
    for part in ("label", "value"):
        texts = Versions(*(entry[part] for entry in versions))
        for side, text in zip(sides, _settled(texts, _equal) or texts, strict=True):
            side[part] = text
    return Versions(*sides)


def _merge_orders(base: list[Key], mine: list[Key], theirs: list[Key]) -> tuple[list[Key], list[Key], list[Key]]:
    """All keys, three times. The orders are one unless both sides moved entries differently, or both put another new
    one first, which is the one that counts most. Those that both added at one place: theirs, then mine."""
    everywhere = set(base) & set(mine) & set(theirs)
    was, ours, others = ([key for key in order if key in everywhere] for order in (base, mine, theirs))
    by_mine, by_theirs = _woven(mine, theirs), _woven(theirs, mine)
    moved_apart = ours not in (was, others) and others != was
    if moved_apart or _both_lead_anew(base, mine, theirs):
        return _woven(base, by_theirs), by_mine, by_theirs
    order = by_theirs if ours == was else by_mine
    return order, order, order


def _both_lead_anew(base: list[Key], mine: list[Key], theirs: list[Key]) -> bool:
    firsts = {order[0] for order in (base, mine, theirs) if order}
    return len(firsts) == 3 and mine[0] not in base and theirs[0] not in base


def _woven(leading: list[Key], other: list[Key]) -> list[Key]:
    """The leading order, and what only the other has behind what it stands behind there."""
    woven, known, others = list(leading), set(leading), set(other)
    place = 0
    for key in other:
        if key in known:
            place = woven.index(key) + 1
            continue
        while place < len(woven) and woven[place] not in others:
            place += 1
        woven.insert(place, key)
        place += 1
    return woven


# --- maps: by key, nested ----------------------------------------------------------------------------------

_ABSENT: Final = object()
_ATTRIBUTES: Final = Field("attributes", "map", "Attributes")


def _merge_maps(base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> Versions:
    merged = Versions({}, {}, {})
    for key in theirs | mine | base:
        members = _merge_members(*(side.get(key, _ABSENT) for side in (base, mine, theirs)))
        for side, member in zip(merged, members, strict=True):
            if member is not _ABSENT:
                side[key] = member
    return merged


def _merge_members(base: Any, mine: Any, theirs: Any) -> Versions:
    versions = Versions(base, mine, theirs)
    settled = _settled(versions, _alike)
    if settled or not (isinstance(mine, dict) and isinstance(theirs, dict)):
        return settled or versions
    merged = _merge_maps(base if isinstance(base, dict) else {}, mine, theirs)
    if isinstance(base, dict) or base is _ABSENT or _alike(merged.mine, merged.theirs):
        return merged
    return merged._replace(base=base)


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, dict | list):
        return _ATTRIBUTES.same(one, other)
    return type(one) is type(other) and bool(one == other)


# --- texts: by line, and by word where lines clash ----------------------------------------------------------

_HAN: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # written without spaces: each sign is a word
_MARKS: Final = r"!-/:-@\[-\^`{-~\u2010-\u206f\u3000-\u303f"
_WORD: Final = rf"\n|[^\S\n]+|[{_HAN}]|[{_MARKS}]|[^\s{_HAN}{_MARKS}]+"  # compiled when first needed: it takes 5 ms


def _merge_texts(base: str, mine: str, theirs: str) -> Versions:
    if any(map(_is_long, (base, mine, theirs))):
        return Versions(base, mine, theirs)
    merged = _merge_parts(diff3(_lines(base), _lines(mine), _lines(theirs)), _merge_words)
    return Versions(*(text.removesuffix("\n") for text in merged))


def _merge_parts(hunks: Iterable[Hunk], clashing: Callable[[Hunk], Versions]) -> Versions:
    parts = []
    for hunk in hunks:
        settled = _settled(hunk, _equal)
        parts.append(_joined(settled) if settled else clashing(hunk))
    return Versions(*map("".join, zip(*parts, strict=True)))


def _merge_words(hunk: Hunk) -> Versions:
    base, mine, theirs = (re.findall(_WORD, text) for text in _joined(hunk))
    return _merge_parts(diff3(base, mine, theirs), _joined)


def _joined(hunk: Hunk | Versions) -> Versions:
    return Versions(*map("".join, hunk))


def _lines(text: str) -> list[str]:
    """Each ends with a line feed, the last one too."""
    return [line + "\n" for line in text.split("\n")]


def _is_long(text: str) -> bool:
    return len(text) > CHARACTERS or text.count("\n") >= LINES


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", "\n".join(map(str.rstrip, text.split("\n"))).rstrip())


# --- both: theirs and then mine; of a text mine and then theirs where lines differ ---------------------------


def _unite_sets(mine: list[str], theirs: list[str]) -> list[str]:
    return list(dict.fromkeys([*theirs, *mine]))


def _unite_lists(mine: list[dict[str, str]], theirs: list[dict[str, str]]) -> list[dict[str, str]]:
    return theirs + [entry for entry in mine if entry not in theirs]


def _unite_contents(mine: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    held = {entry["sha256"] for entry in theirs}
    return theirs + [entry for entry in mine if entry["sha256"] not in held]


def _unite_texts(mine: str, theirs: str) -> str:
    if not mine or not theirs:
        return mine or theirs
    if _is_long(mine) or _is_long(theirs):
        return f"{mine}\n{theirs}"
    ours = _lines(mine)
    lines = [
        line for hunk in diff3(ours, ours, _lines(theirs)) for line in (*hunk.mine, *_unless(hunk.theirs, hunk.mine))
    ]
    return "".join(lines).removesuffix("\n")


def _unless(lines: Sequence[str], said: Sequence[str]) -> Sequence[str]:
    return () if lines == said else lines


MERGES: Final[Mapping[Kind, Callable[[Any, Any, Any], Versions]]] = {
    "set": _merge_sets,
    "list": _merge_lists,
    "map": _merge_maps,
    "text": _merge_texts,
}
UNIONS: Final[Mapping[Kind, Callable[[Any, Any], Any]]] = {
    "set": _unite_sets,
    "list": _unite_lists,
    "contents": _unite_contents,
    "text": _unite_texts,
}
