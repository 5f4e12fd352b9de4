"""A store with something of each kind, all of it the owner's, and an account without rights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.local import LocalWorkspace
from core.rules import Rule
from core.values import RecordId, Ref
from core.write_values import Create, Delete, Edit, MergeProfiles
from tests.core.access.people import People, grant_to
from tests.core.making import new_link

NEWEST = Rule(prefer="newest")


class Scene(People):
    """Records of the owner. `ann` has no rights but those that a test gives her."""

    def __init__(self, path: Path, records: dict[str, Any]) -> None:
        super().__init__(path)
        self.ann = self.workspace("ann")
        self.records = records
        self.accounts["ann"] = records["ann"]

    def __getitem__(self, name: str) -> Any:
        return self.records[name]


def furnish(office: People) -> dict[str, Any]:
    """Makes the records, and returns what each is called: Refs, and the ids of conflicts and requests."""
    made, owner = office.made, office.owner
    record: dict[str, Any] = {"ann": office.accounts["ann"]}
    for name, grants in (("author", "none"), ("reader", "see"), ("keeper", "administer")):
        record[name] = made(Create("type", {"name": name, "grants": grants}))
    for name in ("report", "letter", "lost document"):
        record[name] = made(Create("document", {"title": name.title(), "text": "of great weight"}))
    for name in ("ada", "bob", "lost profile", "twin"):
        record[name] = made(Create("profile", {"name": name.title()}))
    record["authorship"] = made(new_link(record["report"], record["ada"]))
    record["keeping"] = made(new_link(record["report"], record["bob"], "keeper"))
    record["lost link"] = made(new_link(record["letter"], record["bob"]))
    record["lost keeping"] = made(new_link(record["letter"], record["twin"], "keeper"))
    record["rule"] = made(Create("rule", {"name": "newest", "prefer": "newest", "field": "title"}))
    record["lost rule"] = made(Create("rule", {"name": "longest", "prefer": "longest", "field": "title"}))
    record["unused type"] = made(Create("type", {"name": "unused"}))
    record["lost type"] = made(Create("type", {"name": "lost"}))
    record["account"] = made(Create("account", {"name": "zoe"}))
    record["group"] = made(Create("group", {"name": "office"}))
    record["role"] = made(Create("role", {"name": "clerk"}))
    record["mark"] = made(Create("mark", {"entity": "profile", "attribute": "salary"}))
    record["retention"] = made(Create("retention", {"log": "audit", "days": 365}))
    record["grant"] = made(grant_to(record["account"], "see", record["report"]))
    record["letter as read"] = owner.get(record["letter"]).version
    record["edit request"] = owner.write([Edit(record["letter"], {"description": "mislaid"})]).request
    merging = owner.write([MergeProfiles(record["bob"].id, record["twin"].id)])
    record["merge request"] = merging.request
    lost = [record[name] for name in ("lost link", "lost rule", "lost type", "lost document", "lost profile")]
    record["trash request"] = owner.write([Delete(ref) for ref in lost]).request
    record["conflict"] = _clash(owner, record["report"], "description", "what I say", "what you say")
    record["link conflict"] = _clash(owner, record["authorship"], "note", "first", "second")
    record["type conflict"] = _clash(owner, record["author"], "inverse", "author of", "wrote")
    return record


def _clash(owner: LocalWorkspace, ref: Ref, field: str, mine: str, theirs: str) -> RecordId:
    read = owner.get(ref).version
    owner.write([Edit(ref, {field: theirs})])
    (conflict,) = owner.write([Edit(ref, {field: mine}, read, merge=True)]).conflicts
    return conflict
