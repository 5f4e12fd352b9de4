"""A save over a newer row: for each field that both sides changed, mine, theirs or base."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.drafts import Draft, drop_draft, save_draft
from core.errors import RolodocError, Stale
from core.fields import FIELDS, now
from core.values import Edit, Receipt
from tui.clash import Clash, Side
from tui.describe import field_label, moment
from tui.dialogs.panel import Panel
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span

KEYS: dict[Side, str] = {"mine": "1", "theirs": "2", "base": "0"}
SHOWN = 300  # characters of a value


class ClashPanel(Panel):
    """Nothing is written before every field is settled; what was typed stays a draft until then."""

    title = "Clash"
    wide = True
    hints = (("1", "mine"), ("2", "theirs"), ("0", "base"), ("w", "write"), ("esc", "later, keeps the draft"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "choose('mine')", "Keep mine", show=False, id="clash.mine"),
        Binding("2", "choose('theirs')", "Keep theirs", show=False, id="clash.theirs"),
        Binding("0", "choose('base')", "Keep base, as it was before both", show=False, id="clash.base"),
        Binding("w,f2", "write", "Write what is chosen", show=False, id="clash.write"),
    ]

    def __init__(self, clash: Clash) -> None:
        super().__init__()
        self.clash = clash

    def compose(self) -> ComposeResult:
        yield LineView(id="clash")

    def on_mount(self) -> None:
        self.take_keys(self.query_one(LineView))
        self._show()
        draft = self._draft()
        self.work.ask(lambda: save_draft(self.app.workspace, draft), lambda _: None, group="draft", every=True)

    def _show(self) -> None:
        self.query_one(LineView).show(self._lines())

    def _lines(self) -> list[Line]:
        clash = self.clash
        theirs = clash.theirs
        open_fields, disputed = clash.open, clash.disputed
        lines = [
            line(Span(theirs.title, "title"), wraps=True),
            line(
                Span(
                    f"{theirs.updated_by} saved rev {theirs.revision} at {moment(theirs.updated_at)}, while you typed",
                    "label",
                ),
                wraps=True,
            ),
            line(
                Span(
                    f"{len(open_fields)} of {len(disputed)} fields open"
                    if disputed
                    else "nothing is disputed any more; w writes",
                    "warn" if open_fields else "good",
                )
            ),
        ]
        for name in disputed:
            chosen = clash.choices.get(name)
            sign = Span("? " if chosen is None else "= ", "warn" if chosen is None else "good")
            tail = Span("choose 1, 2 or 0" if chosen is None else chosen, "label" if chosen is None else "good")
            lines += [line(), line(sign, Span(f"{field_label(theirs.ref.entity, name)}  ", "key"), tail, key=name)]
            lines += [self._side(name, side, key, chosen) for side, key in KEYS.items()]
        lines += self._settled()
        return lines

    def _side(self, name: str, side: Side, key: str, chosen: Side | None) -> Line:
        picked = chosen == side
        return line(
            Span(f"  {'›' if picked else ' '} {key} {side:<7} ", "good" if picked else "label"),
            Span(self._shown(name, self.clash.value(name, side)), "good" if picked else ""),
            wraps=True,
        )

    def _settled(self) -> list[Line]:
        """Fields that only one side changed: they are kept without asking."""
        clash, entity = self.clash, self.clash.theirs.ref.entity
        mine = [name for name in clash.mine if name not in clash.disputed]
        lines = [line(), line(Span("kept without asking: only you changed", "label"))] if mine else []
        for name in mine:
            shown = self._shown(name, clash.mine[name])
            lines.append(line(Span(f"= {field_label(entity, name):<14} ", "label"), Span(shown), wraps=True))
        return lines

    def _shown(self, name: str, value: Any) -> str:
        field = FIELDS[self.clash.theirs.ref.entity][name]
        text = value if isinstance(value, str) else field.format(value)
        return (text[:SHOWN] + " …" if len(text) > SHOWN else text) or "(empty)"

    # --- choosing -----------------------------------------------------------------------------------

    def action_choose(self, side: Side) -> None:
        name = self.query_one(LineView).cursor_key
        if name is None:
            return
        self.clash.choices[name] = side
        self._show()
        if (following := next(iter(self.clash.open), None)) is not None:
            self.query_one(LineView).move_to(following)

    def action_write(self) -> None:
        if still := self.clash.open:
            names = ", ".join(field_label(self.clash.theirs.ref.entity, name) for name in still)
            self.work.say(f"Write: still open: {names}", "warn")
            return
        theirs, draft = self.clash.theirs, self._draft()
        edit = Edit(theirs.ref, self.clash.result(), theirs.version)

        def write() -> Receipt:
            receipt = self.app.workspace.write([edit])
            drop_draft(self.app.workspace, draft)
            return receipt

        self.write(write, self._written)

    def _draft(self) -> Draft:
        clash, ref = self.clash, self.clash.theirs.ref
        return Draft(
            entity=ref.entity,
            id=ref.id,
            fields=dict(clash.mine),
            base=dict(clash.base),
            base_version=clash.base_version,
            at=now(),
        )

    def _written(self, receipt: Receipt) -> None:
        self.close(receipt.summary or "settled; theirs stays as it is")

    def refused(self, error: RolodocError) -> None:
        if isinstance(error, Stale):
            self.clash = self.clash.moved_on(error.current)
            self._show()
            self.work.say(f"{error.current.updated_by} changed it again; look once more", "warn")
        else:
            self.work.say(str(error), "bad")

    def leave(self) -> None:
        self.close("not saved; what you typed stays in 4 Drafts", "news")
