"""Who may see a record: every account that may, with what it may do and by which rules.

The rules about the record are read once, whoever they are to; then each account takes those that reach it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Final

import msgspec

from core import access, conditions, members, reasons, rights
from core.access_values import Holder, Reason
from core.errors import Denied
from core.explain import ON_RECORDS, READ_BY_ALL, Titles, of_built_in
from core.fields import Entity
from core.members import Account, Directory, Reach
from core.reasons import Rule, rights_by
from core.records import in_chunks
from core.rights import ALL, AREA_OF, BITS, DENIED, DERIVED, OWNER, RIGHTS, has
from core.rights_of_many import seen_through_documents
from core.store import Connection
from core.values import Ref
from core.viewer import Viewer, view

SAMPLE: Final = 500  # documents of a profile that are looked at for one to name
THROUGH: Final = "sight of its documents"

Rules = dict[int, list[Rule]]
"""By the subject that they are to."""


def holders(db: Connection, asker: Viewer, ref: Ref, at: int) -> list[Holder]:
    """By name. Raises NotFound, Denied for one who may not ask."""
    id = access.see(db, asker, ref)
    shares = has(access.rights_on(db, asker, ref.entity, id), "share")
    if not (shares or has(asker.area_rights("access"), "see")):
        name = asker.identity.name
        raise Denied(f"{name} may not ask who sees this; that needs see on access, or share on the record")
    if asker.identity.alone:
        reason = Reason("allow", "administer", [asker.identity.name], reasons.ALONE)
        return [Holder(asker.identity.name, asker.identity.id, rights.names(ALL), [reason])]
    search = _Search(db, asker, max(at, 0))
    return [found for account in search.accounts if (found := search.holder(account, ref.entity, id))]


class _Search:
    """What all accounts may do with one record, at an instant."""

    def __init__(self, db: Connection, asker: Viewer, at: int) -> None:
        self._db, self._asker, self._at = db, asker, at
        self._context = msgspec.structs.replace(asker.context, at=at)
        self._titles = Titles(db, asker)
        self.accounts = members.living_accounts(db)
        self._directory = Directory(db)
        self._directory.look_up_ties(self.accounts)
        self._rules: dict[tuple[str, int], Rules] = {}
        self._sights: dict[int, _Sight] = {}

    def holder(self, account: Account, entity: Entity, id: int) -> Holder | None:
        reach = self._directory.of_account(account)
        may, found = self._on(account, reach, entity, id)
        if not has(may, "see"):
            return None
        return Holder(account.name, account.uid, rights.names(may), [reason for reason in found if reason.counts])

    def _on(self, account: Account, reach: Reach, entity: Entity, id: int) -> tuple[int, list[Reason]]:
        if OWNER in reach.built_in:
            return ALL, of_built_in(reach, self._titles)
        if entity == "link":
            document, profile = self._db.execute(
                "SELECT document_id, profile_id FROM link WHERE id = ?", (id,)
            ).fetchone()
            one, why = self._on(account, reach, "document", document)
            other, why_other = self._on(account, reach, "profile", profile)
            return one & other, why + why_other
        if entity == "conflict":
            about = self._db.execute("SELECT entity, record_id FROM conflict WHERE id = ?", (id,)).fetchone()
            return self._on(account, reach, *about)
        found = of_built_in(reach, self._titles) + self._of_area(reach, AREA_OF[entity])
        if entity in ON_RECORDS:
            found += self._reasons(reach, self._on_record(entity, id), entity, id)
        if entity == "profile":
            found += self._through(account, reach, id)
        if entity in READ_BY_ALL:
            found.append(reasons.read_by_all(account.name))
        if entity == "account" and id == account.id:
            found.append(reasons.own(account.name))
        may = rights_by(found)
        if entity in READ_BY_ALL or (entity == "account" and id == account.id):
            may |= BITS["see"]  # which no denial takes
        if entity == "grant":
            kind, record = self._db.execute(
                "SELECT target_kind, record_id FROM access_grant WHERE id = ?", (id,)
            ).fetchone()
            shared, why = (0, []) if record is None else self._on(account, reach, kind, record)
            may, found = (may | RIGHTS["administer"], found + why) if has(shared, "share") else (may, found)
        return may, found

    # --- rules that reach an account -----------------------------------------------------------------------------

    def _of_area(self, reach: Reach, area: str) -> list[Reason]:
        if (area, 0) not in self._rules:
            self._rules[area, 0] = _by_subject(reasons.on_area(self._db, area))
        return self._reasons(reach, self._rules[area, 0], "document", None)

    def _on_record(self, entity: Entity, id: int) -> Rules:
        if (entity, id) not in self._rules:
            title = self._titles.of(entity, id)
            self._rules[entity, id] = _by_subject(reasons.on_record(self._db, entity, id, title))
        return self._rules[entity, id]

    def _reasons(self, reach: Reach, rules: Rules, entity: Entity, id: int | None) -> list[Reason]:
        return [
            rule.as_reason(self._titles.of_path(reach.paths[code]), self._titles.ref(rule, entity, id), self._context)
            for code in reach.paths.keys() & rules.keys()
            for rule in rules[code]
        ]

    # --- sight through documents -----------------------------------------------------------------------------------

    def _through(self, account: Account, reach: Reach, profile: int) -> list[Reason]:
        """Of a profile: one document that brings its sight, where one does."""
        of_all = of_built_in(reach, self._titles) + self._of_area(reach, "documents")
        if any(one.effect == "deny" and one.counts and DENIED[one.action] & BITS["see"] for one in of_all):
            return []
        sight = self._sights.setdefault(profile, _Sight(self._db, self._asker, self._at, profile))
        by = next((one for one in of_all if one.counts and one.effect == "allow"), None) if sight.documents else None
        code = next((code for code in reach.paths if code in sight.subjects), None)
        if by is None and code is None:
            return []
        path = by.path if by else self._titles.of_path(reach.paths[code or 0])
        document = sight.documents[0] if by else sight.named.get(code or 0)
        identity = members.identity_of(self._db, self._asker.identity, account, reach)
        if "document" in identity.denies_on:
            viewer = view(identity, self._context)
            if not seen_through_documents(self._db, viewer, [profile]):
                return []
            if document and not has(access.rights_on(self._db, viewer, "document", document), "see"):
                document = None
        return [self._sight_of(path, document, profile)]

    def _sight_of(self, path: list[str], document: int | None, profile: int) -> Reason:
        if document is None:
            return Reason("allow", "see", path, THROUGH)
        title, link = self._titles.of("document", document), self._titles.link(document, profile)
        return Reason("allow", "see", path, f"sight of {title}", link)


class _Sight:
    """Through which documents a profile is seen. `subjects` are those to whom some are open, whatever is denied."""

    def __init__(self, db: Connection, asker: Viewer, at: int, profile: int) -> None:
        self._db, self._at, self._profile = db, at, profile
        self._conditions = {id: text for id, text in asker.identity.conditions.items()} | {0: ""}
        self._context = msgspec.structs.replace(asker.context, at=at)

    @cached_property
    def subjects(self) -> set[int]:
        rows = self._db.execute(
            f"SELECT DISTINCT subject, condition_id FROM profile_acl WHERE record_id = ? AND rights & {DERIVED}"
            " AND valid_from <= ? AND valid_until > ?",
            (self._profile, self._at, self._at),
        )
        return set(self._met(rows))

    @cached_property
    def documents(self) -> list[int]:
        """The latest linked of them."""
        sql = (
            "SELECT document_id FROM link WHERE profile_id = ? AND deleted_at IS NULL"
            f" ORDER BY created_at DESC, id DESC LIMIT {SAMPLE}"
        )
        return [id for (id,) in self._db.execute(sql, (self._profile,))]

    @cached_property
    def named(self) -> dict[int, int]:
        """By subject a document that is open to it, of the latest."""
        rows = in_chunks(
            self._db,
            "SELECT subject, condition_id, record_id FROM document_acl WHERE valid_from <= ? AND valid_until > ?"
            " AND record_id IN",
            self.documents,
            (self._at, self._at),
        )
        return {subject: record for subject, condition, record in rows if self._holds(condition)}

    def _met(self, rows: Iterable[tuple[int, int]]) -> Iterable[int]:
        return (subject for subject, condition in rows if self._holds(condition))

    def _holds(self, condition: int) -> bool:
        return conditions.holds(self._conditions.get(condition, ""), self._context)


def _by_subject(rules: Iterable[Rule]) -> Rules:
    found: Rules = defaultdict(list)
    for rule in rules:
        found[rule.code].append(rule)
    return dict(found)
