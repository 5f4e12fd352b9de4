"""The store: where it is, what is in it, what is in the trash, and how this terminal is set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual import work

from core.drafts import list_drafts
from core.fields import Entity
from core.values import Change, Count, Query, Stats
from tui.screens.doing import Doing
from tui.settings import settings_path
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span

SCREEN_OF: Final[dict[Entity, str]] = {"profile": "profiles", "document": "documents", "link": "links"}
ACCESS: Final[tuple[Entity, ...]] = ("account", "group", "role")
LABEL = 18  # cells


@dataclass(frozen=True, slots=True)
class AtTrash:
    entity: Entity


@dataclass(frozen=True, slots=True)
class AtDrafts:
    pass


@dataclass(frozen=True, slots=True)
class AtType:
    name: str


@dataclass(frozen=True, slots=True)
class AtAccounts:
    pass


@dataclass(frozen=True, slots=True)
class Totals:
    stats: Stats
    access: dict[Entity, Count]
    trash: dict[Entity, Count]
    drafts: int


class SystemScreen(Doing):
    """Enter on a trash shows it, on a relationship type its links."""

    name_ = "system"
    title_ = "System"

    def __init__(self) -> None:
        super().__init__()
        self.split = False

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.read_totals()

    def read_totals(self) -> None:
        self.ask(self._read, self._show, group="totals")

    def _read(self) -> Totals:
        workspace = self.app.workspace
        trash = {entity: workspace.count(Query(entity=entity, trash=True)) for entity in SCREEN_OF}
        access = {entity: workspace.count(Query(entity=entity)) for entity in ACCESS}
        return Totals(workspace.stats(), access, trash, len(list_drafts(workspace)))

    def _show(self, totals: Totals) -> None:
        self.query_one("#list", LineView).show([*self._store(totals), *self._terminal()])

    def _store(self, totals: Totals) -> list[Line]:
        stats = totals.stats
        lines = [
            line(Span("Store", "title")),
            _fact("file", stats.path or "in memory"),
            _fact("size", _size(stats.size)),
            _fact("profiles", stats.shown(stats.profiles)),
            _fact("documents", stats.shown(stats.documents)),
            _fact("links", stats.shown(stats.links)),
            _fact("changes logged", f"{stats.changes:,}"),
            line(),
            line(Span("Links by type", "title")),
        ]
        for name, count in stats.links_by_type.items():
            lines.append(line(Span(f"{name:<{LABEL}} ", "label"), Span(f"{stats.shown(count):>12}"), key=AtType(name)))
        lines += [line(), line(Span("Trash", "title"))]
        for entity, gone in totals.trash.items():
            lines.append(line(Span(f"{entity + 's':<{LABEL}} ", "label"), Span(f"{gone!s:>12}"), key=AtTrash(entity)))
        lines += [line(), line(Span("Access", "title"))]
        counts = totals.access.items()
        told = ", ".join(f"{count} {entity}{'' if str(count) == '1' else 's'}" for entity, count in counts)
        lines.append(line(Span(f"{'who there is':<{LABEL}} ", "label"), Span(told), key=AtAccounts()))
        lines += [line(), line(Span("Drafts", "title"))]
        lines.append(line(Span(f"{'not saved':<{LABEL}} ", "label"), Span(f"{totals.drafts:>12,}"), key=AtDrafts()))
        return lines

    def _terminal(self) -> list[Line]:
        app = self.app
        thin = "on: sixteen colours, no mouse, no animation" if app.thin else "off"
        return [
            line(),
            line(Span("This terminal", "title")),
            _fact("you are", app.workspace.actor.name),
            _fact("thin", thin),
            _fact("theme", f"{app.theme}{', without colours (NO_COLOR)' if app.no_color else ''}"),
            _fact("other programs", "may not be started (forced command)" if app.forced else "may be started with E"),
            _fact("settings", str(settings_path())),
        ]

    async def on_line_view_chosen(self, message: LineView.Chosen) -> None:
        if isinstance(message.key, AtAccounts):
            await self.do_accounts()
        else:
            self.go_to(message.key)

    @work(exit_on_error=False)
    async def go_to(self, key: AtTrash | AtDrafts | AtType) -> None:
        from tui.screens.records import RecordScreen

        if isinstance(key, AtDrafts):
            await self.app.go("drafts")
            return
        await self.app.go(SCREEN_OF[key.entity] if isinstance(key, AtTrash) else "links")
        screen = self.app.screen
        if isinstance(screen, RecordScreen):
            if isinstance(key, AtTrash):
                screen.show_trash(True)
            else:
                screen.show_filtered(f'type:"{key.name}"' if " " in key.name else f"type:{key.name}")

    def apply_changes(self, changes: Sequence[Change]) -> bool:
        if changes and self.is_current:
            self.read_totals()
        return False

    def do_refresh(self) -> None:
        self.read_totals()

    def do_theme(self) -> None:
        super().do_theme()
        self.read_totals()


def _fact(label: str, value: str) -> Line:
    return line(Span(f"{label:<{LABEL}} ", "label"), Span(value), wraps=True)


def _size(size: int) -> str:
    return f"{size / 1_048_576:,.1f} MB" if size >= 1_048_576 else f"{size / 1024:,.0f} KB"
