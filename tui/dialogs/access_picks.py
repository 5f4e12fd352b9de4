"""Picks whom something is granted to, what it is granted on, or a record, by a part of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from core.errors import Denied
from core.fields import AREAS, Entity
from core.values import id_text
from core.workspace import Workspace
from tui.access_names import read_directory
from tui.describe_access import AREA_WORDS
from tui.dialogs.pick import PickPanel
from tui.widgets.line_view import line
from tui.widgets.painted import Span
from tui.widgets.picked import Picked

MATCHES: Final = 30  # of each kind

Find = Callable[[Workspace, str], list[Picked]]
"""What a part of a name finds; called off the UI thread."""


class AccessPick(PickPanel):
    """Calls `then` with what is picked, after it has closed."""

    wide = True

    def __init__(
        self, title: str, question: str, find: Find, then: Callable[[Picked], object], *, typed: str = ""
    ) -> None:
        super().__init__()
        self.title, self.question = title, question
        self._find, self._then, self._typed = find, then, typed

    def on_mount(self) -> None:
        self.input.select_on_focus = False  # what was typed for it already is typed on
        super().on_mount()
        if self._typed:
            self.input.value = self._typed
            self.input.cursor_position = len(self._typed)

    def typed(self, text: str) -> None:
        workspace, find = self.app.workspace, self._find
        self.ask(lambda: find(workspace, text), self._show_found, group="picks")

    def _show_found(self, found: list[Picked]) -> None:
        lines = [line(Span(f"{one.kind:<10} ", "label"), one.name, key=one) for one in found]
        self.show(lines or [line(Span("nothing is found by this", "label"))])

    def picked(self, key: Any) -> None:
        self.close()
        self._then(key)


def subjects() -> Find:
    """Everyone, accounts, groups, roles; of profiles those that the words find."""
    known: list[Picked] = []

    def find(workspace: Workspace, text: str) -> list[Picked]:
        if not known:
            known.extend(_subjects(workspace))
        return [*_matching(known, text), *(_found(workspace, text, "profile") if text else [])]

    return find


def targets(workspace: Workspace, text: str) -> list[Picked]:
    """Areas; of profiles and documents those that the words find."""
    areas = [Picked("area", area, AREA_WORDS[area]) for area in AREAS]
    return [*_matching(areas, text), *records(workspace, text)]


def records(workspace: Workspace, text: str) -> list[Picked]:
    """Profiles and documents that the words find."""
    if not text:
        return []
    return [*_found(workspace, text, "document"), *_found(workspace, text, "profile")]


def profiles(workspace: Workspace, text: str) -> list[Picked]:
    """Profiles that the words find."""
    return _found(workspace, text, "profile") if text else []


def _subjects(workspace: Workspace) -> list[Picked]:
    try:
        directory = read_directory(workspace)
    except Denied:
        directory = None
    found = [Picked("everyone", "", "everyone")]
    if directory is not None:
        found += [Picked("group", id_text(row.id), row.name) for row in directory.groups]
        found += [Picked("account", id_text(row.id), row.name) for row in directory.accounts]
        found += [Picked("role", id_text(row.id), row.name) for row in directory.roles]
    return found


def _matching(known: Sequence[Picked], text: str) -> list[Picked]:
    """Those with this in their name, first where it begins with it."""
    part = text.casefold()
    found = [one for one in known if part in one.name.casefold()]
    return sorted(found, key=lambda one: not one.name.casefold().startswith(part))[: MATCHES * 3]


def _found(workspace: Workspace, text: str, entity: Entity) -> list[Picked]:
    hits = workspace.search(text, entity=entity, limit=MATCHES)
    return [Picked(entity, id_text(hit.row.id), hit.row.label) for hit in hits]
