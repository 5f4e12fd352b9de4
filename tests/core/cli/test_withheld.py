"""What is confidential on the command line: it is counted, not shown, and what is typed leaves it as it is."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from pathlib import Path

import pytest

from core.values import Actor, Ref, id_text
from core.workspace import open_workspace
from core.write_values import Create, Edit
from tests.conftest import Run


@pytest.fixture
def clerk(library: dict[str, Ref], store_path: Path) -> dict[str, Ref]:
    """The library, in which the user of this test may do everything but read and write what is confidential."""
    workspace = open_workspace(str(store_path), Actor("librarian"))
    user = pwd.getpwuid(os.geteuid()).pw_name
    (account,) = workspace.write([Create("account", {"name": "clerk", "system_user": user})]).refs
    subject = {"subject_kind": "account", "subject": id_text(account.id), "action": "administer"}
    workspace.write(
        [
            *(Create("grant", subject | {"target_kind": area}) for area in ("profiles", "documents")),
            Create("mark", {"entity": "profile", "attribute": "salary"}),
            Edit(library["ada"], {"attributes": {"salary": "nine grand", "room": "12"}}),
            Edit(library["notes"], {"confidential": "yes"}),
        ]
    )
    workspace.close()
    return library


def stored(store_path: Path, ref: Ref) -> dict[str, object]:
    workspace = open_workspace(str(store_path), Actor("librarian"))
    try:
        return workspace.get(ref).fields
    finally:
        workspace.close()


@pytest.mark.usefixtures("clerk")
def test_show_counts_what_is_not_shown(run: Run) -> None:
    profile, document = run("profile", "show", "p-1"), run("document", "show", "Notes on the Engine")

    assert "1 confidential field is not shown" in profile.out
    assert "4 confidential fields are not shown" in document.out
    assert "nine grand" not in profile.out
    assert "loops of cards" not in document.out


@pytest.mark.usefixtures("clerk")
def test_show_as_json_names_what_is_not_shown(run: Run) -> None:
    shown = run("profile", "show", "p-1", "--json").object

    assert shown["withheld"] == ["attributes.salary"]
    assert shown["fields"]["attributes"] == {"room": "12"}


@pytest.mark.usefixtures("clerk")
def test_the_history_tells_that_something_is_not_shown(run: Run) -> None:
    told = run("history", "p-1")

    assert "1 confidential field is not shown" in told.out
    assert "nine grand" not in told.out
    assert run("history", "p-1", "--json").objects[0]["withheld"] == ["attributes.salary"]


def test_the_editor_is_given_no_field_that_is_withheld(
    run: Run, clerk: dict[str, Ref], editor: Callable[[str], str], tmp_path: Path, store_path: Path
) -> None:
    script = f"cp $1 {tmp_path}/seen; sed -i 's/^title:.*/title: Notes/' $1"

    outcome = run("document", "edit", "Notes on the Engine", EDITOR=editor(script))

    seen = (tmp_path / "seen").read_text()
    assert outcome.code == 0
    assert "# 4 confidential fields are not shown; what is not shown stays as it is.\n" in seen
    assert not {"text:", "description:", "attributes:"} & set(seen.split())
    assert stored(store_path, clerk["notes"])["text"] == "loops of cards"


def test_an_edit_of_the_attributes_keeps_those_that_are_not_shown(
    run: Run, clerk: dict[str, Ref], store_path: Path
) -> None:
    assert run("profile", "edit", "p-1", "--set", 'attributes={"room": "14"}').code == 0

    assert stored(store_path, clerk["ada"])["attributes"] == {"room": "14", "salary": "nine grand"}


def test_setting_what_is_not_shown_is_refused(run: Run, clerk: dict[str, Ref], store_path: Path) -> None:
    outcome = run("profile", "edit", "p-1", "--set", 'attributes={"salary": "1"}')

    assert outcome.code == 6
    assert "attributes.salary is confidential; to change it needs confidential on Ada Lovelace" in outcome.err
    assert stored(store_path, clerk["ada"])["attributes"] == {"salary": "nine grand", "room": "12"}


@pytest.mark.usefixtures("clerk")
def test_watch_tells_changes_alone(run: Run) -> None:
    run("profile", "edit", "p-2", "--set", "notes=new")

    told = run("watch", "--after", "0", "--limit", "3", "--json")

    assert [one["type"].split(".")[0] for one in told.objects] == ["type", "type", "profile"]


@pytest.mark.usefixtures("clerk")
@pytest.mark.parametrize(
    ("name", "left_out"), [("out", "5 confidential fields were"), ("out.csv", "1 confidential field was")]
)
def test_an_export_tells_what_it_had_to_leave_out(run: Run, tmp_path: Path, name: str, left_out: str) -> None:
    told = run("export", str(tmp_path / name)).out

    assert f"{left_out} left out, which you may not read" in told
    files = [tmp_path / name] if name.endswith(".csv") else (tmp_path / name).glob("*.ndjson")
    assert not any("nine grand" in file.read_text() for file in files)
