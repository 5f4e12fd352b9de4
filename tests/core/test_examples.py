"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import core

FOLDER = Path(core.__file__).parent
MODULES = [
    ".".join(("core", *path.relative_to(FOLDER).with_suffix("").parts))
    for path in sorted(FOLDER.rglob("*.py"))
    if ">>> " in path.read_text()
]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module(module: str) -> None:
    outcome = doctest.testmod(import_module(module))

    assert outcome.attempted > 0
    assert outcome.failed == 0
