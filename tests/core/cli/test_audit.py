"""rolodoc audit, retention and profile erase: what was done, proven, kept so long, and forgotten."""

from __future__ import annotations

import json
import re

import pytest

from core.values import id_text
from tests.core.cli.staff import as_bob, make_bob

NOTES = "Notes on the Engine"


@pytest.fixture
def bob(run, library, store_path) -> None:
    make_bob(run, store_path)


def kinds(outcome) -> list[str]:
    return [entry["kind"] for entry in outcome.objects]


def test_what_was_done_is_listed_the_newest_first(run, library):
    run("document", "edit", NOTES, "--set", "title=Annual notes", "--reason", "asked by Ada")

    newest = run("audit", "list", "--limit", "1", "--json").object

    assert (newest["kind"], newest["title"], newest["reason"]) == ("document.updated", "Annual notes", "asked by Ada")
    assert (newest["actor"], newest["via"], newest["decision"]) == ("tester", "cli", "allowed")
    assert "document.updated" in run("audit", "list").out.splitlines()[0]


def test_refused_attempts_are_in_it_and_it_is_filtered_both_ways(run, bob, library):
    as_bob(run, "document", "show", id_text(library["notes"].id))

    denied = run("audit", "list", "--kind", "access.denied", "--json").objects
    assert [(entry["actor"], entry["title"], entry["decision"]) for entry in denied] == [("bob", NOTES, "denied")]
    assert set(kinds(run("audit", "list", "--by", "bob", "--json"))) == {"access.denied", "login"}
    assert set(kinds(run("audit", "list", "--record", NOTES, "--json"))) == {"access.denied", "document.created"}
    assert kinds(run("audit", "list", "--until", "2000-01-01", "--json")) == []


def test_who_may_not_see_the_audit_is_denied(run, bob):
    outcome = as_bob(run, "audit", "list")

    assert (outcome.code, outcome.out) == (6, "")


def test_it_is_verified_against_a_checkpoint_kept_elsewhere(run, library, tmp_path):
    kept = tmp_path / "kept.json"

    assert run("audit", "checkpoint", kept).code == 0
    assert run("audit", "checkpoint", kept).code == 2  # never over a file that is there
    run("document", "edit", NOTES, "--set", "title=Other")
    outcome = run("audit", "verify", "--checkpoint", kept)

    assert outcome.code == 0
    assert outcome.out.startswith("the audit holds:")
    assert run("audit", "verify", "--json").object["holds"] is True


def test_an_entry_that_was_changed_is_named(run, library, store_path):
    from sqlcipher3 import dbapi2 as sqlite

    db = sqlite.connect(str(store_path))
    db.execute("UPDATE audit SET body = json_set(body, '$.actor', 'nobody') WHERE seq = 2")
    db.commit()
    db.close()

    outcome = run("audit", "verify")

    assert outcome.code == 8
    assert "entry 2" in outcome.err


@pytest.mark.parametrize("text", ["", "{}", "not json", '{"seq": 1}'])
def test_a_file_that_is_no_checkpoint_is_refused(run, library, tmp_path, text):
    (tmp_path / "kept.json").write_text(text)

    outcome = run("audit", "verify", "--checkpoint", tmp_path / "kept.json")

    assert outcome.code == 4
    assert len(outcome.err.splitlines()) == 1


def test_it_is_exported_and_the_export_is_in_it(run, library, tmp_path):
    assert run("audit", "export", tmp_path / "audit.ndjson").code == 0

    entries = [json.loads(line) for line in (tmp_path / "audit.ndjson").read_text().splitlines()]
    assert [entry["seq"] for entry in entries] == sorted(entry["seq"] for entry in entries)
    assert entries[-1]["kind"] == "export"
    assert run("audit", "export", tmp_path / "audit.ndjson").code == 2
    assert kinds(run("audit", "list", "--json")).count("export") == 1


def test_an_export_of_the_records_is_in_it(run, library, tmp_path):
    run("export", tmp_path / "out")

    newest = run("audit", "list", "--limit", "1", "--json").object
    assert (newest["kind"], newest["detail"]) == ("export", "2 profiles, 2 documents, 2 links to out")


def test_a_new_password_is_in_it(run, bob):
    assert "account.password" in kinds(run("audit", "list", "--json"))


def test_rules_of_retention_are_set_told_applied_and_unset(run, library):
    assert run("retention", "set", "changes", "30").code == 0
    run("retention", "set", "changes", "60")

    assert [(one["log"], one["days"]) for one in run("retention", "list", "--json").objects] == [("changes", 60)]
    assert run("retention", "apply", "--dry-run").out == "nothing is as old as that, so nothing goes\n"
    assert run("retention", "unset", "changes").code == 0
    assert run("retention", "unset", "changes").code == 3
    assert run("retention", "list", "--json").objects == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(("set", "changes", "0"), "days"), (("set", "letters", "30"), "must be one of changes, audit")],
)
def test_a_rule_that_cannot_be_is_refused(run, library, arguments, sentence):
    outcome = run("retention", *arguments)

    assert outcome.code == 4
    assert sentence in outcome.err
    assert run("retention", "list", "--json").objects == []


def test_a_person_is_erased_after_a_preview(run, library):
    preview = run("profile", "erase", "p-1", "--dry-run")
    assert preview.out.startswith("would erase Ada")
    assert not re.search(r"\b1 (\w+ )?\w+s\b", preview.out)
    assert run("profile", "erase", "p-1").code == 2  # nobody can be asked
    assert run("profile", "show", "p-1", "--json").object["title"].startswith("Ada")

    outcome = run("profile", "erase", "p-1", "--yes", "--reason", "asked for it")

    assert outcome.code == 0
    assert "Ada" not in run("profile", "list").out
    assert run("audit", "verify").code == 0
    assert "profile.erased" in kinds(run("audit", "list", "--json"))


def test_an_export_that_is_denied_leaves_no_file_and_is_told_as_an_attempt(run, bob, tmp_path):
    assert as_bob(run, "audit", "export", tmp_path / "audit.ndjson").code == 6

    assert not (tmp_path / "audit.ndjson").exists()
    assert set(kinds(run("audit", "list", "--by", "bob", "--json"))) == {"access.denied", "login"}
