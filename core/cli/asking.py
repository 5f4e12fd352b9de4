"""A question before what cannot be told from a slip of the finger."""

from __future__ import annotations

import sys

from core.cli.command import Session
from core.cli.failure import UsageError
from core.cli.terminal import is_terminal

YES = "Do it without asking, as a script must."


def is_confirmed(session: Session, question: str, yes: bool) -> bool:
    """Whether the person says so, or `yes` did. Raises UsageError where nobody can be asked."""
    if yes:
        return True
    if not is_terminal():
        raise UsageError("nothing was changed: give --yes to do it where nobody can be asked")
    session.out.flush()
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    session.out.note("nothing was changed")
    return False
