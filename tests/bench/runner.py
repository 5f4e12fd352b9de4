"""The paired runner: our way and the floor in turn, the order rotated, and the median of the ratios.

Times differ between machines and drift within a run, ratios of two things done right after each other hardly do.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

SAMPLE = 0.005  # seconds that a sample lasts at least, so that the clock and a call do not count


@dataclass(frozen=True)
class Row:
    """One line of the table. `ok` is None where there is no limit."""

    name: str
    ours: str
    floor: str = ""
    ratio: str = ""
    spread: str = ""  # of the ratios: lowest to highest
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
    at_most: float | None = None,
    speed: float | None = None,
    work: int = 1,
    unit: str = "",
    once: bool = False,
) -> Row:
    """Times both `runs` times in turn. `at_most` limits our time as a multiple of the floor's; `speed` is the part
    of the floor's speed that ours must reach at least, and shows `work` units a second in place of times. With `once`
    a sample is one call, for calls that each use up what was prepared for them."""
    calls = (1, 1) if once else (_calls(ours), _calls(floor))
    pairs: list[tuple[Times, Times]] = []
    for number in range(runs):
        if number % 2:
            second = _time(floor, calls[1])
            pairs.append((_time(ours, calls[0]), second))
        else:
            pairs.append((_time(ours, calls[0]), _time(floor, calls[1])))
    ratios = [mine.wall / base.wall for mine, base in pairs]
    cpu = median(mine.cpu / max(base.cpu, 1e-9) for mine, base in pairs)
    if speed is not None:
        ratios, cpu = [1 / ratio for ratio in ratios], 1 / cpu
    ratio = median(ratios)
    shown = [_rate(work / t, unit) if speed is not None else duration(t) for t in _medians(pairs)]
    limit, ok = "", None
    if speed is not None:
        limit, ok = f">= {speed:g}", ratio >= speed
    elif at_most is not None:
        limit, ok = f"<= {at_most:g}", ratio <= at_most
    return Row(name, *shown, f"{ratio:.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}", f"{cpu:.2f}", limit, ok)


def grow(
    name: str, large: Callable[[], object], small: Callable[[], object], *, runs: int, at_most: float, factor: float
) -> Row:
    """The same question put to a large and a small store; the name says how the cost grows with the size n."""
    row = compare(name, large, small, runs=runs, at_most=at_most)
    exponent = math.log(float(row.ratio) or 0.01) / math.log(factor)
    return Row(f"{name}: n^{exponent:.2f}", *list(vars(row).values())[1:])


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


def _rate(rate: float, unit: str) -> str:
    return f"{rate:,.0f} {unit}/s"


def _calls(work: Callable[[], object]) -> int:
    """How many calls fill a sample; the first call, which warms up, does not count."""
    work()
    calls = 1
    while (took := _time(work, calls).wall) * calls < SAMPLE / 2:
        calls *= 2
    return max(1, round(SAMPLE / took))


def _time(work: Callable[[], object], calls: int) -> Times:
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        work()
    return Times((time.perf_counter() - wall) / calls, (time.process_time() - cpu) / calls)


def _medians(pairs: list[tuple[Times, Times]]) -> tuple[float, float]:
    return median(mine.wall for mine, _ in pairs), median(base.wall for _, base in pairs)
