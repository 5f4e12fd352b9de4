"""Says what will go to the trash, and asks once."""

from __future__ import annotations

from core.errors import RolodocError
from core.values import Ref
from core.write_values import Delete, Receipt
from tui.dialogs.confirm import ConfirmPanel
from tui.widgets.line_view import line
from tui.widgets.painted import Span

NAMED = 12  # records; of more only the number is told


class RemovePanel(ConfirmPanel):
    """Deletes records, or unlinks; undo brings all of it back."""

    def __init__(self, refs: list[Ref]) -> None:
        verb = "Unlink" if all(ref.entity == "link" for ref in refs) else "Delete"
        super().__init__(verb if len(refs) == 1 else f"{verb} {len(refs):,} {refs[0].entity}s", [])
        self._chosen = refs

    @property
    def refs(self) -> tuple[Ref, ...]:
        return tuple(self._chosen)

    def on_mount(self) -> None:
        super().on_mount()
        self.ask(self._what_goes, self._tell, group="remove")

    def _what_goes(self) -> list[str]:
        return [f"{self.app.workspace.get(ref).title} {self._links_of(ref)}".rstrip() for ref in self._chosen[:NAMED]]

    def _links_of(self, ref: Ref) -> str:
        counts = [group.count for group in self.app.workspace.groups(ref)] if ref.entity != "link" else []
        total = sum(count.value for count in counts)
        more = "" if all(count.exact for count in counts) else " or more"
        return f"and its {total:,}{more} link{'' if total == 1 else 's'}" if total else ""

    def _tell(self, what: list[str]) -> None:
        lines = [line(Span("✗ ", "bad"), Span(each), wraps=True) for each in what]
        if len(self._chosen) > NAMED:
            lines.append(line(Span(f"  and {len(self._chosen) - NAMED:,} more, each with its links", "label")))
        back = f"To the trash; {self.app.key_named('undo')} brings it back."
        self.put_question([*lines, line(), line(Span(back, "label"), wraps=True)])

    def confirmed(self) -> None:
        self.write([Delete(ref) for ref in self._chosen], self._removed)

    def _removed(self, receipt: Receipt) -> None:
        screen = self.work
        self.close(f"{receipt.summary}; {self.app.key_named('undo')} brings it back")
        screen.after_write()

    def refused(self, error: RolodocError) -> None:
        self.close(str(error), "bad")
