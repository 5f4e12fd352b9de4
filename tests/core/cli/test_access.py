"""rolodoc account, group, role, grant and access: who may, given and taken, and why."""

from __future__ import annotations

import pytest

from tests.core.cli.staff import SECRET, as_bob, make_bob

NOTES = "Notes on the Engine"


@pytest.fixture
def bob(run, library, store_path) -> None:
    make_bob(run, store_path)


def grants(run) -> list[tuple[str, str, str, str]]:
    return [
        (g["effect"], g["action"], g["target_name"], g["subject_name"]) for g in run("grant", "list", "--json").objects
    ]


def test_a_store_has_one_owner_and_asks_for_no_log_in(run, library):
    outcome = run("account", "list")

    assert outcome.out.split() == ["tester", "owner"]
    assert "nothing asks for a log-in while there is no second account" in outcome.err


def test_one_operator_makes_groups_before_there_is_anybody_to_put_into_them(run, library):
    assert run("group", "new", "hr").code == 0
    assert run("grant", "allow", "see", "documents", "--to", "hr").code == 0
    assert run("account", "new", "bob", "--group", "hr").code == 0

    assert len(run("access", "who", NOTES, "--json").objects) == 2


def test_the_second_account_says_what_changes_from_then_on(run, library):
    outcome = run("account", "new", "bob", "--kind", "service")

    assert outcome.out.startswith("created 2 accounts")
    assert "from now on rolodoc asks who one is" in outcome.err
    assert [(one["name"], one["kind"], one["roles"]) for one in run("account", "list", "--json").objects] == [
        ("bob", "service", []),
        ("tester", "person", ["owner"]),
    ]


def test_an_account_without_rights_sees_nothing(run, bob):
    assert as_bob(run, "document", "list").out == ""
    assert as_bob(run, "document", "show", NOTES).code == 3
    assert as_bob(run, "stats", "--json").object["documents"] == 0


@pytest.mark.parametrize(
    ("environment", "code", "sentence"),
    [
        ({}, 6, "asks for a password"),
        ({"ROLODOC_PASSWORD": "a guess of mine"}, 6, "no such account with this password"),
    ],
)
def test_a_log_in_that_fails_says_why_and_never_repeats_the_password(run, bob, environment, code, sentence):
    outcome = run("document", "list", "--as", "bob", "--json", **environment)

    assert outcome.code == code
    assert sentence in outcome.err
    assert "a guess of mine" not in outcome.err + outcome.out


def test_a_group_is_granted_and_its_members_have_it(run, bob):
    run("group", "new", "hr", "--description", "Human resources")
    run("group", "new", "office")
    run("group", "join", "office", "hr")
    run("account", "join", "bob", "office", "--yes")

    outcome = run("grant", "allow", "see", NOTES, "--to", "hr", "--until", "2999-12-31", "--if", "not reason", "--yes")

    assert outcome.code == 0
    assert grants(run) == [("allow", "see", NOTES, "hr")]
    assert as_bob(run, "document", "show", NOTES).code == 0
    assert [row["title"] for row in as_bob(run, "document", "list", "--json").objects] == [NOTES]
    shown = run("group", "show", "office").out
    assert "account  bob" in shown


def test_explain_names_rule_path_window_and_condition(run, bob):
    run("group", "new", "hr")
    run("account", "join", "bob", "hr")
    run(
        "grant",
        "allow",
        "edit",
        NOTES,
        "--to",
        "hr",
        "--from",
        "2000-01-01",
        "--until",
        "2999-12-31",
        "--if",
        "not reason",
        "--yes",
    )

    outcome = run("access", "explain", "bob", NOTES, "--action", "edit")

    assert outcome.code == 0
    first, *rest = outcome.out.splitlines()
    assert first == f"bob may edit {NOTES}"
    assert f"allow edit, grant edit on {NOTES}" in rest[0]
    assert "bob > group hr" in outcome.out
    assert "from 2000-01-01 until 2999-12-31: EFFECTIVE" in outcome.out
    assert "if not reason: holds now" in outcome.out


def test_explain_of_a_denial_says_what_is_missing_with_its_own_exit_code(run, bob):
    outcome = run("access", "explain", "bob", NOTES)

    assert outcome.code == 6
    assert outcome.out.startswith(f"bob may not see {NOTES}")
    assert len(outcome.out.splitlines()) > 1

    asked = run("access", "explain", "bob", NOTES, "--json").object
    assert (asked["allowed"], asked["account"], asked["action"]) == (False, "bob", "see")
    assert asked["missing"]


def test_explain_at_another_time(run, bob):
    run("grant", "allow", "see", NOTES, "--to", "bob", "--until", "2998-01-01", "--yes")

    assert run("access", "explain", "bob", NOTES, "--at", "2997-01-01").code == 0
    assert run("access", "explain", "bob", NOTES, "--at", "2999-01-01").code == 6
    assert "EXPIRED" in run("access", "explain", "bob", NOTES, "--at", "2999-01-01").out


