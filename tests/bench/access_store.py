"""A store under access control to measure on: many accounts, and some of them that see a given share of all documents.

It is written past the write path, row by row as the write path would, because a million documents under rules would
take that an hour; what the rules come to is then worked out by the core.
"""

from __future__ import annotations

import json
import random
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from core import acl
from core.local import LocalWorkspace
from core.rights import RIGHTS
from core.store import SCHEMA
from core.subjects import code_of
from core.values import Actor
from tests.bench.stores import raw_writer

OWNER: Final = Actor(name="owner", via="cli")
SHARES: Final = {"0.01 %": 0.0001, "0.1 %": 0.001, "1 %": 0.01, "10 %": 0.1, "50 %": 0.5}
ALL: Final = "all"
"""Accounts of these names see about that share of the documents; the account ALL sees them by the role auditor."""

ACCOUNTS: Final = 1_000
GROUPS: Final = 200
TYPES: Final = {"author": "see", "owner": "edit", "reader": "see", "mentions": "none", "about": "none"}
CATEGORIES: Final = ("", "letter", "report", "contract", "minutes", "invoice")
WORDS: Final = (
    "report",
    "annual",
    "budget",
    "meeting",
    "minutes",
    "plan",
    "survey",
    "map",
    "letter",
    "contract",
    "tax",
)
CONDITION: Final = "weekdays 0-24 UTC or sat,sun"
SEED: Final = 1896
START: Final = 1_700_000_000_000_000
MINUTE: Final = 60_000_000
FEW: Final = 40  # groups that are granted next to nothing: the accounts that see little are in these
BATCH: Final = 50_000


