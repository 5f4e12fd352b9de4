"""The registry: what derives from it agrees with it."""

from __future__ import annotations

import pytest
from textual.binding import Binding

from core.values import Ref
from tui.action import AtConflict, Context
from tui.actions import ACTIONS, BY_ID, bindings, key_names
from tui.app import MODES
from tui.audit_actions import IN_AUDIT
from tui.conflict_actions import IN_CONFLICT, IN_INBOX
from tui.dialogs.conflict import ConflictPanel
from tui.screens.activity import ActivityScreen
from tui.screens.audit import AuditScreen
from tui.screens.conflicts import ConflictsScreen
from tui.screens.drafts import DraftsScreen
from tui.screens.records import DocumentsScreen, LinksScreen, ProfilesScreen
from tui.screens.system import SystemScreen

SCREENS = [
    ProfilesScreen,
    DocumentsScreen,
    LinksScreen,
    ConflictsScreen,
    ActivityScreen,
    SystemScreen,
    DraftsScreen,
    AuditScreen,
]
TAKEN = {f"ctrl+{key}" for key in "basqojimh"}  # by tmux, screen, flow control and the keyboard itself
REF = Ref("profile", b"\0" * 16)


def test_ids_and_keys_are_unique() -> None:
    for actions in (ACTIONS, IN_INBOX, IN_CONFLICT, IN_AUDIT):
        keys = [key for action in actions for key in action.keys.split(",") if key]
        assert len(set(keys)) == len(keys)
        assert not TAKEN & set(keys)
    assert len(BY_ID) == len({*ACTIONS, *IN_INBOX, *IN_CONFLICT, *IN_AUDIT})


def test_every_action_of_a_conflict_is_carried_out_there() -> None:
    for action in IN_CONFLICT:
        assert callable(getattr(ConflictPanel, action.method, None)), action.id
    for action in IN_INBOX:
        assert callable(getattr(ConflictsScreen, action.method, None)), action.id
    for action in IN_AUDIT:
        assert callable(getattr(AuditScreen, action.method, None)), action.id


@pytest.mark.parametrize(
    ("id", "at", "reason"),
    [
        (
            "conflict.write",
            AtConflict(open=("Name", "Notes")),
            "still open: Name, Notes; choose 1, 2, 0, 3 or e for each",
        ),
        ("conflict.both", AtConflict(field="Name", both="holds one value"), "holds one value"),
        ("conflict.mine", AtConflict(), "this field is settled already; n goes to the next open one"),
        ("conflict.leave", AtConflict(field="Name"), "nothing is chosen for this field"),
        ("conflict.all.mine", AtConflict(field="Name"), "no field is open any more; w writes what is chosen"),
        ("conflict.theirs", AtConflict(field="Name", settled="Ann"), "Ann settled this conflict; esc leaves it"),
        ("conflict.write", None, "no conflict is open; enter opens one"),
    ],
)
def test_what_cannot_be_done_in_a_conflict_says_why(id: str, at: AtConflict | None, reason: str) -> None:
    assert BY_ID[id].disabled(Context(conflict=at)) == reason


@pytest.mark.parametrize("screen", SCREENS)
def test_every_action_is_carried_out_on_every_screen_or_says_why_not(screen: type) -> None:
    for action in ACTIONS:
        if action.id.startswith("go."):
            assert action.id.removeprefix("go.") in MODES
        elif not callable(getattr(screen, action.method, None)):
            contexts = [
                Context(screen=screen.name_, entity=screen.entity, subject=subject, record=record, change=change)
                for subject in (None, REF)
                for record in (None, REF)
                for change in (False, True)
            ]
            assert all(action.disabled(context) for context in contexts), action.id


def test_every_binding_can_be_named_by_a_key_map() -> None:
    assert {binding.id for binding in bindings()} == {action.id for action in ACTIONS if action.keys}
    for screen in SCREENS:
        own = [binding for binding in screen.BINDINGS if isinstance(binding, Binding)]
        assert all(binding.id for binding in own)


def test_no_action_changes_records_while_a_panel_is_open() -> None:
    context = Context(entity="profile", subject=REF, record=REF, listed=True, marked=2, panel="Edit Ada")
    for id in ("new", "edit", "link", "link.marked", "remove", "undo", "redo", "sort", "trash"):
        assert BY_ID[id].disabled(context) == "Edit Ada is open; esc closes it first"


def test_a_disabled_action_has_a_reason_that_is_a_sentence() -> None:
    for action in ACTIONS:
        for context in (Context(), Context(trash=True, entity="link"), Context(forced=True, subject=REF)):
            reason = action.disabled(context)
            assert reason is None or len(reason.split()) >= 3


def test_keys_are_named_as_on_a_keyboard() -> None:
    assert key_names("slash") == ["/"]
    assert key_names("colon,ctrl+p") == [":", "ctrl+p"]
    assert key_names("") == []


def test_all_modes_are_screens_of_the_registry() -> None:
    assert {f"go.{mode}" for mode in MODES} <= set(BY_ID)
