"""rolodoc conflicts: listing, showing and settling what an import left open."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import Outcome

PEOPLE = 5  # with a clash each; the first has three open fields


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the store with clashes is kept: it is made once."""
    return tmp_path_factory.mktemp("clashes")


@pytest.fixture
def clashes(run, tmp_path: Path, store_path: Path, kept: Path) -> Path:
    """A file that was imported, edited here and changed outside, and imported again; a record each for Person 0 to 4,
    and one without a clash."""
    path = tmp_path / "crm.ndjson"
    if not any(kept.iterdir()):
        make_clashes(run, path)
        shutil.copy(path, kept)
        shutil.copy(store_path, kept)
    shutil.copy(kept / path.name, path)
    shutil.copy(kept / store_path.name, store_path)
    return path


def make_clashes(run, path: Path) -> None:
    rows = [{"id": str(n), "name": f"Person {n}", "notes": "old"} for n in range(PEOPLE)]
    rows[0] |= {"kind": "person", "emails": [{"label": "work", "value": "old@example.org"}]}
    rows.append({"id": "calm", "name": "Calm"})
    write(path, rows)
    run("import", path)
    for n in range(PEOPLE):
        run("profile", "edit", str(n), "--set", f"notes=here {n}", "--as", "Ann")
    run("profile", "edit", "0", "--set", "kind=group", "--set", "name=Person here", "--as", "Ann")
    for row in rows[:PEOPLE]:
        row["notes"] = f"there {row['id']}"
    rows[0] |= {"kind": "organisation", "name": "Person there"}
    write(path, rows)
    outcome = run("import", path)
    assert outcome.out.splitlines()[-1] == "5 conflicts; rolodoc conflicts list shows them, 4 in the terminal"
    assert outcome.code == 0


