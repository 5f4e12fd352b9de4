"""The one registry of actions: bindings, footer, help, palette and key map all derive from it.

Each action `a.b` is carried out by the method `do_a_b` of the screen, or of the panel whose keys it is among; those
that begin with `go.` show a screen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from textual.binding import Binding

from tui.action import Action, Context, needs, never, unless_panel
from tui.audit_actions import IN_AUDIT
from tui.conflict_actions import IN_CONFLICT, IN_INBOX


def _goes_back(context: Context) -> str | None:
    return None if context.depth or context.panel else "this is where the trail starts"


def _filters(context: Context) -> str | None:
    if context.entity == "conflict":
        return "conflicts are not filtered; R settles many of them at once"
    filtered = context.entity or context.screen in ("activity", "audit")
    return None if filtered else "there is nothing to filter on this screen"


def _sorts(context: Context) -> str | None:
    if context.entity in ("link", "conflict"):
        return f"{context.entity}s keep one order"
    return _list(context)


def _trashes(context: Context) -> str | None:
    if context.entity == "conflict":
        return "what was settled stands in the history of its record"
    return _list(context)


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


def _allowed(action: str, context: Context) -> str | None:
    """What is known of the rights on the subject, without asking; the core has the last word."""
    if context.may is None or action in context.may:
        return None
    return f"you may not {action} it; A says why"


def _edits(context: Context) -> str | None:
    return _plain_subject(context) or (None if context.draft else _allowed("edit", context))


def _accesses(context: Context) -> str | None:
    return None if context.record else "put the cursor on a profile or document first"


def _in_editor(context: Context) -> str | None:
    return "this session may not start other programs" if context.forced else _edits(context)


def _creates(context: Context) -> str | None:
    if context.entity in ("profile", "document"):
        return None
    if context.entity == "conflict":
        return "a conflict is made where two versions of a record meet"
    return "links are made with l, from a profile or document" if context.entity else "nothing is made on this screen"


def _links(context: Context) -> str | None:
    if context.trash:
        return "it is in the trash; R restores it first"
    if context.record is None:
        return "put the cursor on a profile or document first"
    return _allowed("link", context) if context.record == context.subject else None


def _links_marked(context: Context) -> str | None:
    if context.trash:
        return "these are in the trash; R restores them first"
    if context.entity not in ("profile", "document"):
        return "profiles or documents are marked in their own lists"
    return None if context.marked else "nothing is marked; space marks a record"


def _removable(context: Context) -> str | None:
    if context.entity == "conflict":
        return "a conflict is settled, not removed; enter opens it"
    if context.trash:
        return "it is in the trash already; R restores it"
    if context.marked or context.draft:
        return None
    needed = "link" if context.subject is not None and context.subject.entity == "link" else "edit"
    return _plain_subject(context) or _allowed(needed, context)


def _restorable(context: Context) -> str | None:
    if not context.trash or context.entity == "conflict":
        return "only what is in the trash can be restored; T shows the trash"
    return None if context.subject or context.marked else "the cursor is not on a record"


def _with_history(context: Context) -> str | None:
    return None if context.subject else "the cursor is not on a record"


def _markable(context: Context) -> str | None:
    return None if context.listed else "marks are set in a list of records"


def _grouped(context: Context) -> str | None:
    if context.screen == "conflicts":
        return "conflicts are not grouped"
    return None if context.record and context.record.entity == "profile" else "only a profile's documents are grouped"


def _takes_more(context: Context) -> str | None:
    if context.screen != "activity":
        return "what was done is taken back in 5 Activity"
    return None if context.change else "the cursor is not on a change"


def _purges(context: Context) -> str | None:
    return None if context.trash else "only what is in the trash can be purged; T shows the trash"


def _merges(context: Context) -> str | None:
    if context.entity != "profile":
        return "only profiles are merged; mark two in 1 Profiles"
    if context.trash:
        return "these are in the trash; R restores them first"
    return None if context.marked == 2 else f"mark the two that are one with space; {context.marked} are marked"


def _splits(context: Context) -> str | None:
    if context.trash:
        return "it is in the trash; R restores it first"
    if context.record is None or context.record.entity != "profile":
        return "only a profile is split; put the cursor on one"
    return _allowed("share", context) if context.record == context.subject else None


def _pairs(context: Context) -> str | None:
    return None if context.screen == "profiles" else "duplicates are looked through in 1 Profiles"


RECORDS: Final = ("profiles", "documents", "links")
EVERY_SCREEN: Final = (*RECORDS, "conflicts", "activity", "system", "drafts", "audit")
ANYWHERE: Final = ("*",)
WITH_ENDS: Final = ("profiles", "documents")

ACTIONS: Final[tuple[Action, ...]] = (
    Action("go.profiles", "1", "Profiles", "People, organisations and groups, and their documents."),
    Action("go.documents", "2", "Documents", "Documents, what they say, and their people."),
    Action("go.links", "3", "Links", "Every link; filter by type, validity or either end."),
    Action("go.conflicts", "4", "Conflicts", "Fields that two versions hold differently and no rule could settle."),
    Action("go.activity", "5", "Activity", "What was changed, by whom, as it happens."),
    Action("go.system", "6", "System", "The store, its totals, the trash and the settings."),
    Action("go.drafts", "7", "Drafts", "What you typed and did not save."),
    Action("go.audit", "8", "Audit", "Who did what and who tried, and whether the record of it holds."),
    Action(
        "open",
        "enter,right",
        "Open",
        "Go in: from a profile to its documents, from a document to its people.",
        never,
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
        needs(_filters),
        (*RECORDS, "activity", "audit"),
    ),
    Action("new", "n", "New", "Make a new record of the kind that this screen lists.", needs(_creates), WITH_ENDS),
    Action(
        "edit",
        "e",
        "Edit",
        "Change the fields of the record under the cursor.",
        needs(_edits),
        (*RECORDS, "drafts"),
    ),
    Action(
        "edit.external", "E", "Edit outside", "Change the record in the program that $EDITOR names.", needs(_in_editor)
    ),
    Action("link", "l", "Link", "Link this record: first the type, then the other end.", needs(_links), WITH_ENDS),
    Action("link.marked", "L", "Link marked", "Link all marked records with one other.", needs(_links_marked)),
    Action(
        "remove",
        "x",
        "Remove",
        "Unlink or delete, to the trash; says first what will go.",
        needs(_removable),
        (*RECORDS, "drafts"),
    ),
    Action("restore", "R", "Restore", "Bring back from the trash, with the links that went along.", needs(_restorable)),
    Action(
        "undo",
        "u",
        "Undo",
        "Take back your latest change; in Activity and in a history, the one under the cursor.",
        unless_panel,
        (*RECORDS, "activity", "conflicts"),
    ),
    Action("redo", "U", "Redo", "Take back your latest undo.", unless_panel),
    Action(
        "take.back",
        "B",
        "Take back more",
        "All that this request, its actor since then or an import did; with a preview.",
        needs(_takes_more),
        ("activity",),
    ),
    Action(
        "access",
        "A",
        "Access",
        "Who may see this record and do what with it, and why; grant, deny and revoke.",
        needs(_accesses),
        WITH_ENDS,
    ),
    Action("history", "h", "History", "Every revision of the record, field by field.", needs(_with_history), RECORDS),
    Action(
        "mark",
        "space",
        "Mark",
        "Mark the record under the cursor, or take the mark away.",
        needs(_markable),
        (*WITH_ENDS, "conflicts"),
    ),
    Action("mark.range", "v", "Mark range", "Mark from the last mark to the cursor.", needs(_markable)),
    Action("clear", "escape", "Clear", "Close what is open, then take away the marks, then the filter."),
    Action("sort", "s", "Sort", "Next order: by name, latest change, date made.", needs(_sorts)),
    Action("sort.turn", "S", "Turn order", "Turn the order round.", needs(_list)),
    Action(
        "merge",
        "m",
        "Merge",
        "Make two marked profiles one: side by side first, and one undo for all of it.",
        needs(_merges),
        ("profiles",),
    ),
    Action(
        "split",
        "M",
        "Split",
        "Take links away from a profile, to one that was merged into it or a new one.",
        needs(_splits),
    ),
    Action(
        "candidates",
        "D",
        "Duplicates",
        "Pairs of profiles that may be one person: merge them, or tell them apart for ever.",
        needs(_pairs),
        ("profiles",),
    ),
    Action(
        "group",
        "o",
        "Group",
        "Group a profile's documents by relationship, collection, category or tag.",
        needs(_grouped),
    ),
    Action("trash", "T", "Trash", "Show the trash of this list, or leave it.", needs(_trashes)),
    Action("purge", "P", "Purge", "Delete for good what has been in the trash for 30 days.", needs(_purges)),
    Action("refresh", "g", "Refresh", "Show what is new; the cursor stays on its record."),
    Action("copy", "y", "Copy", "Copy the record under the cursor to the clipboard.", needs(_copies)),
    Action("pane", "p", "Pane", "Show the detail beside the list, or the list alone."),
    Action("accounts", "", "Accounts", "Accounts, groups and roles: who there is, what each may, and new ones."),
    Action("reason", "", "Reason", "Say why you look: some records are shown to one who gives a reason."),
    Action("rules", "", "Standing rules", "Rules that settle what clashes before anybody is asked: add, move, remove."),
    Action("palette", "colon,ctrl+p", "Commands", "Find any action by its name.", never, ANYWHERE),
    Action("help", "question_mark", "Help", "What the keys do, here and everywhere.", never, ANYWHERE),
    Action("theme", "", "Theme", "Next theme: the terminal's own ground, dark, light, sixteen colours."),
    Action("back.quit", "q", "Leave", "One step back; at the start of the trail, leave the program.", never, ANYWHERE),
)

BY_ID: Final = {action.id: action for action in (*ACTIONS, *IN_INBOX, *IN_CONFLICT, *IN_AUDIT)}


def bindings(actions: Iterable[Action] = ACTIONS) -> list[Binding]:
    """A binding for each action that has a key; its id is what a key map names."""
    return [
        Binding(action.keys, f"screen.act('{action.id}')", action.name, show=False, id=action.id)
        for action in actions
        if action.keys
    ]


_KEY_NAMES = {
    "slash": "/", "colon": ":", "question_mark": "?", "enter": "⏎", "escape": "esc", "backspace": "⌫",
    "right_square_bracket": "]", "left_square_bracket": "[",
    "right": "→", "left": "←", "up": "↑", "down": "↓", "pageup": "pgup", "pagedown": "pgdn",
}  # fmt: skip


def key_names(keys: str) -> list[str]:
    """The keys of a binding as they stand on a keyboard."""
    return [_KEY_NAMES.get(key.strip(), key.strip()) for key in keys.split(",") if key.strip()]
