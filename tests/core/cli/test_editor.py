"""A bare `edit` and `new` open an editor on the record; what was typed is never lost."""

import re
import sys
from pathlib import Path

import pytest


def kept_file(outcome) -> Path:
    return Path(re.search(r"your text is kept in (\S+)", outcome.err)[1])


@pytest.mark.usefixtures("library")
def test_edit_writes_what_was_changed_in_the_editor(run, editor):
    # when
    outcome = run("profile", "edit", "p-1", EDITOR=editor("sed -i 's/^name: .*/name: Ada King/' $1"))

    # then
    assert outcome.code == 0
    fields = run("profile", "show", "p-1", "--json").object["fields"]
    assert (fields["name"], fields["kind"]) == ("Ada King", "person")


@pytest.mark.usefixtures("library")
def test_the_editor_shows_every_field(run, editor, tmp_path):
    run("document", "edit", "Notes on the Engine", EDITOR=editor(f"cp $1 {tmp_path}/seen"))

    seen = (tmp_path / "seen").read_text()
    assert "title: Notes on the Engine\n" in seen
    assert "tags: maths\n" in seen
    assert "text:\n    loops of cards\n" in seen
    assert "rev 1" in seen.splitlines()[0]


@pytest.mark.usefixtures("library")
def test_leaving_the_editor_unsaved_changes_nothing_and_leaves_no_file(run, editor, surroundings):
    outcome = run("profile", "edit", "p-1", EDITOR=editor("true"))

    assert (outcome.code, outcome.out) == (0, "nothing had to change\n")
    assert list(Path(surroundings["TMPDIR"]).iterdir()) == []


@pytest.mark.usefixtures("library")
def test_visual_comes_before_editor_and_may_have_arguments(run, editor):
    script = editor('[ "$1" = --wait ] && echo "notes: seen" >> $2')

    run("profile", "edit", "p-1", VISUAL=f"{script} --wait", EDITOR="/bin/false")

    outcome = run("profile", "edit", "p-1", EDITOR=editor("sed -i '/^notes/d' $1; echo 'notes: seen' >> $1"))
    assert outcome.code == 0
    assert run("profile", "show", "p-1", "--json").object["fields"]["notes"] == "seen"


@pytest.mark.usefixtures("library")
def test_what_was_typed_is_merged_with_what_somebody_else_saved_meanwhile(run, editor):
    # given: while the editor is open, somebody else saves another field
    other = f"{sys.executable} -m core.cli profile edit p-1 --set phones=555 >/dev/null"
    script = editor(f"{other}; sed -i 's/^notes:.*/notes: mine/' $1")

    # when
    outcome = run("profile", "edit", "p-1", EDITOR=script)

    # then
    assert (outcome.code, outcome.err) == (0, "")
    fields = run("profile", "show", "p-1", "--json").object["fields"]
    assert (fields["notes"], fields["phones"]) == ("mine", [{"label": "", "value": "555"}])


@pytest.mark.usefixtures("library")
def test_what_clashes_is_not_overwritten_and_what_was_typed_is_kept_in_a_conflict(run, editor):
    # given: while the editor is open, somebody else saves the same field
    other = f"{sys.executable} -m core.cli profile edit p-1 --set notes=theirs >/dev/null"
    script = editor(f"{other}; sed -i 's/^notes:.*/notes: mine/' $1")

    # when
    outcome = run("profile", "edit", "p-1", EDITOR=script)

    # then
    assert outcome.code == 5
    assert "Ada Lovelace: tester changed notes too" in outcome.err
    assert run("profile", "show", "p-1", "--json").object["fields"]["notes"] == "theirs"
    (field,) = run("conflicts", "show", "Ada Lovelace", "--json").object["fields"]
    assert (field["field"], field["mine"], field["theirs"]) == ("notes", "mine", "theirs")


@pytest.mark.usefixtures("library")
def test_with_if_version_the_editor_still_refuses_and_keeps_the_text(run, editor):
    version = run("profile", "show", "p-1", "--json").object["version"]
    other = f"{sys.executable} -m core.cli profile edit p-1 --set notes=theirs >/dev/null"
    script = editor(f"{other}; sed -i 's/^notes:.*/notes: mine/' $1")

    outcome = run("profile", "edit", "p-1", "--if-version", version, EDITOR=script)

    assert outcome.code == 5
    assert "was changed by someone else" in outcome.err
    assert "notes: mine" in kept_file(outcome).read_text()
    assert run("profile", "show", "p-1", "--json").object["fields"]["notes"] == "theirs"


@pytest.mark.usefixtures("library")
def test_the_editor_opens_on_the_revision_that_was_read(run, editor, tmp_path):
    run("profile", "edit", "p-1", "--set", "notes=later")

    outcome = run("profile", "edit", "p-1", "--if-revision", "1", EDITOR=editor(f"cp $1 {tmp_path}/seen"))

    assert (outcome.code, outcome.out) == (0, "nothing had to change\n")
    assert "later" not in (tmp_path / "seen").read_text()
    assert run("profile", "show", "p-1", "--json").object["fields"]["notes"] == "later"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("sed -i 's/^kind: .*/kind: cat/' $1", "kind: must be one of"),
        ("sed -i 's/^kind: .*/colour: red/' $1", "colour: a profile has no such field"),
        ("echo 'name: again' >> $1", "name: stands twice"),
        ("echo 'what is this' >> $1", "is neither"),
        ("printf 'notes: \\377' > $1", "not UTF-8"),
    ],
)
@pytest.mark.usefixtures("library")
def test_a_text_that_cannot_be_read_is_kept(run, editor, script, reason):
    outcome = run("profile", "edit", "p-1", EDITOR=editor(script))

    assert outcome.code == 4
    assert reason in outcome.err
    assert kept_file(outcome).stat().st_size > 0
    assert run("profile", "show", "p-1", "--json").object["revision"] == 1


@pytest.mark.usefixtures("library")
def test_an_editor_that_fails_saves_nothing(run, editor):
    outcome = run("profile", "edit", "p-1", EDITOR=editor("exit 3"))

    assert outcome.code == 7
    assert "ended with exit code 3; nothing was saved" in outcome.err


@pytest.mark.usefixtures("library")
def test_an_editor_that_is_not_there(run):
    outcome = run("profile", "edit", "p-1", EDITOR="/no/such/editor")

    assert outcome.code == 7
    assert "cannot run the editor /no/such/editor (No such file or directory)" in outcome.err


@pytest.mark.usefixtures("library")
def test_without_an_editor_and_a_terminal_it_says_what_to_do(run):
    outcome = run("profile", "edit", "p-1")

    assert outcome.code == 7
    assert "set EDITOR" in outcome.err


def test_new_makes_what_was_typed(run, editor):
    script = editor("printf 'name: Emmy Noether\\nkind: person\\nnotes:\\n    first\\n\\n    last\\n' > $1")

    outcome = run("profile", "new", EDITOR=script)

    assert outcome.code == 0
    assert run("profile", "show", "Emmy Noether", "--json").object["fields"]["notes"] == "first\n\nlast"


def test_new_left_unsaved_makes_nothing(run, editor):
    outcome = run("profile", "new", EDITOR=editor("true"))

    assert (outcome.code, outcome.err) == (0, "nothing was typed, so nothing was made\n")
    assert run("profile", "list").out == ""
