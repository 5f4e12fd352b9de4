"""Textual's DataTable with so many rows."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class TableApp(App[None]):
    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("Name", "Kind", "Updated")
        table.add_rows((f"Name {number}", "person", "2026-01-31") for number in range(int(sys.argv[1])))
        table.focus()


if __name__ == "__main__":
    TableApp().run()
