"""Writes that open and close records: what they would do for whom, a question, and doing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from core.access_values import AccessPreview, Effect
from core.cli.asking import YES, is_confirmed
from core.cli.command import Session
from core.cli.writing import tell_receipt
from core.write_values import Write

SHOWN: Final = 10  # accounts

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would open and close, for whom.")]
Yes = Annotated[bool, typer.Option("--yes", help=YES)]


def write_after_preview(session: Session, writes: Sequence[Write], *, dry_run: bool, yes: bool) -> int:
    """Says what the writes open and close and asks where that is more than one record; returns the exit code."""
    workspace = session.workspace
    if dry_run or not yes:
        preview = workspace.preview_access(writes)
        if dry_run:
            tell_preview(session, preview)
            return 0
        if preview.opens + preview.closes > 1:
            tell_preview(session, preview)
            if not is_confirmed(session, "do that?", yes):
                return 0
    return tell_receipt(session, workspace.write(writes))


def tell_preview(session: Session, preview: AccessPreview) -> None:
    out = session.out
    if out.json:
        out.object(preview_object(preview))
        return
    if not preview.accounts:
        out.line("would open and close nothing for anybody")
        return
    accounts = f"{preview.accounts:,} account{'' if preview.accounts == 1 else 's'}"
    out.line(f"would open {preview.opens:,} and close {preview.closes:,} records, for {accounts}")
    out.table(["account", "opens", "closes", "changes"], indent="  ").rows(
        [one.account, *(_count(one, number) for number in (one.opens, one.closes, one.changes))]
        for one in preview.effects[:SHOWN]
    )
    if preview.accounts > SHOWN:
        out.note(f"and {preview.accounts - SHOWN:,} more accounts; --json tells up to {len(preview.effects)}")


def preview_object(preview: AccessPreview) -> dict[str, Any]:
    return {
        "accounts": preview.accounts,
        "opens": preview.opens,
        "closes": preview.closes,
        "effects": [
            {
                "account": one.account,
                "opens": one.opens,
                "closes": one.closes,
                "changes": one.changes,
                "exact": one.exact,
            }
            for one in preview.effects
        ],
    }


def _count(effect: Effect, number: int) -> str:
    return f"{number:,}" if effect.exact or not number else f"{number:,}+"
