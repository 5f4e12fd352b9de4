"""The budgets of the terminal, measured from outside in a pty, with bare Textual programs beside it.

As floor stand three programs of Textual alone: one label · its DataTable with 1,000 rows · the same with 100,000.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any, Final

from core.values import Query, RecordId, Ref
from core.workspace import Workspace, open_workspace
from core.write_values import Edit
from tests.bench.runner import Row
from tests.bench.stores import ACTOR

PROGRAMS: Final = Path(__file__).parent / "programs"
SIZE: Final = "120x40"
KEYS: Final = "down*60"
IDLE: Final = 10.0  # seconds
QUIET: Final = 3.0  # seconds in which all that a change paints has been painted

BYTES: Final = "key.bytes.p50"
LIMITS: Final = {"start_cpu_ms": 450.0, "key.cpu_ms": 5.0, "peak_rss_mb": 80.0}
FLOORS: Final = {
    "Textual, one label": ("label.py",),
    "Textual DataTable, 1,000 rows": ("data_table.py", "1000"),
    "Textual DataTable, 100,000 rows": ("data_table.py", "100000"),
}
UNITS: Final = {
    "start_cpu_ms": ("start", "CPU ms"),
    "start_ms": ("start", "ms"),
    "key.cpu_ms": ("a key", "CPU ms"),
    "key.change_ms.p50": ("a key to the screen", "ms"),
    BYTES: ("a key, median", "bytes"),
    "key.bytes.mean": ("a key, mean", "bytes"),
    "peak_rss_mb": ("memory", "MB"),
}


def terminal_budgets(store: Path, ptybench: Path, runs: int) -> Iterator[Row]:
    """Each program `runs` times (at most five) in turn; raises FileNotFoundError without the measuring program."""
    measure = _load(ptybench)
    workspace = open_workspace(str(store), ACTOR, create=False)
    try:
        programs = list(_programs(measure, store, workspace))
        measured: dict[str, list[dict[str, Any]]] = {spec.name: [] for spec in programs}
        for _ in range(min(runs, 5)):
            for spec in programs:
                _forget_session(workspace)
                measured[spec.name].append(_checked(measure.run_once(spec), spec.name))
        yield from _rows(measure, measured)
        for spec in programs[:2]:
            _forget_session(workspace)
            yield from _idle(measure, spec)
        _forget_session(workspace)
        yield from _changes(measure, programs[0], workspace)
        _forget_session(workspace)
    finally:
        workspace.close()


def _load(path: Path) -> ModuleType:
    found = importlib.util.spec_from_file_location("ptybench", path)
    if not path.is_file() or found is None or found.loader is None:
        raise FileNotFoundError(f"there is no {path}; --ptybench names the program that measures")
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module  # dataclasses look their module up
    found.loader.exec_module(module)
    return module


def _programs(measure: ModuleType, store: Path, workspace: Workspace) -> Iterator[Any]:
    def spec(name: str, cmd: list[str], text: str, *, keys: str = KEYS, steps: tuple[str, ...] = ()) -> Any:
        return measure.Spec(
            name, [sys.executable, *cmd], wait_text=text, keys=keys, steps=list(steps), size=SIZE, home="tmp", idle=0
        )

    ours = ["-m", "core.cli", "--db", str(store)]
    profiles, documents = (f"/ {workspace.count(Query(entity=name))}" for name in ("profile", "document"))
    yield spec("Profiles, split view", ours, profiles)
    yield spec("Profiles, list alone", ours, profiles, steps=("key:p",))
    yield spec("Documents, split view", ours, profiles, steps=("key:2", f"wait:{documents}"))
    yield spec("Documents, list alone", ours, profiles, steps=("key:2", f"wait:{documents}", "key:p"))
    for name, (program, *rows) in FLOORS.items():
        text, keys = ("Name 0", KEYS) if rows else ("ready", "")
        yield spec(name, [str(PROGRAMS / program), *rows], text, keys=keys)


def _rows(measure: ModuleType, measured: dict[str, list[dict[str, Any]]]) -> Iterator[Row]:
    """A row for each figure of each of our programs; as floor, that of the label and of each DataTable."""
    for path, (what, unit) in UNITS.items():
        floors = [_values(measure, runs, path) for name, runs in measured.items() if name in FLOORS]
        floor = f"{' · '.join(f'{median(values):,.4g}' if values else '-' for values in floors)} {unit}"
        for name, runs in measured.items():
            if name not in FLOORS:
                limits = LIMITS | {BYTES: 400.0 if "alone" in name else 1_000.0}
                yield _budget(f"{name}: {what}", _values(measure, runs, path), unit, limits.get(path), floor)


def _values(measure: ModuleType, runs: list[dict[str, Any]], path: str) -> list[float]:
    return [value for run in runs if (value := measure.dig(run, path)) is not None]


def _budget(name: str, values: list[float], unit: str, limit: float | None, floor: str = "") -> Row:
    value = median(values)
    return Row(
        name,
        f"{value:,.4g} {unit}",
        floor,
        spread=f"{min(values):,.4g} to {max(values):,.4g}",
        limit="" if limit is None else f"<= {limit:g}",
        ok=None if limit is None else value <= limit,
    )


def _checked(result: dict[str, Any], name: str) -> dict[str, Any]:
    if "error" in result:
        raise RuntimeError(f"{name}: {result['error']}\n{result.get('screen', '')}")
    return result


def _forget_session(workspace: Workspace) -> None:
    """Every start is the first one: the screen and cursor of the last are not taken up."""
    for key in workspace.recall("session:"):
        workspace.remember(key, None)


def _idle(measure: ModuleType, spec: Any) -> Iterator[Row]:
    """By itself, since the detail of the record that the last key rested on is painted a moment after that key."""
    result = _checked(measure.run_once(replace(spec, keys="", steps=[*spec.steps, "sleep:1"], idle=IDLE)), spec.name)
    yield _budget(f"{spec.name}: idle", [result["idle"]["bytes_per_s"]], "bytes/s", 0.0)
    yield _budget(f"{spec.name}: idle", [result["idle"]["cpu_percent"]], "% CPU", 1.0)


# --- changes of others ------------------------------------------------------------------------------------


def _changes(measure: ModuleType, spec: Any, workspace: Workspace) -> Iterator[Row]:
    listed = workspace.page(Query(entity="profile"), limit=10).rows
    unseen = workspace.page(Query(entity="profile"), backwards=True, limit=1).rows
    session = measure.Session(spec)
    try:
        if session.wait_text(spec.wait_text, spec.timeout) is None:
            raise RuntimeError(f"{spec.name}: never shown\n{session.term.text()}")
        session.drain(1.0)
        for name, profile, limit in (
            ("a change to a profile that is not visible", unseen[0].id, 0.0),
            ("a change to a visible profile", listed[5].id, 400.0),
        ):
            sizes = [float(_bytes_of_change(session, workspace, profile)) for _ in range(3)]
            yield _budget(name, [max(sizes)], "bytes", limit)
    finally:
        session.close()


def _bytes_of_change(session: Any, workspace: Workspace, profile: RecordId) -> int:
    before = session.total_bytes
    receipt = workspace.write([Edit(Ref("profile", profile), {"notes": "Changed by the bench"})])
    session.drain(QUIET, QUIET)
    painted: int = session.total_bytes - before
    workspace.undo(receipt.request)
    session.drain(QUIET, QUIET)
    return painted
