"""rolodoc watch, as a process of its own."""

import json
import signal
import subprocess

from core.write_values import Create


def test_watch_shows_a_change_that_another_process_makes(launch, workspace):
    # given
    workspace.write([Create("type", {"name": "author"})])
    watch = launch("watch", "--after", "0")
    assert "created type author" in watch.stdout.readline()

    # when
    workspace.write([Create("profile", {"name": "Ada\x1b[31m Lovelace", "kind": "person"})])

    # then
    assert watch.stdout.readline().endswith("tester created profile Ada␛[31m Lovelace, rev 1\n")


def test_watch_as_json_is_one_object_a_line_and_ends_after_the_limit(launch, workspace):
    workspace.write([Create("type", {"name": name}) for name in ("author", "editor", "reviewer")])

    out, err = launch("watch", "--after", "1", "--limit", "2", "--json").communicate(timeout=30)

    assert [json.loads(line)["title"] for line in out.splitlines()] == ["editor", "reviewer"]
    assert json.loads(err)["note"].startswith("following ")


def test_watch_ends_on_ctrl_c_without_a_traceback(launch, workspace):
    # given
    workspace.write([Create("type", {"name": "author"})])
    watch = launch("watch", "--after", "0")
    watch.stdout.readline()

    # when
    watch.send_signal(signal.SIGINT)
    _, err = watch.communicate(timeout=30)

    # then
    assert watch.returncode == 130
    assert err.splitlines() == [f"following {workspace.stats().path}; ctrl-c ends"]


def test_watch_ends_quietly_when_nobody_reads_on(launch, workspace):
    # given
    workspace.write([Create("type", {"name": "author"})])
    watch = launch("watch", "--after", "0")
    head = subprocess.run(["head", "-1"], stdin=watch.stdout, capture_output=True, text=True, check=True)
    assert "created type author" in head.stdout
    watch.stdout.close()

    # when
    workspace.write([Create("type", {"name": "editor"})])
    watch.wait(timeout=30)

    # then
    assert watch.returncode == 141
    assert "Traceback" not in watch.stderr.read()


def test_watch_refuses_a_limit_that_is_none(run):
    assert run("watch", "--limit", "0").code == 2
    assert run("watch", "--after", "yesterday").code == 2
