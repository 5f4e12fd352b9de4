"""Two clashes to settle: drafts on records that a colleague edited after they were read."""

from __future__ import annotations

from typing import Any

from core.drafts import Draft, save_draft
from core.fields import now
from core.values import Actor, Edit, Query, Ref
from core.workspace import Workspace, open_workspace

COLLEAGUE = Actor("Ann Keller", "demo")


def open_clashes(path: str, workspace: Workspace) -> None:
    """On the first person and the first document of the lists, where one meets them soon."""
    person = workspace.page(Query(entity="profile", kind="person"), limit=1).rows[0]
    document = workspace.page(Query(entity="document"), limit=1).rows[0]
    colleague = open_workspace(path, COLLEAGUE)
    try:
        _clash(
            workspace,
            colleague,
            Ref("profile", person.id),
            mine={
                "phones": [{"label": "work", "value": "+44 20 7946 0111"}],
                "notes": "Back from leave; call in the afternoon.",
            },
            theirs={
                "phones": [{"label": "work", "value": "+44 20 7946 0222"}],
                "notes": "On leave until the end of the month; the deputy takes calls.",
            },
        )
        _clash(
            workspace,
            colleague,
            Ref("document", document.id),
            mine={"title": f"{document.title} (second version)", "tags": [*document.tags, "to sign"]},
            theirs={"title": f"{document.title} (withdrawn)", "tags": [*document.tags, "withdrawn"]},
        )
    finally:
        colleague.close()


def _clash(workspace: Workspace, colleague: Workspace, ref: Ref, mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    read = workspace.get(ref)
    base = {name: read.fields[name] for name in mine}
    save_draft(
        workspace,
        Draft(entity=ref.entity, id=ref.id, fields=mine, base=base, base_version=read.version, at=now()),
    )
    colleague.write([Edit(ref, theirs)])
