"""The form of a new record or of one that is there: typed values are kept as a draft until they are saved.

It is saved with the version that was read, so that what others saved meanwhile is merged with; what no rule can settle
becomes a conflict, which waits among the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.timer import Timer
from textual.widgets import Input

from core.drafts import Draft, drop_draft, find_draft, save_draft
from core.errors import Invalid, RolodocError
from core.fields import FIELDS, Entity, Field, check_fields
from core.form_text import editable_fields, format_form, parse_form
from core.instants import now
from core.merge_values import WHOLE
from core.values import ConflictRecord, Record, Ref, tell_withheld
from core.write_values import Create, Edit, Receipt, Write
from tui.describe import field_label, moment
from tui.dialogs.panel import Panel
from tui.sides import who
from tui.widgets.fields import FieldRow, Label, typed_text

if TYPE_CHECKING:
    from tui.app import RolodocApp

PAUSE = 0.5  # seconds of typing after which the draft is kept


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving: whether it met with a newer version, and what that left open."""

    receipt: Receipt
    met: str = ""  # who saved that version
    conflicts: tuple[ConflictRecord, ...] = ()


class FormPanel(Panel):
    """Edits `ref`, or makes a new record without it. `external` starts in the program that $EDITOR names."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+g", "save", "Save", show=False, id="form.save"),
        Binding("tab,down", "turn(1)", "Next field", show=False, id="form.next"),
        Binding("shift+tab,up", "turn(-1)", "Previous field", show=False, id="form.previous"),
        Binding("f4", "start_over", "Drop the draft", show=False, id="form.start_over"),
    ]

    wide = True
    takes_text = True

    def __init__(self, entity: Entity, ref: Ref | None = None, *, external: bool = False) -> None:
        super().__init__(classes="form")
        self.entity, self.ref = entity, ref
        self.title = "Edit" if ref else f"New {entity}"
        self._external = external
        self._record: Record | None = None
        self._draft: Draft | None = None  # that the form goes on with
        self._kept: Draft | None = None  # that is stored, or was
        self._turn = 0
        self._storing = Lock()
        self._keeping: Timer | None = None
        self._saving = False
        self.can_focus = True  # until its fields are there

    def compose(self) -> ComposeResult:
        yield Label(classes="note")
        yield VerticalScroll(id="fields", can_focus=False)

    def key_hints(self) -> list[tuple[str, str]]:
        keys = [("⏎", "save"), ("f2", "save from anywhere"), ("tab", "next field"), ("esc", "close, keep a draft")]
        return [*keys, ("f4", "start over")] if self._draft else keys

    def on_mount(self) -> None:
        self.take_keys(self)
        self.ask(self._read, self._open, group="form", refuse=self.not_there)

    # --- reading ------------------------------------------------------------------------------------

    def _read(self) -> tuple[Record | None, Draft | None]:
        workspace = self.app.workspace
        record = workspace.get(self.ref) if self.ref else None
        return record, find_draft(workspace, self.entity, self.ref.id if self.ref else None)

    async def _open(self, answer: tuple[Record | None, Draft | None]) -> None:
        record, draft = answer
        self._record, self._draft, self._kept = record, draft, draft
        if record is not None:
            self.title = f"Edit {record.title}"
            self.work.refresh_header()
        await self._show_fields()
        if self._external:
            self._edit_outside()

    async def _show_fields(self) -> None:
        typed = self._draft.fields if self._draft else {}
        withheld = self._record.withheld if self._record else []
        fields = editable_fields(self.entity, withheld)
        rows = [FieldRow(field, self._stored(field), typed.get(field.name)) for field in fields]
        await self.query_one("#fields").mount_all(rows)
        if self._draft is not None:
            self.query_one(".note", Label).show_text(self._about_draft(self._draft), "warn")
        elif withheld:
            self.query_one(".note", Label).show_text(
                f"{tell_withheld(withheld)}; what is not shown stays as it is", "label"
            )
        self.can_focus = False
        self.take_keys(rows[0].editor)
        self.work.refresh_keys()

    def _about_draft(self, draft: Draft) -> str:
        record, goes_on = self._record, f"! goes on with your draft of {moment(draft.at)}"
        if record is None or record.version == draft.base_version:
            return f"{goes_on}; f4 starts over"
        return f"{goes_on}; {record.updated_by} saved rev {record.revision} since: saving merges; f4 starts over"

    def _stored(self, field: Field) -> Any:
        return (self._record.fields if self._record else {}).get(field.name, field.empty)

    @property
    def _base_version(self) -> int | None:
        """The version that was read when the typing began."""
        if self._draft is not None and self._draft.base_version is not None:
            return self._draft.base_version
        return self._record.version if self._record else None

    @property
    def rows(self) -> list[FieldRow]:
        return list(self.query(FieldRow))

    def action_turn(self, step: int) -> None:
        """To the next field that can be typed into, round the form."""
        editors = [row.editor for row in self.rows if row.editor.can_focus]
        at = next((at for at, editor in enumerate(editors) if editor.has_focus), -1)
        if editors:
            editors[(at + step) % len(editors)].focus()

    # --- the draft ----------------------------------------------------------------------------------

    @on(FieldRow.Changed)
    def _typing(self, message: FieldRow.Changed) -> None:
        message.stop()
        if self._keeping is None:
            self._keeping = self.set_timer(PAUSE, self._keep)

    def _current_draft(self) -> Draft | None:
        """What is typed and not saved, if anything."""
        changed = [row for row in self.rows if row.is_changed]
        if not changed:
            return None
        read = self._draft.base if self._draft else {}
        return Draft(
            entity=self.entity,
            id=self.ref.id if self.ref else None,
            fields={row.field.name: _value_or_text(row) for row in changed},
            base={row.field.name: read.get(row.field.name, self._stored(row.field)) for row in changed}
            if self.ref
            else {},
            base_version=self._base_version,
            at=now(),
        )

    def _keep(self) -> None:
        self._keeping = None
        if self.is_attached and not self._saving:
            self._keep_draft(self._current_draft())

    def _keep_draft(self, draft: Draft | None) -> None:
        """Stores what is typed; without it, what was stored before goes."""
        self._turn += 1
        turn, earlier = self._turn, self._kept
        self._kept = draft or earlier
        screen = self.work
        screen.ask(
            lambda: self._store_draft(screen.app, turn, draft, earlier),
            lambda _: None,
            group="draft",
            refuse=lambda error: screen.say(f"the draft is not kept: {error}", "bad"),
            every=True,
        )

    def _store_draft(self, app: RolodocApp, turn: int, draft: Draft | None, earlier: Draft | None) -> None:
        with self._storing:
            if turn != self._turn:
                return  # something later was typed
            if draft is not None:
                save_draft(app.workspace, draft)
            elif earlier is not None:
                drop_draft(app.workspace, earlier)
        app.post_message(app.DraftsChanged())

    @property
    def refs(self) -> tuple[Ref, ...]:
        return (self.ref,) if self.ref else ()

    def gives_way(self) -> bool:
        """What was typed stays, and is kept as a draft; only saving is refused."""
        draft = self._current_draft()
        if draft is None:
            return super().gives_way()
        self._keep_draft(draft)
        text = "✗ not shown to you any more; what you typed is kept, but cannot be saved"
        self.query_one(".note", Label).show_text(text, "bad")
        return False

    def leave(self) -> None:
        if self._keeping is not None:
            self._keeping.stop()
        draft = self._current_draft()
        if self.rows:
            self._keep_draft(draft)
        self.close("kept as a draft; the same key goes on with it" if draft else "", "")

    def action_start_over(self) -> None:
        if self._draft is None:
            return
        self._draft = None
        self.query_one(".note", Label).show_text("", "")
        for row in self.rows:
            row.type(typed_text(row.field, self._stored(row.field)))
        self.work.refresh_keys()

    # --- saving -------------------------------------------------------------------------------------

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Saves what was changed; what does not fit is shown at its field."""
        if self._saving or not self.rows:
            return
        fields: dict[str, Any] = {}
        wrong: list[FieldRow] = []
        for row in self.rows:
            row.show_error("")
            if not row.is_changed and (self.ref or not row.text):
                if self.ref is None and row.field.required:
                    row.show_error("must not be empty")
                    wrong.append(row)
                continue
            try:
                fields[row.field.name] = row.field.parse(row.text)
            except Invalid as error:
                row.show_error(error.reason)
                wrong.append(row)
        if wrong:
            wrong[0].editor.focus()
            self.work.say(f"not saved: {wrong[0].field.label} {wrong[0].error}", "bad")
            return
        if self.ref is not None and not fields:
            self._keep_draft(None)
            self.close("nothing was changed")
            return
        try:
            check_fields(self.entity, fields)
        except Invalid as error:
            self._show_failure(error.reason, error.field)
            return
        self._saving = True
        self._turn += 1
        self._save(fields, self._current_draft())

    def _save(self, fields: dict[str, Any], draft: Draft | None) -> None:
        workspace, ref, version = self.app.workspace, self.ref, self._base_version
        write: Write = Edit(ref, fields, version, merge=True) if ref else Create(self.entity, fields)
        saved: list[Saved] = []

        def save() -> Receipt:
            with self._storing:
                if draft is not None:
                    save_draft(workspace, draft)
                before = workspace.get(ref) if ref else None
                receipt = workspace.write([write])
                if draft is not None:
                    drop_draft(workspace, draft)
            met = before.updated_by if before is not None and before.version != version else ""
            saved.append(Saved(receipt, met, tuple(map(workspace.conflict, receipt.conflicts)) if met else ()))
            return receipt

        self.write(save, lambda _: self._saved(saved[0]), refuse=self._not_saved)

    def _saved(self, saved: Saved) -> None:
        screen, receipt = self.work, saved.receipt
        open_ones = [one for one in saved.conflicts if one.fields]
        if open_ones:
            self.close(clash_told(open_ones, self.app.workspace.actor.name, self.app.key_named("go.conflicts")), "warn")
        elif saved.met:
            self.close(f"saved; what {saved.met} changed meanwhile stays")
        else:
            self.close(receipt.summary or "nothing had to change")
        if self.ref is None and receipt.refs:
            screen.show_new(receipt.refs[0])

    def _not_saved(self, error: RolodocError) -> None:
        self._saving = False
        if isinstance(error, Invalid):
            self._show_failure(error.reason, error.field)
        else:
            self._show_failure(str(error), "")

    def _show_failure(self, reason: str, field: str) -> None:
        row = next((row for row in self.rows if row.field.name == field), None)
        if row is not None:
            row.show_error(reason)
            row.editor.focus()
        label = FIELDS[self.entity][field].label + " " if field in FIELDS[self.entity] else ""
        self.work.say(f"not saved: {label}{reason}", "bad")

    # --- outside ------------------------------------------------------------------------------------

    def _edit_outside(self) -> None:
        """Hands the form to $EDITOR and takes back what was typed there, into the fields of this form."""
        stored = self._record.fields if self._record else {}
        title = self._record.title if self._record else f"new {self.entity}"
        shown = {row.field.name for row in self.rows}
        remarks = [title, "Save and leave the editor to go on; nothing is stored yet."]
        text = format_form(self.entity, stored, remarks, only=shown)
        changed, error = edited_outside(
            self.app, text, self.entity, lambda typed: parse_form(self.entity, typed, stored)
        )
        for row in self.rows:
            if row.field.name in changed:
                row.type(typed_text(row.field, changed[row.field.name]))
        if error:
            self.work.say(error, "bad")
        elif not changed:
            self.close("nothing was changed in the editor", "")


