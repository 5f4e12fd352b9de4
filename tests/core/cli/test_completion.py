"""Shell completion."""

import pytest


@pytest.mark.parametrize(
    ("typed", "word", "offered"),
    [
        ("rolodoc pro", "1", "profile"),
        ("rolodoc profile ", "2", "restore"),
        ("rolodoc profile list --so", "3", "--sort"),
        ("rolodoc stats --js", "2", "--json"),
        ("rolodoc document --d", "2", "--db"),
    ],
)
def test_bash_is_offered_commands_and_options(launch, typed, word, offered):
    asked = {"_ROLODOC_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": word}

    out, _ = launch(env=asked).communicate(timeout=30)

    assert offered in out.split()


def test_the_script_for_a_shell_can_be_shown(launch):
    out, _ = launch("--show-completion", "bash").communicate(timeout=30)

    assert "rolodoc" in out
