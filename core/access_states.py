"""Who may what in one state of the store, and which records a request touched the rules of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any, Final

import msgspec

from core import members
from core.conditions import Context
from core.fields import Entity
from core.members import Account, Directory
from core.records import in_chunks
from core.rights import ALL, AREA_OF, BITS, effective, has
from core.store import Connection
from core.subjects import code_of
from core.values import RecordId
from core.viewer import Identity, Viewer, view

KINDS: Final[tuple[Entity, ...]] = ("document", "profile")
LIMIT: Final = 1_000
"""Records of a kind that are looked at one by one for an account; where there are more, its numbers are not exact."""

GRANTS: Final = """
SELECT DISTINCT g.target_kind, g.record_id, g.subject_code FROM change c JOIN access_grant g ON g.id = c.record_id
WHERE c.seq BETWEEN ? AND ? AND c.entity = 'grant' AND g.record_id IS NOT NULL
"""
LINKS: Final = """
SELECT DISTINCT l.document_id, l.profile_id FROM change c JOIN link l ON l.id = c.record_id
WHERE c.seq BETWEEN ? AND ? AND c.entity = 'link'
"""
OF_TYPES: Final = """
SELECT DISTINCT l.document_id, l.profile_id FROM change c JOIN link l ON l.type_id = c.record_id
WHERE c.seq BETWEEN ? AND ? AND c.entity = 'type' AND c.after ->> '$.grants' IS NOT NULL AND l.deleted_at IS NULL
"""


class State:
    """The store as one connection sees it, for accounts that come as the context says. `operator` is the name of the
    one whom no rule binds in a store without a second account; the conditions `met` are taken to hold."""

    def __init__(self, db: Connection, context: Context, operator: str, met: frozenset[str] = frozenset()) -> None:
        self.db = db
        self.accounts: dict[RecordId, Account] = {one.uid: one for one in members.living_accounts(db)}
        self._context, self._operator = context, operator
        self._rules: dict[tuple[Entity, int], int] = {}
        self._directory = Directory(db)
        self._directory.look_up_ties(self.accounts.values())
        self._met = met
        conditions = {id: self._unmet(text) for id, text in db.execute("SELECT id, text FROM access_condition")}
        self._nobody = Identity(0, "", alone=False, unrestricted=False, conditions=conditions)

    def viewer(self, account: Account) -> Viewer:
        """The account as it is here; one that is not has no rights."""
        identity, here = self._nobody, self.accounts.get(account.uid)
        if len(self.accounts) < 2 and (here or account.name == self._operator):
            identity = msgspec.structs.replace(identity, alone=True, unrestricted=True)
        elif here:
            identity = members.identity_of(self.db, identity, here, self._directory.of_account(here))
        if self._met:
            replace = msgspec.structs.replace
            grants = tuple(replace(grant, condition=self._unmet(grant.condition)) for grant in identity.grants)
            identity = replace(identity, grants=grants)
        return view(identity, self._context)

    def _unmet(self, condition: str) -> str:
        return "" if condition in self._met else condition

    def ruled(self, kind: Entity, codes: Collection[int]) -> list[int]:
        """Up to LIMIT + 1 records about which some rule is to these subjects; a profile also for the documents of it
        that are denied."""
        if not codes:
            return []
        marks, limit = ",".join("?" * len(codes)), f"LIMIT {LIMIT + 1}"
        opened = f"SELECT DISTINCT record_id FROM {kind}_acl WHERE subject IN ({marks}) {limit}"
        denied = (
            "SELECT DISTINCT record_id FROM access_grant INDEXED BY grant_denials WHERE deleted_at IS NULL"
            f" AND effect = 'deny' AND target_kind = '{{}}' AND record_id IS NOT NULL AND +subject_code IN ({marks})"
        )
        found = [*self._ids(opened, codes), *self._ids(f"{denied.format(kind)} {limit}", codes)]
        if kind == "profile":
            of_denied = (
                "SELECT DISTINCT profile_id FROM link WHERE deleted_at IS NULL"
                f" AND document_id IN ({denied.format('document')}) {limit}"
            )
            found += self._ids(of_denied, codes)
        return found

    def rules(self, kind: Entity, codes: Iterable[int]) -> int:
        """How many rights to records of the kind these subjects have."""
        for code in codes:
            if (kind, code) not in self._rules:
                sql = f"SELECT count(*) FROM {kind}_acl WHERE subject = ?"
                self._rules[kind, code] = self.db.execute(sql, (code,)).fetchone()[0]
        return sum(self._rules[kind, code] for code in codes)

    def living(self, kind: Entity, ids: Iterable[int]) -> set[int]:
        sql = f"SELECT id FROM {kind} WHERE deleted_at IS NULL AND id IN"
        return {id for (id,) in in_chunks(self.db, sql, list(ids))}

    def total(self, kind: Entity) -> int:
        """Of living records."""
        found = self.db.execute("SELECT value FROM stat WHERE name = ?", (f"{kind}s",)).fetchone()
        return int(found[0]) if found else 0

    @cached_property
    def linked(self) -> int:
        """Living profiles with a living link. Costs about 1 us a profile."""
        sql = (
            "SELECT count(*) FROM profile p WHERE deleted_at IS NULL"
            " AND EXISTS (SELECT 1 FROM link WHERE profile_id = p.id AND deleted_at IS NULL)"
        )
        return int(self.db.execute(sql).fetchone()[0])

    def linked_of(self, profiles: Iterable[int]) -> int:
        sql = "SELECT DISTINCT profile_id FROM link WHERE deleted_at IS NULL AND profile_id IN"
        return len(in_chunks(self.db, sql, list(profiles)))

    def _ids(self, sql: str, parameters: Collection[Any]) -> list[int]:
        return [id for (id,) in self.db.execute(sql, tuple(parameters))]


class Touched:
    """The records whose rules a request changed, and whom that may concern: `codes` are subjects, `sees_all` whoever
    sees every document, where links came or went. It is not `exact` where only the first of many were looked at."""

    def __init__(self, span: tuple[int, int], before: State, after: State) -> None:
        self.records: dict[Entity, set[int]] = {kind: set() for kind in KINDS}
        self.codes: set[int] = set()
        self.sees_all = False
        self.exact = True
        for kind, record, code in self._up_to_limit(after, GRANTS, span):
            self.records[kind].add(record)
            self.codes.add(code)
        links = [*self._up_to_limit(after, LINKS, span), *self._up_to_limit(after, OF_TYPES, span)]
        for document, profile in links:
            self.records["document"].add(document)
            self.records["profile"].add(profile)
            self.codes.add(code_of("profile", profile))
        self.sees_all = bool(links)
        for state in (before, after):
            self._take_in_sight(state, [document for document, _ in links])

    def concerns(self, one: Viewer, other: Viewer) -> bool:
        if not self.codes.isdisjoint((*one.subjects, *other.subjects)):
            return True
        return self.sees_all and any(has(viewer.all_rights("document"), "see") for viewer in (one, other))

    def _take_in_sight(self, state: State, linked: list[int]) -> None:
        """The profiles that are seen through the documents, and whoever sees a document that was linked."""
        sql = "SELECT DISTINCT subject FROM document_acl WHERE record_id IN"
        self.codes |= {code for (code,) in in_chunks(state.db, sql, linked)}
        sql = "SELECT DISTINCT profile_id FROM link WHERE deleted_at IS NULL AND document_id IN"
        for (profile,) in in_chunks(state.db, sql, list(self.records["document"])):
            if len(self.records["profile"]) > LIMIT:
                self.exact = False
                break
            self.records["profile"].add(profile)

    def _up_to_limit(self, state: State, sql: str, span: tuple[int, int]) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = state.db.execute(f"{sql} LIMIT {LIMIT + 1}", span).fetchall()
        self.exact &= len(rows) <= LIMIT
        return rows[:LIMIT]


def rights_of_all(viewer: Viewer, kind: Entity, *, linked: bool) -> int:
    """What the viewer may with a record that no rule is about alone; a profile may be linked to documents."""
    if viewer.unrestricted:
        return ALL
    allowed = viewer.areas[AREA_OF[kind]]
    if linked and has(viewer.all_rights("document"), "see"):
        allowed |= BITS["see"]
    return effective(allowed, viewer.denied[AREA_OF[kind]])
