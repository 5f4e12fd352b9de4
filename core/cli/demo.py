"""`rolodoc demo`: a store made for looking around in, with a colleague at work in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from core.cli.command import Session, command
from core.cli.failure import UsageError
from core.cli.progress import progress_bar
from core.cli.terminal import is_terminal, open_terminal, require_terminal


def declare(app: typer.Typer) -> None:
    command(app, "demo", via="terminal")(demo)


def demo(
    session: Session,
    size: Annotated[int | None, typer.Option("--size", min=1, metavar="N", help="So many documents.")] = None,
    keep: Annotated[Path | None, typer.Option("--keep", metavar="DIR", help="Make it here, and leave it.")] = None,
    thin: Annotated[bool | None, typer.Option("--thin/--no-thin", help="Send few bytes, as over SSH.")] = None,
) -> int:
    """Look around in a throw-away store.

    A simulated colleague makes changes in it, and some conflicts wait to be settled. With --keep the store stays,
    and is made even where there is no terminal to show it.
    """
    if session.settings.store:
        raise UsageError("--db: demo makes a store of its own; --keep DIR keeps it")
    if session.out.json:
        raise UsageError("--json: demo opens the screens")
    if keep is None:
        require_terminal()

    from core.demo import Colleague, build_demo

    with _folder(keep) as folder:
        path = folder / "demo.db"
        with progress_bar("making the demo") as progress:
            build_demo(path, size=size, progress=progress, looker=session.settings.actor("terminal"))
        session.settings.store, session.settings.thin = str(path), thin
        if keep:
            session.out.line(f"the demo stays in {path}")
        if not is_terminal():
            return 0
        colleague = Colleague(path)
        colleague.start()
        try:
            return open_terminal(session.settings)
        finally:
            colleague.stop()


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    folder = Path(tempfile.mkdtemp(prefix="rolodoc-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
