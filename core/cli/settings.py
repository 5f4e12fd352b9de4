"""What is asked for with every command: the store, the actor, the form of the output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
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
    reason: str = ""
    json: bool = False
    thin: bool | None = None

    def take(self, option: str, value: str) -> None:
        """Sets what `--db`, `--as` or `--reason` stands for."""
        name = {"--db": "store", "--as": "name", "--reason": "reason"}[option]
        setattr(self, name, value)

    @property
    def store_path(self) -> str:
        """`--db`, else ROLODOC_DB, else rolodoc.db in the user's data folder, which is made."""
        return self.store or os.environ.get("ROLODOC_DB") or _default_store()

    def actor(self, via: Via = "cli") -> Actor:
        """Who asks as far as this machine knows; over SSH also from where."""
        return Actor(
            name=self.name or _user_name(),
            via=via,
            address=os.environ.get("SSH_CONNECTION", "").partition(" ")[0],
            system_user=_system_user(),
        )

    def open(self, via: Via = "cli") -> Workspace:
        """The workspace on the store, after a log-in where it has several accounts. Raises as open_workspace does, and
        Denied."""
        workspace = open_workspace(self.store_path, self.actor(via))
        try:
            workspace.reason = self.reason
            workspace.log_in(self.name, _ask_password())
        except BaseException:
            workspace.close()
            raise
        return workspace


def _default_store() -> str:
    from platformdirs import user_data_path

    try:
        return str(user_data_path("rolodoc", appauthor=False, ensure_exists=True) / "rolodoc.db")
    except OSError as error:
        raise Unavailable(
            f"cannot make the folder {error.filename} ({error.strerror}); name a store with --db"
        ) from None


def _system_user() -> str:
    """As the operating system says: a variable of the environment proves nothing."""
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return ""


def _ask_password() -> Callable[[str], str] | None:
    """ROLODOC_PASSWORD, else a question in the terminal; None where there is neither."""
    if given := os.environ.get("ROLODOC_PASSWORD"):
        return lambda _name: given
    if not sys.stdin.isatty():
        return None

    def ask(name: str) -> str:
        import getpass

        return getpass.getpass(f"Password of {name}: ")

    return ask


def _user_name() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name in the environment and no entry in the user database
        return str(os.getuid())
