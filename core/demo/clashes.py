"""What waits to be settled in the demo: conflicts of each kind, and two drafts."""

from __future__ import annotations

from typing import Any, Final

from core.drafts import Draft, save_draft
from core.instants import now
from core.values import Actor, Query, Record, Ref
from core.workspace import Workspace, open_workspace
from core.write_values import Delete, Edit

COLLEAGUE: Final = Actor("Ann Keller", "demo")
IMPORTER: Final = Actor("Records office", "import")
SOURCE: Final = "Membership list"


def open_clashes(path: str, me: Actor) -> None:
    """On the first records of the lists, where one meets them soon; `me` is who will look at them."""
    mine, colleague, importer = (open_workspace(path, actor) for actor in (me, COLLEAGUE, IMPORTER))
    try:
        people = _first(mine, Query(entity="profile", kind="person"), 5)
        documents = _first(mine, Query(entity="document"), 2)
        for ref in people[4:5]:
            _delete_against_edit(mine, colleague, ref)
        for ref in documents[:1]:
            _clash(mine, colleague, ref, _second_version(mine.get(ref)), _withdrawn(mine.get(ref)))
        for ref in people[1:3]:
            _import_again(mine, importer, ref)
        for ref in people[:1]:
            _clash(
                mine,
                colleague,
                ref,
                {"phones": [_phone("+44 20 7946 0111")], "notes": "Back from leave; call in the afternoon."},
                {
                    "phones": [_phone("+44 20 7946 0222")],
                    "notes": "On leave until May; call the deputy in the morning.",
                },
            )
        for ref in people[3:4]:
            _leave_unsaved(mine, ref, {"notes": "Asked for the minutes of the last meeting."})
            colleague.write([Edit(ref, {"attributes": mine.get(ref).fields["attributes"] | {"floor": "3"}})])
        save_draft(mine, Draft(entity="document", fields={"title": "Minutes of the next meeting"}, at=now()))
    finally:
        for workspace in (mine, colleague, importer):
            workspace.close()


def _first(workspace: Workspace, query: Query, count: int) -> list[Ref]:
    return [Ref(query.entity, row.id) for row in workspace.page(query, limit=count).rows]


def _clash(mine: Workspace, theirs: Workspace, ref: Ref, ours: dict[str, Any], others: dict[str, Any]) -> None:
    """Both change what they read at the same time; mine is saved second."""
    version = mine.get(ref).version
    theirs.write([Edit(ref, others)])
    mine.write([Edit(ref, ours, version, merge=True)])


def _delete_against_edit(mine: Workspace, theirs: Workspace, ref: Ref) -> None:
    version = mine.get(ref).version
    theirs.write([Edit(ref, {"notes": "Speaks at the opening in June; do not lose the address."})])
    mine.write([Delete(ref, version, merge=True)])


def _import_again(mine: Workspace, importer: Workspace, ref: Ref) -> None:
    """A source says something else than it said before, of a field that was edited here meanwhile."""
    emails = mine.get(ref).fields["emails"]
    importer.write([Edit(ref, {"emails": emails}, source=SOURCE)])
    mine.write([Edit(ref, {"emails": _moved(emails, "mail")})])
    importer.write([Edit(ref, {"emails": _moved(emails, "post"), "aliases": ["Member since 2019"]}, source=SOURCE)])


def _moved(emails: list[dict[str, str]], host: str) -> list[dict[str, str]]:
    first = emails[0]
    return [first | {"value": f"{first['value'].split('@')[0]}@{host}.example"}, *emails[1:]]


def _second_version(document: Record) -> dict[str, Any]:
    return {"title": f"{document.title} (second version)", "tags": [*document.fields["tags"], "to sign"]}


def _withdrawn(document: Record) -> dict[str, Any]:
    return {"title": f"{document.title} (withdrawn)", "tags": [*document.fields["tags"], "withdrawn"]}


def _phone(number: str) -> dict[str, str]:
    return {"label": "work", "value": number}


def _leave_unsaved(workspace: Workspace, ref: Ref, fields: dict[str, Any]) -> None:
    read = workspace.get(ref)
    base = {name: read.fields[name] for name in fields}
    draft = Draft(entity=ref.entity, id=ref.id, fields=fields, base=base, base_version=read.version, at=now())
    save_draft(workspace, draft)
