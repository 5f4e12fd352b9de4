"""Choices for a conflict: steps, what stays when it moves on, and what is kept between two sittings."""

from __future__ import annotations

import pytest

from core.errors import Invalid
from core.fields import Entity
from core.merge import take
from core.merge_values import FieldConflict, Take
from core.workspace import Workspace
from core.write_values import Edit, Value
from tests.tui.clashing import PHONES, clash_in_three
from tests.tui.conftest import Office
from tui import conflict_choices
from tui.conflict_choices import Choices, drop_choices, keep_choices, kept_choices, recall_choices


@pytest.fixture
def choices(office: Office, colleague: Workspace) -> Choices:
    conflict = clash_in_three(office.workspace, colleague, office.ref("Bob Marsh"))
    return Choices(office.workspace.conflict(conflict))


def test_what_is_chosen_is_the_result_and_what_is_open_is_as_the_record_holds_it(choices: Choices) -> None:
    assert choices.open == ["name", "phones", "notes"]
    assert choices.result("name") == "Bob N"

    choices.choose({"name": "mine", "phones": "both", "notes": Value("Call never.")})

    assert choices.open == []
    assert choices.result("name") == "Bob M"
    assert sorted(entry["value"] for entry in choices.result("phones")) == ["030 5678", "030 9999"]
    assert choices.result("notes") == "Call never."


def test_each_step_is_undone_and_redone(choices: Choices) -> None:
    choices.choose({"name": "mine"})
    choices.choose(dict.fromkeys(choices.open, "theirs"))
    choices.take_back("notes")
    assert choices.open == ["notes"]

    choices.undo()
    assert choices.open == []
    choices.undo()
    assert choices.made == {"name": "mine"}
    choices.redo()
    assert choices.open == []
    choices.undo()
    choices.choose({"phones": "base"})
    assert not choices.can_redo


def test_a_choice_that_changes_nothing_is_no_step(choices: Choices) -> None:
    choices.choose({"name": "mine"})
    choices.choose({"name": "mine"})
    choices.undo()
    assert not choices.can_undo


def test_a_choice_that_cannot_be_changes_nothing(choices: Choices) -> None:
    with pytest.raises(Invalid):
        choices.choose({"phones": "mine", "name": "both"})
    assert choices.made == {}
    assert not choices.can_undo


def test_choices_stay_where_what_they_were_made_from_stays(
    choices: Choices, office: Office, colleague: Workspace
) -> None:
    choices.choose({"name": "mine"})
    choices.choose({"phones": "theirs"})
    colleague.write([Edit(office.ref("Bob Marsh"), {"phones": PHONES["new"]})])

    carried, reopened = choices.carried_to(office.workspace.conflict(choices.conflict.id))

    assert carried.made == {"name": "mine"}
    assert reopened == ["phones"]
    carried.undo()
    carried.undo()
    assert carried.made == {}


def test_what_is_kept_is_there_again_as_far_as_it_still_fits(
    choices: Choices, office: Office, colleague: Workspace
) -> None:
    workspace, id = office.workspace, choices.conflict.id
    choices.choose({"name": "base", "phones": "mine", "notes": Value("Call never.")})
    keep_choices(workspace, choices)
    assert kept_choices(workspace) == {id: 3}
    assert recall_choices(workspace, workspace.conflict(id))[0].made == choices.made

    colleague.write([Edit(office.ref("Bob Marsh"), {"phones": PHONES["new"]})])
    again, reopened = recall_choices(workspace, workspace.conflict(id))
    assert again.made == {"name": "base", "notes": Value("Call never.")}
    assert reopened == ["phones"]

    drop_choices(workspace, id)
    assert kept_choices(workspace) == {}
    assert recall_choices(workspace, workspace.conflict(id))[0].made == {}


def test_both_of_a_long_text_is_put_together_once(
    office: Office, colleague: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    def counted(entity: Entity, one: FieldConflict, side: Take) -> object:
        taken.append(side)
        return take(entity, one, side)

    monkeypatch.setattr(conflict_choices, "take", counted)
    id = clash_in_three(office.workspace, colleague, office.ref("Bob Marsh"))
    choices = Choices(office.workspace.conflict(id))
    choices.choose({"notes": "both"})
    assert choices.result("notes") == choices.result("notes")
    assert taken == ["both"]


def test_choices_of_which_none_is_left_are_kept_no_more(choices: Choices, office: Office) -> None:
    choices.choose({"name": "mine"})
    keep_choices(office.workspace, choices)
    choices.take_back("name")
    keep_choices(office.workspace, choices)
    assert kept_choices(office.workspace) == {}
