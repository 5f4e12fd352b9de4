"""What is asked for with every command: the store, the actor, the form of the output."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from core.errors import Unavailable
from core.values import Actor
from core.workspace import Workspace, open_workspace

Via = Literal["terminal", "cli", "import", "demo"]


@dataclass
class Settings:
    """`store` and `name` are "" where the environment decides."""

    store: str = ""
    name: str = ""
    json: bool = False
    thin: bool | None = None

    def take(self, option: str, value: str) -> None:
        """Sets what `--db` or `--as` stands for."""
        if option == "--db":
            self.store = value
        else:
            self.name = value

    @property
    def store_path(self) -> str:
        """`--db`, else ROLODOC_DB, else rolodoc.db in the user's data folder, which is made."""
        return self.store or os.environ.get("ROLODOC_DB") or _default_store()

    def actor(self, via: Via = "cli") -> Actor:
        return Actor(name=self.name or _account_name(), via=via)

    def open(self, via: Via = "cli") -> Workspace:
        """The workspace on the store. Raises as open_workspace does."""
        return open_workspace(self.store_path, self.actor(via))


def _default_store() -> str:
    from platformdirs import user_data_path

    try:
        return str(user_data_path("rolodoc", appauthor=False, ensure_exists=True) / "rolodoc.db")
    except OSError as error:
        raise Unavailable(
            f"cannot make the folder {error.filename} ({error.strerror}); name a store with --db"
        ) from None


def _account_name() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name in the environment and no entry in the user database
        return str(os.getuid())
