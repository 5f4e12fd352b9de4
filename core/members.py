"""Whom an account stands for, and by which way: itself, its groups and those above them, its roles, its profile and
everyone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from core import subjects
from core.errors import Invalid
from core.records import in_chunks
from core.rights import BUILT_IN, OWNER
from core.store import Connection
from core.values import RecordId, as_uid, id_text
from core.viewer import DEPTH, Identity, area_grants, denies_on, living_profile

TOO_DEEP: Final = f"would stand more than {DEPTH} groups deep; put it into a group further up"


class Step(NamedTuple):
    """One step of a path. `id` is the local id of a profile, whose name not everybody may read."""

    kind: str
    name: str
    id: int = 0


Path = tuple[Step, ...]


class Reach(NamedTuple):
    """The shortest path to each subject, by its code, and to each built-in role, by its name."""

    paths: dict[int, Path]
    built_in: dict[str, Path]


class Account(NamedTuple):
    id: int
    uid: RecordId
    name: str
    tied_to: str
    groups: list[str]
    roles: list[str]


class Directory:
    """Looks up living groups, roles and profiles, each once."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._groups: dict[RecordId, _Group | None] = {}
        self._roles: dict[str, tuple[int, str] | None] = {}
        self._profiles: dict[str, tuple[int, str] | None] = {"": None}

    def of_account(self, account: Account) -> Reach:
        """Raises Invalid where groups are nested too deep."""
        start = (Step("account", account.name),)
        reach = self.reach(start, account.groups, account.roles, account.tied_to)
        reach.paths[subjects.code_of("account", account.id)] = start
        reach.paths[subjects.EVERYONE] = (*start, Step("everyone", ""))
        return reach

    def look_up_ties(self, accounts: Iterable[Account]) -> None:
        """The profiles of many accounts at once."""
        wanted = {account.tied_to for account in accounts} - self._profiles.keys()
        sql = "SELECT uid, id, name FROM profile WHERE deleted_at IS NULL AND uid IN"
        for uid, id, name in in_chunks(self._db, sql, [as_uid(tie) for tie in wanted]):
            self._profiles[id_text(uid)] = (id, name)

    def reach(self, start: Path, groups: Iterable[str], roles: Iterable[str], tied_to: str = "") -> Reach:
        """What these memberships lead to, themselves and what is above them. Raises Invalid where that is too deep."""
        reach = Reach({}, {})
        self._hold(reach, start, roles)
        wave: dict[RecordId, Path] = {as_uid(group): start for group in groups}
        for _ in range(DEPTH + 1):
            above: dict[RecordId, Path] = {}
            for group, below in self._living(wave):
                if group.code in reach.paths:
                    continue
                path = reach.paths[group.code] = (*below, group.step)
                self._hold(reach, path, group.roles)
                for one in group.groups:
                    above[one] = path
            if not above:
                break
            wave = above
        else:
            raise Invalid(TOO_DEEP, "groups")
        if profile := self._profile(tied_to):
            reach.paths[subjects.code_of("profile", profile[0])] = (*start, Step("profile", profile[1], profile[0]))
        return reach

    def _living(self, wave: dict[RecordId, Path]) -> Iterator[tuple[_Group, Path]]:
        missing = [uid for uid in wave if uid not in self._groups]
        if missing:
            self._groups |= dict.fromkeys(missing)
            sql = "SELECT uid, id, name, groups, roles FROM account_group WHERE deleted_at IS NULL AND uid IN"
            decode = msgspec.json.decode
            for uid, id, name, groups, roles in in_chunks(self._db, sql, missing):
                code, above = subjects.code_of("group", id), [as_uid(group) for group in decode(groups)]
                self._groups[uid] = _Group(code, Step("group", name), above, decode(roles))
        for uid, path in wave.items():
            if group := self._groups[uid]:
                yield group, path

    def _hold(self, reach: Reach, path: Path, roles: Iterable[str]) -> None:
        for role in roles:
            if role in BUILT_IN:
                reach.built_in.setdefault(role, (*path, Step("role", role)))
                continue
            if role not in self._roles:
                sql = "SELECT id, name FROM role WHERE deleted_at IS NULL AND uid = ?"
                self._roles[role] = self._db.execute(sql, (as_uid(role),)).fetchone()
            if found := self._roles[role]:
                reach.paths.setdefault(subjects.code_of("role", found[0]), (*path, Step("role", found[1])))

    def _profile(self, tied_to: str) -> tuple[int, str] | None:
        if tied_to not in self._profiles:
            id = living_profile(self._db, tied_to)
            sql = "SELECT id, name FROM profile WHERE id = ?"
            self._profiles[tied_to] = self._db.execute(sql, (id,)).fetchone() if id else None
        return self._profiles[tied_to]


def tied_profiles(db: Connection) -> set[int]:
    """The local ids of the profiles that living accounts are tied to, and of those that these were merged into."""
    found: set[int] = set()
    wave = {as_uid(text) for (text,) in db.execute("SELECT tied_to FROM account WHERE deleted_at IS NULL") if text}
    while wave:
        rows = in_chunks(db, "SELECT id, deleted_at, merged_into FROM profile WHERE uid IN", list(wave))
        wave = {as_uid(into) for id, gone, into in rows if id not in found and gone is not None and into}
        found |= {id for id, *_ in rows}
    return found


class _Group(NamedTuple):
    code: int
    step: Step
    groups: list[RecordId]
    roles: list[str]


def living_accounts(db: Connection, name: str | None = None) -> list[Account]:
    """All of them by name, or the one of this name."""
    where = "deleted_at IS NULL" + (" AND name = ?" if name is not None else "")
    rows = db.execute(
        f"SELECT id, uid, name, tied_to, groups, roles FROM account WHERE {where} ORDER BY sort_key, id",
        () if name is None else (name,),
    )
    decode = msgspec.json.decode
    return [
        Account(id, uid, name, tied_to, decode(groups), decode(roles)) for id, uid, name, tied_to, groups, roles in rows
    ]


def are_alone(db: Connection) -> bool:
    """Whether there are fewer than two accounts, so that no rule binds anybody."""
    found = db.execute("SELECT count(*) FROM (SELECT 1 FROM account WHERE deleted_at IS NULL LIMIT 2)").fetchone()
    return bool(found[0] < 2)


def identity_of(db: Connection, like: Identity, account: Account, reach: Reach) -> Identity:
    """The identity of an account whose reach is known; what is the same for all is as in `like`, which is not alone."""
    codes = tuple(sorted(reach.paths))
    return msgspec.structs.replace(
        like,
        name=account.name,
        unrestricted=OWNER in reach.built_in,
        account=account.id,
        id=account.uid,
        subjects=codes,
        built_in=frozenset(reach.built_in),
        grants=tuple(area_grants(db, codes)),
        denies_on=denies_on(db, codes),
    )
