"""rolodoc import, export."""

import json
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two profiles, a document, a link, and in the middle a line that is broken and one that does not fit."""
    folder = tmp_path / "letters"
    folder.mkdir()
    profiles = [
        '{"id": "a", "kind": "person", "name": "Ada"}',
        '{"id": "b", ',
        '{"id": "c", "kind": "cat", "name": "C"}',
    ]
    (folder / "profiles.ndjson").write_text(
        "\n".join([*profiles, '{"id": "d", "kind": "person", "name": "Dora"}']) + "\n"
    )
    (folder / "documents.ndjson").write_text('{"id": "n", "title": "Notes"}\n')
    (folder / "links.ndjson").write_text('{"profile_id": "a", "document_id": "n", "relationship_type": "author"}\n')
    return folder


def test_import_brings_in_what_fits_and_lists_the_rest(run, folder, tmp_path):
    # when
    outcome = run("import", folder, "--errors", tmp_path / "bad.ndjson")

    # then
    assert outcome.code == 4
    assert outcome.out == "created 4, updated 0, unchanged 0, refused 2\n"
    assert f"{folder}/profiles.ndjson, line 2: " in outcome.err
    assert f"{folder}/profiles.ndjson, line 3: kind: must be one of" in outcome.err
    listed = [json.loads(line) for line in (tmp_path / "bad.ndjson").read_text().splitlines()]
    assert [(row["line"], row["field"]) for row in listed] == [(2, ""), (3, "kind")]
    assert run("profile", "show", "a", "--json").object["external"] == [{"source": "letters", "id": "a"}]


def test_the_same_import_again_changes_nothing(run, folder, tmp_path):
    # given
    run("import", folder, "--source", "mail", "--errors", tmp_path / "bad.ndjson")
    before = run("stats", "--json").object["changes"]

    # when
    outcome = run("import", folder, "--source", "mail", "--errors", tmp_path / "bad.ndjson")

    # then
    assert outcome.out == "created 0, updated 0, unchanged 4, refused 2\n"
    assert run("stats", "--json").object["changes"] == before


@pytest.mark.parametrize("option", ["--strict", "--dry-run"])
def test_strict_and_dry_run_leave_the_store_as_it_is(run, folder, tmp_path, option):
    outcome = run("import", folder, option, "--errors", tmp_path / "bad.ndjson")

    assert outcome.code == 4
    assert run("stats", "--json").object["changes"] == 0


def test_a_dry_run_says_what_would_be(run, folder):
    (folder / "profiles.ndjson").write_text('{"id": "a", "kind": "person", "name": "Ada"}\n')

    outcome = run("import", folder, "--dry-run")

    assert (outcome.code, outcome.out) == (0, "would have created 3, updated 0, unchanged 0, refused 0\n")


def test_import_as_json_is_one_object(run, folder, tmp_path):
    report = run("import", folder, "--json", "--errors", tmp_path / "bad.ndjson").object

    assert (report["created"], len(report["errors"])) == (4, 2)
    assert report["errors_file"] == str(tmp_path / "bad.ndjson")


@pytest.mark.parametrize(
    ("name", "content", "code", "reason"),
    [
        ("missing.csv", None, 3, "there is no file"),
        ("letter.doc", b"Dear Ada", 4, "is none of NDJSON"),
        ("empty.csv", b"", 4, "empty.csv"),
        ("people.csv", b"Ada,ada@example.org\nGrace,grace@example.org\n", 4, "people.csv"),
    ],
)
def test_import_refuses_what_it_cannot_read(run, tmp_path, name, content, code, reason):
    # given
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    # when
    outcome = run("import", path)

    # then
    assert outcome.code == code
    assert reason in outcome.err
    assert outcome.out == ""


def test_import_needs_a_path(run):
    assert run("import").code == 2


def test_many_bad_rows_are_not_all_told(run, tmp_path):
    (tmp_path / "profiles.ndjson").write_text("{\n" * 100)

    outcome = run("import", tmp_path / "profiles.ndjson", "--errors", tmp_path / "bad.ndjson")

    assert len(outcome.err.splitlines()) == 22
    assert "and 80 more rows that were refused" in outcome.err
    assert len((tmp_path / "bad.ndjson").read_text().splitlines()) == 100


def test_an_errors_file_that_cannot_be_written_is_told(run, folder, tmp_path):
    outcome = run("import", folder, "--errors", tmp_path / "no" / "bad.ndjson")

    assert outcome.code == 4
    assert "could not be written" in outcome.err
    assert run("profile", "show", "a").code == 0


def test_a_file_whose_name_is_not_text(launch, tmp_path):
    path = bytes(tmp_path) + b"/\xff.ndjson"
    with open(path, "w") as file:
        file.write('{"kind": "person", "name": "Ada", "id": "a"}\n{\n')

    process = launch("import", path, "--json", "--source", "x", "--errors", tmp_path / "bad.ndjson")
    out, err = process.communicate(timeout=30)

    assert process.returncode == 4, err
    assert json.loads(out)["created"] == 1


def test_no_progress_bar_where_stderr_is_no_terminal(run, folder):
    (folder / "profiles.ndjson").write_text('{"id": "a", "kind": "person", "name": "Ada"}\n')

    assert run("import", folder).err == "Relationship types made for the links: author.\n"


@pytest.mark.usefixtures("library")
def test_an_export_brings_the_same_into_another_store(run, tmp_path):
    # when
    outcome = run("export", tmp_path / "out")
    other = tmp_path / "other.db"
    imported = run("import", tmp_path / "out", "--db", other)

    # then
    assert (outcome.code, imported.code) == (0, 0)
    assert outcome.out == f"wrote 2 profiles, 2 documents, 2 links and 0 attachments to {tmp_path / 'out'}\n"
    names = [row["name"] for row in run("profile", "list", "--db", other, "--json").objects]
    assert names == ["Ada Lovelace", "Charles Babbage"]
    assert run("stats", "--db", other, "--json").object["links_by_type"]["author"] == 2


@pytest.mark.usefixtures("library")
def test_export_does_not_write_over_other_files(run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "diary.txt").write_text("dear diary")
    (tmp_path / "file").write_text("x")

    for target in (tmp_path / "out", tmp_path / "file"):
        outcome = run("export", target)
        assert outcome.code in (4, 5)
        assert len(outcome.err.splitlines()) == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["diary.txt"]


@pytest.mark.parametrize("name", ["people.csv", "people.vcf"])
def test_profiles_are_exported_into_one_file_and_read_back(run, folder, tmp_path, name):
    # given
    run("import", folder, "--errors", tmp_path / "bad.ndjson")

    # when
    outcome = run("export", tmp_path / name)

    # then
    assert outcome.out.startswith("wrote 2 profiles")
    again = run("--db", tmp_path / "other.db", "import", tmp_path / name)
    assert again.out == "created 2, updated 0, unchanged 0, refused 0\n"
