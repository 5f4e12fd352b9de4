"""What document_acl and profile_acl must hold, worked out from the rows of a store one after the other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from core.rights import DERIVED, RIGHTS
from core.subjects import code_of

FOREVER = 2**62

Row = tuple[int, int, int, int, int, int]
"""Record, subject, rights, condition, from, until."""


def assert_acl_is_sound(db: Any) -> None:
    """The tables hold what the grants and links come to, no more and no less, and are in the order of their records."""
    assert {id for (id,) in db.execute("SELECT profile_id FROM tied_profile")} == set(tied_profiles(db))
    documents, profiles = expected_rows(db)
    for entity, expected in (("document", documents), ("profile", profiles)):
        held: dict[Row, int] = {}
        for *key, support, sort_key, updated_at, created_at in db.execute(f"SELECT * FROM {entity}_acl"):
            held[tuple(key)] = support
            place = db.execute(f"SELECT sort_key, updated_at, created_at FROM {entity} WHERE id = ?", key[:1])
            assert place.fetchone() == (sort_key, updated_at, created_at), f"{entity} {key[0]} in a list"
        assert held == dict(expected), f"what {entity}_acl holds and what it should"


def expected_rows(db: Any) -> tuple[Counter[Row], Counter[Row]]:
    """The rows of document_acl and of profile_acl, each with what it has behind it."""
    documents: Counter[Row] = Counter()
    profiles: Counter[Row] = Counter()
    for kind, record, subject, action, condition, *window in db.execute(
        "SELECT target_kind, record_id, subject_code, action, condition_id, valid_from, valid_until FROM access_grant"
        " WHERE effect = 'allow' AND deleted_at IS NULL AND record_id IS NOT NULL"
    ):
        rows = {"document": documents, "profile": profiles}[kind]
        rows[(record, subject, RIGHTS[action], condition, *_window(*window))] += 1

    grants = dict(db.execute("SELECT id, grants FROM relationship_type"))
    deleted = dict(db.execute("SELECT id, deleted_at FROM document"))
    linked: dict[int, list[int]] = defaultdict(list)
    tied = set(tied_profiles(db))
    for document, profile, type, deleted_at, *window in db.execute(
        "SELECT document_id, profile_id, type_id, deleted_at, valid_from, valid_until FROM link"
    ):
        if deleted_at is None:
            linked[document].append(profile)
        if grants[type] != "none" and profile in tied and deleted_at in (None, deleted[document]):
            subject = code_of("profile", profile)
            documents[(document, subject, RIGHTS[grants[type]], 0, *_window(*window))] += 1

    for document, subject, _, condition, since, until in documents:
        for profile in linked[document]:
            profiles[(profile, subject, DERIVED | RIGHTS["see"], condition, since, until)] += 1
    return documents, profiles


def tied_profiles(db: Any) -> Iterator[int]:
    """The profiles of living accounts, each followed by those that it was merged into."""
    for (text,) in db.execute("SELECT tied_to FROM account WHERE deleted_at IS NULL").fetchall():
        while text:
            sql = "SELECT id, iif(deleted_at IS NULL, '', merged_into) FROM profile WHERE uid = ?"
            id, text = db.execute(sql, (UUID(text).bytes,)).fetchone() or (None, "")
            if id is not None:
                yield id


def _window(valid_from: int | None, valid_until: int | None) -> tuple[int, int]:
    return max(valid_from or 0, 0), FOREVER if valid_until is None else valid_until