def test_who_lists_the_accounts(run, bob):
    run("grant", "allow", "link", NOTES, "--to", "bob", "--yes")

    found = {one["account"]: one["actions"] for one in run("access", "who", NOTES, "--json").objects}

    assert found["bob"] == ["see", "edit", "link"]
    assert "administer" in found["tester"]
    assert f"grant link on {NOTES}" in run("access", "who", NOTES).out


def test_a_dry_run_says_what_would_open_for_whom_and_changes_nothing(run, bob):
    outcome = run("grant", "allow", "see", "documents", "--to", "bob", "--dry-run")

    assert outcome.code == 0
    assert "for 1 account" in outcome.out
    assert "bob" in outcome.out
    assert grants(run) == []
    assert as_bob(run, "document", "list").out == ""


def test_what_opens_much_is_asked_about_where_nobody_says_yes(run, bob):
    outcome = run("grant", "allow", "see", "documents", "--to", "bob")

    assert outcome.code == 2
    assert "give --yes" in outcome.err
    assert grants(run) == []


def test_a_grant_is_changed_revoked_and_brought_back(run, bob):
    run("grant", "allow", "see", NOTES, "--to", "bob", "--yes")
    (grant,) = [one["id"] for one in run("grant", "list", "--json").objects]

    run("grant", "edit", grant, "--until", "2000-01-01", "--yes")
    assert as_bob(run, "document", "show", NOTES).code == 3
    run("grant", "edit", grant, "--until", "", "--yes")
    assert as_bob(run, "document", "show", NOTES).code == 0
    run("grant", "revoke", grant, "--yes")
    assert as_bob(run, "document", "show", NOTES).code == 3
    run("undo")
    assert as_bob(run, "document", "show", NOTES).code == 0


def test_a_denial_wins(run, bob):
    run("grant", "allow", "see", "documents", "--to", "everyone", "--yes")
    run("grant", "deny", "see", NOTES, "--to", "account:bob", "--note", "he wrote it", "--yes")

    assert as_bob(run, "document", "show", NOTES).code == 3
    assert "deny see, " in run("access", "explain", "bob", NOTES).out


def test_a_write_that_may_not_be_is_denied_in_one_sentence(run, bob):
    run("grant", "allow", "see", NOTES, "--to", "bob", "--yes")

    outcome = as_bob(run, "document", "edit", NOTES, "--set", "title=Mine")

    assert outcome.code == 6
    assert f"bob may not edit {NOTES}" in outcome.err
    assert run("document", "show", NOTES, "--json").object["title"] == NOTES


def test_a_reason_is_asked_for_and_given(run, bob):
    run("grant", "allow", "see", NOTES, "--to", "bob", "--yes")
    run("grant", "allow", "edit", NOTES, "--to", "bob", "--if", "reason", "--yes")

    without = as_bob(run, "document", "edit", NOTES, "--set", "title=Mine")
    with_reason = as_bob(run, "document", "edit", NOTES, "--set", "title=Mine", "--reason", "asked by Ada")

    assert (without.code, with_reason.code) == (6, 0)
    assert "a reason is needed; give one (--reason)" in without.err
    assert "asked by Ada" in run("history", "Mine").out


def test_an_attribute_is_made_confidential_and_open_again(run, bob):
    run("profile", "edit", "p-1", "--set", 'attributes={"salary": 7}')
    run("grant", "allow", "see", "p-1", "--to", "bob", "--yes")

    run("access", "mark", "profile", "salary")

    assert [(one["entity"], one["attribute"]) for one in run("access", "marks", "--json").objects] == [
        ("profile", "salary")
    ]
    assert as_bob(run, "profile", "show", "p-1", "--json").object["withheld"] == ["attributes.salary"]
    run("access", "unmark", "profile", "salary")
    assert as_bob(run, "profile", "show", "p-1", "--json").object["fields"]["attributes"] == {"salary": 7}
    assert run("access", "unmark", "profile", "salary").code == 3


def test_rebuilding_says_what_was_wrong(run, bob):
    assert run("access", "rebuild").out == "everything was right\n"


def test_built_in_roles_are_listed_and_given(run, bob):
    assert "auditor is built in: sees everything, changes nothing" in run("role", "list").err

    run("account", "give-role", "bob", "auditor", "--yes")

    assert as_bob(run, "document", "show", NOTES).code == 0
    assert as_bob(run, "document", "edit", NOTES, "--set", "title=Mine").code == 6
    run("account", "take-role", "bob", "auditor", "--yes")
    assert as_bob(run, "document", "show", NOTES).code == 3