def write(path: Path, rows: list[dict]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def conflict_of(run, title: str) -> dict:
    (found,) = [row for row in run("conflicts", "list", "--json").objects if row["title"] == title]
    return found


def fields_of(run, id: str) -> dict:
    return run("profile", "show", id, "--json").object["fields"]


def is_refused(outcome: Outcome, code: int, reason: str) -> bool:
    """In one sentence, with nothing on stdout."""
    return outcome.code == code and reason in outcome.err and len(outcome.err.splitlines()) == 1 and not outcome.out


# --- list and show ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("clashes")
def test_list_names_records_open_fields_and_both_sides(run):
    lines = run("conflicts", "list").out.splitlines()

    assert len(lines) == PEOPLE
    (first,) = [line for line in lines if line.startswith("Person here")]
    assert "name, kind, notes" in first
    assert first.split().count("crm") == 1
    assert "Ann" in first


@pytest.mark.usefixtures("clashes")
def test_list_as_json_has_times_as_text(run):
    row = conflict_of(run, "Person 1")

    assert (row["entity"], row["question"], row["fields"]) == ("conflict", "fields", ["notes"])
    assert row["record"] == {"entity": "profile", "id": run("profile", "show", "1", "--json").object["id"]}
    assert (row["mine"]["source"], row["mine"]["via"], row["theirs"]["actor"]) == ("crm", "import", "Ann")
    assert row["mine"]["at"].endswith("Z")


@pytest.mark.usefixtures("clashes")
def test_list_stops_at_its_limit_and_says_so(run):
    outcome = run("conflicts", "list", "--limit", "2")

    assert len(outcome.out.splitlines()) == 2
    assert "2 of 5 shown; --limit N or --all shows more" in outcome.err


def test_nothing_is_open_in_a_new_store(run):
    assert run("conflicts", "list").err == "no conflict is open\n"
    assert run("conflicts", "list", "--settled").err == "no conflict was settled yet\n"


@pytest.mark.usefixtures("clashes")
def test_show_tells_both_sides_the_values_and_what_would_settle_it(run):
    run("rule", "add", "--prefer", "source", "--preferred", "crm", "--field", "name", "--name", "crm knows names")

    shown = run("conflicts", "show", "Person here").out

    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert lines[0] == "Person here"
    assert "3 of 3 fields open" in lines[1]
    assert any(line.startswith("mine tester, import, source crm, ") for line in lines)
    assert any(line.startswith("theirs Ann, cli, rev 3, ") for line in lines)
    place = lines.index("? kind")
    assert lines[place + 1 : place + 4] == ["base person", "mine organisation", "theirs group"]
    place = lines.index("? notes")
    assert lines[place + 1 : place + 4] == ["base old", "mine there 0", "theirs here 0"]
    assert any("--take mine|theirs|base" in line for line in lines)
    assert any(line.endswith("--rule 1, which decides Name") for line in lines)


@pytest.mark.usefixtures("clashes")
def test_show_marks_what_is_settled_with_another_glyph(run):
    run("conflicts", "resolve", "Person here", "--field", "kind", "--take", "theirs")

    lines = run("conflicts", "show", "Person here").out.splitlines()

    assert "? name" in lines
    assert "? notes" in lines
    assert [line.split() for line in lines if line.startswith("=")] == [["=", "kind", "theirs"]]


@pytest.mark.usefixtures("clashes")
def test_show_as_json_has_the_values_whole(run):
    id = conflict_of(run, "Person 1")["id"]

    shown = run("conflicts", "show", id, "--json").object

    assert shown["fields"] == [{"field": "notes", "base": "old", "mine": "there 1", "theirs": "here 1"}]
    assert shown["outcome"] == {}
    assert shown["settled_at"] is None


@pytest.mark.usefixtures("clashes")
def test_long_values_are_cut_to_where_they_differ_unless_asked_for_whole(run, clashes):
    long = "same " * 200
    run("profile", "edit", "1", "--set", f"notes={long}here\nlast")

    cut = run("conflicts", "show", "Person 1").out
    full = run("conflicts", "show", "Person 1", "--full").out

    assert max(map(len, cut.splitlines())) < 300
    assert long.strip() in full
    assert "        last\n" in full


@pytest.mark.usefixtures("clashes")
def test_a_conflict_goes_by_id_by_the_start_of_one_and_by_its_record(run):
    rows = run("conflicts", "list", "--json").objects
    digits = {row["title"]: row["id"].replace("-", "") for row in rows}
    mine = digits["Person 1"]
    length = next(n for n in range(1, 33) if sum(other.startswith(mine[:n]) for other in digits.values()) == 1)

    for name in (mine, mine[:length], mine[:length].upper(), "Person 1", "1"):
        assert run("conflicts", "show", name, "--json").object["title"] == "Person 1"


@pytest.mark.usefixtures("clashes")
def test_a_start_that_several_share_lists_them(run):
    id = conflict_of(run, "Person 1")["id"]

    outcome = run("conflicts", "show", id[:4])

    assert is_refused(outcome, 4, "names 5 records; say which by its id")
    assert id in outcome.err


@pytest.mark.usefixtures("clashes")
def test_names_that_lead_to_no_conflict(run):
    assert is_refused(run("conflicts", "show", "Calm"), 3, '"Calm" has no open conflict')
    assert is_refused(run("conflicts", "show", "nobody"), 3, 'there is no conflict "nobody"')
    gone = "00000000-0000-7000-8000-000000000000"
    for verb in (("show", gone), ("resolve", gone, "--take", "mine"), ("resolve", gone, "--rule", "newest")):
        assert is_refused(run("conflicts", *verb), 3, "there is no such conflict")


def test_hostile_text_in_values_is_shown_harmless(run, tmp_path):
    # given
    evil = "\x1b]0;gone\x07[bold]x[/bold]\u202e"
    path = tmp_path / "crm.ndjson"
    write(path, [{"id": "e", "name": "Eve", "notes": "old"}])
    run("import", path)
    run("profile", "edit", "e", "--set", f"notes=here {evil}", "--set", f"name=Eve {evil}", "--as", f"Ann {evil}")
    write(path, [{"id": "e", "name": "Eve", "notes": f"there {evil}"}])
    run("import", path, "--source", "crm")
    (row,) = run("conflicts", "list", "--json").objects

    # when
    outcomes = [
        run("conflicts", "list"),
        run("conflicts", "show", row["id"]),
        run("conflicts", "show", row["id"], "--full"),
        run("conflicts", "resolve", row["id"], "--take", "mine", "--dry-run"),
        run("conflicts", "resolve", "all", "--rule", "newest", "--dry-run"),
        run("rule", "test", "--prefer", "mine"),
        run("rule", "add", "--prefer", "mine", "--actor", evil),
        run("rule", "list"),
        run("conflicts", "resolve", row["id"], "--rule", f"{evil}"),
        run("conflicts", "show", evil),
        run("conflicts", "resolve", row["id"], "--take", "mine"),
    ]

    # then
    for outcome in outcomes:
        assert not {"\x1b", "\x07", "\u202e"} & set(outcome.out + outcome.err)
    assert "␛]0;gone" in outcomes[1].out
    assert "[bold]x[/bold]" in outcomes[1].out


# --- resolve by field ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("clashes")
def test_one_field_after_the_other(run):
    first = run("conflicts", "resolve", "Person here", "--field", "kind", "--take", "mine")
    second = run("conflicts", "resolve", "Person here", "--field", "notes", "--value", "agreed")
    third = run("conflicts", "resolve", "Person here", "--take", "base")

    assert first.err == "Person here: name, notes stay open\n"
    assert second.err == "Person here: name stays open\n"
    assert (third.code, third.err) == (0, "")
    fields = fields_of(run, "0")
    assert (fields["kind"], fields["notes"], fields["name"]) == ("organisation", "agreed", "Person 0")
    assert len(run("conflicts", "list").out.splitlines()) == PEOPLE - 1
    assert "Person 0" in run("conflicts", "list", "--settled").out


@pytest.mark.usefixtures("clashes")
def test_all_open_fields_of_several_records_are_one_step(run):
    outcome = run("conflicts", "resolve", "Person here", "Person 1", "--take", "mine", "--json")

    assert outcome.code == 0
    assert len(outcome.object["records"]) == 2
    assert (fields_of(run, "0")["name"], fields_of(run, "1")["notes"]) == ("Person there", "there 1")
    run("undo")
    assert (fields_of(run, "0")["name"], fields_of(run, "1")["notes"]) == ("Person here", "here 1")
    assert len(run("conflicts", "list").out.splitlines()) == PEOPLE


@pytest.mark.usefixtures("clashes")
def test_both_of_a_text_holds_both(run):
    run("conflicts", "resolve", "Person 1", "--take", "both")

    assert {"there", "here"} <= set(fields_of(run, "1")["notes"].split())


@pytest.mark.usefixtures("clashes")
def test_a_dry_run_says_what_would_be_written_and_writes_nothing(run):
    before = run("stats", "--json").object["changes"]

    text = run("conflicts", "resolve", "Person here", "--field", "name", "--take", "mine", "--dry-run")
    as_json = run("conflicts", "resolve", "Person here", "Person 1", "--take", "mine", "--dry-run", "--json")

    assert "would settle 1 of 3 open fields of Person here; 2 stay open" in text.out
    assert ["name", "Person", "there"] in [line.split() for line in text.out.splitlines()]
    assert [row["fields"].get("notes") for row in as_json.objects] == ["there 0", "there 1"]
    assert run("stats", "--json").object["changes"] == before
    assert len(run("conflicts", "list").out.splitlines()) == PEOPLE


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        ((), 2, "say how"),
        (("--take", "mine", "--rule", "newest"), 2, "say how"),
        (("--take", "yours"), 2, "--take"),
        (("--field", "kind", "--take", "both"), 4, "kind: cannot hold both"),
        (("--take", "both"), 4, "cannot hold both; choose mine, theirs or base"),
        (("--field", "colour", "--take", "mine"), 4, "colour: a profile has no such field"),
        (
            ("--field", "phones", "--take", "mine"),
            4,
            "phones: is not open in this conflict; open are name, kind, notes",
        ),
        (("--field", "kind", "--value", "cat"), 4, "kind: must be one of person, organisation, group"),
        (("--field", "name", "--value", ""), 4, "name: must not be empty"),
        (("--field", "name", "--value", "x" * 1_000_000), 4, "name: is 1,000,000 characters long; the limit is 500"),
        (("--field", "notes", "--value", "a\0b"), 4, "notes: must not hold a NUL character"),
        (("--value", "x"), 2, "say which with --field: name, kind, notes"),
        (("--field", "record", "--take", "mine"), 4, "record: a profile has no such field"),
        (("--rule", "9"), 3, 'there is no rule "9"'),
        (("--rule", "best"), 3, 'there is no rule "best"'),
        (("--rule", "source"), 4, "preferred: is missing"),
        (("--rule", "newest:crm"), 4, "preferred: says nothing beside newest"),
        (("--rule", "newest", "--field", "colour"), 4, "field: no record has such a field"),
        (("--rule", "union", "--field", "kind"), 4, "prefer: kind has not a union"),
        (("--rule", "newest", "--field", "name", "--field", "kind"), 2, "give --field once"),
    ],
)
@pytest.mark.usefixtures("clashes")
def test_what_cannot_be_settled_so_changes_nothing(run, arguments, code, reason, dry):
    before = run("stats", "--json").object["changes"]

    outcome = run("conflicts", "resolve", "Person here", *arguments, *dry)

    assert is_refused(outcome, code, reason), outcome
    assert run("stats", "--json").object["changes"] == before


