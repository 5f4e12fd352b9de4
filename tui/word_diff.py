"""Two values of a field, word by word or entry by entry: what went and what came stands in signs, not in colours."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Final, Literal, NamedTuple

from rich.cells import cell_len, chop_cells

from core.fields import Field
from core.safe_text import safe_text
from tui.details import flattened
from tui.widgets.painted import Span

COMPARED: Final = 20_000  # characters between what two texts begin and end with alike; more is not compared by words
LINES: Final = 6_000  # of a text, between the same; more is not compared at all
PAIRS: Final = 100_000  # of equal words, up to which it is looked which of them belong together
IN_LINES: Final = 2_000  # characters of lines in place of others, up to which they are compared by words
CONTEXT: Final = 24  # characters of what is the same, beside what is not
LIKE: Final = 0.4  # of their words, from which on two entries are one that was changed
SHOWN: Final = 2_000  # characters of a piece

Kind = Literal["same", "gone", "new"]
_WORDS = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")


class Piece(NamedTuple):
    kind: Kind
    text: str


def compare(field: Field, before: Any, after: Any) -> list[Piece]:
    """The pieces that make `after` out of `before`."""
    if field.kind in ("set", "list", "map", "contents"):
        return _compare_entries(entries(field, before), entries(field, after))
    old, new = shown(field, before), shown(field, after)
    if field.kind not in ("line", "text"):
        return [
            Piece(kind, text) for kind, text in (("gone", old), ("same", " " * bool(old and new)), ("new", new)) if text
        ]
    start, end = _alike(old, new)
    between = old[start : len(old) - end], new[start : len(new) - end]
    middle = _compare_words(*between) if max(map(len, between)) <= COMPARED else _compare_lines(*between)
    return [
        piece for piece in (Piece("same", old[:start]), *middle, Piece("same", old[len(old) - end :])) if piece.text
    ]


def spans(pieces: Sequence[Piece], context: int = CONTEXT) -> list[Span]:
    """[-gone-] and {+new+}; of what is the same, as many characters before and after."""
    found = []
    for number, (kind, text) in enumerate(pieces):
        if kind == "gone":
            found.append(Span(f"[-{text[:SHOWN]}-]", "bad"))
        elif kind == "new":
            found.append(Span(f"{{+{text[:SHOWN]}+}}", "good"))
        else:
            found.append(Span(_context(text, context, first=number == 0, last=number == len(pieces) - 1)))
    return found


def wrap_spans(line: Sequence[Span], width: int, limit: int) -> list[tuple[Span, ...]]:
    """The spans in at most `limit` lines of `width` cells, broken between words where that is possible."""
    rows: list[list[Span]] = [[]]
    room = width
    for word, style in _words(line):
        if len(rows) > limit:
            break
        if word == "\n":
            rows.append([])
            room = width
            continue
        size = cell_len(word)
        if size > room and room < width:
            rows.append([])
            room = width
            word = word.lstrip()
        *full, word = chop_cells(word, width) or [""]
        for part in full:
            rows[-1].append(Span(part, style))
            rows.append([])
        if rows[-1] and rows[-1][-1].style == style:
            rows[-1][-1] = Span(rows[-1][-1].text + word, style)
        else:
            rows[-1].append(Span(word, style))
        room = width - sum(cell_len(span.text) for span in rows[-1])
    if len(rows) > limit:
        rows = rows[:limit]
        rows[-1].append(Span(" …", "label"))
    return [tuple(row) for row in rows]


def entries(field: Field, value: Any) -> list[str]:
    """Of a set, list or map, each entry as a person reads it."""
    if field.kind == "map":
        return [f"{name}: {text}" for name, text in flattened("", value or {})]
    return [field.format([entry]) for entry in value or ()]


def shown(field: Field, value: Any) -> str:
    """The value as a person reads it."""
    if field.kind == "map" and isinstance(value, dict):
        return "; ".join(entries(field, value))
    return value if isinstance(value, str) else field.format(value)


def _compare_words(old: str, new: str) -> list[Piece]:
    words = _WORDS.findall(old), _WORDS.findall(new)
    if _repeat_themselves(*words):
        return [_shortened(piece) for piece in (Piece("gone", old), Piece("new", new)) if piece.text]
    return [piece for _, pieces in _steps(*words, "") for piece in pieces]


def _repeat_themselves(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether so many words of two long texts are equal that comparing them would be felt; the matcher itself leaves
    aside those of which there are very many."""
    if len(new) * len(old) <= PAIRS:
        return False
    counts, most = Counter(new), len(new) // 100 + 1 if len(new) >= 200 else len(new)
    return sum(counts[word] for word in old if counts[word] <= most) > PAIRS


