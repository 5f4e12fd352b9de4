"""A record, whole, as lines: its fields, and the records at the other end of its links."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from core.errors import NotFound
from core.fields import FIELDS, Entity, Field
from core.instants import format_instant
from core.rows import LinkRow
from core.values import Change, Query, Record, Ref, tell_withheld
from core.workspace import Workspace
from tui.describe import differences, moment, what_happened
from tui.describe_access import NOBODY_KNOWN, Names, named_change
from tui.widgets.line_view import Line, line
from tui.widgets.painted import Span

Grouping = Literal["relationship", "collection", "category", "tag"]
GROUPINGS: Final[tuple[Grouping, ...]] = ("relationship", "collection", "category", "tag")

LABEL = 13  # cells
FIRST_LINKS = 50  # of a group, before it is opened further
MORE_LINKS = 200
PREVIEW = 1_500  # characters of a document's text
WHOLE = 200_000
ENTRIES = 6  # of a map, before it is opened further
CHANGES = 50  # of a request
MEMBERS = 40  # of a list


@dataclass(frozen=True, slots=True)
class AtRecord:
    """The line with the title of the record that is read."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class AtLink:
    """A line for a link: `other` is its far end."""

    link: Ref
    other: Ref
    title: str = dataclasses.field(default="", compare=False)  # of the far end


@dataclass(frozen=True, slots=True)
class AtMore:
    """A line that opens a group, or the text, further."""

    group: str


@dataclass(frozen=True, slots=True)
class Detail:
    record: Record | None
    lines: list[Line]
    others: frozenset[bytes] = frozenset()  # ids of the records at the far ends of its links


TEXT_GROUP: Final = "\0text"
MAP_GROUP: Final = "\0map"


def load_detail(
    workspace: Workspace, ref: Ref, grouping: Grouping, opened: Mapping[str, int], marks: Mapping[bytes, str]
) -> Detail:
    """The record's lines; `opened` gives the number of links to show of a group. Raises NotFound."""
    record = workspace.get(ref)
    lines = [*_head(record), *_merged_into(workspace, record), *_fields(record, opened, long=False)]
    if ref.entity == "link":
        lines += _ends(workspace, record)
    elif record.deleted_at is None:
        if ref.entity == "profile" and grouping != "relationship":
            lines += _links_by_reference(workspace, ref, grouping, opened, marks)
        else:
            lines += _links_by_type(workspace, ref, opened, marks)
    lines += [line(), *_fields(record, opened, long=True), *_text(record, opened)]
    if record.withheld:
        lines += [line(), line(Span(tell_withheld(record.withheld), "label"))]
    return Detail(record, lines, frozenset(entry.key.other.id for entry in lines if isinstance(entry.key, AtLink)))


def load_request(workspace: Workspace, change: Change, names: Names = NOBODY_KNOWN) -> Detail:
    """What the request of this change did, record by record and field by field; `names` are those of groups and
    roles."""
    changes = workspace.changes(request=change.request, limit=CHANGES)
    facts = [f"{change.actor.name} ({change.actor.via}) at {moment(change.at)}", change.reason]
    lines = [line(Span(" · ".join(filter(None, facts)), "label"), wraps=True)]
    for each in reversed(changes):
        lines += [line(), line(Span(what_happened(each, names), "title"), key=AtRecord(each.ref), wraps=True)]
        told = named_change(each, names)
        lines += differences(told.ref.entity, told.before, told.after)
    if change.size > len(changes):
        lines += [line(), line(Span(f"and {change.size - len(changes):,} changes before these", "label"))]
    return Detail(None, lines)


def _head(record: Record) -> Iterator[Line]:
    yield line(Span(record.title or "(no title)", "title"), key=AtRecord(record.ref), wraps=True)
    facts = [record.ref.entity if record.ref.entity != "profile" else str(record.fields.get("kind", "profile"))]
    facts += [f"rev {record.revision}", f"{moment(record.updated_at)} by {record.updated_by}"]
    yield line(Span(" · ".join(facts), "label"))
    if record.deleted_at is not None:
        yield line(Span(f"✗ in the trash since {moment(record.deleted_at)}; R restores it", "bad"))