@pytest.mark.usefixtures("clashes")
def test_all_goes_with_a_rule_alone(run):
    assert is_refused(run("conflicts", "resolve", "all", "--take", "mine"), 2, "--rule mine")
    assert is_refused(run("conflicts", "resolve", "all", "Person 1", "--rule", "mine"), 2, "name no others beside it")


@pytest.mark.usefixtures("clashes")
def test_a_settled_conflict_and_a_settled_field_say_so(run):
    id = conflict_of(run, "Person 1")["id"]
    run("conflicts", "resolve", id, "--take", "mine")
    run("conflicts", "resolve", "Person here", "--field", "kind", "--take", "theirs")

    for way in (("--take", "theirs"), ("--value", "x"), ("--rule", "newest"), ("--take", "mine", "--dry-run")):
        assert is_refused(run("conflicts", "resolve", id, *way), 5, "is settled already")
    again = run("conflicts", "resolve", "Person here", "--field", "kind", "--take", "mine")
    assert is_refused(again, 5, "kind is settled already (theirs)")
    assert "settled 2" in run("conflicts", "show", id).out


@pytest.mark.usefixtures("clashes")
def test_a_value_of_a_megabyte_fits_a_field_that_holds_one(run):
    outcome = run("conflicts", "resolve", "Person 1", "--value", "x" * 1_000_000)

    assert outcome.code == 0
    assert len(fields_of(run, "1")["notes"]) == 1_000_000