def _compare_lines(old: str, new: str) -> list[Piece]:
    """Line by line; within the first lines that were changed, word by word."""
    lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if max(map(len, lines)) > LINES:
        return [_shortened(Piece("gone", old)), _shortened(Piece("new", new))]
    pieces: list[Piece] = []
    room = COMPARED
    for tag, a, b, c, d in SequenceMatcher(None, *lines).get_opcodes():
        gone, came = "".join(lines[0][a:b]), "".join(lines[1][c:d])
        size = max(len(gone), len(came))
        if tag == "equal":
            pieces.append(Piece("same", gone))
        elif size <= min(IN_LINES, room):
            room -= size
            pieces += _compare_words(gone, came)
        else:
            pieces += [_shortened(piece) for piece in (Piece("gone", gone), Piece("new", came)) if piece.text]
    return [Piece(kind, "".join(text for _, text in run)) for kind, run in groupby(pieces, lambda piece: piece.kind)]


def _shortened(piece: Piece) -> Piece:
    return piece if len(piece.text) <= SHOWN else Piece(piece.kind, piece.text[: SHOWN - 2] + " …")


def _compare_entries(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    """Entry by entry; within one that was replaced by one much like it, word by word."""
    groups: list[list[Piece]] = []
    for (a, b, c, d), pieces in _steps(old, new, "; "):
        pairs = list(zip(old[a:b], new[c:d], strict=False))
        if len(pieces) == 2 and b - a == d - c and all(_is_like(*pair) for pair in pairs):
            groups += [_compare_words(*pair) for pair in pairs]
        elif len(pieces) == 2:
            groups.append([pieces[0], Piece("same", " "), pieces[1]])
        else:
            groups.append(pieces)
    return [piece for number, group in enumerate(groups) for piece in ([Piece("same", "; ")] * (number > 0) + group)]


Place = tuple[int, int, int, int]


def _steps(old: Sequence[str], new: Sequence[str], between: str) -> Iterator[tuple[Place, list[Piece]]]:
    """Each run of what is the same, gone or new, with where it stands in either."""
    for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            yield (a, b, c, d), [Piece("same", between.join(old[a:b]))]
        else:
            gone, came = Piece("gone", between.join(old[a:b])), Piece("new", between.join(new[c:d]))
            yield (a, b, c, d), [piece for piece in (gone, came) if piece.text]


def _is_like(one: str, other: str) -> bool:
    return SequenceMatcher(None, _WORDS.findall(one), _WORDS.findall(other)).ratio() >= LIKE


def same_start(*texts: str) -> int:
    """How many characters all of them begin with, up to a word's end."""
    one = min(texts, key=len)
    start = _longest(len(one), lambda size: all(text[:size] == one[:size] for text in texts))
    while start and one[start - 1].isalnum():
        start -= 1
    return start


def _alike(old: str, new: str) -> tuple[int, int]:
    """How many characters both begin with, and how many they end with beyond that."""
    shortest = min(len(old), len(new))
    start = same_start(old, new)
    end = _longest(shortest - start, lambda size: old[len(old) - size :] == new[len(new) - size :])
    while end and old[len(old) - end].isalnum():
        end -= 1
    return start, end


def _longest(limit: int, holds: Callable[[int], bool]) -> int:
    """The largest size up to the limit for which it holds, given that it holds for every smaller one."""
    return bisect_left(range(1, limit + 1), True, key=lambda size: not holds(size))


def _context(text: str, size: int, *, first: bool, last: bool) -> str:
    head = "" if first else text[:size]
    tail = "" if last else text[-size:]
    if len(text) <= len(head) + len(tail) + size:
        return text
    head, tail = head.rpartition(" ")[0] or head, tail.partition(" ")[2] or tail
    return ("" if first else f"{head} ") + "…" + ("" if last else f" {tail}")


def _words(line: Sequence[Span]) -> Iterator[tuple[str, str]]:
    """Words with the blanks before them, and line ends."""
    for text, style in line:
        for number, paragraph in enumerate(text.split("\n")):
            if number:
                yield "\n", ""
            for word in re.findall(r"\s*\S+|\s+$", paragraph):
                yield safe_text(word), style
