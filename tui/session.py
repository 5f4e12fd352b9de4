"""Where the person was, kept for the next start: the screen, and of each list its filter, order and cursor."""

from __future__ import annotations

import msgspec

from core.values import Sort
from core.workspace import Workspace

KEY = "session:terminal"


class ListState(msgspec.Struct, frozen=True):
    filter: str = ""
    sort: Sort = "name"
    descending: bool = False
    cursor: str = ""  # id in hexadecimal digits


class Session(msgspec.Struct, frozen=True):
    screen: str = "profiles"
    lists: dict[str, ListState] = {}
    theme: str = ""


def recall_session(workspace: Workspace) -> Session:
    """The session that was saved last; a new one where there is none, or where it is of another form."""
    stored = workspace.recall(KEY).get(KEY)
    try:
        return msgspec.convert(stored, Session)
    except msgspec.ValidationError:
        return Session()


def save_session(workspace: Workspace, session: Session) -> None:
    workspace.remember(KEY, msgspec.to_builtins(session))
