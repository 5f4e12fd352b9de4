"""Accounts on the command line, and how one logs in as one of them."""

from __future__ import annotations

from pathlib import Path

from core.values import Actor
from core.workspace import open_workspace
from tests.conftest import ACCOUNT, Outcome, Run

SECRET = "a long password"


def make_bob(run: Run, store_path: Path) -> None:
    """An account with a password, which may do nothing; who runs commands is the owner from then on."""
    assert run("account", "new", "bob").code == 0
    workspace = open_workspace(str(store_path), Actor(ACCOUNT))
    workspace.set_password("bob", SECRET)
    workspace.close()


def as_bob(run: Run, *arguments: str) -> Outcome:
    return run(*arguments, "--as", "bob", ROLODOC_PASSWORD=SECRET)
