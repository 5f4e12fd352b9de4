"""One way to declare a command: it gets a session, and understands what goes with every command.

`--db`, `--json`, `--as` and `--reason` are accepted before the noun, before the verb and after it; the last one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from inspect import Parameter, Signature, signature
from typing import Annotated, Any

import typer

from core.cli.failure import exit_code_of
from core.cli.output import Output
from core.cli.settings import Settings, Via
from core.workspace import Workspace

Command = Callable[..., int | None]


class Session:
    """One run of a command: what was asked for, where the answer goes, the workspace, opened on first use."""

    def __init__(self, settings: Settings, via: Via) -> None:
        self.settings = settings
        self.via = via
        self.out = Output(settings.json)

    @cached_property
    def workspace(self) -> Workspace:
        return self.settings.open(self.via)

    def close(self) -> None:
        if "workspace" in self.__dict__:
            self.workspace.close()


def noun(name: str, sentence: str, *own: Parameter) -> typer.Typer:
    """A group of commands, which takes the shared options too; its `own` ones act by their callbacks."""
    app = typer.Typer(name=name, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback(help=sentence)(_typed(_take_shared, list(own)))
    return app


def command(app: typer.Typer, name: str, *, via: Via = "cli") -> Callable[[Command], Command]:
    """Declares a function as a command of `app`. Its first parameter is the Session, the others are typer's;
    it returns its exit code, or None for success. Errors are told as core.cli.failure does.
    """

    def declare(function: Command) -> Command:
        def run(ctx: typer.Context, **values: Any) -> None:
            settings = _take_shared(ctx, **{option: values.pop(option) for option in _SHARED})
            session = Session(settings, via)

            def call() -> int | None:
                try:
                    return function(session, **values)
                finally:
                    session.close()

            raise typer.Exit(exit_code_of(call, json=settings.json))

        own = list(signature(function, eval_str=True).parameters.values())[1:]
        app.command(name, help=function.__doc__)(_typed(run, own))
        return function

    return declare


def _take_shared(
    ctx: typer.Context, *, db: str | None, json: bool, actor: str | None, reason: str | None, **_own: Any
) -> Settings:
    settings = ctx.ensure_object(Settings)
    for option, value in (("--db", db), ("--as", actor), ("--reason", reason)):
        if value is not None and not value.strip():
            raise typer.BadParameter("must not be empty", ctx=ctx, param_hint=option)
        if value is not None:
            settings.take(option, value)
    settings.json |= json
    return settings


_SHARED: Mapping[str, Parameter] = {
    name: Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
    for name, default, annotation in (
        (
            "db",
            None,
            Annotated[
                str | None,
                typer.Option("--db", metavar="FILE", help="The store; else ROLODOC_DB, else your own."),
            ],
        ),
        ("json", False, Annotated[bool, typer.Option("--json", help="Answer with one JSON object a line.")]),
        (
            "actor",
            None,
            Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who does it; else your account.")],
        ),
        (
            "reason",
            None,
            Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the history and the audit.")],
        ),
    )
}


def _typed(function: Callable[..., Any], own: list[Parameter]) -> Callable[..., Any]:
    """The function, presented to typer with the context, its own and the shared parameters."""

    def present(ctx: typer.Context, **values: Any) -> Any:
        return function(ctx, **values)

    context = Parameter("ctx", Parameter.KEYWORD_ONLY, annotation=typer.Context)
    named = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in own]
    parameters = [context, *named, *_SHARED.values()]
    present.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    present.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return present
