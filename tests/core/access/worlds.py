"""Random worlds of access, and how each is made in a store: by real writes of its owner, in a random order, with
detours that must leave nothing behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, cast

from core.conditions import Context
from core.fields import parse_instant
from core.local import LocalWorkspace
from core.values import Actor, RecordId, Ref, id_text
from core.write_values import Create, Delete, Edit, MergeProfiles, Restore, Write
from tests.core.access.oracle import (
    ACTIONS,
    AREAS,
    Account,
    Conflict,
    Document,
    Grant,
    Group,
    Link,
    LinkName,
    Mark,
    Profile,
    Role,
    Type,
    World,
)

OWNER = "olga"
ENDS = ("document", "profile", "type")
NOW = parse_instant("2026-03-04T10:00")  # a Wednesday
HOUR = 3_600_000_000  # microseconds
EDGES = (-48 * HOUR, -HOUR, 0, 1, HOUR, 48 * HOUR)
"""Where windows begin and end, from NOW."""
LONG_AGO = parse_instant("1961-04-12")  # before the time that computers count from

CONDITIONS = (
    "terminal",
    "tls",
    "reason",
    "network 10.0.0.0/8",
    "not terminal",
    "reason and tls",
    "weekdays 8-18 Europe/Vienna",
    "sat,sun or network 192.0.2.0/24",
)
CONTEXTS = (
    Context("terminal", NOW),
    Context("terminal", NOW, reason="the yearly review"),
    Context("cli", NOW),
    Context("api", NOW, "10.1.2.3", reason="called back"),
    Context("api", NOW, "192.0.2.7", secure=False),
    Context("api", NOW + 3 * 24 * HOUR, "2001:db8::1"),  # a Saturday
)

WORDS = ("alder", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan", "yew")
CATEGORIES = ("", "letter", "report")
TAGS = ("late", "paid", "urgent")
KINDS = ("person", "organisation", "group")
ATTRIBUTES = ("colour", "salary", "shelf")


# --- a random world ------------------------------------------------------------------------------------------


def random_world(random: Random) -> World:
    """A small one, dense enough that rules meet each other."""
    roles = {f"role {n}": Role(_rarely(random)) for n in range(random.randint(2, 3))}
    groups = _random_groups(random, list(roles))
    profiles = _random_profiles(random)
    documents = {f"document {n}": _random_document(random) for n in range(random.randint(6, 12))}
    types = {f"type {n}": Type(random.choice(("none", *ACTIONS[:5], "see"))) for n in range(random.randint(3, 5))}
    accounts = _random_accounts(random, list(groups), list(roles), list(profiles))
    links = _random_links(random, documents, profiles, list(types))
    world = World(accounts, groups, roles, types, profiles, documents, links)
    grants = {f"grant {n}": _random_grant(random, world) for n in range(random.randint(12, 36))}
    marks = {}
    for entity in ("profile", "document"):
        for attribute in random.sample(ATTRIBUTES, random.randint(0, 2)):
            marks[f"{entity} {attribute}"] = Mark(entity, attribute, _rarely(random))
    return replace(world, grants=grants, marks=marks, conflicts=_random_conflicts(random, world))


def instants(world: World) -> list[int]:
    """All that make a difference: one microsecond before, at and after each edge of a window; and NOW."""
    windows: list[Grant | Link] = [*world.grants.values(), *world.links.values()]
    edges = {edge for window in windows for edge in (window.valid_from, window.valid_until) if edge is not None}
    return sorted({NOW} | {edge + by for edge in edges if edge > 0 for by in (-1, 0, 1)})


def _rarely(random: Random) -> bool:
    return random.random() > 0.88


def _some(random: Random, of: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(random.sample(list(of), min(len(of), random.randint(0, most))))


def _random_groups(random: Random, roles: list[str]) -> dict[str, Group]:
    """Each a member of earlier ones, so that none contains itself; often on several ways."""
    groups: dict[str, Group] = {}
    for n in range(random.randint(3, 6)):
        in_groups = _some(random, list(groups), 2)
        groups[f"group {n}"] = Group(in_groups, _some(random, roles, 1), _rarely(random))
    if random.random() > 0.95:
        groups["group 0"] = replace(groups["group 0"], roles=(random.choice(("auditor", "owner")),))
    return groups


def _random_accounts(random: Random, groups: list[str], roles: list[str], profiles: list[str]) -> dict[str, Account]:
    accounts = {OWNER: Account(roles=("owner",))}
    for n in range(random.randint(2, 5)):
        own_roles = list(_some(random, roles, 1))
        if random.random() > 0.9:
            own_roles.append(random.choice(("auditor", "auditor", "owner")))
        tied_to = random.choice(profiles) if random.random() < 0.7 else ""
        in_trash = n > 1 and _rarely(random)
        accounts[f"account {n}"] = Account(tied_to, _some(random, groups, 2), tuple(own_roles), in_trash)
    return accounts


def _random_profiles(random: Random) -> dict[str, Profile]:
    """Some in the trash, and some of these because they were merged into another one, which may be gone as well."""
    profiles: dict[str, Profile] = {}
    for n in range(random.randint(5, 10)):
        merged_into = random.choice(["", *profiles]) if random.random() > 0.8 else ""
        fields: dict[str, Any] = {"kind": random.choice(KINDS), "notes": _random_text(random, 2)}
        if merged_into:
            fields = {"kind": profiles[merged_into].fields["kind"]}  # so that nothing clashes
        else:
            fields |= {"attributes": _random_attributes(random), "created": NOW - random.randrange(100) * HOUR}
        profiles[f"profile {n}"] = Profile(fields, bool(merged_into) or _rarely(random), merged_into)
    return profiles


def _random_document(random: Random) -> Document:
    fields = {
        "category": random.choice(CATEGORIES),
        "tags": list(_some(random, TAGS, 2)),
        "text": _random_text(random, 4),
        "description": _random_text(random, 2),
        "attributes": _random_attributes(random),
        "created": NOW - random.randrange(100) * HOUR,
        "confidential": "yes" if random.random() > 0.8 else "no",
    }
    return Document(fields, _rarely(random))


def _random_text(random: Random, most: int) -> str:
    return " ".join(_some(random, WORDS, most))


def _random_attributes(random: Random) -> dict[str, str]:
    return {name: random.choice(WORDS) for name in _some(random, ATTRIBUTES, 3)}


def _random_links(
    random: Random, documents: dict[str, Document], profiles: dict[str, Profile], types: list[str]
) -> dict[LinkName, Link]:
    """Of a profile that was merged away, each living link has moved to the profile that stands for it, and a tombstone
    stays behind."""
    links: dict[LinkName, Link] = {}
    for _ in range(random.randint(8, 30)):
        name = (random.choice(list(documents)), random.choice(list(profiles)), random.choice(types))
        document, profile = documents[name[0]], profiles[name[1]]
        valid_from, valid_until = _random_window(random, 0.6)
        into = (name[0], profile.merged_into, name[2])
        if any(
            other[::2] == name[::2] and _stands(profiles, other[1]) == _stands(profiles, name[1]) for other in links
        ):
            continue  # it would meet that one in a merge
        link = Link(valid_from, valid_until)
        if document.in_trash:
            went_along = random.random() < 0.6
            links[name] = replace(link, in_trash=True, went_along=went_along)
        elif profile.merged_into and random.random() < 0.7:
            links[name] = replace(link, in_trash=True)
            while profiles[into[1]].merged_into:
                links[into] = replace(link, in_trash=True)
                into = (into[0], profiles[into[1]].merged_into, into[2])
            links[into] = replace(link, in_trash=profiles[into[1]].in_trash)
        else:
            links[name] = replace(link, in_trash=profile.in_trash or _rarely(random))
    return links


def _stands(profiles: dict[str, Profile], name: str) -> str:
    """The profile that stands for this one after all merges."""
    while profiles[name].merged_into:
        name = profiles[name].merged_into
    return name


def _random_window(random: Random, open: float) -> tuple[int | None, int | None]:
    """From and until, either of them often `open`."""
    first = None if random.random() < open else NOW + random.choice(EDGES)
    last = None if random.random() < open else NOW + random.choice(EDGES)
    if first is not None and last is not None:
        first, last = min(first, last), max(first, last) + (first == last)
    if first is None and random.random() > 0.95:
        first = LONG_AGO
    return first, last


def _random_grant(random: Random, world: World) -> Grant:
    subjects = {
        "account": list(world.accounts),
        "group": list(world.groups),
        "role": list(world.roles),
        "profile": list(world.profiles),
        "everyone": [""],
    }
    subject_kind = random.choice(("account", "account", "group", "group", "role", "profile", "everyone"))
    if random.random() < 0.8:
        target_kind = random.choice(("document", "profile"))
        target = random.choice(list(world.records(target_kind)))
    else:
        target_kind, target = random.choice(AREAS), ""
    window = _random_window(random, 0.75)
    return Grant(
        subject_kind,
        random.choice(subjects[subject_kind]),
        random.choice(("see", "see", "see", *ACTIONS)),
        target_kind,
        target,
        "deny" if random.random() > 0.75 else "allow",
        *window,
        condition="" if random.random() < 0.75 else random.choice(CONDITIONS),
        in_trash=_rarely(random),
    )


def _random_conflicts(random: Random, world: World) -> dict[str, Conflict]:
    conflicts: dict[str, Conflict] = {}
    for entity in ("document", "profile", "link"):
        living = [name for name, record in world.records(entity).items() if not record.in_trash]
        for name in random.sample(living, min(len(living), random.randint(0, 2))):
            conflicts[f"conflict {len(conflicts)}"] = Conflict(entity, name)
    return conflicts


# --- made in a store -----------------------------------------------------------------------------------------


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
            receipt = self.workspace.write([Create("grant", fixed | {"effect": "allow", "action": "share"})])
            if self.random.random() < 0.5:
                self.workspace.undo(receipt.request)
            else:
                self._write(Delete(receipt.refs[0]))
        self._create_with_detour("grant", name, fixed, window)

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
        word = {"document": "media_type", "profile": "notes", "link": "note"}[conflict.entity]
        self._write(Edit(ref, {word: "one"}))
        receipt = self.workspace.write([Edit(ref, {word: "other"}, read.version, merge=True)])
        (id,) = receipt.conflicts
        self.built.refs["conflict", name] = Ref("conflict", id)


def _window_of(record: Grant | Link) -> dict[str, Any]:
    return {"valid_from": record.valid_from, "valid_until": record.valid_until}