# --- resolve by rule ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("clashes")
def test_a_dry_run_of_a_rule_counts_and_shows_some_decisions(run):
    before = run("stats", "--json").object["changes"]

    outcome = run("conflicts", "resolve", "all", "--rule", "union", "--dry-run")

    assert outcome.out.splitlines()[0] == "union applies to 5 of 7 fields in 5 records; 2 stay open"
    assert any("Person 1" in line and "Notes" in line and "there 1" in line for line in outcome.out.splitlines())
    assert run("stats", "--json").object["changes"] == before


@pytest.mark.usefixtures("clashes")
def test_a_preference_settles_all_of_them_as_one_step(run):
    outcome = run("conflicts", "resolve", "all", "--rule", "source:crm")

    assert outcome.out == "source settled 7 of 7 fields in 5 records; 0 stay open\n"
    assert outcome.err == "rolodoc undo takes all of it back\n"
    assert [fields_of(run, str(n))["notes"] for n in range(PEOPLE)] == [f"there {n}" for n in range(PEOPLE)]
    run("undo")
    assert [fields_of(run, str(n))["notes"] for n in range(PEOPLE)] == [f"here {n}" for n in range(PEOPLE)]
    assert len(run("conflicts", "list").out.splitlines()) == PEOPLE


@pytest.mark.usefixtures("clashes")
def test_a_stored_rule_settles_the_named_ones_by_number_name_and_id(run):
    run("rule", "add", "--prefer", "theirs", "--field", "notes", "--name", "what we typed")
    (rule,) = run("rule", "list", "--json").objects

    for title, name in (("Person 1", "1"), ("Person 2", "what we typed"), ("Person 3", rule["id"])):
        outcome = run("conflicts", "resolve", title, "--rule", name, "--json")
        assert (outcome.object["decided"], outcome.object["open"]) == (1, 0)
    left = {row["title"] for row in run("conflicts", "list", "--json").objects}
    assert left == {"Person here", "Person 4"}
    settled = run("conflicts", "list", "--settled", "--json").objects
    outcomes = [run("conflicts", "show", row["id"], "--json").object["outcome"] for row in settled]
    assert [outcome["notes"]["how"] for outcome in outcomes] == ["rule 1 (what we typed)"] * 3


@pytest.mark.usefixtures("clashes")
def test_a_rule_about_one_field_leaves_the_others_open(run):
    outcome = run("conflicts", "resolve", "all", "--rule", "newest", "--field", "notes")

    assert outcome.out == "newest settled 5 of 7 fields in 5 records; 2 stay open\n"
    assert conflict_of(run, "Person here")["fields"] == ["name", "kind"]


@pytest.mark.usefixtures("clashes")
def test_a_rule_that_fits_nothing_says_so_and_changes_nothing(run):
    before = run("stats", "--json").object["changes"]

    outcome = run("conflicts", "resolve", "all", "--rule", "source:nobody")

    assert (outcome.code, outcome.out) == (0, "source settled 0 of 7 fields in 0 records; 7 stay open\n")
    assert run("stats", "--json").object["changes"] == before


def test_an_import_as_json_has_the_number_of_conflicts(run, clashes):
    rows = [json.loads(line) for line in clashes.read_text().splitlines()]
    rows[1]["notes"] = "elsewhere"
    write(clashes, rows)

    outcome = run("import", clashes, "--json")

    assert (outcome.code, outcome.object["conflicts"]) == (0, 1)
    again = run("import", clashes)
    assert (again.code, "conflict" in again.out) == (0, False)
