"""What goes with every command: the store, JSON, the actor; help, version and mistakes."""

import json
import os

import pytest

from core import __version__
from core.cli import terminal_settings


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json", "profile", "list"],
        ["profile", "--json", "list"],
        ["profile", "list", "--json"],
        ["profile", "list", "--limit", "5", "--json"],
        ["--json", "profile", "list", "--json"],
    ],
)
@pytest.mark.usefixtures("library")
def test_json_is_understood_before_and_after_the_command(run, arguments):
    assert [row["name"] for row in run(*arguments).objects] == ["Ada Lovelace", "Charles Babbage"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_another_store_and_actor_are_understood_before_and_after_the_command(run, tmp_path, place):
    # given
    other = tmp_path / "other.db"
    command = ["type", "new", "--set", "name=author"]
    command[place:place] = ["--db", other, "--as", "Grace"]

    # when
    outcome = run(*command)

    # then
    assert outcome.code == 0
    assert run("type", "list").out == ""
    assert run("--db", other, "type", "show", "author", "--json").object["updated_by"] == "Grace"


def test_the_last_one_counts(run):
    run("--as", "first", "type", "new", "--set", "name=author", "--as", "last")

    assert run("type", "show", "author", "--json").object["updated_by"] == "last"


def test_without_a_store_named_it_lies_in_the_data_folder_of_the_user(run, tmp_path):
    outcome = run("stats", "--json", ROLODOC_DB="", XDG_DATA_HOME=str(tmp_path / "share"))

    assert outcome.object["path"] == str(tmp_path / "share" / "rolodoc" / "rolodoc.db")


def test_a_data_folder_that_cannot_be_made(run, tmp_path):
    (tmp_path / "share").write_text("a file")

    outcome = run("stats", ROLODOC_DB="", XDG_DATA_HOME=str(tmp_path / "share"))

    assert outcome.code == 7
    assert "name a store with --db" in outcome.err


@pytest.mark.parametrize("option", ["--db", "--as"])
def test_an_empty_value_is_refused(run, option):
    for arguments in ([option, "", "stats"], ["stats", option, " "], ["stats", option]):
        outcome = run(*arguments)
        assert outcome.code == 2
        assert option in outcome.err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["frobnicate"], "No such command 'frobnicate'; see rolodoc --help"),
        (["profile", "frobnicate"], "No such command 'frobnicate'; see rolodoc profile --help"),
        (["profile"], "Missing command; see rolodoc profile --help"),
        (["--json"], "Missing command"),
        (["--frobnicate"], "No such option: --frobnicate"),
        (["--db"], "--db"),
        (["--thin", "stats"], "is for the screens"),
        (["stats", "--jsn"], "--json"),
        (["undo", "one", "two"], "two"),
        (["search"], "Missing argument"),
        (["", "stats"], "No such command ''"),
        (["profil\x1b[31me"], "No such command"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(run, arguments, reason):
    outcome = run(*arguments)

    assert outcome.code == 2
    assert reason in outcome.err or json.loads(outcome.err)["message"].startswith(reason)
    assert outcome.err.startswith("rolodoc: ") or "--json" in arguments
    assert len(outcome.err.splitlines()) == 1
    assert "\x1b" not in outcome.err


def test_a_mistake_with_json_is_told_as_an_object(run):
    told = json.loads(run("stats", "--json", "--frobnicate").err)

    assert (told["error"], told["exit_code"]) == ("UsageError", 2)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["profile", "--help"], ["profile", "new", "--help"], ["watch", "--help"]]
)
def test_every_help_tells_what_goes_with_every_command(run, arguments):
    outcome = run(*arguments)

    assert outcome.code == 0
    assert all(option in outcome.out for option in ("--db FILE", "--json", "--as NAME"))
    assert "│" not in outcome.out


def test_version(run):
    assert run("--version").out == f"rolodoc {__version__}\n"


def test_the_screens_need_a_terminal(run):
    outcome = run()

    assert outcome.code == 7
    assert outcome.err == "rolodoc: the screens need a terminal to show on; for scripts, see rolodoc --help\n"


def test_the_terminal_takes_store_actor_and_thin():
    settings = terminal_settings(["--db", "a.db", "--as=Grace", "--thin"])

    assert settings is not None
    assert (settings.store, settings.name, settings.thin) == ("a.db", "Grace", True)


@pytest.mark.parametrize(
    "arguments", [["stats"], ["--db"], ["--db="], ["--as", ""], ["--json"], ["--help"], ["--thin=1"], ["-x"], [""]]
)
def test_everything_else_is_left_to_typer(arguments):
    assert terminal_settings(arguments) is None


def test_a_request_for_completion_does_not_open_the_screens(monkeypatch):
    monkeypatch.setitem(os.environ, "_ROLODOC_COMPLETE", "complete_bash")

    assert terminal_settings([]) is None