def _merged_into(workspace: Workspace, record: Record) -> Iterator[Line]:
    """The profile or link that stands for this one now."""
    if record.deleted_at is None or not record.fields.get("merged_into"):
        return
    other = Ref(record.ref.entity, UUID(record.fields["merged_into"]).bytes)
    try:
        title = workspace.get(other).title
    except NotFound:
        return
    yield line(Span(f"{'Merged into':<{LABEL}} ", "label"), Span(title, "key"), key=AtLink(record.ref, other, title))


def _fields(record: Record, opened: Mapping[str, int], *, long: bool) -> Iterator[Line]:
    """The short fields stand before the links, those that may be long behind them."""
    shown_elsewhere = {"name", "kind", "text", "contents"} | ({"title"} if record.ref.entity == "document" else set())
    fields = FIELDS[record.ref.entity]
    for name, field in fields.items():
        value = record.fields.get(name)
        if name in shown_elsewhere or field.internal or field.kind == "reference" or value in ("", None, [], {}):
            continue
        if field.default and value == field.default and not field.required:
            continue  # as it is where nobody said anything
        if long != (field.kind in ("map", "text") or name in ("created", "media_type")):
            continue
        if field.kind == "map":
            yield from _map(field, value, WHOLE if MAP_GROUP in opened else ENTRIES)
        elif field.kind == "list":
            yield from _list(field, value)
        elif name == "tags":
            yield _labelled(field.label, " ".join(f"#{tag}" for tag in value), "accent")
        elif field.kind == "text":
            yield _labelled(field.label, value[:PREVIEW] + (" …" if len(value) > PREVIEW else ""))
        else:
            yield _labelled(field.label, date_of(value) if field.kind == "instant" else field.format(value))
    if not long:
        return
    if record.external:
        yield _labelled("External id", "; ".join(f"{source}: {id}" for source, id in record.external), "label")
    for number, content in enumerate(record.fields.get("contents") or []):
        size = f"{content['bytes']:,} bytes"
        yield _labelled("Contents" if number == 0 else "", f"{content['name']}  {content['media_type']}  {size}")


def date_of(instant: int) -> str:
    """The date, with the time of day here unless it is midnight in UTC."""
    return format_instant(instant) if instant % 86_400_000_000 == 0 else moment(instant)


def _labelled(label: str, value: str, style: str = "") -> Line:
    return line(Span(f"{label:<{LABEL}} ", "label"), Span(value, style), wraps=True)


def _list(field: Field, entries: list[dict[str, str]]) -> Iterator[Line]:
    for number, entry in enumerate(entries[:MEMBERS]):
        label = f"  ({entry['label']})" if entry["label"] else ""
        yield _labelled(field.label if number == 0 else "", entry["value"] + label)


def _map(field: Field, value: dict[str, Any], limit: int) -> Iterator[Line]:
    entries = list(flattened("", value))
    for number, (name, text) in enumerate(entries[:limit]):
        yield line(
            Span(f"{field.label if number == 0 else '':<{LABEL}} ", "label"),
            Span(f"{name}: ", "label"),
            Span(text),
            wraps=True,
        )
    if len(entries) > limit:
        yield line(Span(f"{'':<{LABEL}} "), Span(f"… {len(entries) - limit:,} more", "accent"), key=AtMore(MAP_GROUP))


