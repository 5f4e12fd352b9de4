"""Whatever a profile holds comes back from each format as it was; no file whatever breaks a reader."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.exchange import RowError, export_csv, export_folder, export_vcard, import_paths
from core.exchange.cells import guard, join_members, join_plain, split_members, unguard
from core.exchange.content_lines import escape, split, unescape
from core.fields import FIELDS, check_fields
from core.values import Actor
from core.workspace import Workspace, open_workspace
from core.write_values import Create
from tests.core.exchange.reading import everything

SOME = settings(
    max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
MANY = settings(max_examples=200, derandomize=True, deadline=None)

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
lines = texts.map(lambda text: " ".join(text.split("\n")).replace("\r", " ").strip())
tricky = st.text(st.sampled_from("ab \\;=,:'\"+-@\t"), max_size=12).map(str.strip)
members = st.one_of(lines, tricky).filter(bool)
entries = st.lists(st.fixed_dictionaries({"label": st.one_of(lines, tricky), "value": members}), max_size=3)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
known_attributes = st.sampled_from(["title", "organisation", "url", "categories", "birthday", "note"])
attributes = st.dictionaries(known_attributes | lines, json_values | members, max_size=4)
profiles = st.fixed_dictionaries(
    {"name": members},
    optional={
        "kind": st.sampled_from(FIELDS["profile"]["kind"].choices),
        "aliases": st.lists(members, max_size=3, unique=True),
        "emails": entries,
        "phones": entries,
        "attributes": attributes,
        "notes": texts | tricky,
        "created": st.integers(-(10**15), 10**16),
    },
)


@contextmanager
def two_stores(empty_store: Path) -> Iterator[tuple[Workspace, Workspace, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        opened = []
        for name in ("first.db", "second.db"):
            shutil.copyfile(empty_store, Path(folder, name))
            opened.append(open_workspace(str(Path(folder, name)), Actor("tester", "import")))
        yield opened[0], opened[1], Path(folder)
        for workspace in opened:
            workspace.close()


@pytest.mark.parametrize(
    ("export", "name"), [(export_folder, "all"), (export_csv, "people.csv"), (export_vcard, "people.vcf")]
)
@given(rows=st.lists(profiles, min_size=1, max_size=4))
@SOME
def test_profiles_come_back_as_they_were(empty_store: Path, export, name: str, rows: list[dict[str, Any]]) -> None:
    with two_stores(empty_store) as (first, second, folder):
        first.write([Create("profile", row) for row in rows])

        export(first, folder / name)
        report = import_paths(second, [folder / name], errors_path=folder / "errors")

        assert report.errors == []
        assert everything(second) == everything(first)


documents = st.fixed_dictionaries(
    {"title": members},
    optional={
        "description": texts,
        "category": lines,
        "tags": st.lists(members, max_size=3, unique=True),
        "attributes": attributes,
        "text": texts,
    },
)
links = st.fixed_dictionaries(
    {},
    optional={
        "position": st.none() | st.integers(-(2**31), 2**31 - 2),
        "valid_from": st.none() | st.integers(-(10**15), 0),
        "valid_until": st.none() | st.integers(0, 10**15),
        "note": texts,
        "title": lines,
        "tags": st.lists(members, max_size=3, unique=True),
        "attributes": attributes | st.fixed_dictionaries({"position": json_values}),
        "created": st.integers(-(10**15), 10**15),
    },
)


@given(document=documents, profile=profiles, type=members, link=links)
@SOME
def test_documents_and_links_come_back_as_they_were(empty_store: Path, document, profile, type: str, link) -> None:
    with two_stores(empty_store) as (first, second, folder):
        made = [Create("document", document), Create("profile", profile), Create("type", {"name": type})]
        refs = first.write(made).refs
        ends = {"document": refs[0].id, "profile": refs[1].id, "type": first.get(refs[2]).fields["name"]}
        first.write([Create("link", ends | link)])

        export_folder(first, folder / "all")
        report = import_paths(second, [folder / "all"], errors_path=folder / "errors")

        assert report.errors == []
        assert everything(second) == everything(first)


@pytest.mark.parametrize("name", ["profiles.ndjson", "documents.ndjson", "links.ndjson", "attachments.ndjson", "a.vcf"])
@given(garbage=st.lists(st.binary(max_size=60), max_size=5))
@SOME
def test_no_file_breaks_the_import(empty_store: Path, name: str, garbage: list[bytes]) -> None:
    with two_stores(empty_store) as (workspace, _, folder):
        (folder / name).write_bytes(b"\n".join(garbage))
        before = workspace.cursor()
        try:
            report = import_paths(workspace, [folder / name], dry_run=True)
        except Exception as error:  # of our own taxonomy, with a sentence
            assert type(error).__module__ == "core.errors"  # noqa: PT017
        else:
            assert all(isinstance(error, RowError) and error.reason for error in report.errors)
        assert workspace.cursor() == before


@given(texts | tricky)
@MANY
def test_a_guarded_cell_is_no_formula_and_comes_back(text: str) -> None:
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "@", "\t", "\r"))


@given(st.lists(st.tuples(st.one_of(lines, tricky), members), max_size=4))
@MANY
def test_labelled_members_come_back(given_members: list[tuple[str, str]]) -> None:
    assert list(split_members(join_members(given_members))) == given_members


@given(st.lists(members, max_size=4))
@MANY
def test_plain_members_come_back(given_members: list[str]) -> None:
    assert [value for _, value in split_members(join_plain(given_members), labelled=False)] == given_members


@given(st.lists(texts | tricky, min_size=1, max_size=4))
@MANY
def test_escaped_parts_of_a_property_come_back(parts: list[str]) -> None:
    parts = [part.replace("\r", "") for part in parts]
    assert split(",".join(map(escape, parts)), ",") == parts
    assert unescape(escape(parts[0])) == parts[0]


@given(st.dictionaries(st.sampled_from(list(FIELDS["profile"])), json_values))
@MANY
def test_checked_fields_stay_as_they_are(values: dict[str, Any]) -> None:
    try:
        checked = check_fields("profile", values)
    except Exception as error:
        assert type(error).__module__ == "core.errors"  # noqa: PT017
    else:
        assert check_fields("profile", checked) == checked
