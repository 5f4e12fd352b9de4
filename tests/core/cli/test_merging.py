"""rolodoc profile duplicates, merge, split, distinct."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.values import Actor, Ref, id_text
from core.workspace import open_workspace
from core.write_values import Create
from tests.core.making import make_document, make_link, make_profile, make_type


@pytest.fixture
def drakes(store_path: Path, empty_store: Path) -> dict[str, str]:
    """Ids by a short name: Fred Drake twice, a third one, their documents, and an organisation."""
    shutil.copyfile(empty_store, store_path)
    workspace = open_workspace(str(store_path), Actor(name="librarian"))
    make_type(workspace, "author")
    make_type(workspace, "editor")
    make_type(workspace, "publisher", profile_kinds=["organisation"])
    refs: dict[str, Ref] = {}
    emails = ["fdrake@example.org"]
    refs["full"], refs["short"], refs["other"], refs["club"] = workspace.write(
        [
            Create("profile", {"name": "Fred L. Drake, Jr.", "emails": emails, "notes": "Editor."}, ("crm", "p-1")),
            Create("profile", {"name": "F. Drake", "emails": emails, "notes": "Writes about XML."}, ("crm", "p-2")),
            Create("profile", {"name": "Ann Keller"}),
            Create("profile", {"name": "Drake Press", "kind": "organisation"}),
        ]
    ).refs
    for name in ("one", "two", "three"):
        refs[name] = make_document(workspace, name.title())
    refs["link one"] = make_link(workspace, refs["one"], refs["full"])
    refs["link two"] = make_link(workspace, refs["two"], refs["short"])
    refs["link three"] = make_link(workspace, refs["three"], refs["full"])
    make_link(workspace, refs["three"], refs["short"])
    make_link(workspace, refs["three"], refs["short"], "editor")
    make_link(workspace, refs["three"], refs["club"], "publisher")
    workspace.close()
    return {name: id_text(ref.id) for name, ref in refs.items()}


def links(run, profile: str) -> list[tuple[str, str]]:
    rows = run("link", "list", "--profile", profile, "--all", "--json").objects
    return sorted((row["document_title"], row["type"]) for row in rows)


# --- duplicates ------------------------------------------------------------------------------------------


def test_duplicates_tells_who_and_why(run, drakes):
    outcome = run("profile", "duplicates")

    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "strong: email fdrake@example.org; name: initials",
        f"  Fred L. Drake, Jr.  {drakes['full']}",
        f"  F. Drake            {drakes['short']}",
    ]


def test_duplicates_as_json(run, drakes):
    pair = run("profile", "duplicates", "--json").object

    assert (pair["strength"], pair["why"]) == ("strong", "email fdrake@example.org; name: initials")
    assert (pair["one"]["id"], pair["other"]["id"]) == (drakes["full"], drakes["short"])
    assert pair["one"]["email"] == "fdrake@example.org"


def test_duplicates_says_when_there_are_none_and_when_there_are_more(run, workspace):
    assert run("profile", "duplicates").err == "no two profiles look like one person\n"

    for _ in range(3):
        make_profile(workspace, "Ann Keller")
    outcome = run("profile", "duplicates", "--limit", "2")

    assert outcome.out.count("weak: same name") == 2
    assert outcome.err == "the first 2; --limit N shows more\n"


# --- merge -----------------------------------------------------------------------------------------------


def test_merge_tells_what_moved_and_what_was_kept(run, drakes):
    outcome = run("profile", "merge", "p-1", "F. Drake")

    assert outcome.code == 0
    assert outcome.out == (
        f"merged F. Drake into Fred L. Drake, Jr.: 2 links moved, 1 that both had ({drakes['full']})\n"
    )
    assert outcome.err == "notes: as Fred L. Drake, Jr. had it; the history tells what else there was\n"
    assert links(run, "p-1") == [("One", "author"), ("Three", "author"), ("Three", "editor"), ("Two", "author")]
    assert run("profile", "show", "F. Drake", "--json").object["id"] == drakes["full"]
    assert run("profile", "show", "p-2", "--json").object["id"] == drakes["full"]
    assert run("profile", "duplicates").out == ""


def test_merge_as_json_tells_the_receipt(run, drakes):
    receipt = run("profile", "merge", "p-1", "p-2", "--json").object

    assert receipt["records"] == [{"entity": "profile", "id": drakes["full"]}]
    assert (receipt["moved"], receipt["joined"]) == (2, 1)
    assert receipt["request"]


@pytest.mark.usefixtures("drakes")
def test_one_undo_takes_a_merge_back(run):
    before = [run("profile", "list", "--json").out, links(run, "p-1"), links(run, "p-2")]
    run("profile", "merge", "p-1", "p-2")

    assert run("undo").code == 0

    after = [run("profile", "list", "--json").out, links(run, "p-1"), links(run, "p-2")]
    assert after[1:] == before[1:]
    names = [[row["name"] for row in map(json.loads, text.splitlines())] for text in (before[0], after[0])]
    assert names[0] == names[1]


@pytest.mark.usefixtures("drakes")
def test_set_and_take_decide(run):
    outcome = run("profile", "merge", "p-1", "p-2", "--set", "name=Fred Drake", "--take", "notes=both")

    fields = run("profile", "show", "p-1", "--json").object["fields"]
    assert outcome.err == ""
    assert fields["name"] == "Fred Drake"
    assert fields["notes"] == "Editor.\nWrites about XML."
    assert set(fields["aliases"]) == {"Fred L. Drake, Jr.", "F. Drake"}


@pytest.mark.usefixtures("drakes")
def test_take_of_a_field_that_does_not_clash(run):
    run("profile", "edit", "p-2", "--set", "phones=030 2312 5001")

    run("profile", "merge", "p-1", "p-2", "--take", "phones=mine", "--take", "name=theirs")

    fields = run("profile", "show", "p-1", "--json").object["fields"]
    assert (fields["name"], fields["phones"]) == ("F. Drake", [])


@pytest.mark.usefixtures("drakes")
def test_a_dry_run_shows_both_and_writes_nothing(run):
    changes = run("stats", "--json").object["changes"]

    outcome = run("profile", "merge", "p-1", "p-2", "--dry-run", "--take", "name=theirs")

    lines = {line.split()[0]: line for line in outcome.out.splitlines() if line.strip()}
    assert outcome.code == 0
    assert lines["name"].split("  ")[-1].strip() == "F. Drake"
    assert lines["aliases"].strip().endswith("Fred L. Drake, Jr.")
    assert lines["?"].split()[1:2] == ["notes"]
    assert lines["?"].strip().endswith("Editor.")
    assert outcome.out.splitlines()[-1] == "2 links moved, 1 that both had; nothing was written"
    assert outcome.err.startswith("? stays as Fred L. Drake, Jr. has it; --take FIELD=theirs or")
    assert run("stats", "--json").object["changes"] == changes


def test_a_dry_run_as_json(run, drakes):
    shown = run("profile", "merge", "p-1", "p-2", "--dry-run", "--json").object

    assert (shown["into"]["id"], shown["other"]["id"]) == (drakes["full"], drakes["short"])
    assert (shown["moved"], shown["joined"]) == (2, 1)
    assert shown["fields"]["aliases"] == ["F. Drake"]
    assert {one["field"]: (one["mine"], one["theirs"]) for one in shown["clashing"]} == {
        "name": ("Fred L. Drake, Jr.", "F. Drake"),
        "notes": ("Editor.", "Writes about XML."),
    }


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["p-1", "p-1"], 4, "a profile cannot be merged with itself; name two profiles"),
        (["p-1", "Nobody"], 3, 'there is no profile "Nobody"'),
        (["p-1"], 2, "OTHER"),
        (["p-1", "Drake Press"], 4, 'kind: "publisher" links organisation profiles, and Fred L. Drake, Jr. is of kind'),
        (["p-1", "p-2", "--set", "colour=red"], 4, "colour: a profile has no such field"),
        (["p-1", "p-2", "--set", "kind=robot"], 4, "kind: must be one of person, organisation, group"),
        (["p-1", "p-2", "--set", "name="], 4, "name: must not be empty"),
        (["p-1", "p-2", "--set", "merged_into=x"], 4, "merged_into: is kept by rolodoc itself and cannot be set"),
        (["p-1", "p-2", "--set", "name"], 2, '--set: "name" is not FIELD=VALUE'),
        (["p-1", "p-2", "--take", "name"], 2, '--take: "name" is not FIELD=mine, FIELD=theirs or FIELD=both'),
        (["p-1", "p-2", "--take", "name=base"], 2, '--take: "name=base" is not FIELD=mine'),
        (["p-1", "p-2", "--take", "colour=mine"], 4, "colour: a profile has no such field"),
        (["p-1", "p-2", "--take", "merged_into=mine"], 4, "merged_into: is kept by rolodoc itself"),
        (["p-1", "p-2", "--take", "name=both"], 4, "name: cannot hold both"),
        (["p-1", "p-2", "--set", "name=X", "--take", "name=mine"], 4, "name: is decided twice"),
        (["p-1", "p-2", "--take", "name=mine", "--take", "name=theirs"], 4, "name: is decided twice"),
    ],
)
@pytest.mark.usefixtures("drakes")
def test_merge_refuses_in_one_sentence_and_changes_nothing(run, arguments, code, sentence):
    changes = run("stats", "--json").object["changes"]

    outcome = run("profile", "merge", *arguments)

    assert outcome.code == code
    assert sentence in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert outcome.out == ""
    assert run("stats", "--json").object["changes"] == changes


def test_what_is_in_the_trash_or_merged_is_refused_by_its_id(run, drakes):
    run("profile", "delete", "Ann Keller")
    trashed = run("profile", "merge", "p-1", drakes["other"])
    run("profile", "merge", "p-1", "p-2")
    merged = run("profile", "merge", "p-1", drakes["short"])

    assert (trashed.code, trashed.err) == (5, "rolodoc: Ann Keller is in the trash; restore it first\n")
    assert merged.code == 5
    assert merged.err == "rolodoc: F. Drake was merged into Fred L. Drake, Jr.; merge with that one\n"


# --- split -----------------------------------------------------------------------------------------------


@pytest.fixture
def merged(run, drakes) -> dict[str, str]:
    assert run("profile", "merge", "p-1", "p-2").code == 0
    return drakes


@pytest.mark.parametrize("name", ["F. Drake", "f. drake", "p-2", "id"])
def test_split_takes_back_what_was_merged_with_the_links_that_came(run, merged, name):
    outcome = run("profile", "split", "p-1", "--to", merged["short"] if name == "id" else name)

    assert outcome.code == 0
    assert outcome.out == f"split F. Drake from Fred L. Drake, Jr.: 3 links ({merged['short']})\n"
    assert links(run, merged["full"]) == [("One", "author"), ("Three", "author")]
    assert links(run, merged["short"]) == [("Three", "author"), ("Three", "editor"), ("Two", "author")]
    fields = run("profile", "show", "p-1", "--json").object["fields"]
    assert (fields["aliases"], fields["notes"]) == ([], "Editor.")
    assert run("profile", "show", "F. Drake", "--json").object["id"] == merged["short"]


def test_split_of_chosen_links(run, merged):
    two = next(row["id"] for row in run("link", "list", "--json").objects if row["document_title"] == "Two")

    receipt = run("profile", "split", "p-1", two, "--to", "F. Drake", "--json").object

    assert receipt["records"] == [{"entity": "profile", "id": merged["short"]}]
    assert links(run, merged["short"]) == [("Two", "author")]


@pytest.mark.usefixtures("merged")
def test_split_of_a_type_to_a_new_profile(run):
    outcome = run("profile", "split", "p-1", "--type", "editor", "--name", "Freda Drake")

    assert outcome.out.startswith("split Freda Drake from Fred L. Drake, Jr.: 1 link (")
    assert links(run, "Freda Drake") == [("Three", "editor")]
    assert run("profile", "show", "Freda Drake", "--json").object["fields"]["kind"] == "person"
    assert run("undo").code == 0
    assert len(links(run, "p-1")) == 4


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ([], 2, "say where the links go: --to OTHER or --name NAME; merged into it: "),
        (["--to", "F. Drake", "--name", "X"], 2, "say where the links go"),
        (["--name", "New"], 4, "links: choose the links that go to the new profile"),
        (["--to", "Ann Keller"], 4, "links: choose the links that go to Ann Keller"),
        (["--to", "Nobody"], 3, 'there is no profile "Nobody"'),
        (["--to", "p-1"], 3, 'no profile "p-1" was merged into Fred L. Drake, Jr.; merged into it: '),
        (["--type", "publisher", "--name", "X"], 3, 'Fred L. Drake, Jr. has no link of the type "publisher"'),
        (["--type", "enemy", "--name", "X"], 3, 'there is no relationship type "enemy"'),
        (["no-link", "--name", "X"], 3, 'there is no link "no-link"'),
        (["--type", "editor", "--to", "Drake Press"], 0, ""),
    ],
)
@pytest.mark.usefixtures("merged")
def test_split_refuses_in_one_sentence_and_changes_nothing(run, arguments, code, sentence):
    changes = run("stats", "--json").object["changes"]

    outcome = run("profile", "split", "p-1", *arguments)

    assert outcome.code == code
    assert sentence in outcome.err
    if code:
        assert len(outcome.err.splitlines()) == 1
        assert outcome.out == ""
        assert run("stats", "--json").object["changes"] == changes


# --- distinct --------------------------------------------------------------------------------------------


def test_distinct_takes_a_pair_off_the_list_for_ever(run, drakes):
    outcome = run("profile", "distinct", "p-1", "p-2")

    assert (outcome.code, outcome.out) == (0, "Fred L. Drake, Jr. and F. Drake are two\n")
    assert run("profile", "duplicates").out == ""
    assert run("profile", "distinct", "p-2", "p-1").out == "nothing had to change\n"
    assert run("undo").code == 0
    assert run("profile", "duplicates").out.startswith("strong: email fdrake@example.org")
    assert drakes


@pytest.mark.usefixtures("drakes")
def test_distinct_as_json_and_refused(run):
    assert run("profile", "distinct", "p-1", "p-2", "--json").object["changes"] == 2
    refused = run("profile", "distinct", "p-1", "p-1")

    assert refused.code == 4
    assert refused.err == "rolodoc: a profile cannot be told apart from itself; name two profiles\n"


def test_names_from_the_data_reach_no_terminal_raw(run, workspace):
    hostile = "Ev\x1b[31mil \u202eX"
    make_profile(workspace, hostile, emails=["a@example.org"])
    make_profile(workspace, "Plain", emails=["a@example.org"])

    for arguments in (["duplicates"], ["merge", "Plain", hostile, "--dry-run"], ["merge", "Plain", hostile]):
        outcome = run("profile", *arguments)
        assert outcome.code == 0
        assert "\x1b" not in outcome.out + outcome.err
        assert "\u202e" not in outcome.out + outcome.err
