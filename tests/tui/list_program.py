"""A program with nothing but a list between two bars, to run in a real terminal: `list_program.py STORE`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.filter import LineFilter
from textual.widgets import Static

from core.values import Actor, Query, Ref
from core.workspace import open_workspace
from core.write_values import Edit
from tui.safe_text import HostileTextFilter
from tui.widgets import row_changes
from tui.widgets.columns import PROFILE_COLUMNS
from tui.widgets.record_list import RecordList


class ListProgram(App[None]):
    """The bar below says how many keys were handled, how often the list was read, and where the cursor stands."""

    CSS = """
    Static { height: 1; }
    Horizontal { height: 1fr; }
    #beside { width: 20; height: 1fr; }
    Screen { layers: base above; }
    #overlay { layer: above; offset: 10 5; width: 30; height: 3; }
    .hidden { display: none; }
    """
    BINDINGS = [
        ("space", "mark", "Mark"),
        ("c", "change", "Change"),
        ("i", "change_elsewhere", "Change elsewhere"),
        ("g", "reload", "Reload"),
        ("o", "overlay", "Overlay"),
        ("s", "split", "Split"),
        ("p", "paint", "Paint"),
    ]

    scrub = HostileTextFilter()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self.scrub]

    def compose(self) -> ComposeResult:
        yield Static("a bar above")
        with Horizontal():
            yield RecordList(PROFILE_COLUMNS)
            yield Static("beside the list", id="beside", classes="hidden")
        yield Static("", id="status")
        yield Static("laid over the list", id="overlay", classes="hidden")

    def on_mount(self) -> None:
        self.keys = self.reads = 0
        self.workspace = open_workspace(sys.argv[1], Actor("tester", "terminal"))
        self.list = self.query_one(RecordList)
        self.list.focus()
        self.list.show(self.workspace, Query(entity="profile"))

    def on_key(self) -> None:
        self.keys += 1
        self.say()

    def on_record_list_loaded(self) -> None:
        self.reads += 1
        self.say()

    def on_record_list_cursor_moved(self) -> None:
        self.say()

    def say(self) -> None:
        position, count = self.list.position
        text = f"{self.keys} keys, {self.reads} reads, {position} of {count}."
        self.query_one("#status", Static).update(text if self.list.cursor_row else f"{text} ···")

    def action_mark(self) -> None:
        self.list.toggle_mark()

    def action_change(self) -> None:
        """Edits the cursor's record as someone else would."""
        row = self.list.cursor_row
        if row is not None:
            self.edit(Ref("profile", row.id))

    def action_change_elsewhere(self) -> None:
        """Edits a loaded record out of view and one that was never read."""
        rows = self.workspace.page(Query(entity="profile")).rows[-1:]
        rows += self.workspace.page(Query(entity="profile"), backwards=True, limit=1).rows
        for row in rows:
            self.edit(Ref("profile", row.id))

    def edit(self, ref: Ref) -> None:
        name = self.workspace.get(ref).fields["name"]
        self.workspace.write([Edit(ref, {"name": f"{name} !"})])
        self.list.apply_changes(self.workspace.changes(ref=ref, limit=1))

    def action_reload(self) -> None:
        self.list.reload()

    def action_overlay(self) -> None:
        self.query_one("#overlay").toggle_class("hidden")

    def action_split(self) -> None:
        self.query_one("#beside").toggle_class("hidden")

    def action_paint(self) -> None:
        self.screen.refresh()


if __name__ == "__main__":
    row_changes.FRESH = 1_000_000.0  # no mark fades while screens are compared
    ListProgram().run()
