"""The way from the command line into the terminal."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from core.errors import Unavailable

if TYPE_CHECKING:
    from core.cli.settings import Settings


def open_terminal(settings: Settings) -> int:
    """Shows the terminal until the person leaves it; returns its exit code."""
    require_terminal()
    workspace = settings.open(via="terminal")
    try:
        # By name: core stands below tui and must not depend on it, yet owns the command that opens it.
        code: int = import_module("tui.app").run_terminal(workspace, thin=settings.thin)
    finally:
        workspace.close()
    return code


def require_terminal() -> None:
    """Raises Unavailable where nobody could see the terminal's screens or press a key."""
    if not is_terminal():
        raise Unavailable("the screens need a terminal to show on; for scripts, see rolodoc --help")


def is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
