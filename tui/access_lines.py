"""Who may do what, by which rules, and what a change of that would do: as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.cells import cell_len

from core.access_values import AccessPreview, Explanation, Holder, Reason
from core.fields import ACTIONS
from core.instants import format_instant
from core.instants import now as now_
from core.rights import RIGHTS, Action, names
from core.rows import GrantRow
from core.values import RecordId
from tui.describe_access import AREA_WORDS, in_words, target_of
from tui.safe_text import safe_text
from tui.widgets.columns import fit
from tui.widgets.line_view import Line, line
from tui.widgets.painted import Span

NAMED: Final = 12  # accounts of a preview
LABEL: Final = 13  # cells
DAY: Final = 86_400_000_000  # microseconds
STYLES: Final = {"PENDING": "warn", "EFFECTIVE": "good", "EXPIRED": "label"}


@dataclass(frozen=True, slots=True)
class AtHolder:
    """The line of an account that may see a record."""

    account: str


@dataclass(frozen=True, slots=True)
class AtGrant:
    """The line of a grant or denial."""

    id: RecordId


# --- who --------------------------------------------------------------------------------------------------------


def holder_lines(holders: Sequence[Holder]) -> list[Line]:
    """Each account, the strongest that it may do, and in short the first rule that lets it do that."""
    names = min(20, max((cell_len(safe_text(one.account)) for one in holders), default=0))
    does = max((len(strongest(one.actions)) for one in holders), default=0)
    return [
        line(
            Span(f"{fit(safe_text(one.account), names)}  "),
            Span(f"{strongest(one.actions):<{does}}  ", "key"),
            Span(_deciding(one), "label"),
            key=AtHolder(one.account),
            end=f"+{len(one.reasons) - 1:,}" if len(one.reasons) > 1 else "",
        )
        for one in holders
    ]


def _deciding(holder: Holder) -> str:
    allowing = [reason for reason in holder.reasons if reason.effect == "allow"]
    strong = [reason for reason in allowing if reason.action in not_implied(holder.actions)]
    return short_reason(next(iter((*strong, *allowing)))) if allowing else ""


def strongest(actions: Sequence[str]) -> str:
    """The action that stands for those it implies; reading what is confidential stands beside it.

    >>> strongest(("see", "edit", "confidential")), strongest(ACTIONS), strongest(())
    ('edit, confidential', 'everything', 'nothing')
    """
    if set(actions) >= set(ACTIONS):
        return "everything"
    return ", ".join(not_implied(actions)) or "nothing"


def not_implied(actions: Sequence[str]) -> list[str]:
    """Those that no other of them implies."""
    implied = {other for action in actions for other in names(RIGHTS[action]) if other != action}
    return [action for action in ACTIONS if action in actions and action not in implied]


def short_reason(reason: Reason) -> str:
    """The rule, after whom of the path it comes through: "group hr: grant see on Report"."""
    through = reason.path[1:]
    return f"{through[-1]}: {reason.rule}" if through and through[-1] != reason.rule else reason.rule


# --- why --------------------------------------------------------------------------------------------------------


def action_spans(asked: Action) -> list[Span]:
    """The actions one can ask about, the asked one marked."""
    return [
        Span("why? ", "label"),
        *(Span(f"[{one}]", "title") if one == asked else Span(f" {one} ", "label") for one in ACTIONS),
    ]


def explanation_lines(explanation: Explanation, me: str) -> list[Line]:
    """Whether, and what would be missing; then each rule with its path, window and condition."""
    who = "you" if explanation.account == me else explanation.account
    title = AREA_WORDS.get(explanation.title, explanation.title) or "it"
    does = in_words(explanation.action, title)
    verdict = Span(f"✓ {who} may {does}", "good") if explanation.allowed else Span(f"✗ {who} may not {does}", "bad")
    lines = [line(verdict, wraps=True)]
    if explanation.missing:
        lines.append(line(Span(explanation.missing, "warn"), wraps=True))
    if not explanation.reasons:
        lines += [line(), line(Span("no rule is about that", "label"))]
    for reason in explanation.reasons:
        lines += [line(), *_reason_lines(reason)]
    return lines


def _reason_lines(reason: Reason) -> Iterator[Line]:
    """Its sign: + allows, - denies, · is not in force."""
    sign = "·" if not reason.counts else "+" if reason.effect == "allow" else "-"
    style = "label" if not reason.counts else "good" if reason.effect == "allow" else "bad"
    verb = "allows" if reason.effect == "allow" else "denies"
    yield line(Span(f"{sign} {verb} {reason.action}  ", style), Span(reason.rule), wraps=True)
    yield line(Span("  "), Span(" › ".join(reason.path), "label"), wraps=True)
    if reason.valid_from is not None or reason.valid_until is not None or reason.state != "EFFECTIVE":
        state = Span(f"{reason.state} ", STYLES[reason.state])
        yield line(Span("  "), state, Span(window(reason.valid_from, reason.valid_until)), wraps=True)
    if reason.condition:
        holds = Span("holds", "good") if reason.holds else Span("does not hold now", "warn")
        yield line(Span("  if "), Span(f"{reason.condition}: "), holds, wraps=False)


def window(valid_from: int | None, valid_until: int | None) -> str:
    """>>> window(None, 0)
    'until 1970-01-01'
    """
    first = f"from {instant(valid_from)}" if valid_from is not None else ""
    last = f"until {instant(valid_until)}" if valid_until is not None else ""
    return " ".join(filter(None, (first, last))) or "always"


def instant(at: int) -> str:
    """The date, with the time of day here unless it is midnight in UTC."""
    return format_instant(at) if at % DAY == 0 else f"{datetime.fromtimestamp(at / 1_000_000):%Y-%m-%d %H:%M}"


# --- grants -----------------------------------------------------------------------------------------------------


def grant_line(row: GrantRow, *, by: str = "subject", through: str = "") -> Line:
    """A grant on a record by its subject, or one to a subject by its target; its window, condition and note."""
    sign, style = ("+", "good") if row.effect == "allow" else ("-", "bad")
    if by == "subject":
        name = row.subject_name if row.subject_kind == "everyone" else f"{row.subject_kind} {row.subject_name}"
    else:
        name = target_of(row)
    denies = "deny " if row.effect == "deny" else ""
    facts = [
        state_of(row.valid_from, row.valid_until),
        f"through {through}" if through else "",
        window(row.valid_from, row.valid_until) if row.valid_from is not None or row.valid_until is not None else "",
        f"if {row.condition}" if row.condition else "",
        f"“{row.note.splitlines()[0]}”" if row.note.strip() else "",
    ]
    head = f"{sign} {denies}{row.action} "
    told = " · ".join(filter(None, facts))
    end = Span(f"  {told}" if told else "", "label")
    return line(Span(f"{head:<16}", style), Span(name), end, key=AtGrant(row.id))


def state_of(valid_from: int | None, valid_until: int | None, now: int | None = None) -> str:
    """PENDING before a window, EXPIRED behind it; "" within, since that is what one expects."""
    at = now_() if now is None else now
    if valid_until is not None and valid_until <= at:
        return "EXPIRED"
    return "PENDING" if valid_from is not None and valid_from > at else ""


# --- what a change would do -----------------------------------------------------------------------------------------


def preview_lines(preview: AccessPreview) -> list[Line]:
    """What opens, what closes, and what else changes, for whom."""
    changes = sum(one.changes for one in preview.effects)
    told = (
        ("+", "good", _told(preview, "opens", preview.opens, "opens")),
        ("-", "bad", _told(preview, "closes", preview.closes, "closes")),
        ("~", "accent", _told(preview, "changes what may be done with", changes, "changes")),
    )
    lines = [line(Span(f"{sign} ", style), Span(text), wraps=True) for sign, style, text in told if text]
    if not lines:
        lines = [line(Span("= ", "label"), Span("no record opens or closes for anybody now"), wraps=True)]
    return lines


def _told(preview: AccessPreview, verb: str, total: int, of: str) -> str:
    """ "opens 120 records for 2 accounts: ann 100, bob 20"; "" for none."""
    concerned = sorted((one for one in preview.effects if getattr(one, of)), key=lambda one: -getattr(one, of))
    if not concerned:
        return ""
    listed_all = preview.accounts <= len(preview.effects)
    count = len(concerned) if listed_all else preview.accounts
    more = "" if all(one.exact for one in concerned) and (listed_all or of != "changes") else "+"
    head = f"{verb} {total:,}{more} record{'' if total == 1 and not more else 's'}"
    named = ", ".join(f"{one.account} {getattr(one, of):,}{'' if one.exact else '+'}" for one in concerned[:NAMED])
    others = ", ..." if count > NAMED else ""
    return f"{head} for {count:,} account{'' if count == 1 else 's'}: {named}{others}"


# --- facts ------------------------------------------------------------------------------------------------------


def fact(label: str, value: str, style: str = "") -> Line:
    return line(Span(f"{label:<{LABEL}} ", "label"), Span(value, style), wraps=True)
