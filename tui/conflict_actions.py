"""What can be done with conflicts: part of the registry, see tui.actions."""

from __future__ import annotations

from typing import Final

from tui.action import Action, Context


def _on_open_field(context: Context) -> str | None:
    at = context.conflict
    if at is None:
        return "no conflict is open; enter opens one"
    if at.settled:
        return f"{at.settled} settled this conflict; esc leaves it"
    return None if at.field else "this field is settled already; n goes to the next open one"


def _with_both(context: Context) -> str | None:
    return _on_open_field(context) or (context.conflict.both if context.conflict else "") or None


def _with_typed(context: Context) -> str | None:
    return _on_open_field(context) or (context.conflict.typed if context.conflict else "") or None


def _typed_outside(context: Context) -> str | None:
    return "this session may not start other programs" if context.forced else _with_typed(context)


def _takes_back(context: Context) -> str | None:
    chosen = context.conflict is not None and context.conflict.chosen
    return _on_open_field(context) or (None if chosen else "nothing is chosen for this field")


def _with_open(context: Context) -> str | None:
    at = context.conflict
    if at is None or at.settled:
        return _on_open_field(context)
    return None if at.open else "no field is open any more; w writes what is chosen"


def _writes(context: Context) -> str | None:
    at = context.conflict
    if at is None or at.settled:
        return _on_open_field(context)
    names = ", ".join(at.open[:3]) + (f" and {len(at.open) - 3} more" if len(at.open) > 3 else "")
    return f"still open: {names}; choose 1, 2, 0, 3 or e for each" if at.open else None


def _in_conflict(context: Context) -> str | None:
    return None if context.conflict is not None else "no conflict is open; enter opens one"


def _with_conflicts(context: Context) -> str | None:
    return None if context.conflicts or context.conflict is not None else "no conflict is open"


_HERE: Final = ("conflict",)
_RULES: Final = Action(
    "conflict.rules",
    "R",
    "Rules",
    "Settle the marked conflicts, or all of them, or the one that is open, by one rule; says first what it decides.",
    _with_conflicts,
    ("conflicts", "conflict"),
)
IN_INBOX: Final[tuple[Action, ...]] = (_RULES,)
"""What the list of conflicts has keys for beside those of every screen."""
IN_CONFLICT: Final[tuple[Action, ...]] = (
    Action("conflict.mine", "1", "Mine", "Take mine for this field, and go on to the next.", _on_open_field, _HERE),
    Action("conflict.theirs", "2", "Theirs", "Take theirs, which the record holds now.", _on_open_field, _HERE),
    Action("conflict.base", "0", "Base", "Take what stood there before both.", _on_open_field, _HERE),
    Action(
        "conflict.both", "3", "Both", "Take both: of a set the union, of a text mine, then theirs.", _with_both, _HERE
    ),
    Action("conflict.edit", "e", "Edit", "Type a value of your own.", _with_typed, _HERE),
    Action("conflict.write", "w,f2", "Write", "Write what is chosen, and go on to the next conflict.", _writes, _HERE),
    _RULES,
    Action("conflict.all.mine", "M", "All mine", "Take mine for every open field.", _with_open, _HERE),
    Action("conflict.all.theirs", "T", "All theirs", "Take theirs for every open field.", _with_open, _HERE),
    Action("conflict.leave", "x", "Leave open", "Take the choice for this field back.", _takes_back, _HERE),
    Action(
        "conflict.undo", "u", "Undo", "Take back the last choice; without one, your last write.", _in_conflict, _HERE
    ),
    Action("conflict.redo", "U", "Redo", "Take back the last undo.", _in_conflict),
    Action("conflict.next.open", "n", "Next open", "To the next open field, also of the next conflict.", _in_conflict),
    Action("conflict.previous.open", "N", "Previous open", "To the open field before this one.", _in_conflict),
    Action("conflict.next", "right_square_bracket", "Next conflict", "To the conflict after this one.", _in_conflict),
    Action("conflict.previous", "left_square_bracket", "Previous conflict", "To the one before it.", _in_conflict),
    Action("conflict.edit.external", "E", "Edit outside", "Type the value in $EDITOR.", _typed_outside),
    Action(
        "conflict.reload", "r", "Reload", "Merge again with what the record holds now; keeps choices.", _in_conflict
    ),
)
"""What an open conflict has keys for."""
