"""A small office to look at, and the terminal on it as a person uses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.strip import Strip

from core.values import Actor, RecordId, Ref
from core.workspace import Workspace, open_workspace
from core.write_values import Create
from tests.tui.waiting import until
from tui.app import RolodocApp

WIDE, NARROW = (120, 40), (80, 24)
STILL = 4  # looks at the screen, each when the process is idle, between which nothing differs


@dataclass
class Office:
    """A store with three people, an organisation, three documents and six links."""

    workspace: Workspace
    ids: dict[str, RecordId]

    def ref(self, name: str) -> Ref:
        entity: Any = "document" if name in ("Charter", "Report", "Letter") else "profile"
        return Ref(entity, self.ids[name])

    def link(self, document: str, profile: str, type: str) -> Create:
        return Create("link", {"document": self.ids[document], "profile": self.ids[profile], "type": type})


@pytest.fixture
def office(workspace: Workspace) -> Office:
    profiles = [
        {"name": "Ada Lovelace", "kind": "person", "emails": [{"label": "", "value": "ada@example.org"}]},
        {"name": "Bob Marsh", "kind": "person", "phones": [{"label": "work", "value": "030 1234"}]},
        {"name": "Cleo Ngata", "kind": "person", "aliases": ["C. N."]},
        {"name": "Acme GmbH", "kind": "organisation", "notes": "Makes anvils."},
    ]
    documents = [
        {"title": "Charter", "category": "contract", "tags": ["signed"], "text": "We, the undersigned, agree."},
        {"title": "Report", "category": "report", "tags": ["draft", "yearly"], "text": "Anvils sold well."},
        {"title": "Letter", "category": "letter", "attributes": {"pages": 2}},
    ]
    writes = [Create("profile", fields) for fields in profiles] + [Create("document", d) for d in documents]
    types = [("author", "author of"), ("signer", "signer of")]
    refs = workspace.write([*writes, *(Create("type", {"name": n, "inverse": i}) for n, i in types)]).refs
    names = [str(fields.get("name") or fields.get("title")) for fields in (*profiles, *documents)]
    office = Office(workspace, dict(zip(names, (ref.id for ref in refs), strict=False)))
    workspace.write(
        [
            office.link("Charter", "Ada Lovelace", "author"),
            office.link("Charter", "Bob Marsh", "signer"),
            office.link("Charter", "Acme GmbH", "signer"),
            office.link("Report", "Ada Lovelace", "author"),
            office.link("Report", "Cleo Ngata", "author"),
            office.link("Letter", "Bob Marsh", "author"),
        ]
    )
    return office


@pytest.fixture
def colleague(office: Office, store_path: Path) -> Iterator[Workspace]:
    """Another workspace on the store of the office, of somebody else."""
    assert office.ids
    opened = open_workspace(str(store_path), Actor("Ann", "terminal"))
    yield opened
    opened.close()


class Terminal:
    """The running program, its keys and its screen."""

    def __init__(self, app: RolodocApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        """Each key comes when the one before has gone to what it is for."""
        for key in keys:
            await self.pilot.press(key)
            await until(self.pilot, lambda: not self.app.is_typed_ahead or self.app._exit)

    async def type(self, text: str) -> None:
        await self.press(*("space" if c == " " else c for c in text))

    @property
    def lines(self) -> list[str]:
        """What stands on the screen."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    async def shows(self, *texts: str) -> None:
        """Waits until all of these stand on the screen."""
        try:
            await until(self.pilot, lambda: self._shows_all(texts))
        except AssertionError:
            missing = [text for text in texts if text not in self.text]
            raise AssertionError(f"never shown: {missing}\n{self.text}") from None

    def _shows_all(self, texts: Sequence[str]) -> bool:
        shown = self.text
        return all(text in shown for text in texts)

    async def shows_no(self, text: str) -> None:
        """Waits until this is gone from the screen."""
        await until(self.pilot, lambda: text not in self.text)

    async def rests(self) -> None:
        """Waits until nothing is painted any more."""
        seen: list[list[Strip]] = []
        while len(seen) < STILL or any(strips != seen[0] for strips in seen):
            await self.pilot.pause()
            seen = [*seen, self.app.screen._compositor.render_strips()][-STILL:]

    @property
    def marked_line(self) -> str:
        """The line with the cursor of the detail, or of a panel."""
        return next((line[line.index("›") :] for line in self.lines[2:] if "›" in line), "")

    async def stands_on(self, text: str) -> None:
        """Waits until the cursor of the detail is on a line with this text."""
        await until(self.pilot, lambda: text in self.marked_line)

    async def go_up_to(self, text: str) -> None:
        """From the last line of the detail or of a panel to one with this text."""
        await self.press("end")
        for _ in self.lines:
            if text not in self.marked_line:
                await self.press("up")
        assert text in self.marked_line


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key does not wait for the process to be idle, 40 ms and more: what is to come of it, the test waits for."""

    async def no_time(*_: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr("textual.app.wait_for_idle", no_time)


OpenTerminal = Callable[..., AbstractAsyncContextManager[Terminal]]


@pytest.fixture
def terminal(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> OpenTerminal:
    """Opens the program on the office: `async with terminal(size) as t`."""
    for name in ("SSH_CONNECTION", "ROLODOC_FORCED", "NO_COLOR", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    @asynccontextmanager
    async def open_terminal(
        size: tuple[int, int] = WIDE, first: str = "Ada Lovelace", **options: Any
    ) -> AsyncIterator[Terminal]:
        app = RolodocApp(options.pop("workspace", office.workspace), **options)
        async with app.run_test(size=size) as pilot:
            opened = Terminal(app, pilot)
            await opened.shows(first)
            yield opened

    return open_terminal
