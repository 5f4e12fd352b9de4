"""What opening the terminal costs before the terminal itself: no module that it does not need."""

import json
import subprocess
import sys

import pytest

HEAVY = ("typer", "click", "sqlmodel", "sqlalchemy", "alembic", "pydantic", "vobject", "textual", "tui")

SCRIPT = f"""
import sys, json
{{}}
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))
"""


def heavy_modules_after(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", SCRIPT.format(code)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_way_into_the_terminal_imports_nothing_heavy():
    assert heavy_modules_after("import core.cli, core.cli.settings, core.cli.terminal") == []


@pytest.mark.usefixtures("library")
def test_an_existing_store_opens_without_the_heavy_modules(store_path):
    code = f"from core.cli.settings import Settings; Settings(store={str(store_path)!r}).open('terminal').stats()"

    assert heavy_modules_after(code) == []


def test_the_commands_do_not_import_the_terminal():
    assert not {"textual", "tui"} & set(heavy_modules_after("import core.cli.commands"))
