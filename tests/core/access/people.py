"""A store with several accounts: the owner, who makes what there is, and others with just the rights that a test
gives."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uuid_utils

from core.errors import RolodocError
from core.instants import now
from core.local import LocalWorkspace
from core.values import Actor, Ref, id_text
from core.write_values import Create, Receipt, Write

OWNER = "olga"
HOUR = 3_600_000_000  # microseconds
OF_AUDIT = ("audit", "audit_checkpoint", "audit_salt", "sqlite_sequence")
"""Tables that also tell of what was refused."""


class People:
    """The store as each of its accounts finds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.accounts: dict[str, Ref] = {}
        self._opened: list[LocalWorkspace] = []
        self.owner = self.workspace(OWNER)

    def workspace(self, name: str, *, via: Any = "terminal", reason: str = "") -> LocalWorkspace:
        workspace = LocalWorkspace(self.path, Actor(name, via), create=False)
        workspace.reason = reason
        self._opened.append(workspace)
        return workspace

    def account(self, name: str, **fields: Any) -> LocalWorkspace:
        """A new account, and the store as it finds it."""
        self.accounts[name] = self.made(Create("account", {"name": name} | fields))
        return self.workspace(name)

    def grant(self, name: str, action: str, on: Ref | str, **fields: Any) -> Ref:
        """To the account of this name, on a record or an area."""
        return self.made(grant_to(self.accounts[name], action, on, **fields))

    def made(self, write: Create) -> Ref:
        return self.owner.write([write]).refs[0]

    def close(self) -> None:
        for workspace in self._opened:
            workspace.close()


@contextmanager
def people(empty_store: Path, path: Path) -> Iterator[People]:
    """In a copy of the store."""
    shutil.copyfile(empty_store, path)
    found = People(path)
    try:
        yield found
    finally:
        found.close()


def grant_to(account: Ref, action: str, on: Ref | str, **fields: Any) -> Create:
    target = {"target_kind": on} if isinstance(on, str) else {"target_kind": on.entity, "target": id_text(on.id)}
    subject = {"subject_kind": account.entity, "subject": id_text(account.id)}
    return Create("grant", {"action": action} | subject | target | fields)


def chain(length: int) -> list[Write]:
    """Groups each of which is a member of the one before."""
    uids = [uuid_utils.uuid7().bytes for _ in range(length)]
    above: list[list[str]] = [[], *([id_text(uid)] for uid in uids)]
    return [Create("group", {"name": f"group {n}", "groups": above[n]}, id=uid) for n, uid in enumerate(uids)]


def contents_of(workspace: LocalWorkspace) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the store but those of the audit and of wrong log-ins."""
    tables = workspace.store.fetch("SELECT name FROM sqlite_schema WHERE type = 'table'")
    rows = {name: workspace.store.fetch(f'SELECT * FROM "{name}"') for (name,) in tables if name not in OF_AUDIT}
    return rows | {"memory": [row for row in rows["memory"] if not row[0].startswith("log-in:")]}


def refusal(owner: LocalWorkspace, call: Callable[[], Any]) -> RolodocError:
    """The error that the call ends with, having changed nothing."""
    before = contents_of(owner)
    try:
        answer = call()
    except RolodocError as error:
        assert contents_of(owner) == before
        return error
    raise AssertionError(f"was not refused, but answered {answer}")


def hours_from_now(hours: float) -> int:
    return now() + int(hours * HOUR)


def changes_something(receipt: Receipt) -> bool:
    return receipt.request is not None and receipt.changes > 0
