"""A conflict as lines: the table of its fields, the field under the cursor word by word, the record that comes of it.

Every state is told by a sign: ? open, = settled by one side, + merged of both, ✓ at what was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from rich.cells import cell_len

from core.errors import Invalid
from core.form_text import editable_fields
from core.merge import take
from core.merge_values import WHOLE, FieldConflict
from core.values import tell_withheld
from core.write_values import Value
from tui.conflict_choices import Choice, Choices
from tui.conflict_reading import Reading, Settled
from tui.describe import differences
from tui.safe_text import safe_text
from tui.sides import heading, what_they_did, who, whole_value
from tui.widgets.columns import GAP, fit
from tui.widgets.line_view import MARGIN, Line, line
from tui.widgets.painted import Span
from tui.word_diff import CONTEXT, Piece, compare, same_start, shown, spans, wrap_spans

CELL: Final = 400  # characters of a value that one line can show at most
NARROW_CONTEXT: Final = 5  # characters of what is the same, in a narrow terminal
ALIKE: Final = 12  # characters at the beginning of texts that are shown though they say nothing
LEAST: Final = 6  # cells of a value, beside which there is a note
LEAD: Final = 11  # cells before a value in the detail
MOST: Final = 40  # lines of one side in the detail
CHOSEN: Final = {"mine": "mine", "theirs": "theirs", "base": "as before", "both": "both"}


class Cells(NamedTuple):
    """The widths of the columns; one of 0 is left out."""

    field: int
    base: int
    mine: int
    theirs: int
    result: int


def lay_out(width: int) -> Cells:
    """The base is the first to go where there is little room, then the result: the detail shows both."""
    room = width - MARGIN
    if width >= 100:
        base = (room - 16) * 4 // 21
        side = (room - 16) * 5 // 21
        return Cells(14, base, side, side, room - 14 - base - 2 * side - 4 * GAP)
    if width >= 60:
        side = (room - 12 - 3 * GAP) * 3 // 10
        return Cells(12, 0, side, side, room - 12 - 2 * side - 3 * GAP)
    side = (room - 9 - 2 * GAP) // 2
    return Cells(9, 0, side, side, 0)


class ConflictLines:
    """The lines of one reading."""

    def __init__(self, reading: Reading, me: str) -> None:
        self.reading, self.me = reading, me
        self._compared: dict[tuple[str, str], list[Piece]] = {}
        self._no_both: dict[str, str] = {}

    # --- the table ----------------------------------------------------------------------------------------

    def head(self, width: int) -> list[list[Span]]:
        """Two lines: what the columns are and the keys that take them, and who stands behind them."""
        cells, conflict = lay_out(width), self.reading.conflict
        mine, theirs = conflict.mine, conflict.theirs
        names = ("field", " 0 base", " 1 mine", " 2 theirs", " result")
        behind = ("", "", f" {heading(mine, theirs, self.me)}", f" {heading(theirs, mine, self.me)}", "")
        return [[Span(" " * MARGIN), Span(_row(texts, cells), "label")] for texts in (names, behind)]

    def table(self, choices: Choices, width: int) -> list[Line]:
        """One line for each field: first those that are asked for, then those that needed no question."""
        cells = lay_out(width)
        asked = [self._asked(one, choices, cells) for one in self.reading.conflict.fields]
        settled = [self._settled(one, cells) for one in self.reading.settled]
        told = tell_withheld(self.reading.conflict.withheld)
        return [*asked, *settled, *([line(Span(told, "label"))] if told else [])]

    def _asked(self, one: FieldConflict, choices: Choices, cells: Cells) -> Line:
        name, choice = one.field, choices.made.get(one.field)
        start = self._first_difference(one)
        sides = [
            Span(
                f"{'✓' if choice == side else ' '}{self._cell(name, getattr(one, side), start)}",
                "good" * (choice == side),
            )
            for side in ("base", "mine", "theirs")
        ]
        result = "-" if choice is None else self._cell(name, choices.result(name), start)
        spans = [Span(self.label(name)), *sides, Span(f" {result}", "label" if choice is None else "")]
        return Line(_spans(spans, cells), name, mark=_mark(choice))

    def _settled(self, one: Settled, cells: Cells) -> Line:
        name = one.name
        texts = ["", *("" if side is None else self._cell(name, side) for side in (one.mine, one.theirs))]
        result = f" {self._cell(name, self.reading.record.fields.get(name))}"
        note = safe_text(one.note)
        for told in (note, note.removesuffix(" changed it")):
            room = cells.result - cell_len(told) - GAP
            if room > LEAST:
                result = f"{fit(safe_text(result), room)}{' ' * GAP}{told}"
                break
        spans = [Span(self.label(name), "label"), *(Span(f" {text}", "label") for text in texts), Span(result, "label")]
        return Line(_spans(spans, cells), name, mark=one.mark)

    def label(self, name: str) -> str:
        return self.reading.field(name).label

    def _first_difference(self, one: FieldConflict) -> int:
        """Where to begin in cells that would show the same of all three: at the word that differs."""
        if one.field == WHOLE or self.reading.field(one.field).kind not in ("line", "text"):
            return 0
        start = same_start(*(side[:CELL] for side in (one.base, one.mine, one.theirs)))
        return start if start > ALIKE else 0

    def _cell(self, name: str, value: Any, start: int = 0) -> str:
        text = self.text(name, value)
        shown = f"…{text[start : start + CELL]}" if 0 < start < len(text) else text[:CELL]
        return shown.replace("\n", " ")

    def text(self, name: str, value: Any) -> str:
        """The value as a person reads it; a word for none."""
        if name == WHOLE:
            return whole_value(value)
        return shown(self.reading.field(name), value) or "(empty)"

    # --- the field under the cursor -------------------------------------------------------------------------

    def detail(self, name: str, choices: Choices, width: int, height: int) -> list[Line]:
        """What the two sides made of it; as many lines as there are, the most needed first where that is few."""
        one = choices.fields.get(name)
        if one is None:
            return self._settled_detail(name, width)
        result = self._result(one, choices)
        if height < 5:
            sides = [self._side(one, side, width, 1) for side in ("mine", "theirs")]
            return [*(line for side in sides for line in side), result][:height]
        before = 1 if height < 8 else 2
        each = (height - 2 - before) // 2
        about = [Span(f"{self.label(name):<14}  ", "title"), Span(self._sides(), "label")]
        if name == WHOLE:
            about = [Span(what_they_did(self.reading.conflict, self.me), "title")]
        return [
            *(Line(row) for row in wrap_spans(about, width - MARGIN - 1, 2 if name == WHOLE else 1)),
            *([] if name == WHOLE else self._side(one, "base", width, before)),
            *self._side(one, "mine", width, each),
            *self._side(one, "theirs", width, each),
            result,
            *self._edited(),
        ]

    def _sides(self) -> str:
        mine, theirs = self.reading.conflict.mine, self.reading.conflict.theirs
        return f"{heading(mine, theirs, self.me)}  against  {heading(theirs, mine, self.me)}"

    def _side(self, one: FieldConflict, side: str, width: int, limit: int) -> list[Line]:
        key = {"base": "0", "mine": "1", "theirs": "2"}[side]
        text = self._difference(one, side, width)
        rows = wrap_spans(text, max(8, width - MARGIN - LEAD - 1), min(limit, MOST))
        lead = (Span(f"{key} ", "key"), Span(f"{side:<{LEAD - 2}}", "label"))
        return [Line((*(lead if number == 0 else (Span(" " * LEAD),)), *row)) for number, row in enumerate(rows)]

    def _difference(self, one: FieldConflict, side: str, width: int) -> list[Span]:
        if one.field == WHOLE:
            conflict = self.reading.conflict
            actor = who(conflict.mine if side == "mine" else conflict.theirs, self.me)
            return [Span(whole_value(getattr(one, side))), Span(f"  ({actor})", "label")]
        if side == "base":
            return [Span(self.text(one.field, one.base)[:CELL], "label")]
        known = self._compared.get((one.field, side))
        if known is None:
            known = compare(self.reading.field(one.field), one.base, getattr(one, side))
            self._compared[one.field, side] = known
        return spans(known, CONTEXT if width >= 60 else NARROW_CONTEXT) or [Span("(empty)", "label")]

    def _result(self, one: FieldConflict, choices: Choices) -> Line:
        choice = choices.made.get(one.field)
        if choice is None:
            return line(Span("? ", "warn"), Span(f"{'result':<{LEAD - 2}}", "label"), Span(self.ways(one), "warn"))
        value = self._cell(one.field, choices.result(one.field))
        took = "typed" if isinstance(choice, Value) else CHOSEN[choice]
        mark = "+ " if choice == "both" else "= "
        return line(Span(mark, "good"), Span(f"{took:<{LEAD - 2}}", "good"), Span(value))

    def ways(self, one: FieldConflict) -> str:
        """The keys that settle it."""
        if one.field == WHOLE:
            return f"open: 1 {whole_value(one.mine)}, 2 {whole_value(one.theirs)}"
        typed = "" if self.no_typing(one.field) else ", e another"
        both = "" if self.no_both(one.field) else ", 3 both"
        return f"open: 1 mine, 2 theirs, 0 base{typed}{both}"

    def no_both(self, name: str) -> str:
        """Why the field cannot hold both; "" where it can."""
        if name not in self._no_both:
            one = next(one for one in self.reading.conflict.fields if one.field == name)
            try:
                take(self.reading.record.ref.entity, one, "both")
                self._no_both[name] = ""
            except Invalid as error:
                self._no_both[name] = error.reason
        return self._no_both[name]

    def no_typing(self, name: str) -> str:
        """Why no other value can be typed; "" where one can."""
        if name == WHOLE:
            return "a record is kept or deleted; choose 1 or 2"
        if self.reading.field(name) not in editable_fields(self.reading.record.ref.entity):
            return "this is not typed; choose 1, 2 or 0"
        return ""

    def _settled_detail(self, name: str, width: int) -> list[Line]:
        found = next((one for one in self.reading.settled if one.name == name), None)
        if found is None:
            return []
        value = [Span(self.text(name, self.reading.record.fields.get(name))[:CELL])]
        rows = wrap_spans(value, width - MARGIN - 1, 4)
        return [line(Span(f"{self.label(name)} ", "title"), Span(found.note, "label")), *(Line(row) for row in rows)]

    def _edited(self) -> list[Line]:
        edit = self.reading.edit
        return [] if edit is None else list(differences(edit.ref.entity, edit.before, edit.after))

    # --- what will come of it ---------------------------------------------------------------------------------

    def merged(self, choices: Choices) -> list[Line]:
        """The record as it will look, a line for each field that holds something or is asked for."""
        record = self.reading.record
        fate = choices.made.get(WHOLE)
        lines = [line(Span(self._outlook(choices), "label"))]
        if fate is not None and choices.result(WHOLE) == "deleted":
            return lines
        settled = {one.name: one.mark for one in self.reading.settled}
        for one in editable_fields(record.ref.entity):
            value = choices.result(one.name) if one.name in choices.fields else record.fields.get(one.name)
            if one.name in choices.fields or (one.name != "created" and value not in ("", None, [], {})):
                mark = _mark(choices.made.get(one.name)) if one.name in choices.fields else ""
                text = self._cell(one.name, value)
                lines.append(
                    line(Span(f"{one.label:<14} ", "label"), Span(text), mark=mark or settled.get(one.name, ""))
                )
        return lines

    def _outlook(self, choices: Choices) -> str:
        if choices.made.get(WHOLE) is not None and choices.result(WHOLE) == "deleted":
            return "the record will go to the trash, with its links"
        theirs = who(self.reading.conflict.theirs, self.me)
        return "the record as it will look" + (f"; what is open stays as {theirs} left it" if choices.open else "")


def _mark(choice: Choice | None) -> str:
    return "?" if choice is None else "+" if choice == "both" else "="


def _row(texts: Sequence[str], cells: Cells) -> str:
    return (" " * GAP).join(fit(safe_text(text), size) for text, size in zip(texts, cells, strict=True) if size)


def _spans(parts: Sequence[Span], cells: Cells) -> tuple[Span, ...]:
    found: list[Span] = []
    for (text, style), size in zip(parts, cells, strict=True):
        if size:
            if found:
                found.append(Span(" " * GAP))
            found.append(Span(fit(safe_text(text), size), style))
    return tuple(found)
