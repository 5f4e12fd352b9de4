"""Changes and differences in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from core.fields import ADMINISTRATION, FIELDS, Entity
from core.values import Change
from tui.describe_access import NOBODY_KNOWN, Names, access_change
from tui.widgets.line_view import Line, line
from tui.widgets.painted import Span

LONG = 400  # characters; a longer value is shown by the lines that differ
CONTEXT_LINES = 60
IN_LINE = 2_000  # characters of such a line


CONFLICT_VERBS: Final[dict[str, str]] = {
    "created": "opened a conflict on",
    "updated": "changed a conflict on",
    "deleted": "settled the conflict on",
    "restored": "reopened the conflict on",
}


def moment(at: int) -> str:
    """Date and time of day here; only the time for today."""
    when = datetime.fromtimestamp(at / 1_000_000)
    return f"{when:%H:%M:%S}" if when.date() == datetime.now().date() else f"{when:%Y-%m-%d %H:%M}"


def field_label(entity: Entity, name: str) -> str:
    field = FIELDS[entity].get(name)
    return field.label if field else name


def what_happened(change: Change, names: Names = NOBODY_KNOWN) -> str:
    """The change without its actor: "linked Report · author · Ada Lovelace"; `names` are those of groups and roles."""
    if change.ref.entity in ADMINISTRATION and change.kind != "purged":
        return access_change(change, names)
    if change.ref.entity == "conflict" and change.kind in CONFLICT_VERBS:
        return f"{CONFLICT_VERBS[change.kind]} {change.title}"
    if change.kind == "updated":
        changed = {**change.before, **change.after}
        labels = [field_label(change.ref.entity, name).lower() for name in changed or change.taken]
        verb = "changed" if changed else "kept"  # in a merge that overruled what the other side had
        return f"{verb} {', '.join(labels[:3])}{' ...' if len(labels) > 3 else ''} of {change.title}"
    if change.kind == "purged":
        return f"deleted a {change.ref.entity} for good"
    verbs = {"created": "made", "deleted": "deleted", "restored": "restored"}
    if change.ref.entity == "link":
        verbs = {"created": "linked", "deleted": "unlinked", "restored": "linked again"}
    what = f"the {change.ref.entity} {change.title}" if change.ref.entity in ("type", "rule") else change.title
    return f"{verbs[change.kind]} {what}"


def news(changes: Sequence[Change], names: Names = NOBODY_KNOWN) -> str:
    """One sentence for changes of others that arrived together."""
    actors = ", ".join(list(dict.fromkeys(change.actor.name for change in changes))[:3])
    if len({change.request for change in changes}) > 1:
        return f"{actors}: {len(changes):,} changes, the last {what_happened(changes[-1], names)}"
    main = next((change for change in changes if change.ref.entity not in ("link", "conflict")), changes[0])
    others = f" and {len(changes) - 1:,} more" if len(changes) > 1 else ""
    return f"{actors} {what_happened(main, names)}{others}"


def differences(entity: Entity, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Line]:
    """Field by field what stood there and what stands there now; of a conflict, how its fields were settled."""
    if entity == "conflict":
        yield from _settled(before.get("outcome") or {}, after.get("outcome") or {})
        return
    for name in {**before, **after}:
        field = FIELDS[entity].get(name)
        if field is not None and field.kind == "reference":
            continue  # the title of a link names its ends
        old, new = _text(entity, name, before.get(name)), _text(entity, name, after.get(name))
        if old == new:
            continue
        label = f"{field_label(entity, name):<14} "
        if len(old) <= LONG and len(new) <= LONG:
            yield from _pair(label, old, new)
        else:
            yield line(Span(label, "label"))
            yield from _text_difference(old, new)


def _settled(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Line]:
    for name, taken in after.items():
        if name not in before:
            yield line(Span(f"{name:<14} ", "label"), Span("= ", "good"), Span(str(taken.get("how", ""))))
    for name in before:
        if name not in after:
            yield line(Span(f"{name:<14} ", "label"), Span("? ", "warn"), Span("open again"))


def _pair(label: str, old: str, new: str) -> Iterator[Line]:
    if old:
        yield line(Span(label, "label"), Span("- ", "bad"), Span(old, "bad"), wraps=True)
    if new:
        yield line(Span(" " * len(label) if old else label, "label"), Span("+ ", "good"), Span(new, "good"), wraps=True)


def _text_difference(old: str, new: str) -> Iterator[Line]:
    from difflib import unified_diff

    shown = 0
    for text in unified_diff(old.split("\n"), new.split("\n"), n=1, lineterm=""):
        if text.startswith(("---", "+++")):
            continue
        if shown == CONTEXT_LINES:
            yield line(Span("  ... and more", "label"))
            return
        shown += 1
        style = {"-": "bad", "+": "good", "@": "label"}.get(text[:1], "")
        told = text if len(text) <= IN_LINE else f"{text[:IN_LINE]} …"
        yield line("  ", Span(told, style), wraps=True)


def _text(entity: Entity, name: str, value: Any) -> str:
    field = FIELDS[entity].get(name)
    if value is None:
        return ""
    if field is None:
        return str(value)
    return field.format(value)
