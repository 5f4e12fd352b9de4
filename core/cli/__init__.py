"""The command `rolodoc`: the terminal when no command is named, else the commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from core.cli.failure import exit_code_of
from core.cli.settings import Settings
from core.cli.streams import prepare_streams
from core.cli.terminal import open_terminal


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line (`sys.argv` by default) and returns its exit code; never raises."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    prepare_streams()
    settings = terminal_settings(arguments)
    if settings is not None:
        return exit_code_of(lambda: open_terminal(settings))
    return exit_code_of(lambda: _run_command(arguments))


def terminal_settings(arguments: list[str]) -> Settings | None:
    """What the terminal is to open with; None when the arguments hold anything else: a command, a mistake, a
    request for help or for a completion. Those are for typer, whose import would cost a fifth of the start.
    """
    if "_ROLODOC_COMPLETE" in os.environ:
        return None
    settings = Settings()
    rest = iter(arguments)
    for argument in rest:
        option, _, value = argument.partition("=")
        if argument in ("--thin", "--no-thin"):
            settings.thin = argument == "--thin"
        elif option in ("--db", "--as", "--reason") and (value := value or next(rest, "")):
            settings.take(option, value)
        else:
            return None
    return settings


def _run_command(arguments: list[str]) -> int:
    from core.cli.commands import run

    return run(arguments)
