"""All commands, put together, and how one command line is run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from inspect import Parameter
from typing import Annotated, Any

import typer
from typer.main import get_command

from core import __version__
from core.cli import (
    access,
    account,
    audit,
    changes,
    conflicts,
    demo,
    document,
    exchange,
    finding,
    grant,
    group,
    link,
    profile,
    retention,
    rule,
    taking_back,
    trash,
)
from core.cli import type as relationship_type
from core.cli.command import noun
from core.cli.failure import INTERRUPTED, UsageError, tell


def run(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit code."""
    try:
        return _command_line(arguments)(args=list(arguments), prog_name="rolodoc", standalone_mode=False) or 0
    except TyperUsageError as error:
        return tell(UsageError(_sentence(error)), json="--json" in arguments)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED


# typer does not export the class that its BadParameter shares with all other mistakes in a command line.
TyperUsageError: type[Exception] = typer.BadParameter.__mro__[1]


def _sentence(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "rolodoc"
    return f"{error.format_message().rstrip('.')}; see {path} --help"  # type: ignore[attr-defined]


def _tell_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"rolodoc {__version__}\n")
        raise typer.Exit


def _refuse_with_command(thin: bool | None) -> bool | None:
    if thin is not None:
        raise typer.BadParameter("is for the screens, which open when no command is named")
    return thin


SENTENCE = "People, documents and the links between them. Without a command, the screens open."
OWN = (
    Parameter(
        "version",
        Parameter.KEYWORD_ONLY,
        default=False,
        annotation=Annotated[
            bool, typer.Option("--version", help="Tell the version.", is_eager=True, callback=_tell_version)
        ],
    ),
    Parameter(
        "thin",
        Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[
            bool | None,
            typer.Option(
                "--thin/--no-thin",
                help="Screens that send few bytes, as over SSH.",
                callback=_refuse_with_command,
            ),
        ],
    ),
)
NOUNS = {
    str(app.info.name): app
    for app in (
        profile.app,
        document.app,
        link.app,
        relationship_type.app,
        conflicts.app,
        rule.app,
        trash.app,
        account.app,
        group.group_app,
        group.role_app,
        grant.app,
        access.app,
        audit.app,
        retention.app,
    )
}
VERBS = (finding, changes, taking_back, exchange, demo)


def _command_line(arguments: Sequence[str]) -> Callable[..., Any]:
    first = arguments[0] if arguments else ""
    return _built(first if first in NOUNS else "")


@cache
def _built(named: str) -> Callable[..., Any]:
    """With every command, or with those of the noun that comes first: to build all takes a tenth of a second."""
    app = noun("rolodoc", SENTENCE, *OWN)
    for of_noun in [NOUNS[named]] if named else NOUNS.values():
        app.add_typer(of_noun)
    if not named:
        for module in VERBS:
            module.declare(app)
    return get_command(app)
