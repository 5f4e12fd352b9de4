"""The paired runner: our way and the floor in turn, the order rotated, and the median of the ratios.

Times differ between machines and drift within a run, ratios of two things done right after each other hardly do.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import NamedTuple

SAMPLE = 0.02  # seconds that a sample lasts at least, so that neither the clock nor one slow call counts


@dataclass(frozen=True)
class Row:
    """One line of the table. `ok` is None where there is no limit."""

    name: str
    ours: str
    floor: str = ""
    ratio: str = ""
    spread: str = ""  # of the ratios, without the lowest and the highest tenth
    cpu: str = ""  # the ratio of CPU times
    limit: str = ""
    ok: bool | None = None


class Times(NamedTuple):
    wall: float
    cpu: float


def compare(
    name: str,
    ours: Callable[[], object],
    floor: Callable[[], object],
    *,
    runs: int,
    at_most: float = math.inf,
    once: bool = False,
    in_turn: bool = False,
) -> Row:
    """Times both in turn, `runs` times, and three times as often before it says that our time is more than `at_most`
    of the floor's. With `once` a sample is one call, for calls that each use up what was prepared for them; with
    `in_turn` the calls of a sample change off, so that neither runs in caches that its own last call left warm."""

    def measure(runs: int) -> list[tuple[Times, Times]]:
        return _pairs_in_turn(ours, floor, runs) if in_turn else _pairs(ours, floor, runs, once)

    pairs = measure(runs)
    if not once and _ratio(pairs) > at_most:
        pairs += measure(2 * runs)
    return _row(name, pairs, [duration(time) for time in _medians(pairs)], at_most)


def compare_speed(
    name: str,
    ours: Callable[[], object],
    floor: Callable[[], object],
    *,
    runs: int,
    at_least: float,
    work: int,
    unit: str,
) -> Row:
    """As `compare` with `once`, but shows how many units of `work` a second each does, and what part of the floor's
    speed ours is."""
    pairs = [(base, mine) for mine, base in _pairs(ours, floor, runs, once=True)]
    shown = [f"{work / time:,.0f} {unit}/s" for time in reversed(_medians(pairs))]
    row = _row(name, pairs, shown, math.inf)
    return replace(row, limit=f">= {at_least:g}", ok=_ratio(pairs) >= at_least)


def _pairs(ours: Callable[[], object], floor: Callable[[], object], runs: int, once: bool) -> list[tuple[Times, Times]]:
    calls = (1, 1) if once else (_calls(ours), _calls(floor))
    pairs: list[tuple[Times, Times]] = []
    for number in range(runs):
        if number % 2:
            base = _time(floor, calls[1])
            pairs.append((_time(ours, calls[0]), base))
        else:
            pairs.append((_time(ours, calls[0]), _time(floor, calls[1])))
    return pairs


def _pairs_in_turn(ours: Callable[[], object], floor: Callable[[], object], runs: int) -> list[tuple[Times, Times]]:
    calls = _calls(ours)
    pairs = []
    for _ in range(runs):
        times = [(_time(ours, 1, tidy=False), _time(floor, 1, tidy=False)) for _ in range(calls)]
        mine, base = zip(*times, strict=True)
        pairs.append((_mean(mine), _mean(base)))
    return pairs


def _mean(times: Sequence[Times]) -> Times:
    return Times(*(sum(part) / len(times) for part in zip(*times, strict=True)))


def _ratio(pairs: list[tuple[Times, Times]]) -> float:
    return median(mine.wall / base.wall for mine, base in pairs)


def _row(name: str, pairs: list[tuple[Times, Times]], shown: list[str], at_most: float) -> Row:
    ratios = sorted(mine.wall / base.wall for mine, base in pairs)
    tenth = len(ratios) // 10
    ratio = median(ratios)
    return Row(
        name,
        *shown,
        ratio=f"{ratio:.2f}",
        spread=f"{ratios[tenth]:.2f} to {ratios[-1 - tenth]:.2f}",
        cpu=f"{median(mine.cpu / max(base.cpu, 1e-9) for mine, base in pairs):.2f}",
        limit="" if at_most == math.inf else f"<= {at_most:g}",
        ok=None if at_most == math.inf else ratio <= at_most,
    )


def grow(
    name: str, large: Callable[[], object], small: Callable[[], object], *, runs: int, at_most: float, factor: float
) -> Row:
    """The same question put to a large and a small store; the name says how the cost grows with the size n."""
    row = compare(name, large, small, runs=runs, at_most=at_most)
    exponent = math.log(max(float(row.ratio), 0.01)) / math.log(factor)
    return replace(row, name=f"{name}: n^{exponent:.2f}")


def figure(name: str, value: float, unit: str, *, at_most: float | None = None, digits: int = 1) -> Row:
    """A number that stands by itself."""
    limit = "" if at_most is None else f"<= {at_most:g} {unit}"
    return Row(name, f"{value:,.{digits}f} {unit}", limit=limit, ok=None if at_most is None else value <= at_most)


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| name | ours | floor | ratio | spread | CPU | limit | ok |", "|---|---:|---:|---:|---|---:|---|---|"]
    for row in rows:
        *cells, ok = vars(row).values()
        lines.append(f"| {' | '.join(cells)} | {'' if ok is None else 'yes' if ok else 'NO'} |")
    return "\n".join(lines)


def duration(seconds: float) -> str:
    for size, unit in ((1, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} us"


def _calls(work: Callable[[], object]) -> int:
    """How many calls fill a sample; the first call, which warms up, does not count."""
    work()
    calls = 1
    while (took := _time(work, calls).wall) * calls < SAMPLE / 2:
        calls *= 2
    return max(1, round(SAMPLE / took))


def _time(work: Callable[[], object], calls: int, *, tidy: bool = True) -> Times:
    if tidy:
        gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        work()
    return Times((time.perf_counter() - wall) / calls, (time.process_time() - cpu) / calls)


def _medians(pairs: list[tuple[Times, Times]]) -> tuple[float, float]:
    return median(mine.wall for mine, _ in pairs), median(base.wall for _, base in pairs)
