"""Every method of a workspace and every kind of write, each called in the ways that could tell of what is hidden."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import msgspec

from core import errors
from core.access_values import AuditQuery
from core.errors import RolodocError
from core.fields import FIELDS, Entity
from core.local import LocalWorkspace
from core.values import Query, RecordId, Ref, id_text
from core.write_values import (
    Create,
    Delete,
    Edit,
    MergeProfiles,
    Resolve,
    Restore,
    SplitProfile,
    TakingBack,
    Value,
    Write,
)
from tests.core.access.people import People, grant_to
from tests.core.access.scene import NEWEST
from tests.core.making import new_link


@dataclass
class Hidden:
    """The records of the full store, by what they are called here, and what else there is to ask for."""

    refs: Mapping[str, Ref]
    conflict: RecordId
    request: RecordId
    seq: int
    version: int
    digest: str

    def __getitem__(self, name: str) -> Ref:
        return self.refs[name]

    def of(self, entity: Entity) -> Ref:
        return next(ref for ref in self.refs.values() if ref.entity == entity)


# --- every write --------------------------------------------------------------------------------------------------

Making = Callable[[Hidden], Write]

NEW: Mapping[Entity, list[Making]] = {
    "profile": [
        lambda h: Create("profile", {"name": "Ada Lovelace"}),
        lambda h: Create("profile", {"name": "Eve"}, ("list", "3")),
        lambda h: Create("profile", {"name": "Eve"}, id=h["profile"].id),
    ],
    "document": [
        lambda h: Create("document", {"title": "Testament"}),
        lambda h: Create("document", {"title": "Will"}, ("list", "17"), source="list"),
        lambda h: Create("document", {"title": "Will"}, id=h["document"].id),
    ],
    "link": [
        lambda h: new_link(h["document"], h["profile"]),
        lambda h: new_link(h["document"], h["other"], "keeper"),
        lambda h: new_link(h["document"], h["twin"]),
        lambda h: new_link(h["lost document"], h["profile"]),
        lambda h: new_link(h["document"], h["other"], "no such type"),
    ],
    "type": [lambda h: Create("type", {"name": "author"}), lambda h: Create("type", {"name": "heir", "grants": "see"})],
    "rule": [lambda h: Create("rule", {"name": "oldest", "prefer": "oldest", "field": "text"})],
    "conflict": [lambda h: Create("conflict", {"entity": "document"})],
    "account": [
        lambda h: Create("account", {"name": "zoe"}),
        lambda h: Create("account", {"name": "eve", "tied_to": id_text(h["profile"].id)}),
    ],
    "group": [lambda h: Create("group", {"name": "office"})],
    "role": [lambda h: Create("role", {"name": "clerk"})],
    "grant": [
        lambda h: grant_to(h["account"], "see", h["document"]),
        lambda h: grant_to(h["group"], "edit", h["profile"], effect="deny"),
        lambda h: grant_to(h["profile"], "see", "documents"),
    ],
    "mark": [lambda h: Create("mark", {"entity": "profile", "attribute": "salary"})],
    "retention": [lambda h: Create("retention", {"log": "audit", "days": 30})],
}

CHANGED: Mapping[Entity, dict[str, Any]] = {
    "profile": {"notes": "mine"},
    "document": {"title": "Mine"},
    "link": {"note": "mine"},
    "type": {"inverse": "mine"},
    "rule": {"name": "mine"},
    "conflict": {"suggested": "mine"},
    "account": {"roles": ["owner"]},
    "group": {"roles": ["owner"]},
    "role": {"name": "mine"},
    "grant": {"note": "mine"},
    "mark": {"attribute": "age"},
    "retention": {"days": 30},
}


def changes_of(kind: type) -> list[Making]:
    """Edits, deletions or restorations of each record, in every manner in which they can be asked for."""
    made: list[Making] = []
    for entity in FIELDS:
        for name in NAMES_OF[entity]:
            if kind is Edit:
                made += [
                    lambda h, n=name, e=entity, o=options: Edit(ref_of(h, n), CHANGED[e], **o)
                    for options in ({}, {"version": 1}, {"version": 1, "merge": True}, {"source": "list"})
                ]
            elif kind is Delete:
                made += [
                    lambda h, n=name, o=options: Delete(ref_of(h, n), **o)
                    for options in ({}, {"version": 1}, {"version": 1, "merge": True})
                ]
            else:
                made.append(lambda h, n=name: Restore(ref_of(h, n)))
    return made


NAMES_OF: Mapping[Entity, tuple[str, ...]] = {
    **{entity: (entity,) for entity in FIELDS},
    "profile": ("profile", "twin"),
    "document": ("document", "lost document"),
    "link": ("link", "lost link"),
}


def ref_of(hidden: Hidden, name: str) -> Ref:
    return hidden.refs.get(name) or Ref("conflict", hidden.conflict)


WRITES: Mapping[type, list[Making]] = {
    Create: [making for makings in NEW.values() for making in makings],
    Edit: [
        *changes_of(Edit),
        lambda h: Edit(h["document"], {"title": "Mine"}, h.version, merge=True),
        lambda h: Edit(h["document"], {"no such field": 1}),
    ],
    Delete: changes_of(Delete),
    Restore: changes_of(Restore),
    Resolve: [
        lambda h: Resolve(h.conflict, {"description": "mine"}),
        lambda h: Resolve(h.conflict, {"description": Value("another")}, version=1),
        lambda h: Resolve(h.conflict, {"title": "mine"}),
    ],
    MergeProfiles: [
        lambda h: MergeProfiles(h["profile"].id, h["other"].id),
        lambda h: MergeProfiles(h["profile"].id, h["profile"].id),
        lambda h: MergeProfiles(h["profile"].id, h["twin"].id, {"name": "Ada"}, (1, 2)),
    ],
    SplitProfile: [
        lambda h: SplitProfile(h["profile"].id, [h["link"].id], fields={"name": "Eve"}),
        lambda h: SplitProfile(h["other"].id, [], h["twin"].id),
        lambda h: SplitProfile(h["other"].id, [h["link"].id], h["profile"].id),
    ],
}
"""Types and rules may be seen by everyone, and are the same in both stores."""


# --- every method -------------------------------------------------------------------------------------------------

Call = Callable[[LocalWorkspace, Hidden], Any]


def followed(workspace: LocalWorkspace, _hidden: Hidden) -> Any:
    """All that is heard from the beginning until a type comes, which everyone may see."""
    owner = People(Path(workspace.store.path)).owner
    stop = Event()
    heard = []
    follower = workspace.follow(stop, after=0)
    owner.write([Create("type", {"name": "the last one"})])
    owner.close()
    for batch in follower:
        heard += [(change.ref.entity, change.title, change.kind, sorted(change.after)) for change in batch]
        if any(change.title == "the last one" for change in batch):
            stop.set()
    return heard


def each_page(workspace: LocalWorkspace, hidden: Hidden, ask: Callable[[Query], Any]) -> list[Any]:
    queries = [Query(entity=entity, trash=trash, sort=sort) for entity, trash, sort in LISTS]
    queries += [
        Query(entity="profile", text="lovelace"),
        Query(entity="document", text="nephew"),
        Query(entity="document", type="author"),
        Query(entity="link", profile=hidden["profile"].id),
        Query(entity="link", document=hidden["document"].id, type="author"),
        Query(entity="grant", target=hidden["document"]),
        Query(entity="grant", subject=hidden["account"]),
    ]
    return [answer(lambda query=query: ask(query)) for query in queries]


LISTS: list[tuple[Entity, bool, Any]] = [
    ("profile", False, "name"),
    ("profile", False, "updated"),
    ("profile", True, "deleted"),
    ("document", False, "name"),
    ("document", False, "created"),
    ("document", True, "deleted"),
    ("link", False, "created"),
    ("link", True, "deleted"),
    ("conflict", False, "created"),
    *((entity, False, "name") for entity in ("type", "account", "group", "role", "mark", "retention")),
    ("rule", False, "position"),
    ("grant", False, "created"),
]

CALLS: Mapping[str, list[Call]] = {
    "page": [lambda ws, h: each_page(ws, h, ws.page)],
    "count": [lambda ws, h: each_page(ws, h, ws.count)],
    "rank": [
        lambda ws, h: ws.rank(Query(entity="document"), h["document"].id),
        lambda ws, h: ws.rank(Query(entity="profile"), h["profile"].id),
        lambda ws, h: ws.rank(Query(entity="link", document=h["document"].id), h["link"].id),
        lambda ws, h: ws.rank(Query(entity="conflict", sort="created"), h.conflict),
    ],
    "groups": [lambda ws, h: ws.groups(h["document"]), lambda ws, h: ws.groups(h["profile"])],
    "types": [lambda ws, h: ws.types()],
    "search": [
        lambda ws, h: ws.search("lovelace"),
        lambda ws, h: ws.search("nephew", entity="document"),
        lambda ws, h: ws.search("ada@example.org"),
        lambda ws, h: ws.search("t"),
    ],
    # How far the log goes, and how large the file is, are no secret.
    "stats": [lambda ws, h: msgspec.structs.replace(ws.stats(), path="", size=0, changes=0)],
    "get": [
        *(lambda ws, h, n=name: ws.get(ref_of(h, n)) for names in NAMES_OF.values() for name in names),
        lambda ws, h: ws.get(h["document"], revision=1),
        lambda ws, h: ws.get(h["document"], revision=99),
        lambda ws, h: ws.get(h["profile"], at=0),
    ],
    "resolve": [
        lambda ws, h: ws.resolve(id_text(h["document"].id)),
        lambda ws, h: ws.resolve(h["profile"].id.hex(), "profile"),
        lambda ws, h: ws.resolve("Ada Lovelace"),
        lambda ws, h: ws.resolve("enchantress"),
        lambda ws, h: ws.resolve("Codicil"),
        lambda ws, h: ws.resolve("17", "document"),
        lambda ws, h: ws.resolve("zoe", "account"),
    ],
    "find_external": [
        lambda ws, h: ws.find_external("document", "list", ["17"]),
        lambda ws, h: ws.find_external("profile", "list", ["3"], follow=False),
    ],
    "said": [lambda ws, h: ws.said("document", "list", [h["document"].id])],
    "find_links": [lambda ws, h: ws.find_links([(h["document"].id, h["profile"].id, "author")])],
    "write": [
        *(lambda ws, h, m=making: ws.write([m(h)]) for makings in WRITES.values() for making in makings),
        lambda ws, h: ws.write([new_link(h["document"], h["profile"])] * 40),
        lambda ws, h: ws.write([Edit(h["document"], {"title": "Mine"})], reason="curious"),
    ],
    "purge": [lambda ws, h: ws.purge(2**60), lambda ws, h: ws.purge(2**60, dry_run=True)],
    "undo": [
        lambda ws, h: ws.undo(),
        lambda ws, h: ws.undo(h.request),
        lambda ws, h: ws.undo(seq=h.seq),
    ],
    "redo": [lambda ws, h: ws.redo()],
    "conflict": [lambda ws, h: ws.conflict(h.conflict)],
    "rules": [lambda ws, h: ws.rules()],
    "settle": [
        lambda ws, h: ws.settle(NEWEST, dry_run=True),
        lambda ws, h: ws.settle(NEWEST),
        lambda ws, h: ws.settle(NEWEST, [h.conflict]),
    ],
    "candidates": [lambda ws, h: ws.candidates()],
    "preview_merge": [
        lambda ws, h: ws.preview_merge(h["profile"].id, h["other"].id),
        lambda ws, h: ws.preview_merge(h["other"].id, h["twin"].id),
    ],
    "blame": [*(lambda ws, h, n=name: ws.blame(ref_of(h, n)) for name in ("document", "profile", "link", "account"))],
    "take_back": [
        lambda ws, h: ws.take_back(TakingBack(request=h.request)),
        lambda ws, h: ws.take_back(TakingBack(ref=h["document"], revision=1)),
        lambda ws, h: ws.take_back(TakingBack(ref=h["document"], since=0), dry_run=True),
        lambda ws, h: ws.take_back(TakingBack(ref=h["profile"], request=h.request)),
        lambda ws, h: ws.take_back(TakingBack(actor="zoe", since=0)),
        lambda ws, h: ws.take_back(TakingBack(via="api", since=0)),
    ],
    "changes": [
        lambda ws, h: ws.changes(),
        lambda ws, h: ws.changes(after=0, limit=1_000),
        lambda ws, h: ws.changes(ref=h["document"]),
        lambda ws, h: ws.changes(request=h.request),
        lambda ws, h: ws.changes(actor="olga", entity="document"),
    ],
    "cursor": [lambda ws, h: type(ws.cursor())],
    "follow": [followed],
    "log_in": [
        lambda ws, h: ws.log_in("zoe"),
        lambda ws, h: ws.log_in("zoe", lambda name: f"the password of {name}"),
    ],
    "set_password": [lambda ws, h: ws.set_password("zoe", "a long password"), lambda ws, h: ws.set_password("zoe", "")],
    "me": [lambda ws, h: ws.me()],
    "may": [*(lambda ws, h, n=name: ws.may(ref_of(h, n)) for names in NAMES_OF.values() for name in names)],
    "explain": [
        lambda ws, h: ws.explain("ann", h["document"], at=1),
        lambda ws, h: ws.explain("zoe", h["document"], at=1),
        lambda ws, h: ws.explain("zoe", "documents", action="edit", at=1),
        lambda ws, h: ws.explain("ann", h["link"], at=1),
    ],
    "who": [*(lambda ws, h, n=name: ws.who(ref_of(h, n), at=1) for names in NAMES_OF.values() for name in names)],
    "preview_access": [
        *(lambda ws, h, m=making: ws.preview_access([m(h)]) for making in (*NEW["grant"], *NEW["account"])),
        lambda ws, h: ws.preview_access([Delete(h["grant"])]),
        lambda ws, h: ws.preview_access([Edit(h["account"], {"roles": ["owner"]})]),
        lambda ws, h: ws.preview_access([new_link(h["document"], h["profile"])]),
    ],
    "rebuild_access": [lambda ws, h: ws.rebuild_access()],
    "audit": [
        lambda ws, h: ws.audit(AuditQuery()),
        lambda ws, h: ws.audit(AuditQuery(record=h["document"]), after=0),
        lambda ws, h: ws.audit(AuditQuery(actor="olga", request=h.request)),
    ],
    "verify_audit": [lambda ws, h: ws.verify_audit()],
    "checkpoint_audit": [lambda ws, h: ws.checkpoint_audit()],
    "note": [lambda ws, h: ws.note("export", detail="nothing")],
    "erase": [
        lambda ws, h: ws.erase(h["profile"].id, dry_run=True),
        lambda ws, h: ws.erase(h["twin"].id),
        lambda ws, h: ws.erase(h["document"].id),
    ],
    "prune": [lambda ws, h: ws.prune(), lambda ws, h: ws.prune(dry_run=True)],
    "store_content": [lambda ws, h: ws.store_content(io.BytesIO(b"something new"))],
    "open_content": [
        lambda ws, h: ws.open_content(h.digest),
        lambda ws, h: ws.open_content(h.digest, h["document"].id),
    ],
    "remember": [lambda ws, h: ws.remember("screen", "documents")],
    "recall": [lambda ws, h: ws.recall(""), lambda ws, h: ws.recall("draft:")],
    "close": [lambda ws, h: ws.close()],
}


# --- what comes of a call ---------------------------------------------------------------------------------------------


def answer(call: Callable[[], Any]) -> Any:
    """What the call returns, or the kind of its error and the sentence."""
    found = outcome(call)
    if isinstance(found, RolodocError):
        kind = next(kind for kind in type(found).__mro__ if kind.__module__ == errors.__name__)
        return kind, str(found)
    return found.read() if hasattr(found, "read") else found


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except RolodocError as error:
        return error