def flattened(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    """The entries of a nested map: names joined by dots, values as text."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from flattened(f"{prefix}.{name}" if prefix else name, inner)
    elif isinstance(value, list):
        yield prefix, ", ".join(str(member) for member in value[:MEMBERS])
    else:
        yield prefix, "" if value is None else str(value)


# --- links -------------------------------------------------------------------------------------------


def _links_by_type(
    workspace: Workspace, ref: Ref, opened: Mapping[str, int], marks: Mapping[bytes, str]
) -> Iterator[Line]:
    groups = workspace.groups(ref)
    if not groups:
        other = "documents" if ref.entity == "profile" else "people"
        yield line()
        yield line(Span(f"no {other} yet; l links one", "label"))
    for group in groups:
        name = group.type.name
        wanted = opened.get(name, FIRST_LINKS)
        rows = _page(workspace, ref, wanted, name)
        heading = group.type.inverse if ref.entity == "profile" and group.type.inverse else name
        yield line()
        yield line(Span(heading, "key"), Span(f"  {group.count}", "label"))
        yield from (_link(ref, row, marks) for row in rows[:wanted])
        if len(rows) > wanted:
            yield _more(name)


def _links_by_reference(
    workspace: Workspace, ref: Ref, grouping: Grouping, opened: Mapping[str, int], marks: Mapping[bytes, str]
) -> Iterator[Line]:
    wanted = opened.get("", MORE_LINKS)
    rows = _page(workspace, ref, wanted)
    by_name: dict[str, list[LinkRow]] = {}
    for row in rows[:wanted]:
        names = row.tags if grouping == "tag" else [row.collection if grouping == "collection" else row.category]
        for name in names or [""]:
            by_name.setdefault(name, []).append(row)
    for name in sorted(by_name, key=lambda name: (not name, name.casefold())):
        yield line()
        yield line(
            Span(name or f"no {grouping}", "key" if name else "label"), Span(f"  {len(by_name[name]):,}", "label")
        )
        yield from (_link(ref, row, marks, with_type=True) for row in by_name[name])
    if len(rows) > wanted:
        yield line()
        yield _more("")


def _page(workspace: Workspace, ref: Ref, wanted: int, type: str = "") -> list[LinkRow]:
    """Up to one link more than wanted, by which it is known whether there are more."""
    profile, document = (ref.id, None) if ref.entity == "profile" else (None, ref.id)
    query = Query(entity="link", type=type, profile=profile, document=document)
    rows: list[LinkRow] = workspace.page(query, limit=wanted + 1).rows
    return rows


def _more(group: str) -> Line:
    return line(Span("… more", "accent"), key=AtMore(group))


def _link(ref: Ref, row: LinkRow, marks: Mapping[bytes, str], *, with_type: bool = False) -> Line:
    if ref.entity == "profile":
        other, title = Ref("document", row.document), row.document_title
        facts = [row.type if with_type else "", row.collection, row.category]
    else:
        other, title = Ref("profile", row.profile), row.profile_name
        facts = [row.profile_kind if row.profile_kind != "person" else "", row.collection, row.category]
    facts.append(_validity(row))
    return line(
        f"  {title}",
        key=AtLink(Ref("link", row.id), other, title),
        mark=marks.get(row.id) or marks.get(other.id, ""),
        end=" · ".join(filter(None, facts)),
    )


def _validity(row: LinkRow) -> str:
    first = f"from {date_of(row.valid_from)}" if row.valid_from is not None else ""
    last = f"until {date_of(row.valid_until)}" if row.valid_until is not None else ""
    return " ".join(filter(None, (first, last)))


def _ends(workspace: Workspace, record: Record) -> Iterator[Line]:
    yield line()
    ends: tuple[tuple[Entity, str], ...] = (("document", "Document"), ("profile", "Profile"))
    for entity, label in ends:
        other = Ref(entity, record.fields[entity])
        title = workspace.get(other).title
        yield line(
            Span(f"{label:<{LABEL}} ", "label"), Span(title, "key"), key=AtLink(record.ref, other, title), wraps=True
        )


def _text(record: Record, opened: Mapping[str, int]) -> Iterator[Line]:
    text = (record.fields.get("text") or "").strip("\n")
    if not text:
        return
    shown = WHOLE if TEXT_GROUP in opened else PREVIEW
    yield line()
    yield line(Span("Text", "key"), Span(f"  {len(text):,} characters", "label"))
    yield line(text[:shown], wraps=True)
    if len(text) > shown:
        yield line(Span("… more", "accent"), key=AtMore(TEXT_GROUP))
