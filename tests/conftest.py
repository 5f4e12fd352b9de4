"""What most tests start from: an empty store, a workspace on it, and the command line."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from core.cli import main
from core.values import Actor
from core.workspace import Workspace, open_workspace

settings.register_profile("the same examples each time", derandomize=True, database=None, deadline=None)
settings.load_profile("the same examples each time")

ACCOUNT = "tester"
PEPS = Path(__file__).parents[2] / "shared" / "data" / "peps"

collect_ignore_glob = [] if PEPS.is_dir() else ["**/test_peps*.py"]  # tests of real data need it beside the project


@dataclass(frozen=True)
class Outcome:
    """How a command line ended."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The lines of stdout as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> dict[str, Any]:
        (only,) = self.objects
        return only


Run = Callable[..., Outcome]


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """Where a store may be made; it is not there yet."""
    return tmp_path / "store.db"


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new store, to be copied: running the migrations takes most of a second."""
    path = tmp_path_factory.mktemp("empty") / "store.db"
    open_workspace(str(path), Actor(name=ACCOUNT)).close()
    return path


@pytest.fixture
def workspace(store_path: Path, empty_store: Path) -> Iterator[Workspace]:
    shutil.copyfile(empty_store, store_path)
    opened = open_workspace(str(store_path), Actor(name=ACCOUNT, via="terminal"))
    yield opened
    opened.close()


@pytest.fixture
def surroundings(store_path: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a command: the test's store, account and folders, and little else."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL")}
    home = str(tmp_path / "home")
    os.mkdir(home)
    return kept | {"ROLODOC_DB": str(store_path), "LOGNAME": ACCOUNT, "HOME": home, "TMPDIR": home}


@pytest.fixture
def run(surroundings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command line in this process, without a terminal."""

    def run(*arguments: str | Path, **environment: str) -> Outcome:
        streams = {name: io.TextIOWrapper(io.BytesIO(), "utf-8") for name in ("stdout", "stderr")}
        with monkeypatch.context() as patched:
            for name in os.environ:
                patched.delenv(name)
            for name, value in (surroundings | environment).items():
                patched.setenv(name, value)
            for name, stream in streams.items():
                patched.setattr(sys, name, stream)
            patched.setattr(sys, "stdin", io.StringIO())
            code = main([str(argument) for argument in arguments])
        return Outcome(code, *(_written(stream) for stream in streams.values()))

    return run


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@pytest.fixture
def launch(surroundings: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a command line as a process of its own; what is left of it ends with the test."""
    started: list[subprocess.Popen[str]] = []

    def launch(*arguments: str | Path | bytes, **options: Any) -> subprocess.Popen[str]:
        environment = surroundings | options.pop("env", {})
        pipes = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
            "errors": "replace",
        }
        command = [sys.executable, "-m", "core.cli", *arguments]
        process = subprocess.Popen(command, env=environment, **(pipes | options))
        started.append(process)
        return process

    yield launch
    for process in started:
        process.kill()
        process.wait()
        for stream in filter(None, (process.stdout, process.stderr)):
            stream.close()
