"""A new link, or many: first the relationship type, then the other end by typing a part of its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from core.fields import Entity
from core.rows import DocumentRow, ProfileRow, TypeRow
from core.values import Query, Ref
from core.write_values import Create, Write
from tui.dialogs.pick import PickPanel
from tui.widgets.line_view import Line, line
from tui.widgets.painted import Span

CANDIDATES = 30


@dataclass(frozen=True, slots=True)
class NewType:
    """A relationship type that is made together with the link: `name` or `name / inverse name`."""

    typed: str

    @property
    def fields(self) -> dict[str, str]:
        name, _, inverse = (part.strip() for part in self.typed.partition("/"))
        return {"name": name, "inverse": inverse}


class LinkPanel(PickPanel):
    """Links all of `refs`, profiles or documents, with one record of the other kind."""

    def __init__(self, refs: list[Ref]) -> None:
        super().__init__()
        self._refs = refs
        self._from: Entity = refs[0].entity
        self._to: Literal["profile", "document"] = "document" if self._from == "profile" else "profile"
        self._types: list[TypeRow] | None = None
        self._used: list[str] = []
        self._type: TypeRow | NewType | None = None
        self._pending = ""  # what was typed before its answer came
        many = f" {len(refs)} {self._from}s" if len(refs) > 1 else ""
        self.title = f"Link{many}"
        self.question = "which relationship? a new name makes a new type"

    @property
    def refs(self) -> tuple[Ref, ...]:
        return tuple(self._refs)

    def on_mount(self) -> None:
        super().on_mount()
        self.ask(self._read_types, self._types_read, group="types")

    # --- first the type -----------------------------------------------------------------------------

    def _read_types(self) -> tuple[list[TypeRow], list[str]]:
        workspace = self.app.workspace
        return workspace.types(), [group.type.name for group in workspace.groups(self._refs[0])]

    def _types_read(self, answer: tuple[list[TypeRow], list[str]]) -> None:
        self._types, self._used = answer
        self.typed(self.input.value.strip())

    def typed(self, text: str) -> None:
        if self._type is None:
            if self._types is not None:
                self.show(self._type_lines(text))
        else:
            self._find(text)

    def _type_lines(self, text: str) -> list[Line]:
        assert self._types is not None
        found = [row for row in self._types if text.casefold() in f"{row.name} {row.inverse}".casefold()]
        found.sort(key=lambda row: (not row.name.casefold().startswith(text.casefold()), row.name not in self._used))
        lines = [line(Span(f"{row.name:<20} "), Span(row.inverse, "label"), key=row) for row in found]
        name = NewType(text).fields["name"].casefold()
        if name and all(row.name.casefold() != name for row in found):
            hint = "" if "/" in text else "  or, with its inverse, name / inverse"
            made = f"make the type “{text}”"
            lines.append(line(Span("+ ", "good"), made, Span(hint, "label"), key=NewType(text)))
        return lines or [line(Span("there is no relationship type yet; type the name of one", "label"))]

    # --- then the other end --------------------------------------------------------------------------

    def picked(self, key: Any) -> None:
        if self._type is None:
            self._type = key
            name = key.fields["name"] if isinstance(key, NewType) else key.name
            self.title = f"{self.title} · {name}"
            self.work.refresh_header()
            called = "name" if self._to == "profile" else "title"
            self.put_question(f"{name}: which {self._to}? type a part of its {called}")
        else:
            self._link(key)

    def _find(self, text: str) -> None:
        self.ask(lambda: self._candidates(text), self._show_candidates, group="candidates")

    def _candidates(self, text: str) -> list[ProfileRow | DocumentRow]:
        workspace = self.app.workspace
        if text:
            return [hit.row for hit in workspace.search(text, entity=self._to, limit=CANDIDATES)]
        return workspace.page(Query(entity=self._to), limit=CANDIDATES).rows

    def _show_candidates(self, rows: list[ProfileRow | DocumentRow]) -> None:
        lines = [line(row.label, key=row, end=_facts(row)) for row in rows]
        self.show(lines or [line(Span(f"no {self._to} is found by this", "label"))])

    def _link(self, row: ProfileRow | DocumentRow) -> None:
        kind = self._type
        writes: list[Write] = [Create("type", kind.fields)] if isinstance(kind, NewType) else []
        name = kind.fields["name"] if isinstance(kind, NewType) else kind.name if kind else ""
        for ref in self._refs:
            ends: dict[str, Any] = {self._from: ref.id, self._to: row.id}
            writes.append(Create("link", {**ends, "type": name}))
        many = f"{len(self._refs)} {self._from}s" if len(self._refs) > 1 else ""
        said = f"linked {many or name} · {row.label}; {self.app.key_named('undo')} takes it back"
        self.write(writes, lambda _: self.close(said))


def _facts(row: ProfileRow | DocumentRow) -> str:
    if isinstance(row, ProfileRow):
        return row.email or row.kind
    return row.category
