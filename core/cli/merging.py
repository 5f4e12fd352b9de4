"""`rolodoc profile duplicates`, `merge`, `split` and `distinct`: profiles that are one person, and one that is two."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, cast

import typer
from rich.cells import cell_len, set_cell_size

from core.cli.command import Session, command
from core.cli.failure import UsageError
from core.cli.listing import DEFAULT_LIMIT, Limit
from core.cli.names import find_record
from core.cli.objects import fields_object, receipt_object, record_object, row_object, value_object
from core.cli.output import GAP
from core.cli.shortening import shorten
from core.cli.writing import Assignments, parse_assignments, tell_receipt
from core.errors import Invalid, NotFound
from core.fields import FIELDS, field, sort_key
from core.merge import take as taken_value
from core.merge_values import FieldConflict, Take
from core.one_of_two import former_names
from core.safe_text import safe_text
from core.values import Query, Record, RecordId, Ref, id_text
from core.workspace import Workspace
from core.write_values import MergeProfiles, ProfileMerge, Receipt, SplitProfile, tell_apart

Profile = Annotated[str, typer.Argument(metavar="PROFILE", help="Id, external id or unique name.")]
SIDES: Final = ("mine", "theirs", "both")
PAGE: Final = 1_000  # rows
OPEN: Final = "?"
NARROWEST: Final = 12  # cells of a value beside others
LABELS: Final = 13  # cells of the mark and the longest name of a field


def declare(app: typer.Typer) -> None:
    for function in (duplicates, merge, split, distinct):
        command(app, function.__name__)(function)


def duplicates(session: Session, limit: Limit = DEFAULT_LIMIT) -> None:
    """List pairs of profiles that may be one person, the best founded first. Nothing merges by itself."""
    out = session.out
    found = session.workspace.candidates(limit=limit)
    for pair in found if out.json else ():
        rows = {side: row_object("profile", row) for side, row in (("one", pair.one), ("other", pair.other))}
        out.object({"strength": pair.strength, "why": pair.why} | rows)
    table = out.table([""] * 2, indent="  ")
    for pair in () if out.json else found:
        out.line(f"{pair.strength}: {pair.why}", bold=True)
        table.rows([row.name, id_text(row.id)] for row in (pair.one, pair.other))
    if not found:
        out.note("no two profiles look like one person")
    elif len(found) == limit:
        out.note(f"the first {limit:,}; --limit N shows more")


def merge(
    session: Session,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The one that stays: id, external id or unique name.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The one that goes.")],
    assignments: Assignments = None,
    takes: Annotated[
        list[str] | None,
        typer.Option("--take", metavar="FIELD=SIDE", help="What a field takes: mine (of INTO), theirs or both."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show both, and what would become of them.")] = False,
) -> int:
    """Make two profiles one. Links move, the other name becomes an alias; what clashes stays as INTO has it."""
    workspace = session.workspace
    stays, goes = (find_record(workspace, name, "profile") for name in (into, other))
    preview = workspace.preview_merge(stays.id, goes.id)
    fields = parse_assignments(session, "profile", assignments or [])
    fields |= _taken(preview, takes or [], fields)
    if dry_run:
        _show(session, preview, fields)
        return 0
    receipt = workspace.write([MergeProfiles(stays.id, goes.id, fields, (preview.into.version, preview.other.version))])
    return _tell_merged(session, preview, fields, receipt)


def split(
    session: Session,
    profile: Profile,
    links: Annotated[
        list[str] | None,
        typer.Argument(metavar="[LINK]...", help="Ids of the links that go; without any, all that came."),
    ] = None,
    to: Annotated[
        str, typer.Option("--to", metavar="OTHER", help="One that was merged into it and comes back, or another one.")
    ] = "",
    name: Annotated[str, typer.Option("--name", help="The name of a new profile for them.")] = "",
    type: Annotated[str, typer.Option("--type", help="All links of this relationship type.")] = "",
) -> int:
    """Make one profile two: links go to another one. What was merged into it comes back with its name and links."""
    workspace = session.workspace
    one = workspace.get(find_record(workspace, profile, "profile"))
    if bool(to) == bool(name):
        raise UsageError(f"say where the links go: --to OTHER or --name NAME{_merged_names(workspace, one)}")
    other = _find_other(workspace, one, to) if to else None
    chosen = _chosen(workspace, one, links or [], type)
    if other is not None and other.deleted_at is not None and not links and not type:
        chosen = _links_that_came(workspace, one, other)
    write = SplitProfile(one.ref.id, chosen, other.ref.id if other else None, {"name": name} if name else {})
    receipt = workspace.write([write])
    if session.out.json:
        return tell_receipt(session, receipt)
    made = workspace.get(receipt.refs[0])
    links_word = f"{len(chosen):,} link{'' if len(chosen) == 1 else 's'}"
    session.out.line(f"split {made.title} from {one.title}: {links_word} ({id_text(made.ref.id)})")
    return 0


def distinct(session: Session, one: Profile, other: Profile) -> int:
    """Say that two profiles are not one, so that they are never listed as duplicates again."""
    workspace = session.workspace
    first, second = (workspace.get(find_record(workspace, name, "profile")) for name in (one, other))
    receipt = workspace.write(tell_apart(first, second))
    if session.out.json or not receipt.changes:
        return tell_receipt(session, receipt)
    session.out.line(f"{first.title} and {second.title} are two")
    return 0


# --- merging ------------------------------------------------------------------------------------------------------


def _taken(preview: ProfileMerge, takes: Sequence[str], assigned: Mapping[str, Any]) -> dict[str, Any]:
    """The values of FIELD=SIDE; raises Invalid."""
    clashing = {one.field: one for one in preview.result.conflicts}
    values: dict[str, Any] = {}
    for text in takes:
        name, equals, side = text.partition("=")
        if not equals or side not in SIDES:
            raise UsageError(f'--take: "{text}" is not FIELD=mine, FIELD=theirs or FIELD=both')
        known = field("profile", name)
        if known.internal:
            raise Invalid("is kept by rolodoc itself and cannot be set", name)
        if name in values or name in assigned:
            raise Invalid("is decided twice", name)
        whole = FieldConflict(name, known.empty, preview.into.fields[name], preview.other.fields[name])
        values[name] = taken_value("profile", clashing.get(name, whole), cast(Take, side))
    return values


def _show(session: Session, preview: ProfileMerge, decided: Mapping[str, Any]) -> None:
    """Field by field what each of them has and what becomes of it; "?" marks what clashes and is not decided."""
    out = session.out
    becomes = {**(preview.result.value or {}), **decided}
    becomes["aliases"] = former_names(becomes, preview.into.title, preview.other.title)
    clashing = [one.field for one in preview.result.conflicts if one.field not in decided]
    if out.json:
        out.object(_preview_object(preview, becomes, clashing))
        return
    table = out.table(["", "field", "stays", "goes", "becomes"])
    rows = []
    for known in FIELDS["profile"].values():
        versions = [fields[known.name] for fields in (preview.into.fields, preview.other.fields, becomes)]
        if not known.internal and any(value != known.empty for value in versions):
            texts = _cut(out.width, shorten(*map(known.format, versions)))
            rows.append([OPEN if known.name in clashing else "", known.name, *texts])
    table.rows(rows)
    out.line()
    out.line(f"{_links_text(preview)}; nothing was written")
    if clashing:
        out.note(
            f"{OPEN} stays as {preview.into.title} has it; --take FIELD=theirs or --set FIELD=VALUE decide otherwise"
        )


def _cut(width: int | None, texts: Sequence[str]) -> list[str]:
    """Each in its share of the line."""
    if width is None:
        return list(texts)
    share = max(NARROWEST, (width - LABELS) // len(texts) - len(GAP))
    safe = map(safe_text, texts)
    return [text if cell_len(text) <= share else f"{set_cell_size(text, share - 1)}…" for text in safe]


def _preview_object(preview: ProfileMerge, becomes: dict[str, Any], clashing: list[str]) -> dict[str, Any]:
    return {
        "into": record_object(preview.into),
        "other": record_object(preview.other),
        "fields": fields_object("profile", becomes),
        "clashing": [
            {"field": one.field}
            | {side: value_object("profile", one.field, getattr(one, side)) for side in ("mine", "theirs")}
            for one in preview.result.conflicts
            if one.field in clashing
        ],
        "moved": preview.moved,
        "joined": preview.joined,
    }


def _tell_merged(session: Session, preview: ProfileMerge, decided: Mapping[str, Any], receipt: Receipt) -> int:
    if session.out.json:
        session.out.object(receipt_object(receipt) | {"moved": preview.moved, "joined": preview.joined})
        return 0
    into, other = preview.into, preview.other
    session.out.line(f"merged {other.title} into {into.title}: {_links_text(preview)} ({id_text(into.ref.id)})")
    kept = [one.field for one in preview.result.conflicts if one.field not in decided and one.field != "name"]
    if kept:
        session.out.note(f"{', '.join(kept)}: as {into.title} had it; the history tells what else there was")
    return 0


def _links_text(preview: ProfileMerge) -> str:
    moved = f"{preview.moved:,} link{'' if preview.moved == 1 else 's'} moved"
    return f"{moved}, {preview.joined:,} that both had" if preview.joined else moved


# --- splitting ----------------------------------------------------------------------------------------------------


def _find_other(workspace: Workspace, profile: Record, name: str) -> Record:
    """By what it is called now; what names the profile itself may be the former name of what was merged into it."""
    found = workspace.get(find_record(workspace, name, "profile"))
    if found.ref != profile.ref:
        return found
    merged = list(_merged_into(workspace, profile))
    wanted = sort_key(name)
    named = [one for one in merged if sort_key(one.title) == wanted or name in (id for _, id in one.external)]
    if len(named) != 1:
        raise NotFound(f'no profile "{name[:100]}" was merged into {profile.title}{_listed(named or merged)}')
    return named[0]


def _merged_names(workspace: Workspace, profile: Record) -> str:
    return _listed(list(_merged_into(workspace, profile)))


def _listed(merged: Sequence[Record]) -> str:
    """To be put after a sentence."""
    return f"; merged into it: {'; '.join(f'{id_text(one.ref.id)} {one.title}' for one in merged)}" if merged else ""


def _merged_into(workspace: Workspace, profile: Record) -> Iterator[Record]:
    """The profiles in the trash that the profile stands for, also by way of others."""
    stands_for = {id_text(profile.ref.id)}
    gone = [workspace.get(Ref("profile", row.id)) for row in _rows(workspace, Query(entity="profile", trash=True))]
    while found := [one for one in gone if one.fields["merged_into"] in stands_for]:
        yield from found
        stands_for = {id_text(one.ref.id) for one in found}


def _chosen(workspace: Workspace, profile: Record, names: Sequence[str], type: str) -> list[RecordId]:
    """Those named, and those of the type."""
    chosen = [find_record(workspace, name, "link").id for name in names]
    if type:
        of_type = [row.id for row in _rows(workspace, Query(entity="link", profile=profile.ref.id, type=type))]
        if not of_type:
            raise NotFound(f'{profile.title} has no link of the type "{type}"')
        chosen += of_type
    return list(dict.fromkeys(chosen))


def _links_that_came(workspace: Workspace, profile: Record, other: Record) -> list[RecordId]:
    """Those of the profile that stand for links which the other had when it was merged."""
    came = []
    for row in _rows(workspace, Query(entity="link", profile=other.ref.id, trash=True)):
        link = workspace.get(Ref("link", row.id))
        while link.deleted_at is not None and link.fields["merged_into"]:
            link = workspace.get(Ref("link", uuid.UUID(link.fields["merged_into"]).bytes))
        if link.deleted_at is None and link.fields["profile"] == profile.ref.id:
            came.append(link.ref.id)
    return came


def _rows(workspace: Workspace, query: Query) -> Iterator[Any]:
    page = workspace.page(query, limit=PAGE)
    while page.rows:
        yield from page.rows
        page = workspace.page(query, key=page.last, limit=PAGE)
