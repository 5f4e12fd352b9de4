"""Accounts, groups and roles: who there is, what each may, and by which grants and memberships."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType

from core.access_values import Me
from core.fields import Entity
from core.rows import AccountRow
from core.values import RecordId, Ref, id_text
from core.workspace import Workspace
from core.write_values import Delete, Receipt, Restore
from tui.access_lines import AtGrant
from tui.access_names import KINDS, Directory, Row, read_directory
from tui.dialogs.access_change import try_out
from tui.dialogs.access_picks import AccessPick, records
from tui.dialogs.grant import Effect, GrantEdit, GrantForm, told
from tui.dialogs.subject_forms import MembershipPanel, SubjectForm
from tui.dialogs.two_panes import TwoPanes
from tui.subject_lines import SubjectDetail, detail_lines, listed, read_subject
from tui.widgets.filter_line import FilterLine
from tui.widgets.line_view import line
from tui.widgets.painted import Span
from tui.widgets.picked import Picked

EMPTY: Final = {
    "account": "there is no account: you are the only one here; {key} makes one",
    "group": "there is no group; {key} makes one",
    "role": "there is no role beside owner and auditor; {key} makes one",
}


@dataclass(frozen=True, slots=True)
class Everybody:
    """All that is listed: as it is, or what is in the trash."""

    me: Me
    directory: Directory
    listed: Directory


class AccountsPanel(TwoPanes):
    """Three lists, which ← and → turn through; what one of them may stands beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "turn(1)", "Next list: accounts, groups, roles", show=False, id="accounts.next_list"),
        Binding("left", "turn(-1)", "List before", show=False, id="accounts.previous_list"),
        Binding("slash", "filter", "Show only those with this in their name", show=False, id="accounts.filter"),
        Binding("n", "new", "New", show=False, id="accounts.new"),
        Binding("e", "edit", "Edit it, or the grant under the cursor", show=False, id="accounts.edit"),
        Binding("m", "members", "Groups and roles of it", show=False, id="accounts.memberships"),
        Binding("g", "grant('allow')", "Grant to it", show=False, id="accounts.grant"),
        Binding("d", "grant('deny')", "Deny it", show=False, id="accounts.deny"),
        Binding("x", "remove", "Delete it, or revoke the grant under the cursor", show=False, id="accounts.remove"),
        Binding("w", "why", "Why it may or may not see a record", show=False, id="accounts.why"),
        Binding("T", "trash", "Show the trash of these lists, or leave it", show=False, id="accounts.trash"),
        Binding("R", "restore", "Bring back from the trash", show=False, id="accounts.restore"),
        Binding("h", "history", "Every change of it", show=False, id="accounts.history"),
        Binding("u", "undo", "Undo", show=False, id="accounts.undo"),
        Binding("U", "redo", "Redo", show=False, id="accounts.redo"),
    ]
    title = "Accounts"

    def __init__(self) -> None:
        super().__init__(classes="two-panes")
        self._everybody: Everybody | None = None
        self._entity: Entity = "account"
        self._trash = False
        self._filter = ""
        self._detail: SubjectDetail | None = None

    def key_hints(self) -> list[tuple[str, str]]:
        if self.in_second:
            at_grant = isinstance(self.second.cursor_key, AtGrant)
            change = [self.hint("accounts.remove", "revoke"), self.hint("accounts.edit", "edit")] if at_grant else []
            return [("↑↓", "move"), *change, self.hint("accounts.grant", "grant"), ("esc", "to the list")]
        lists = ("←→", "list")
        if self._trash:
            return [lists, self.hint("accounts.restore", "restore"), self.hint("accounts.trash", "leave the trash")]
        ids = ("new", "edit", *(["memberships"] if self._entity != "role" else []), "grant", "deny")
        makes = [self.hint(f"accounts.{id}", "members" if id == "memberships" else id) for id in ids]
        why = [self.hint("accounts.why", "why")] if self._entity == "account" else []
        find = self.hint("accounts.filter", "find")
        return [lists, *makes, *why, self.hint("accounts.remove", "delete"), self.hint("accounts.undo"), find]

    # --- reading ----------------------------------------------------------------------------------------------

    def read(self) -> None:
        self._read()

    def _read(self, cursor: RecordId | None = None) -> None:
        workspace, trash = self.app.workspace, self._trash
        self.ask(lambda: read_everybody(workspace, trash), lambda found: self._take(found, cursor), group="accounts")

    def _take(self, everybody: Everybody, cursor: RecordId | None) -> None:
        self._everybody = everybody
        self._show(cursor)

    def _show(self, cursor: Any = None) -> None:
        everybody = self._everybody
        if everybody is None:
            return
        lists = everybody.listed
        names = {entity: f"{entity.capitalize()}s {len(lists.of(entity)):,}" for entity in KINDS}
        spans = [
            Span(f"[{name}] ", "title") if entity == self._entity else Span(f" {name}  ", "label")
            for entity, name in names.items()
        ]
        if self._trash:
            spans.append(Span("in the trash", "warn"))
        if self._filter:
            spans.append(Span(f"/ {self._filter}", "accent"))
        self.about(*spans)
        part = self._filter.casefold()
        rows = [row for row in lists.of(self._entity) if part in row.name.casefold()]
        lines = [listed(row, everybody.directory) for row in rows]
        self.first.show(lines or [line(Span(self._nothing(), "label"), wraps=True)], cursor=cursor)
        self.read_second()
        self.work.refresh_keys()

    def _nothing(self) -> str:
        if self._filter:
            return "none has this in its name"
        if self._trash:
            return f"no {self._entity} is in the trash"
        return EMPTY[self._entity].format(key=self.hint("accounts.new")[0])

    @property
    def row(self) -> Row | None:
        """The account, group or role under the cursor of the list."""
        key = self.first.cursor_key
        rows = self._everybody.listed.of(self._entity) if self._everybody is not None else []
        return next((row for row in rows if row.id == key), None)

    def read_second(self) -> None:
        row, everybody, workspace, entity = self.row, self._everybody, self.app.workspace, self._entity
        if row is None or everybody is None:
            self.forget("subject")
            self._detail = None
            self.tell([])
            return
        self.ask(
            lambda: read_subject(workspace, entity, row, everybody.directory, everybody.me),
            self._show_subject,
            group="subject",
            refuse=self.tell_error,
        )

    def _show_subject(self, detail: SubjectDetail) -> None:
        same = self._detail is not None and self._detail.row.id == detail.row.id
        self._detail = detail
        lines = detail_lines(detail)
        self.tell(lines) if same else self.tell(lines, cursor=lines[0].key, top=0)
        self.work.refresh_keys()

    # --- which list ---------------------------------------------------------------------------------------------

    def action_turn(self, step: int) -> None:
        self._entity = KINDS[(KINDS.index(self._entity) + step) % len(KINDS)]
        self._filter = ""
        self.go_into(self.first)
        self._show()

    def action_trash(self) -> None:
        self._trash = not self._trash
        self._filter = ""
        self.read()

    async def action_filter(self) -> None:
        if not self.query(FilterLine):
            await self.mount(FilterLine(self._filter), after="#about")
        self.go_into(self.query_one(FilterLine))

    def on_filter_line_typed(self, message: FilterLine.Typed) -> None:
        message.stop()
        self._filter = message.text.strip()
        self._show()

    def on_filter_line_finished(self, message: FilterLine.Finished) -> None:
        message.stop()
        self.go_into(self.first)
        self.query(FilterLine).remove()
        if message.how == "clear":
            self._filter = ""
            self._show()

    # --- what can be done ---------------------------------------------------------------------------------------

    async def action_new(self) -> None:
        everybody = self._everybody
        if everybody is None or self._trash:
            return
        begins = self._entity == "account" and not everybody.directory.accounts
        first = self.app.workspace.actor.name if begins else ""
        await self.work.open_panel(SubjectForm(self._entity, first=first), over=True)

    async def action_edit(self) -> None:
        if (grant := self._grant) is not None:
            await self.work.open_panel(GrantEdit(grant), over=True)
        elif (row := self._living()) is not None:
            tied = self._detail.tied if self._detail is not None and self._detail.row.id == row.id else None
            if tied is None and isinstance(row, AccountRow) and row.tied_to:
                tied = Picked("profile", row.tied_to, "its profile")
            await self.work.open_panel(SubjectForm(self._entity, Ref(self._entity, row.id), tied=tied), over=True)

    async def action_members(self) -> None:
        row = self._living()
        if row is None or self._everybody is None:
            return
        if self._entity == "role":
            self.work.say("Memberships: a role is given to accounts and groups; turn to those with ←→", "warn")
        else:
            await self.work.open_panel(MembershipPanel(self._entity, row, self._everybody.directory), over=True)  # type: ignore[arg-type]

    async def action_grant(self, effect: Effect) -> None:
        if (row := self._living()) is not None:
            to = Picked(self._entity, id_text(row.id), row.name)
            await self.work.open_panel(GrantForm(effect, to=to), over=True)

    def action_remove(self) -> None:
        if (grant := self._grant) is not None:
            undo = self.hint("accounts.undo")[0]
            try_out(
                self,
                f"Revoke: {told(grant)}",
                [Delete(Ref("grant", grant.id))],
                lambda _: self.work.say(f"revoked; {undo} takes it back", "good"),
            )
        elif not self.in_second and (row := self._living()) is not None:
            what, writes = f"{self._entity} {row.name}", [Delete(Ref(self._entity, row.id))]
            try_out(self, f"Delete {what}", writes, self._told(f"{what} is deleted"))

    def action_restore(self) -> None:
        row = self.row
        if row is None or not self._trash:
            self.work.say(f"Restore: {self.hint('accounts.trash')[0]} shows what is in the trash", "warn")
            return
        what, writes = f"{self._entity} {row.name}", [Restore(Ref(self._entity, row.id))]
        try_out(self, f"Restore {what}", writes, self._told(f"{what} is back"))

    async def action_why(self) -> None:
        row = self._living()
        if row is None or self._entity != "account":
            self.work.say("Why: put the cursor on an account", "warn")
            return
        name = row.name
        question = f"which record? type a part of the name; what {name} may do with it is told with the reasons"
        pick = AccessPick("Why", question, records, lambda one: self._ask_why(name, one))
        await self.work.open_panel(pick, over=True)

    def _ask_why(self, account: str, on: Picked) -> None:
        from tui.dialogs.explain import ExplainPanel

        self.run_worker(self.work.open_panel(ExplainPanel(account, on), over=True))

    async def action_history(self) -> None:
        from tui.dialogs.history import HistoryPanel

        if (grant := self._grant) is not None:
            await self.work.open_panel(HistoryPanel(Ref("grant", grant.id)), over=True)
        elif (row := self.row) is not None:
            await self.work.open_panel(HistoryPanel(Ref(self._entity, row.id)), over=True)

    def _told(self, said: str) -> Any:
        undo = self.hint("accounts.undo")[0]

        def done(receipt: Receipt) -> None:
            del receipt
            self.work.say(f"{said}; {undo} takes it back", "good")
            self.read()

        return done

    def _living(self) -> Row | None:
        if self._trash:
            self.work.say(f"it is in the trash; {self.hint('accounts.restore')[0]} restores it first", "warn")
            return None
        return self.row

    @property
    def _grant(self) -> Any:
        """The grant under the cursor of the second view, while that has the keys."""
        key = self.second.cursor_key
        if not (self.in_second and isinstance(key, AtGrant) and self._detail is not None):
            return None
        return next((row for row, _ in self._detail.grants if row.id == key.id), None)


def read_everybody(workspace: Workspace, trash: bool) -> Everybody:
    """Raises Denied."""
    directory = read_directory(workspace)
    return Everybody(workspace.me(), directory, read_directory(workspace, trash=True) if trash else directory)
