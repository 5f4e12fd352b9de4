"""The one registry of actions: bindings, footer, help, palette and key map all derive from it.

Each action `a.b` is carried out by the method `do_a_b` of the screen; those that begin with `go.` show a screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from textual.binding import Binding

from core.fields import Entity
from core.values import Ref


class Context(msgspec.Struct, frozen=True):
    """What the person is at; `disabled` of an action looks at this alone."""

    screen: str = ""
    entity: Entity | None = None  # of the records that this screen lists
    subject: Ref | None = None  # the record under the cursor
    record: Ref | None = None  # the profile or document that is read: a new link starts from it
    listed: bool = False  # a list of records has the keys
    marked: int = 0
    trash: bool = False  # the list shows the trash
    draft: bool = False  # the cursor is on a draft
    change: bool = False  # the cursor is on a change
    depth: int = 0  # steps that `back` can take
    filtered: bool = False
    panel: str = ""  # the title of the panel that is open
    forced: bool = False  # a forced command of an SSH server: no other program may be started


Disabled = Callable[[Context], str | None]


def _never(_: Context) -> None:
    return None


class Action(msgspec.Struct, frozen=True):
    """`disabled` gives the reason why it cannot be done now, or None. `screens` show it in their footer."""

    id: str
    keys: str
    name: str
    sentence: str
    disabled: Disabled = _never
    screens: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        return f"do_{self.id.replace('.', '_')}"


def _unless_panel(context: Context) -> str | None:
    return f"{context.panel} is open; esc closes it first" if context.panel else None


def _needs(check: Callable[[Context], str | None]) -> Disabled:
    return lambda context: _unless_panel(context) or check(context)


def _goes_back(context: Context) -> str | None:
    return None if context.depth or context.panel else "this is where the trail starts"


def _filters(context: Context) -> str | None:
    filtered = context.entity or context.screen == "activity"
    return None if filtered else "there is nothing to filter on this screen"


def _sorts(context: Context) -> str | None:
    return "links keep one order" if context.entity == "link" else _list(context)


def _copies(context: Context) -> str | None:
    return None if context.subject else "the cursor is not on a record"


def _list(context: Context) -> str | None:
    return None if context.entity else "there is no list of records on this screen"


def _plain_subject(context: Context) -> str | None:
    if context.draft:
        return None
    if context.subject is None:
        return "the cursor is not on a record"
    return "it is in the trash; R restores it first" if context.trash else None


def _in_editor(context: Context) -> str | None:
    return "this session may not start other programs" if context.forced else _plain_subject(context)


def _creates(context: Context) -> str | None:
    if context.entity in ("profile", "document"):
        return None
    return "links are made with l, from a profile or document" if context.entity else "nothing is made on this screen"


def _links(context: Context) -> str | None:
    if context.trash:
        return "it is in the trash; R restores it first"
    return None if context.record else "put the cursor on a profile or document first"


def _links_marked(context: Context) -> str | None:
    if context.trash:
        return "these are in the trash; R restores them first"
    if context.entity not in ("profile", "document"):
        return "profiles or documents are marked in their own lists"
    return None if context.marked else "nothing is marked; space marks a record"


def _removable(context: Context) -> str | None:
    if context.trash:
        return "it is in the trash already; R restores it"
    return None if context.marked else _plain_subject(context)


def _restorable(context: Context) -> str | None:
    if not context.trash:
        return "only what is in the trash can be restored; T shows the trash"
    return None if context.subject or context.marked else "the cursor is not on a record"


def _with_history(context: Context) -> str | None:
    return None if context.subject else "the cursor is not on a record"


def _markable(context: Context) -> str | None:
    return None if context.listed else "marks are set in a list of records"


def _grouped(context: Context) -> str | None:
    return None if context.record and context.record.entity == "profile" else "only a profile's documents are grouped"


RECORDS: Final = ("profiles", "documents", "links")
EVERY_SCREEN: Final = (*RECORDS, "drafts", "activity", "system")
ANYWHERE: Final = ("*",)
WITH_ENDS: Final = ("profiles", "documents")

ACTIONS: Final[tuple[Action, ...]] = (
    Action("go.profiles", "1", "Profiles", "People, organisations and groups, and their documents."),
    Action("go.documents", "2", "Documents", "Documents, what they say, and their people."),
    Action("go.links", "3", "Links", "Every link; filter by type, validity or either end."),
    Action("go.drafts", "4", "Drafts", "What you typed and did not save, and where others saved something else."),
    Action("go.activity", "5", "Activity", "What was changed, by whom, as it happens."),
    Action("go.system", "6", "System", "The store, its totals, the trash and the settings."),
    Action(
        "open",
        "enter,right",
        "Open",
        "Go in: from a profile to its documents, from a document to its people.",
        _never,
        EVERY_SCREEN,
    ),
    Action(
        "back",
        "backspace,left",
        "Back",
        "One step back on the trail, to where the cursor was.",
        _goes_back,
    ),
    Action(
        "filter",
        "slash",
        "Filter",
        "Show only what matches, as you type; words, and kind: tag: type: category: ...",
        _needs(_filters),
        (*RECORDS, "activity"),
    ),
    Action("new", "n", "New", "Make a new record of the kind that this screen lists.", _needs(_creates), WITH_ENDS),
    Action(
        "edit",
        "e",
        "Edit",
        "Change the fields of the record under the cursor.",
        _needs(_plain_subject),
        (*RECORDS, "drafts"),
    ),
    Action(
        "edit.external", "E", "Edit outside", "Change the record in the program that $EDITOR names.", _needs(_in_editor)
    ),
    Action("link", "l", "Link", "Link this record: first the type, then the other end.", _needs(_links), WITH_ENDS),
    Action("link.marked", "L", "Link marked", "Link all marked records with one other.", _needs(_links_marked)),
    Action(
        "remove",
        "x",
        "Remove",
        "Unlink or delete, to the trash; says first what will go.",
        _needs(_removable),
        (*RECORDS, "drafts"),
    ),
    Action(
        "restore", "R", "Restore", "Bring back from the trash, with the links that went along.", _needs(_restorable)
    ),
    Action(
        "undo",
        "u",
        "Undo",
        "Take back your latest change; in Activity and in a history, the one under the cursor.",
        _unless_panel,
        (*RECORDS, "activity"),
    ),
    Action("redo", "U", "Redo", "Take back your latest undo.", _unless_panel),
    Action("history", "h", "History", "Every revision of the record, field by field.", _needs(_with_history), RECORDS),
    Action(
        "mark",
        "space",
        "Mark",
        "Mark the record under the cursor, or take the mark away.",
        _needs(_markable),
        WITH_ENDS,
    ),
    Action("mark.range", "v", "Mark range", "Mark from the last mark to the cursor.", _needs(_markable)),
    Action("clear", "escape", "Clear", "Close what is open, then take away the marks, then the filter."),
    Action("sort", "s", "Sort", "Next order: by name, latest change, date made.", _needs(_sorts)),
    Action("sort.turn", "S", "Turn order", "Turn the order round.", _needs(_list)),
    Action(
        "group",
        "o",
        "Group",
        "Group a profile's documents by relationship, collection, category or tag.",
        _needs(_grouped),
    ),
    Action("trash", "T", "Trash", "Show the trash of this list, or leave it.", _needs(_list)),
    Action("refresh", "g", "Refresh", "Show what is new; the cursor stays on its record."),
    Action("copy", "y", "Copy", "Copy the record under the cursor to the clipboard.", _needs(_copies)),
    Action("pane", "p", "Pane", "Show the detail beside the list, or the list alone."),
    Action("palette", "colon,ctrl+p", "Commands", "Find any action by its name.", _never, ANYWHERE),
    Action("help", "question_mark", "Help", "What the keys do, here and everywhere.", _never, ANYWHERE),
    Action("theme", "", "Theme", "Next theme: the terminal's own ground, dark, light, sixteen colours."),
    Action("back.quit", "q", "Leave", "One step back; at the start of the trail, leave the program.", _never, ANYWHERE),
)

BY_ID: Final = {action.id: action for action in ACTIONS}


def bindings(actions: Iterable[Action] = ACTIONS) -> list[Binding]:
    """A binding for each action that has a key; its id is what a key map names."""
    return [
        Binding(action.keys, f"act('{action.id}')", action.name, show=False, id=action.id)
        for action in actions
        if action.keys
    ]


_KEY_NAMES = {
    "slash": "/", "colon": ":", "question_mark": "?", "enter": "⏎", "escape": "esc", "backspace": "⌫",
    "right": "→", "left": "←", "up": "↑", "down": "↓", "pageup": "pgup", "pagedown": "pgdn",
}  # fmt: skip


def key_names(keys: str) -> list[str]:
    """The keys of a binding as they stand on a keyboard."""
    return [_KEY_NAMES.get(key.strip(), key.strip()) for key in keys.split(",") if key.strip()]
