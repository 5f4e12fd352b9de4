"""Two profiles that are one person: side by side, field by field, before they become one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.errors import Invalid, RolodocError, Stale
from core.fields import FIELDS, Field
from core.merge import take
from core.merge_values import FieldConflict, Take, Taken
from core.values import RecordId, Ref
from core.workspace import Workspace
from core.write_values import MergeProfiles, ProfileMerge, Receipt
from tui.dialogs.panel import Panel
from tui.revisions import EMPTY, value_text
from tui.safe_text import safe_text
from tui.widgets.bars import Bar
from tui.widgets.columns import fit
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span

LABEL: Final = 12  # cells
GAP: Final = "  "
SHOWN: Final = 600  # characters of a value, in the lines of the field under the cursor
SWAPPED: Final[dict[Take, Take]] = {"mine": "theirs", "theirs": "mine", "both": "both"}
SIDES: Final[dict[str, str]] = {"mine": "that of the one that stays", "theirs": "that of the one that goes"}


class MergePanel(Panel):
    """Nothing is written before every clashing field is decided; then all of it is one change, with one undo."""

    wide = True
    title = "Merge"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "choose('mine')", "Take the one that stays", show=False, id="merge.stays"),
        Binding("2", "choose('theirs')", "Take the one that goes", show=False, id="merge.goes"),
        Binding("3", "choose('both')", "Take both", show=False, id="merge.both"),
        Binding("0", "leave_open", "As the merge has it", show=False, id="merge.open"),
        Binding("s", "swap", "Swap which one stays", show=False, id="merge.swap"),
        Binding("w,f2", "write", "Merge", show=False, id="merge.write"),
    ]

    def __init__(
        self, into: RecordId, other: RecordId, merged: Callable[[Receipt, RecordId, RecordId], None] | None = None
    ) -> None:
        """`merged` is told the receipt, and which profile stays and which goes."""
        super().__init__()
        self._into, self._other = into, other
        self._merged = merged
        self._preview: ProfileMerge | None = None
        self._choices: dict[str, Take] = {}
        self._is_writing = False

    @property
    def refs(self) -> tuple[Ref, ...]:
        return (Ref("profile", self._into), Ref("profile", self._other))

    def compose(self) -> ComposeResult:
        yield LineView(id="merge")
        yield Bar(id="merge-links")
        yield Bar(id="merge-state")

    @property
    def view(self) -> LineView:
        return self.query_one(LineView)

    def key_hints(self) -> list[tuple[str, str]]:
        sides = [self.hint("merge.stays", "this"), self.hint("merge.goes", "other"), self.hint("merge.both", "both")]
        return [
            *sides,
            self.hint("merge.open", "undecided"),
            self.hint("merge.swap", "swap"),
            self.hint("merge.write", "merge"),
            ("esc", "leave both"),
        ]

    def on_mount(self) -> None:
        self.take_keys(self.view)
        self.view.show([line(Span("reading both", "label"))])
        self._read()

    def _read(self) -> None:
        into, other = self._into, self._other
        self.ask(lambda: self.app.workspace.preview_merge(into, other), self._take, group="merge", refuse=self._cannot)

    def _cannot(self, error: RolodocError) -> None:
        self.close(str(error), "bad")

    def _take(self, preview: ProfileMerge) -> None:
        first = self._preview is None
        self._preview = preview
        self.title = f"Merge {preview.other.title} into {preview.into.title}"
        self.work.refresh_header()
        still = self._open(preview)
        self._show(cursor=still[0] if still and first else None)

    # --- what the fields hold -------------------------------------------------------------------------

    def _fields(self, preview: ProfileMerge) -> list[Field]:
        """Those in which either holds something; of two times of creation the earlier counts, which is not asked."""
        both = (preview.into.fields, preview.other.fields)
        return [
            field
            for name, field in FIELDS["profile"].items()
            if name != "created" and not field.internal and any(side.get(name) not in EMPTY for side in both)
        ]

    def _conflict(self, preview: ProfileMerge, name: str) -> FieldConflict:
        """The field as a question, also where the merge could answer it."""
        of_merge = next((one for one in preview.result.conflicts if one.field == name), None)
        empty = FIELDS["profile"][name].empty
        return of_merge or FieldConflict(
            name, empty, preview.into.fields.get(name, empty), preview.other.fields.get(name, empty)
        )

    def _open(self, preview: ProfileMerge) -> list[str]:
        """Fields that are not decided yet; the name is that of the one that stays, unless another is chosen."""
        return [one.field for one in preview.result.conflicts if one.field not in self._choices and one.field != "name"]

    def _result(self, preview: ProfileMerge, name: str) -> Any:
        if name in self._choices:
            return take("profile", self._conflict(preview, name), self._choices[name])
        value = (preview.result.value or {}).get(name, FIELDS["profile"][name].empty)
        if name == "aliases":
            names = (preview.into.title, preview.other.title)
            value = [alias for alias in dict.fromkeys((*value, *names)) if alias != self._result(preview, "name")]
        return value

    # --- showing --------------------------------------------------------------------------------------

    def _show(self, cursor: str | None = None) -> None:
        if (preview := self._preview) is None:
            return
        at = cursor or self.view.cursor_key
        lines = [self._row("", "", "this one stays", "this one goes", "result", style="label")]
        lines += [self._field(preview, field) for field in self._fields(preview)]
        self.view.show([*lines, line(), *self._told(preview, at or lines[1].key)], cursor=cursor)
        self._show_summary(preview)

    def _field(self, preview: ProfileMerge, field: Field) -> Line:
        name = field.name
        sign, _ = self._state(preview, field)
        this, other = (_cell(field, side.fields.get(name)) for side in (preview.into, preview.other))
        result = "-" if sign == "?" else _cell(field, self._result(preview, name))
        style = {"?": "warn", "✓": "good"}.get(sign, "")
        return self._row(sign, field.label, this, other, result, style=style, key=name)

    def _row(self, sign: str, *cells: str, style: str, key: str | None = None) -> Line:
        """The sign, the label and three columns of the same width."""
        width = max(6, (self.view.size.width - LABEL - 4 * len(GAP) - 4) // 3)
        label, this, other, result = cells
        return line(
            Span(f"{sign:<1} ", style),
            Span(fit(label, LABEL) + GAP, "label"),
            Span(fit(this, width) + GAP + fit(other, width) + GAP, "" if key else "label"),
            Span(result, style),
            key=key,
        )

    def _state(self, preview: ProfileMerge, field: Field) -> tuple[str, str]:
        """The sign of a field, and what it says in words."""
        name, into, other = field.name, preview.into.fields, preview.other.fields
        if name in self._choices:
            return "✓", f"you chose {SIDES.get(self._choices[name], 'both')}"
        if name in self._open(preview):
            return "?", "they differ: choose 1 or 2"
        if field.same(into.get(name), other.get(name)):
            return "=", "both hold the same"
        if into.get(name) in EMPTY or other.get(name) in EMPTY:
            return "=", f"only the one that {'goes' if into.get(name) in EMPTY else 'stays'} has it"
        how = preview.result.taken.get(name, Taken("mine")).how
        return ("+", "both") if how == "both" else ("=", SIDES.get(how, how))

    def _told(self, preview: ProfileMerge, name: str) -> list[Line]:
        """The field under the cursor, whole."""
        field = FIELDS["profile"][name]
        sign, says = self._state(preview, field)
        values = [("stays", preview.into.fields.get(name)), ("goes", preview.other.fields.get(name))]
        values += [] if sign == "?" else [("result", self._result(preview, name))]
        lines = [line(Span(f"{sign} {field.label}: {says}", "key"))]
        for what, value in values:
            text = value_text(field, value) or "(empty)"
            shown = text[:SHOWN] + (" …" if len(text) > SHOWN else "")
            lines.append(line(Span(f"  {what:<{LABEL}}{GAP}", "label"), Span(shown), wraps=True))
        return lines

    def _show_summary(self, preview: ProfileMerge) -> None:
        """What becomes of the links and of the name, and what is still to be decided."""
        moved, joined = preview.moved, preview.joined
        links = f"{moved:,} links move" if moved > 1 else f"{moved or 'no'} link moves"
        if joined:
            links += f", {joined:,} {'is' if joined == 1 else 'are'} on both and become{'s' if joined == 1 else ''} one"
        aliases = self._result(preview, "aliases") or []
        kept = [name for name in (preview.into.title, preview.other.title) if name in aliases]
        names = f"; “{'”, “'.join(kept)}” stays as an alias" if kept else ""
        self.query_one("#merge-links", Bar).show([Span(f" {links}{names}")])
        if still := self._open(preview):
            state = Span(f" ? {len(still)} open: {_labels(still)}; 1 and 2 choose", "warn")
        else:
            state = Span(f" ✓ all is decided; {self.hint('merge.write')[0]} merges, as one change", "good")
        self.query_one("#merge-state", Bar).show([state])

    @on(LineView.Moved)
    def _moved(self, message: LineView.Moved) -> None:
        message.stop()
        self._show()

    def on_resize(self) -> None:
        self._show()

    # --- choosing -------------------------------------------------------------------------------------

    def action_choose(self, choice: Take) -> None:
        preview, name = self._preview, self.view.cursor_key
        if preview is None or name is None:
            return
        field = FIELDS["profile"][name]
        if field.same(preview.into.fields.get(name), preview.other.fields.get(name)):
            self.work.say(f"{field.label}: both hold the same", "warn")
            return
        try:
            take("profile", self._conflict(preview, name), choice)
        except Invalid as error:
            self.work.say(f"{field.label}: {error.reason}", "warn")
            return
        was_open = name in self._open(preview)
        self._choices[name] = choice
        still = self._open(preview)
        self._show(cursor=still[0] if was_open and still else None)

    def action_leave_open(self) -> None:
        if self._choices.pop(self.view.cursor_key, None) is not None:
            self._show()

    def action_swap(self) -> None:
        self._into, self._other = self._other, self._into
        self._choices = {name: SWAPPED[choice] for name, choice in self._choices.items()}
        self._read()

    @on(LineView.Chosen)
    def _chosen(self, message: LineView.Chosen) -> None:
        message.stop()
        self.action_write()

    def action_write(self) -> None:
        if (preview := self._preview) is None or self._is_writing:
            return
        if still := self._open(preview):
            self.work.say(f"Merge: still open: {_labels(still)}; 1 and 2 choose", "warn")
            return
        self._is_writing = True
        decided = {name: self._result(preview, name) for name in self._choices}
        merge = MergeProfiles(self._into, self._other, decided)
        self.write(lambda: merge_as_shown(self.app.workspace, preview, merge), self._written)

    def _written(self, receipt: Receipt) -> None:
        screen, undo = self.work, self.app.key_named("undo")
        if self._merged is not None:
            self._merged(receipt, self._into, self._other)
        title = self._preview.into.title if self._preview else ""
        self.close(f"{title}: two profiles are one; {undo} makes them two again")
        screen.after_write()
        screen.show_new(Ref("profile", self._into))

    def refused(self, error: RolodocError) -> None:
        self._is_writing = False
        if isinstance(error, Stale):
            self._read()
        self.work.say(str(error), "bad")


def merge_as_shown(workspace: Workspace, preview: ProfileMerge, merge: MergeProfiles) -> Receipt:
    """Merges what was looked at. Raises Stale when one of the two was changed since, and what the write raises."""
    for shown in (preview.into, preview.other):
        current = workspace.get(shown.ref)
        if current.version != shown.version:
            raise Stale(current)
    return workspace.write([merge])


def _cell(field: Field, value: Any) -> str:
    """The value in a column: its first line."""
    first, more, _ = value_text(field, value).partition("\n")
    return safe_text(first) + (" …" if more else "")


def _labels(names: list[str]) -> str:
    return ", ".join(FIELDS["profile"][name].label for name in names)
