"""How a world is made in a store: by real writes of its owner, in a random order, with detours that must leave nothing
behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, cast

from core.conditions import Context
from core.fields import PROFILE_KINDS
from core.instants import parse_instant
from core.local import LocalWorkspace
from core.values import Actor, RecordId, Ref, id_text
from core.write_values import Create, Delete, Edit, MergeProfiles, Restore, Write
from tests.core.access.oracle import ACTIONS, Account, Conflict, Grant, Group, Link, LinkName, World
from tests.core.access.worlds import OWNER

FAR_AHEAD = parse_instant("2100-01-01")
ENDS = ("document", "profile", "type")


@dataclass
class Built:
    """A world in a store: the id of each of its records."""

    world: World
    path: str
    refs: dict[tuple[str, Any], Ref] = field(default_factory=dict)

    def ref(self, entity: str, name: Any) -> Ref:
        return self.refs[entity, name]

    def names(self, entity: str) -> dict[RecordId, Any]:
        """The names by id; of what detours left in the trash there is none."""
        return {ref.id: name for (kind, name), ref in self.refs.items() if kind == entity}

    @contextmanager
    def asked_by(self, account: str, context: Context) -> Iterator[LocalWorkspace]:
        """The store as this account finds it, coming in the way and at the instant of the context."""
        via = cast(Any, context.via)
        workspace = LocalWorkspace(self.path, Actor(account, via, context.address, context.secure), create=False)
        workspace.reason = context.reason
        workspace.clock = lambda: context.at
        try:
            yield workspace
        finally:
            workspace.close()


@contextmanager
def made(world: World, random: Random, empty_store: Path, folder: Path) -> Iterator[Built]:
    """The world in a new store, which is a copy of an empty one."""
    path = folder / "world.db"
    shutil.copyfile(empty_store, path)
    workspace = LocalWorkspace(path, Actor(OWNER, "terminal"), create=False)
    try:
        yield build(world, workspace, random)
    finally:
        workspace.close()
        for file in folder.glob("world.db*"):
            file.unlink()


def build(world: World, workspace: LocalWorkspace, random: Random) -> Built:
    """Makes the world in an empty store, by whose workspace the owner must be asked."""
    return _Builder(world, workspace, random).build()


@dataclass
class _Task:
    """Something to do, when all that it `needs` is done."""

    needs: set[Any]
    do: Callable[[], None]


class _Builder:
    """What is to be done has a name: ("make", entity, record name) and the like."""

    def __init__(self, world: World, workspace: LocalWorkspace, random: Random) -> None:
        self.world = world
        self.workspace = workspace
        self.random = random
        self.built = Built(world, str(workspace.store.path))
        self.tasks: dict[Any, _Task] = {}

    def build(self) -> Built:
        self._make_accounts()
        self._plan_groups_and_roles()
        self._plan_records()
        self._plan_links()
        self._plan_grants_and_marks()
        self._plan_trash()
        done: set[Any] = set()
        while self.tasks:
            ready = [name for name, task in self.tasks.items() if task.needs <= done]
            name = self.random.choice(ready)
            self.tasks.pop(name).do()
            done.add(name)
        for name, conflict in self.world.conflicts.items():
            self._clash(name, conflict)
        return self.built

    # --- what has to be done ----------------------------------------------------------------------------

    def _make_accounts(self) -> None:
        """The first one makes that of the owner too, unless it is that one."""
        names = list(self.world.accounts)
        self.random.shuffle(names)
        for name in names:
            if name == OWNER and names[0] != OWNER:
                self.built.refs["account", OWNER] = self.workspace.resolve(OWNER, "account")
            else:
                roles = ["owner"] if name == OWNER else []
                self._create("account", name, {"name": name, "roles": roles})
        for name, account in self.world.accounts.items():
            joins = {("make", "group", group) for group in account.groups}
            joins |= {("make", "role", role) for role in account.roles if role in self.world.roles}
            joins |= {("make", "profile", account.tied_to)} if account.tied_to else set()
            self._plan(("make", "account", name), joins, partial(self._join, name, account))

    def _join(self, name: str, account: Account) -> None:
        groups = [id_text(self._id("group", group)) for group in account.groups]
        tied_to = id_text(self._id("profile", account.tied_to)) if account.tied_to else ""
        fields = {"groups": groups, "roles": self._role_ids(account.roles), "tied_to": tied_to}
        self._set_with_detour("account", name, fields)

    def _plan_groups_and_roles(self) -> None:
        for name in self.world.roles:
            self._plan(("make", "role", name), set(), partial(self._create, "role", name, {"name": name}))
        for name, group in self.world.groups.items():
            needs = {("make", "group", other) for other in group.groups}
            needs |= {("make", "role", role) for role in group.roles if role in self.world.roles}
            self._plan(("make", "group", name), needs, partial(self._make_group, name, group))

    def _make_group(self, name: str, group: Group) -> None:
        groups = [id_text(self._id("group", other)) for other in group.groups]
        self._create_with_detour(
            "group", name, {"name": name}, {"groups": groups, "roles": self._role_ids(group.roles)}
        )

    def _role_ids(self, names: Sequence[str]) -> list[str]:
        """The built-in ones go by their names."""
        return [id_text(self._id("role", name)) if name in self.world.roles else name for name in names]

    def _plan_records(self) -> None:
        for name, type in self.world.types.items():
            draft = {"grants": self.random.choice(("none", *ACTIONS[:5]))}
            self._plan_record("type", name, draft, {"name": name, "grants": type.grants})
        for name, document in self.world.documents.items():
            draft = {"title": "a draft", "category": "draft", "confidential": self.random.choice(("no", "yes"))}
            self._plan_record("document", name, draft, {"title": name, **document.fields})
        for name, profile in self.world.profiles.items():
            self._plan_record("profile", name, {"name": "nobody"}, {"name": name, **profile.fields})

    def _plan_record(self, entity: Any, name: str, draft: dict[str, Any], fields: dict[str, Any]) -> None:
        """Some are a draft at first, and become what they are when there are links of them and rules about them."""
        if self.random.random() < 0.7:
            draft = {}
        self._plan(("make", entity, name), set(), partial(self._make_record, entity, name, fields | draft))
        if draft:
            settle = partial(self._set_with_detour, entity, name, fields)
            self._plan(("settle", entity, name), {("make", entity, name)}, settle)

    def _make_record(self, entity: Any, name: str, fields: dict[str, Any]) -> None:
        self._create(entity, name, fields)
        self._turn_round(entity, name)

    def _plan_links(self) -> None:
        """Those that were moved by a merge make themselves. Some worlds get all others by one write, which makes them
        in another way."""
        own = [name for name in self.world.links if not self._is_moved_here(name)]
        in_bulk = self.random.random() < 0.2
        if in_bulk:
            ends = {("make", kind, name) for kind in ENDS for name in self.world.records(kind)}
            self._plan("links", ends, partial(self._make_links, own))
        for name in own:
            link = self.world.links[name]
            make = self._set_with_detour if in_bulk else self._make_link
            needs = {"links"} if in_bulk else {("make", kind, end) for kind, end in zip(ENDS, name, strict=True)}
            self._plan(("make", "link", name), needs, partial(make, "link", name, _window_of(link)))
            if self._is_unlinked(name, link):
                self._plan(("unlink", name), {("make", "link", name)}, partial(self._delete, "link", name))

    def _is_moved_here(self, name: LinkName) -> bool:
        """Whether a merge brings it."""
        return any(self._moves_to(other) == name for other in self.world.links)

    def _moves_to(self, name: LinkName) -> LinkName | None:
        """Where a merge takes a link to, when it was not unlinked before."""
        into = self.world.profiles[name[1]].merged_into
        moved = (name[0], into, name[2])
        return moved if moved in self.world.links and not self.world.documents[name[0]].in_trash and into else None

    def _is_unlinked(self, name: LinkName, link: Link) -> bool:
        """Whether it is in the trash by itself, not with one of its ends nor by a merge."""
        if not link.in_trash or link.went_along or self._moves_to(name):
            return False
        profile = self.world.profiles[name[1]]
        return self.world.documents[name[0]].in_trash or not profile.in_trash or bool(profile.merged_into)

    def _make_link(self, entity: Any, name: LinkName, window: dict[str, Any]) -> None:
        self._create_with_detour(entity, name, self._ends(name), window)

    def _make_links(self, names: list[LinkName]) -> None:
        """With so many others, which go again, that the bulk pays."""
        living = [[name for name, one in self.world.records(kind).items() if not one.in_trash] for kind in ENDS[:2]]
        others = [name for name in product(*living, self.world.types) if name not in self.world.links]
        others = self.random.sample(others, min(len(others), 40))
        refs = self._write(*(Create("link", self._ends(name)) for name in (*names, *others)))
        self.built.refs |= {("link", name): ref for name, ref in zip(names, refs, strict=False)}
        self._write(*(Delete(ref) for ref in refs[len(names) :]))

    def _ends(self, name: LinkName) -> dict[str, Any]:
        document, profile, type = name
        return {"document": self._id("document", document), "profile": self._id("profile", profile), "type": type}

    def _plan_grants_and_marks(self) -> None:
        for name, grant in self.world.grants.items():
            needs = {("make", grant.subject_kind, grant.subject)} if grant.subject else set()
            needs |= {("make", grant.target_kind, grant.target)} if grant.target else set()
            self._plan(("make", "grant", name), needs, partial(self._make_grant, name, grant))
        for name, mark in self.world.marks.items():
            fields = {"entity": mark.entity, "attribute": mark.attribute}
            self._plan(("make", "mark", name), set(), partial(self._create, "mark", name, fields))

    def _make_grant(self, name: str, grant: Grant) -> None:
        fixed = {
            "effect": grant.effect,
            "subject_kind": grant.subject_kind,
            "subject": id_text(self._id(grant.subject_kind, grant.subject)) if grant.subject else "",
            "action": grant.action,
            "target_kind": grant.target_kind,
            "target": id_text(self._id(grant.target_kind, grant.target)) if grant.target else "",
        }
        window = _window_of(grant) | {"condition": grant.condition}
        if self.random.random() > 0.8:  # another one to the same, which goes again
            receipt = self.workspace.write([Create("grant", fixed | self._draft_of(window))])
            if self.random.random() < 0.5:
                self.workspace.undo(receipt.request)
            else:
                self._write(Delete(receipt.refs[0]))
        if self.random.random() < 0.7:
            self._make_record("grant", name, fixed | window)
        else:
            self._create("grant", name, fixed | self._draft_of(window))
            self._set_with_detour("grant", name, window)

    def _draft_of(self, window: dict[str, Any]) -> dict[str, Any]:
        """Another window, as no two grants may say the same."""
        return window | {"valid_from": None, "valid_until": FAR_AHEAD + len(self.built.refs), "condition": ""}

    def _plan_trash(self) -> None:
        """After all that has to be done to what goes there, or with its name, was done."""
        for entity in ("account", "group", "role", "grant", "mark"):
            for name, record in self.world.records(entity).items():
                if record.in_trash:
                    self._plan(("trash", entity, name), self._users(entity, name), partial(self._delete, entity, name))
        for name, document in self.world.documents.items():
            if document.in_trash:
                links = [link for link in self.world.links if link[0] == name]
                self._plan(
                    ("trash", "document", name),
                    self._users("document", name, links),
                    partial(self._delete, "document", name),
                )
        for name, profile in self.world.profiles.items():
            if profile.in_trash:
                go = partial(self._merge, name) if profile.merged_into else partial(self._delete, "profile", name)
                self._plan(("trash", "profile", name), self._before_profile(name), go)
        everything = set(self.tasks)
        for name, type in self.world.types.items():
            if type.in_trash:
                self._plan(("trash", "type", name), everything, partial(self._delete, "type", name))

    def _before_profile(self, name: str) -> set[Any]:
        """A link that went along with its document must have gone before; a merge into the profile must be done."""
        links = [link for link in self.world.links if link[1] == name]
        needs = self._users("profile", name, links)
        needs |= {("trash", "document", link[0]) for link in links if self.world.links[link].went_along}
        needs |= {("trash", "profile", other) for other, one in self.world.profiles.items() if one.merged_into == name}
        return needs | ({("make", "profile", into)} if (into := self.world.profiles[name].merged_into) else set())

    def _merge(self, name: str) -> None:
        into = self.world.profiles[name].merged_into
        self._write(MergeProfiles(self._id("profile", into), self._id("profile", name)))
        for link in self.world.links:
            moved = self._moves_to(link) if link[1] == name else None
            if moved:
                key = (self._id("document", moved[0]), self._id("profile", into), moved[2])
                self.built.refs["link", moved] = self.workspace.find_links([key])[key].ref

    def _users(self, entity: str, name: Any, links: Sequence[LinkName] = ()) -> set[Any]:
        """What is made of it, or names it."""
        users: set[Any] = {("make", entity, name)}
        if ("settle", entity, name) in self.tasks:
            users.add(("settle", entity, name))
        for other, grant in self.world.grants.items():
            if name in (grant.subject, grant.target):
                users.add(("make", "grant", other))
        for other, group in self.world.groups.items():
            if name in (*group.groups, *group.roles):
                users.add(("make", "group", other))
        for other, account in self.world.accounts.items():
            if name in (account.tied_to, *account.groups, *account.roles):
                users.add(("make", "account", other))
        for link in links:
            users.add(("unlink", link) if ("unlink", link) in self.tasks else ("make", "link", link))
        return {self._maker_of(user) for user in users}

    def _maker_of(self, task: Any) -> Any:
        """Of a link that a merge brings, the merge."""
        if task[:2] != ("make", "link") or not self._is_moved_here(task[2]):
            return task
        brought = next(other for other in self.world.links if self._moves_to(other) == task[2])
        return ("trash", "profile", brought[1])

    # --- how it is done ---------------------------------------------------------------------------------

    def _plan(self, name: Any, needs: set[Any], do: Callable[[], None]) -> None:
        self.tasks[name] = _Task(needs, do)

    def _id(self, entity: str, name: Any) -> RecordId:
        return self.built.ref(entity, name).id

    def _write(self, *writes: Write) -> list[Ref]:
        return self.workspace.write(writes).refs

    def _create(self, entity: Any, name: Any, fields: dict[str, Any]) -> None:
        (self.built.refs[entity, name],) = self._write(Create(entity, fields))

    def _create_with_detour(self, entity: Any, name: Any, fixed: dict[str, Any], fields: dict[str, Any]) -> None:
        """Some are made without what makes them what they are, or go and come back on the way."""
        if self.random.random() < 0.7:
            self._create(entity, name, fixed | fields)
            self._turn_round(entity, name)
        else:
            self._create(entity, name, fixed)
            self._set_with_detour(entity, name, fields)

    def _set_with_detour(self, entity: Any, name: Any, fields: dict[str, Any]) -> None:
        edit = Edit(self.built.ref(entity, name), fields)
        if self.random.random() < 0.2:
            request = self.workspace.write([edit]).request
            if request is not None:
                self.workspace.undo(request)
        self._write(edit)
        self._turn_round(entity, name)

    def _turn_round(self, entity: str, name: Any) -> None:
        """Some go to the trash and come back; but for a type, which its links hold."""
        if self.random.random() < 0.15 and name != OWNER and entity != "type":
            ref = self.built.ref(cast(Any, entity), name)
            receipt = self.workspace.write([Delete(ref)])
            if self.random.random() < 0.5:
                self._write(Restore(ref))
            else:
                self.workspace.undo(receipt.request)

    def _delete(self, entity: Any, name: Any) -> None:
        self._write(Delete(self.built.ref(entity, name)))

    def _clash(self, name: str, conflict: Conflict) -> None:
        """Two edits of one field from the same version; no rule can say which one is right."""
        ref = self.built.ref(conflict.entity, conflict.record)
        read = self.workspace.get(ref)
        field = {"document": "media_type", "profile": "kind", "link": "note"}[conflict.entity]
        one, other = [kind for kind in PROFILE_KINDS if kind != read.fields[field]][:2]
        self._write(Edit(ref, {field: one}))
        receipt = self.workspace.write([Edit(ref, {field: other}, read.version, merge=True)])
        (id,) = receipt.conflicts
        self.built.refs["conflict", name] = Ref("conflict", id)


def _window_of(record: Grant | Link) -> dict[str, Any]:
    return {"valid_from": record.valid_from, "valid_until": record.valid_until}