def test_accounts_are_shown_changed_deleted_and_restored(run, bob):
    run("account", "edit", "bob", "--name", "robert", "--tied-to", "p-1", "--system-user", "bob")

    shown = run("account", "show", "robert").out
    assert "tied to" in shown
    assert "system user  bob" in shown
    run("account", "delete", "robert")
    assert [one["name"] for one in run("account", "list", "--json").objects] == ["tester"]
    run("account", "restore", "robert")
    assert [one["name"] for one in run("account", "list", "--json").objects] == ["robert", "tester"]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("grant", "allow", "fly", NOTES, "--to", "bob"), 4, "must be one of see"),
        (("grant", "allow", "see", NOTES, "--to", "nobody"), 3, 'no account, group or role "nobody"'),
        (("grant", "allow", "see", "Nothing", "--to", "bob"), 3, 'no record "Nothing"'),
        (("grant", "allow", "see", NOTES, "--to", "bob", "--if", "full moon"), 4, "is no condition"),
        (
            ("grant", "allow", "see", NOTES, "--to", "bob", "--from", "2026-02-01", "--until", "2026-01-01"),
            4,
            "valid_until",
        ),
        (("account", "take-role", "tester", "owner", "--yes"), 5, "owner"),
        (("account", "delete", "tester", "--yes"), 5, "owner"),
        (("account", "new", "bob"), 5, "bob"),
        (("account", "new", "b\x1bob"), 4, "invisible character U+001B"),
        (("group", "new", ""), 4, "must not be empty"),
        (("account", "edit", "bob"), 2, "say what to change"),
        (("access", "explain", "nobody", NOTES), 3, "nobody"),
        (("access", "mark", "profile", "a.b"), 4, "attribute"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence_and_changes_nothing(run, bob, arguments, code, sentence):
    before = run("stats", "--json").object["changes"]

    outcome = run(*arguments)

    assert outcome.code == code, outcome
    assert sentence in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert run("stats", "--json").object["changes"] == before


def test_the_password_is_read_from_the_input_and_told_nowhere(launch, run, bob):
    process = launch("account", "password", "bob", stdin=-1)
    out, err = process.communicate("another long one\n", timeout=60)

    assert (process.returncode, err) == (0, "")
    assert "another long one" not in out
    assert run("document", "list", "--as", "bob", ROLODOC_PASSWORD="another long one").code == 0
    assert run("document", "list", "--as", "bob", ROLODOC_PASSWORD=SECRET).code == 6


def test_an_end_in_the_past_is_remarked_upon_and_listed_as_expired(run, bob):
    outcome = run("grant", "allow", "see", NOTES, "--to", "bob", "--until", "2020-01-01")

    assert outcome.code == 0
    assert "--until 2020-01-01 is in the past" in outcome.err
    assert "until 2020-01-01, EXPIRED" in run("grant", "list").out


def test_a_grant_that_begins_later_is_listed_as_pending(run, bob):
    assert run("grant", "allow", "see", NOTES, "--to", "bob", "--from", "2999-01-01", "--yes").err == ""

    assert "from 2999-01-01, PENDING" in run("grant", "list").out


def test_where_nothing_is_granted_it_says_so(run, bob):
    assert run("grant", "list").err.strip() == "nothing is granted yet"
    assert run("grant", "list", "--to", "bob").err.strip() == "nothing is granted there"


def test_a_group_is_shown_with_what_it_is_in_and_its_roles(run, library):
    for arguments in (("group", "new", "hr"), ("group", "new", "staff"), ("role", "new", "clerk")):
        run(*arguments)
    run("group", "join", "hr", "staff")
    run("group", "give-role", "hr", "clerk")

    shown = run("group", "show", "hr").out.splitlines()

    assert shown == ["hr", "member of  staff", "roles      clerk"]


def test_a_built_in_role_is_shown_with_who_has_it(run, bob):
    assert run("role", "show", "owner").out.splitlines()[:2] == ["owner", "may do everything; no rule binds it"]
    assert [one["name"] for one in run("role", "show", "owner", "--json").object["members"]] == ["tester"]
    assert "nobody has it" in run("role", "show", "auditor").err


def test_explain_of_what_is_confidential_is_a_sentence(run, bob):
    assert run("access", "explain", "bob", NOTES, "--action", "confidential").out.startswith(
        f"bob may not read what is confidential in {NOTES}\n"
    )


def test_an_empty_password_is_refused_and_the_old_one_stays(launch, run, bob):
    process = launch("account", "password", "bob", stdin=-1)
    out, err = process.communicate("\n", timeout=60)

    assert (process.returncode, out) == (2, "")
    assert "--remove takes the password away" in err
    assert run("document", "list", "--as", "bob", ROLODOC_PASSWORD=SECRET).code == 0