def edited_outside(
    app: RolodocApp, text: str, name: str, read: Callable[[str], dict[str, Any]]
) -> tuple[dict[str, Any], str]:
    """(fields, what went wrong): hands the text to the program that $EDITOR names, and `read`s what comes back.

    An error must not leave the terminal with the editor, so none is raised.
    """
    from core.cli.editor import edited

    try:
        with app.suspend():
            try:
                with edited(text, name) as typed:
                    changed, error = read(typed), ""
            except RolodocError as failed:
                changed, error = {}, str(failed)
    except SuspendNotSupported:
        changed, error = {}, "this terminal cannot be handed over to an editor"
    app.refresh(layout=True)
    return changed, error


def clash_told(conflicts: list[ConflictRecord], me: str, key: str) -> str:
    """What of a save did not go in, and where it is settled."""
    one = conflicts[0]
    theirs = who(one.theirs, me)
    if one.question != "fields":
        return f"{theirs} deleted {one.title} meanwhile: {key} settles whether it stays"
    names = [field_label(one.record.entity, field.field).lower() for field in one.fields if field.field != WHOLE]
    verb = "clashes" if len(names) == 1 else "clash"
    return f"{', '.join(names)} {verb} with what {theirs} saved: {key} settles it"


def _value_or_text(row: FieldRow) -> Any:
    try:
        return row.field.parse(row.text)
    except Invalid:
        return row.text
