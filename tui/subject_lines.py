"""An account, group or role as lines: what it is, what it is in, who is in it, and what it may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.access_values import Me
from core.errors import Denied
from core.fields import ACTIONS, AREAS, Entity
from core.rows import AccountRow, GrantRow, GroupRow, RoleRow
from core.values import Query, RecordId, Ref, as_uid, id_text
from core.workspace import Workspace
from tui.access_lines import fact, grant_line, strongest
from tui.access_names import BUILT_IN_SAYS, Directory, Row, find_tied
from tui.describe_access import AREA_WORDS
from tui.widgets.line_view import Line, line
from tui.widgets.painted import Span, fit
from tui.widgets.picked import Picked

GRANTS = 100  # to each subject, the latest
MEMBERS = 200


@dataclass(frozen=True, slots=True)
class AtSubject:
    """The line with its name."""

    id: RecordId


@dataclass(frozen=True, slots=True)
class SubjectDetail:
    """What is known of it; each grant with the group, role or profile that it comes through, "" for its own."""

    entity: Entity
    row: Row
    facts: list[tuple[str, str]]
    areas: list[tuple[str, tuple[str, ...]]] | None = None  # None where that is not asked, or not told
    grants: list[tuple[GrantRow, str]] = field(default_factory=list)
    members: list[AccountRow | GroupRow] = field(default_factory=list)
    tied: Picked | None = None
    more: bool = False  # grants than these


def read_subject(workspace: Workspace, entity: Entity, row: Row, directory: Directory, me: Me) -> SubjectDetail:
    """Raises NotFound."""
    through: list[tuple[Ref, str]] = [(Ref(entity, row.id), "")]
    tied = find_tied(workspace, row.tied_to) if isinstance(row, AccountRow) else None
    if not isinstance(row, RoleRow):
        above = directory.above(row)
        through += [(Ref("group", group.id), f"group {group.name}") for group, _ in above]
        roles = {*row.roles, *(role for group, _ in above for role in group.roles)}
        known = [(id, directory.find("role", id)) for id in sorted(roles)]
        through += [(Ref("role", role.id), f"role {role.name}") for _, role in known if role is not None]
    if tied is not None and isinstance(row, AccountRow):
        through.append((Ref("profile", as_uid(row.tied_to)), f"profile {tied.name}"))
    grants: list[tuple[GrantRow, str]] = []
    more = False
    for ref, name in through:
        found = workspace.page(Query(entity="grant", subject=ref), limit=GRANTS + 1).rows
        more |= len(found) > GRANTS
        grants += [(grant, name) for grant in found[:GRANTS]]
    areas = _areas(workspace, row.name) if entity == "account" and not me.alone else None
    members = directory.members(entity, id_text(row.id)) if entity != "account" else []
    return SubjectDetail(entity, row, _facts(row, directory, tied), areas, grants, members, tied, more)


def detail_lines(detail: SubjectDetail) -> list[Line]:
    """All of it."""
    at = AtSubject(detail.row.id)
    lines = [line(Span(f"{detail.entity} {detail.row.name}", "title"), key=at)]
    lines += [fact(label, value) for label, value in detail.facts]
    if detail.areas is not None:
        lines += [line(), line(Span("May, with all of a kind", "title"))]
        may = [fact(AREA_WORDS_SHORT[area], strongest(actions)) for area, actions in detail.areas if actions]
        lines += may or [line(Span("nothing", "label"))]
    lines += [line(), line(Span("Grants", "title")), *_grants(detail)]
    if detail.entity != "account":
        lines += [line(), line(Span(f"Who is in it  {len(detail.members):,}", "title")), *_members(detail)]
    return lines


def listed(row: Row, directory: Directory) -> Line:
    """A row of the list: its name, and in short what it is in."""
    if isinstance(row, RoleRow):
        said = row.description.split("\n")[0]
    else:
        said = ", ".join(_names(directory, "role", row.roles) + _names(directory, "group", row.groups))
    if isinstance(row, AccountRow):
        marks = ("a service" if row.kind == "service" else "", "tied to a profile" if row.tied_to else "")
        said = " · ".join(filter(None, (said, *marks)))
    return line(Span(f"{fit(row.name, 24):<24} "), Span(said, "label"), key=row.id)


AREA_WORDS_SHORT = {**AREA_WORDS, "access": "access", "settings": "types, rules", "audit": "audit"}


def _areas(workspace: Workspace, account: str) -> list[tuple[str, tuple[str, ...]]] | None:
    """What an account may in each area; None where one may not ask."""
    try:
        return [
            (
                area,
                tuple(a for a in ACTIONS if workspace.explain(account, area, action=a).allowed),
            )
            for area in AREAS
        ]
    except Denied:
        return None


def _facts(row: Row, directory: Directory, tied: Picked | None) -> list[tuple[str, str]]:
    if isinstance(row, RoleRow):
        return [("description", row.description)] if row.description else []
    facts: list[tuple[str, str]] = []
    if isinstance(row, AccountRow):
        facts += [("kind", row.kind), ("system user", row.system_user or "none")]
        facts += [("tied to", tied.name if tied is not None else "no profile")]
    elif row.description:
        facts.append(("description", row.description))
    paths = [path[1:] for _, path in directory.above(row)]
    whole = [path for path in paths if not any(path == other[: len(path)] and path != other for other in paths)]
    facts.append(("groups", "; ".join(" › ".join(path) for path in whole) or "none"))
    roles = [f"{role} ({BUILT_IN_SAYS[role]})" if role in BUILT_IN_SAYS else role for role in _roles(row, directory)]
    facts.append(("roles", ", ".join(roles) or "none"))
    return facts


def _roles(row: AccountRow | GroupRow, directory: Directory) -> list[str]:
    return _names(directory, "role", row.roles)


def _names(directory: Directory, entity: Entity, ids: list[str]) -> list[str]:
    """What is in the trash gives nothing, and is not named."""
    return [name for name in (directory.name(entity, id) for id in ids) if name]


def _grants(detail: SubjectDetail) -> Iterator[Line]:
    if not detail.grants:
        yield line(Span("none", "label"))
    for grant, through in detail.grants:
        yield grant_line(grant, by="target", through=through)
    if detail.more:
        yield line(Span(f"and more; of each of its subjects the latest {GRANTS} are shown", "label"), wraps=True)


def _members(detail: SubjectDetail) -> Iterator[Line]:
    for row in detail.members[:MEMBERS]:
        kind = "account" if isinstance(row, AccountRow) else "group"
        yield line(Span(f"{kind:<8} ", "label"), Span(row.name))
    if len(detail.members) > MEMBERS:
        yield line(Span(f"and {len(detail.members) - MEMBERS:,} more", "label"))
