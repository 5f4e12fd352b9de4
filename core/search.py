"""The full-text indexes: what goes in, and how typed words become a query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from core.fields import Entity
from core.store import Connection

FIELDS: dict[Entity, frozenset[str]] = {
    "profile": frozenset({"name", "aliases", "emails", "phones", "notes", "attributes"}),
    "document": frozenset({"title", "tags", "category", "description", "text", "confidential"}),
}
"""A change of any of these renews the index entry."""

WEIGHTS: dict[Entity, str] = {"profile": "10.0, 6.0, 1.0", "document": "10.0, 4.0, 2.0, 1.0"}

WORDS = 20  # of a query; what else was typed or pasted is left out


def put_in_index(db: Connection, entity: Entity, id: int, fields: Mapping[str, Any]) -> None:
    """Adds or replaces the entry of a profile or document."""
    if entity == "profile":
        other = [e["value"] for e in (*fields["emails"], *fields["phones"])] + [fields["notes"]]
        db.execute(
            "INSERT OR REPLACE INTO profile_search(rowid, name, aliases, other) VALUES (?, ?, ?, ?)",
            (
                id,
                fields["name"],
                "\n".join(fields["aliases"]),
                "\n".join((*other, *leaves(fields["attributes"]))),
            ),
        )
    elif entity == "document":
        tags = "\n".join((*fields["tags"], fields["category"]))
        db.execute(
            "INSERT OR REPLACE INTO document_search(rowid, title, tags, description, text) VALUES (?, ?, ?, ?, ?)",
            (id, fields["title"], tags, fields["description"], fields["text"]),
        )


def take_from_index(db: Connection, entity: Entity, id: int) -> None:
    if entity in FIELDS:
        db.execute(f"DELETE FROM {entity}_search WHERE rowid = ?", (id,))


def leaves(value: Any) -> Iterable[str]:
    """The texts in a nested map."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from leaves(member)
    elif isinstance(value, list):
        for member in value:
            yield from leaves(member)


def match_expression(text: str) -> str:
    """An FTS5 query for records that hold every word, the last one as a prefix; "" when there is no word.

    A single letter is a whole word: as a prefix it would stand for a good part of the index.

    >>> match_expression('ann "kel')
    '"ann" "kel" *'
    """
    words = [word for word in text.replace('"', " ").replace("\0", " ").split() if re.search(r"\w", word)][:WORDS]
    if not words:
        return ""
    star = " *" if len(words[-1]) > 1 and not text[-1:].isspace() else ""
    return " ".join(f'"{word}"' for word in words) + star


def excerpt(text: str, words: str, width: int = 120) -> str:
    """The part of a text around the first place where one of the words stands; "" where none does."""
    pattern = "|".join(re.escape(word) for word in re.findall(r"\w+", words)[:WORDS] if len(word) > 1)
    found = re.search(pattern, text, re.IGNORECASE) if pattern else None
    if not found:
        return ""
    start = max(0, found.start() - width // 3)
    piece = " ".join(text[start : start + width].split())
    return ("…" if start else "") + piece + ("…" if start + width < len(text) else "")
