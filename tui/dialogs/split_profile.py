"""A profile that is two: links are marked, and go to a profile that was merged into it or to a new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.errors import RolodocError
from core.rows import LinkRow
from core.values import Query, Record, RecordId, Ref, id_text
from core.workspace import Workspace
from core.write_values import Receipt, SplitProfile
from tui.dialogs.panel import Panel
from tui.dialogs.pick import PickPanel
from tui.widgets.bars import Bar
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span

LINKS: Final = 2_000  # that can be chosen from
LOOKED_AT: Final = 200  # changes of the profile, in which earlier merges are looked for
MARKED: Final = "•"


@dataclass(frozen=True, slots=True)
class AtType:
    """The heading of the links of one type."""

    name: str


@dataclass(frozen=True, slots=True)
class AtOrigin:
    """The line of all links that came from a profile which was merged into this one."""

    profile: RecordId


@dataclass(frozen=True, slots=True)
class Splittable:
    """A profile, its links by type, and the profiles that were merged into it with the links that came from each."""

    profile: Record
    links: dict[str, list[LinkRow]]
    merged: list[Record]
    brought: dict[RecordId, list[RecordId]]
    more: bool  # links than were read

    @property
    def count(self) -> int:
        return sum(map(len, self.links.values()))


class SplitPanel(Panel):
    """Space marks the links that go; enter asks to whom."""

    wide = True
    title = "Split"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark the link, or all of a type or origin", show=False, id="split.mark"),
    ]

    def __init__(self, profile: RecordId) -> None:
        super().__init__()
        self._profile = profile
        self._read: Splittable | None = None
        self._marked: dict[RecordId, None] = {}
        self._said = ""  # what came of it, once it is done

    @property
    def refs(self) -> tuple[Ref, ...]:
        return (Ref("profile", self._profile),)

    def compose(self) -> ComposeResult:
        yield Bar(id="split-state")
        yield LineView(id="split")

    @property
    def view(self) -> LineView:
        return self.query_one(LineView)

    def key_hints(self) -> list[tuple[str, str]]:
        return [("↑↓", "move"), self.hint("split.mark", "mark"), ("⏎", "to whom?"), ("esc", "leave all as it is")]

    def on_mount(self) -> None:
        self.take_keys(self.view)
        self.view.show([line(Span("reading its links", "label"))])
        self.ask(lambda: read_splittable(self.app.workspace, self._profile), self._take, group="split")

    def _take(self, read: Splittable) -> None:
        if not read.count:
            self.close(f"{read.profile.title} has no links that could go", "warn")
            return
        self._read = read
        self.title = f"Split {read.profile.title}"
        self.work.refresh_header()
        self._show()

    def _show(self) -> None:
        if (read := self._read) is None:
            return
        from_whom = {id: one.title for one in read.merged for id in read.brought[one.ref.id]}
        lines: list[Line] = []
        for one in read.merged:
            if brought := read.brought[one.ref.id]:
                told = Span(f"  {len(brought):,}", "label")
                lines += [line(Span(f"from {one.title}", "key"), told, key=AtOrigin(one.ref.id)), line()]
        for type, links in read.links.items():
            lines.append(line(Span(type, "key"), Span(f"  {len(links):,}", "label"), key=AtType(type)))
            lines += [self._line(link, from_whom.get(link.id, "")) for link in links]
            lines.append(line())
        if read.more:
            told = f"these are the latest {LINKS:,} links; the others come once these are gone"
            lines.append(line(Span(told, "label"), wraps=True))
        self.view.show(lines)
        count = Span(f" {len(self._marked):,} of {read.count:,} marked", "key" if self._marked else "label")
        does = "go to somebody else" if self._marked else "space marks the links of somebody else"
        self.query_one("#split-state", Bar).show([count, Span(f"   {does}", "label")])

    def _line(self, link: LinkRow, from_whom: str) -> Line:
        facts = (link.collection, link.category, from_whom and f"from {from_whom}")
        mark = MARKED if link.id in self._marked else ""
        return line(f"  {link.document_title}", key=link.id, end=" · ".join(filter(None, facts)), mark=mark)

    # --- choosing -----------------------------------------------------------------------------------

    def action_mark(self) -> None:
        key = self.view.cursor_key
        if self._read is None or key is None:
            return
        if isinstance(key, AtType):
            links = [link.id for link in self._read.links[key.name]]
        else:
            links = self._read.brought[key.profile] if isinstance(key, AtOrigin) else [key]
        if all(id in self._marked for id in links):
            for id in links:
                del self._marked[id]
        else:
            self._marked |= dict.fromkeys(links)
        self._show()

    @on(LineView.Chosen)
    async def _chosen(self, message: LineView.Chosen) -> None:
        message.stop()
        if not self._marked:
            self.work.say(f"Split: nothing is marked; {self.hint('split.mark')[0]} marks a link", "warn")
        elif self._read is not None:
            await self.work.open_panel(SplitToPanel(self._read, list(self._marked), self._split), over=True)

    def _split(self, said: str) -> None:
        self._said = said

    def shown_again(self) -> None:
        if self._said:
            screen = self.work
            self.close(self._said)
            screen.after_write()


class SplitToPanel(PickPanel):
    """A profile that was merged into this one, or a new one by the name that is typed."""

    wide = True

    def __init__(self, read: Splittable, links: list[RecordId], split: Callable[[str], None]) -> None:
        super().__init__()
        self._read, self._links, self._split = read, links, split
        self._is_writing = False
        self.title = "To whom"
        self.question = f"to whom go {_many(len(links))}? type the name of a new profile"

    def typed(self, text: str) -> None:
        merged = [one for one in self._read.merged if text.casefold() in one.title.casefold()]
        lines = [line(Span(one.title), key=one.ref.id, end="was merged into it, comes back") for one in merged]
        if text:
            lines.append(line(Span("+ ", "good"), f"make the profile “{text}”", key=text))
        self.show(lines or [line(Span("no other was merged into it; type a name", "label"))])

    def picked(self, key: Any) -> None:
        if self._is_writing:
            return
        self._is_writing = True
        profile = self._read.profile
        if isinstance(key, bytes):
            write = SplitProfile(profile.ref.id, self._links, other=key)
        else:
            fields = {"name": key, "kind": profile.fields["kind"]}
            write = SplitProfile(profile.ref.id, self._links, fields=fields)
        self.write([write], self._written)

    def _written(self, receipt: Receipt) -> None:
        del receipt
        self._split(f"{_many(len(self._links))} went; {self.app.key_named('undo')} brings all of it back")
        self.close()

    def refused(self, error: RolodocError) -> None:
        self._is_writing = False
        self.work.say(str(error), "bad")


def read_splittable(workspace: Workspace, id: RecordId) -> Splittable:
    """Raises NotFound."""
    links: dict[str, list[LinkRow]] = {}
    page = workspace.page(Query(entity="link", profile=id), limit=LINKS + 1)
    for link in page.rows[:LINKS]:
        links.setdefault(link.type, []).append(link)
    merged = merged_into(workspace, id)
    brought = {one.ref.id: _brought_by(workspace, one, page.rows) for one in merged}
    return Splittable(workspace.get(Ref("profile", id)), links, merged, brought, len(page.rows) > LINKS)


def merged_into(workspace: Workspace, id: RecordId) -> list[Record]:
    """The profiles that were merged into this one and are still in the trash, the latest first."""
    found: dict[RecordId, Record] = {}
    requests = dict.fromkeys(change.request for change in workspace.changes(ref=Ref("profile", id), limit=LOOKED_AT))
    for request in requests:
        for change in workspace.changes(request=request, limit=10):  # the last of a merge is that of the other profile
            if change.ref.entity == "profile" and change.after.get("merged_into") == id_text(id):
                other = workspace.get(change.ref)
                if other.deleted_at is not None and other.fields["merged_into"] == id_text(id):
                    found[other.ref.id] = other
    return list(found.values())


def _brought_by(workspace: Workspace, merged: Record, links: list[LinkRow]) -> list[RecordId]:
    """Those of the links that the merge took from this profile: it unlinked their likes when the profile went."""
    went = workspace.page(Query(entity="link", profile=merged.ref.id, trash=True), limit=LINKS).rows
    likes = {(link.document, link.type) for link in went if link.updated_at == merged.deleted_at}
    return [link.id for link in links if (link.document, link.type) in likes]


def _many(count: int) -> str:
    return f"{count:,} link{'' if count == 1 else 's'}"