def access_store_of(documents: int, cache: Path) -> Path:
    """The store with that many documents, a tenth as many profiles and grants, and three times as many links."""
    path = cache / f"{SCHEMA}-access-{documents}.db"
    if not path.exists():
        print(f"building a store of {documents:,} documents under rules in {cache}", file=sys.stderr, flush=True)
        cache.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        unfinished = path.with_suffix(".unfinished")
        for left in cache.glob(f"{unfinished.name}*"):
            left.unlink()
        LocalWorkspace(unfinished, OWNER).close()
        db = raw_writer(unfinished)
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        _Builder(db, documents).build()
        acl.rebuild(db)
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        db.close()
        unfinished.rename(path)
        print(f"built in {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    return path


class _Builder:
    def __init__(self, db: Any, documents: int) -> None:
        self.db = db
        self.documents = documents
        self.profiles = max(100, documents // 10)
        self.random = random.Random(SEED)
        self.links = 0
        self.grants = 0

    def build(self) -> None:
        self._insert("relationship_type", ("name", "sort_key", "grants"), [(n, n, g) for n, g in TYPES.items()])
        self._insert("profile", ("kind", "name", "sort_key"), self._people())
        self._insert("document", ("title", "sort_key", "category", "tags", "deleted_at"), self._papers())
        self._fill_look_ups()
        readers = self._link()
        self._administration(readers)
        self._grant()
        self._keep_totals()

    # --- records -----------------------------------------------------------------------------------------

    def _people(self) -> Iterator[tuple[Any, ...]]:
        for number in range(self.profiles):
            name = f"{self.random.choice('ABCDEFGHIJKLMNOPRSTUVWZ')}{self.random.randrange(36**5):x} {number}"
            yield ("person" if number % 5 else "organisation", name, name.lower())

    def _papers(self) -> Iterator[tuple[Any, ...]]:
        draw = self.random
        for number in range(self.documents):
            title = f"{draw.choice(WORDS)} {draw.choice(WORDS)} {draw.randrange(36**5):x} {number}"
            tags = json.dumps([f"tag{draw.randrange(50)}"]) if number % 3 == 0 else "[]"
            deleted = START + number if number % 200 == 7 else None
            yield (title, title, CATEGORIES[number % 6], tags, deleted)

    def _fill_look_ups(self) -> None:
        self.db.execute(
            "INSERT INTO document_search(rowid, title, tags, description, text)"
            " SELECT id, title, category, '', '' FROM document WHERE deleted_at IS NULL"
        )
        self.db.execute("INSERT INTO profile_search(rowid, name, aliases, other) SELECT id, name, '', '' FROM profile")
        self.db.execute(
            "INSERT INTO document_tag SELECT j.value, d.id FROM document d, json_each(d.tags) j"
            " WHERE d.deleted_at IS NULL"
        )

    def _link(self) -> dict[str, int]:
        """Three links a document, to few profiles often; and one `reader` that has all that a large share sees."""
        readers = {name: 1 + place for place, name in enumerate(("10 %", "50 %"))}
        types = {name: 1 + place for place, name in enumerate(TYPES)}

        def ends() -> Iterator[tuple[int, int, int]]:
            for document in range(1, self.documents + 1):
                for name, profile in readers.items():
                    if self.random.random() < SHARES[name]:
                        yield document, profile, types["reader"]
                for type in self.random.sample(("author", "owner", "mentions", "about"), 2 + document % 2):
                    yield document, self._someone(), types[type]

        alive = "SELECT id FROM document WHERE deleted_at IS NULL"
        living = {id for (id,) in self.db.execute(alive)}
        rows = ((*end, None if end[0] in living else START + end[0] - 1) for end in ends())
        self.links = self._insert("link", ("document_id", "profile_id", "type_id", "deleted_at"), rows)
        return readers

    def _someone(self) -> int:
        """A profile; some have very many links. The first two are the readers of a large share."""
        hub = self.random.random() < 0.2
        place = min(int(self.random.paretovariate(0.3)), 10**12) * 7919 if hub else self.random.randrange(10**9)
        return max(3, place % self.profiles + 1)

    # --- who may --------------------------------------------------------------------------------------------

    def _administration(self, readers: dict[str, int]) -> None:
        draw, groups = self.random, range(1, GROUPS + 1)
        above = [[g for g in draw.sample(groups, 2) if g > number > FEW] for number in groups]
        for number in range(1, FEW + 1):
            above[number - 1] = [g for g in (number + 7, number + 13) if g <= FEW]
        rows = [(f"group {n}", f"group {n}", self._ids("account_group", above[n - 1])) for n in groups]
        self._insert("account_group", ("name", "sort_key", "groups"), rows)
        names = ["owner", ALL, *SHARES, *(f"account {number}" for number in range(ACCOUNTS - len(SHARES) - 2))]
        accounts = []
        for number, name in enumerate(names):
            roles = {"owner": ["owner"], ALL: ["auditor"]}.get(name, [])
            of = draw.sample(range(1, FEW) if name in SHARES else groups, 4)
            tied = readers.get(name, 0 if number < 20 else draw.randrange(3, self.profiles))
            tie = str(uuid.UUID(bytes=_uid("profile", tied))) if tied else ""
            accounts.append((name, name, self._ids("account_group", of), json.dumps(roles), tie))
        self._insert("account", ("name", "sort_key", "groups", "roles", "tied_to"), accounts)
        self.db.execute("INSERT INTO access_condition(text) VALUES (?)", (CONDITION,))

    def _ids(self, table: str, numbers: Iterable[int]) -> str:
        return json.dumps([str(uuid.UUID(bytes=_uid(table, number))) for number in numbers])

    def _grant(self) -> None:
        columns = ("effect", "subject_kind", "subject", "subject_code", "action", "rights", "target_kind", "target")
        more = ("record_id", "valid_from", "valid_until", "condition", "condition_id", "sort_key")
        self._insert("access_grant", (*columns, *more), self._grants())

    def _grants(self) -> Iterator[tuple[Any, ...]]:
        draw = self.random
        seen_by: dict[str, Iterable[int]] = {}
        for place, (name, share) in enumerate(SHARES.items()):
            account = 3 + place
            seen = draw.sample(range(1, self.documents + 1), max(1, int(self.documents * min(share, 0.01))))
            seen_by[name] = seen
            if share <= 0.01:
                for document in seen:
                    yield self._row("account", account, "see", "document", document)
            for document in seen[:3]:
                yield self._row("account", account, "see", "document", document, effect="deny")
        for group in range(1, FEW + 1):
            yield self._row("group", group, "see", "document", 1 + group * 3)
        for number in range(50):
            yield self._row("everyone", 0, "see", "document", 1 + number * 11)
        for number in range(max(1_000, self.documents // 10 - int(self.documents * 0.0111))):
            kind = draw.choice(("group", "group", "account", "profile"))
            last = {"group": GROUPS, "account": ACCOUNTS, "profile": self.profiles}[kind]
            who = draw.randrange({"group": FEW + 1, "account": 20, "profile": 3}[kind], last + 1)
            target = "profile" if number % 7 == 0 else "document"
            record = draw.randrange(1, (self.profiles if target == "profile" else self.documents) + 1)
            action = draw.choice(("see", "see", "edit", "link", "share"))
            effect = "deny" if number % 100 == 0 else "allow"
            window = (START, START + 60 * MINUTE) if number % 50 == 1 else (None, None)
            condition = CONDITION if number % 20 == 3 else ""
            yield self._row(kind, who, action, target, record, effect=effect, window=window, condition=condition)

    def _row(
        self,
        kind: str,
        who: int,
        action: str,
        target: str,
        record: int,
        *,
        effect: str = "allow",
        window: tuple[int | None, int | None] = (None, None),
        condition: str = "",
    ) -> tuple[Any, ...]:
        table = {"group": "account_group"}.get(kind, kind)
        subject = str(uuid.UUID(bytes=_uid(table, who))) if who else ""
        of = str(uuid.UUID(bytes=_uid(target, record)))
        code = code_of(kind, who)
        condition_id = 1 if condition else 0
        return (
            effect,
            kind,
            subject,
            code,
            action,
            RIGHTS[action],
            target,
            of,
            record,
            *window,
            condition,
            condition_id,
            action,
        )

    # --- rows -------------------------------------------------------------------------------------------------

    def _insert(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> int:
        names = ("uid", "revision", "version", "created_at", "updated_at", *columns)
        sql = f"INSERT INTO {table}({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        number = 0
        batch: list[tuple[Any, ...]] = []
        for number, row in enumerate(rows, 1):
            changed = START + self.random.randrange(10_000_000) * MINUTE
            batch.append((_uid(table, number), 1, number, START + number * MINUTE, changed, *row))
            if len(batch) == BATCH:
                self.db.executemany(sql, batch)
                batch = []
        self.db.executemany(sql, batch)
        return number

    def _keep_totals(self) -> None:
        self.db.execute("DELETE FROM stat")
        for name, table in {"profiles": "profile", "documents": "document", "links": "link"}.items():
            self.db.execute(f"INSERT INTO stat SELECT '{name}', count(*) FROM {table} WHERE deleted_at IS NULL")
        self.db.execute(
            "INSERT INTO stat SELECT 'links:' || type_id, count(*) FROM link WHERE deleted_at IS NULL GROUP BY type_id"
        )
        self.db.execute("INSERT INTO stat VALUES ('access', 1)")


def _uid(table: str, number: int) -> bytes:
    return table[:7].ljust(8, "-").encode() + number.to_bytes(8)
