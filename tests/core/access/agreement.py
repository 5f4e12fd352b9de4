"""Where a workspace answers otherwise than the oracle: in point checks, single records, lists, counts, searches and
explanations. Each line that comes out is one difference, for people.

What an account finds in a list is what an owner finds there, in the same order, without what the oracle hides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from core.access import rights_on, see
from core.access_values import Reason
from core.errors import NotFound
from core.fields import PROFILE_KINDS
from core.local import LocalWorkspace
from core.rights import names
from core.values import Actor, Query, RecordId, Ref, Sort
from core.viewer import identify, view
from tests.core.access.building import Built
from tests.core.access.oracle import ACTIONS, AREAS, Oracle, World, implied, lost, without
from tests.core.access.worlds import CATEGORIES, HOUR, NOW, OWNER, TAGS, WORDS

MANY = 10_000  # more rows than there are
KINDS = ("document", "profile", "link", "conflict", "type", "account", "group", "role", "grant", "mark")


class Asked:
    """A world in a store, asked by one account, beside what the oracle says of that and what an owner finds there who
    comes in the same way."""

    def __init__(
        self, built: Built, oracle: Oracle, account: str, workspace: LocalWorkspace, owner: LocalWorkspace
    ) -> None:
        self.built = built
        self.world = built.world
        self.oracle = oracle
        self.account = account
        self.workspace = workspace
        self.owner = owner
        self.random = Random(f"{account}, {oracle.context}")

    def sees(self, kind: str, name: Any) -> bool:
        return "see" in self.oracle.actions(self.account, kind, name)

    def records(self, *kinds: str) -> Iterator[tuple[str, Any, Ref, frozenset[str]]]:
        """Kind, name, ref and actions of each record."""
        for kind in kinds:
            for name in self.built.world.records(kind):
                yield kind, name, self.built.ref(kind, name), self.oracle.actions(self.account, kind, name)


Check = Callable[[Asked], Iterator[str]]


def differences(built: Built, oracle: Oracle, *checks: Check) -> list[str]:
    """Of every account that may ask."""
    found: list[str] = []
    for account in filter(oracle.exists, built.world.accounts):
        with (
            built.asked_by(account, oracle.context) as workspace,
            built.asked_by(OWNER, oracle.context) as owner,
        ):
            asked = Asked(built, oracle, account, workspace, owner)
            found += [f"{account}, {oracle.context}: {line}" for check in checks for line in check(asked)]
    return found


# --- single records ---------------------------------------------------------------------------------------------


def point_checks(asked: Asked) -> Iterator[str]:
    """What core.access says of areas and records; who may change which grant, it does not say."""
    with asked.workspace.store.read() as db:
        viewer = view(identify(db, asked.workspace.actor), asked.oracle.context)
        yield from _unlike("unrestricted", viewer.unrestricted, asked.oracle.unrestricted(asked.account))
        for area in AREAS:
            yield from _unlike(
                area, set(names(viewer.area_rights(area))), set(asked.oracle.in_area(asked.account, area))
            )
        owner = view(identify(db, Actor(OWNER)), asked.oracle.context)
        for kind, name, ref, actions in asked.records(*KINDS):
            rights = set(names(rights_on(db, viewer, kind, see(db, owner, ref))))
            relevant = {"see"} if kind == "grant" else rights | actions
            yield from _unlike(f"{kind} {name}", rights & relevant, actions & relevant)


def single_records(asked: Asked) -> Iterator[str]:
    """What can be read of each record, what of it is withheld, and what may be done with it."""
    for kind, name, ref, actions in asked.records(*KINDS):
        if kind == "conflict":
            yield from _unlike(f"conflict {name}", _answers(asked.workspace.conflict, ref.id), "see" in actions)
            continue
        yield from _unlike(f"{kind} {name}", _answers(asked.workspace.get, ref), "see" in actions)
        yield from _unlike(f"{kind} {name} may", _answers(asked.workspace.may, ref), "see" in actions)
        if "see" not in actions:
            continue
        if kind != "grant":
            yield from _unlike(f"{kind} {name} may", set(asked.workspace.may(ref)), set(actions))
        if kind in ("document", "profile"):
            withheld = asked.oracle.withheld(asked.account, kind, name)
            yield from _unlike(f"{kind} {name} withheld", set(asked.workspace.get(ref).withheld), withheld)


def kept_in_step(asked: Asked) -> Iterator[str]:
    """What grants and links come to, worked out anew; asked once, not of each account."""
    if asked.account == OWNER:
        yield from _unlike("wrong rows of rights", asked.owner.rebuild_access(), 0)


# --- lists ------------------------------------------------------------------------------------------------------

SORTS: tuple[Sort, ...] = ("name", "updated", "created")
QUERIES = 24  # of all there are, for each account


def lists(asked: Asked) -> Iterator[str]:
    """What a list holds, in which order, page by page from either end, how many there are, and where each stands."""
    names = {kind: asked.built.names(kind) for kind in KINDS}
    queries = list(_queries(asked))
    for query in asked.random.sample(queries, min(len(queries), QUERIES)):
        if not _names_what_is_seen(asked, query):
            for method in (asked.workspace.page, asked.workspace.count):
                yield from _unlike(f"{query} answers", _answers(method, query), False)
            continue
        known = names[query.entity]
        of_owner = [known[row.id] for row in asked.owner.page(query, limit=MANY).rows if row.id in known]
        rows = asked.workspace.page(query, limit=MANY).rows
        found = [known[row.id] for row in rows if row.id in known]
        yield from _unlike(f"{query}", found, [name for name in of_owner if _is_found(asked, query, name)])
        yield from _unlike(f"{query} counts", asked.workspace.count(query).value, len(rows))
        yield from _unlike(f"{query} by pages", _by_pages(asked.workspace, query), [row.id for row in rows])
        yield from _unlike(
            f"{query} by pages", _by_pages_from_the_end(asked.workspace, query), [row.id for row in rows]
        )
        ranks = [asked.workspace.rank(query, row.id) for row in rows]
        yield from _unlike(f"{query} ranks", ranks, list(range(len(rows))))


def whole_lists(asked: Asked) -> Iterator[str]:
    """Of each kind, living and in the trash, all that the oracle says and nothing else, whatever an owner finds."""
    for kind in KINDS:
        names = asked.built.names(kind)
        for trash in (False, True) if kind != "conflict" else (False,):
            rows = asked.workspace.page(Query(entity=kind, trash=trash), limit=MANY).rows
            found = {names[row.id] for row in rows if row.id in names}
            expected = asked.oracle.visible(asked.account, kind, trash=trash)
            yield from _unlike(f"all of {kind}, {trash=}", found, expected)


def groups_of_links(asked: Asked) -> Iterator[str]:
    """How many links of each type a record has."""
    for kind, name, ref, actions in asked.records("document", "profile"):
        if "see" not in actions:
            yield from _unlike(f"groups of {kind} {name} answer", _answers(asked.workspace.groups, ref), False)
            continue
        expected: Counter[str] = Counter()
        for link, record in asked.world.links.items():
            if name in link and not record.in_trash and asked.sees("link", link):
                expected[link[2]] += 1
        found = {group.type.name: group.count.value for group in asked.workspace.groups(ref)}
        yield from _unlike(f"groups of {kind} {name}", found, dict(expected))


def _queries(asked: Asked) -> Iterator[Query]:
    orders = [{"sort": sort, "descending": descending} for sort in SORTS for descending in (False, True)]
    some: dict[str, list[dict[str, Any]]] = {
        "document": [{"category": one} for one in CATEGORIES] + [{"tag": one} for one in TAGS],
        "profile": [{"kind": one} for one in PROFILE_KINDS],
        "link": [{"kind": one} for one in PROFILE_KINDS] + [{"valid_at": NOW}, {"valid_at": NOW - HOUR}],
    }
    types = [name for name, type in asked.world.types.items() if not type.in_trash]
    for kind in ("document", "profile", "link"):
        filters: list[dict[str, Any]] = [{}, {"trash": True}, *some[kind]]
        filters += [{"type": name} for name in types] + [{"text": word} for word in (*WORDS, "document")]
        yield from (Query(entity=kind, **one, **order) for one in filters for order in orders)
    for kind in ("document", "profile"):
        for name in asked.world.records(kind):
            end = {kind: asked.built.ref(kind, name).id}
            yield from (Query(entity="link", **end, trash=trash) for trash in (False, True))
            yield from (Query(entity="link", **end, type=type) for type in types)
            yield Query(entity="grant", target=asked.built.ref(kind, name))
    for kind in ("account", "group", "role", "profile"):
        yield from (Query(entity="grant", subject=asked.built.ref(kind, name)) for name in asked.world.records(kind))


def _names_what_is_seen(asked: Asked, query: Query) -> bool:
    """Whether the records that the query names are there for the account."""
    named = [Ref(kind, id) for kind, id in (("document", query.document), ("profile", query.profile)) if id]
    named += [ref for ref in (query.subject, query.target) if ref]
    return all(asked.sees(kind, asked.built.names(kind)[id]) for kind, id in named)


def _is_found(asked: Asked, query: Query, name: Any) -> bool:
    """Whether the account finds what an owner finds; a record by a link only when it sees that."""
    if query.type and query.entity != "link":
        links = [link for link, record in asked.world.links.items() if not record.in_trash and name in link]
        if not any(link[2] == query.type and asked.sees("link", link) for link in links):
            return False
    return asked.sees(query.entity, name)


def _by_pages(workspace: LocalWorkspace, query: Query) -> list[RecordId]:
    found: list[RecordId] = []
    page = workspace.page(query, limit=3)
    while page.rows:
        found += [row.id for row in page.rows]
        page = workspace.page(query, key=page.last, limit=3)
    return found


def _by_pages_from_the_end(workspace: LocalWorkspace, query: Query) -> list[RecordId]:
    found: list[RecordId] = []
    page = workspace.page(query, backwards=True, limit=3)
    while page.rows:
        found = [row.id for row in page.rows] + found
        page = workspace.page(query, key=page.first, backwards=True, limit=3)
    return found


# --- search -------------------------------------------------------------------------------------------------------


def searches(asked: Asked) -> Iterator[str]:
    """Who searches finds what holds the word and is seen, but not what holds it confidentially; in an owner's order."""
    for word in asked.random.sample((*WORDS, *TAGS, *CATEGORIES[1:]), 6):
        for kind in ("document", "profile"):
            names = asked.built.names(kind)
            found = [names[hit.row.id] for hit in asked.workspace.search(word, entity=kind)]
            of_owner = [names[hit.row.id] for hit in asked.owner.search(word, entity=kind)]
            holding = {name for name in asked.world.records(kind) if word in words_of(asked.world, kind, name)}
            yield from _unlike(f'search for "{word}"', found, [name for name in of_owner if asked.sees(kind, name)])
            yield from _unlike(f'search for "{word}"', set(found), {one for one in holding if asked.sees(kind, one)})


def words_of(world: World, kind: str, name: str) -> set[str]:
    """Those by which everyone who sees the record finds it."""
    record = world.records(kind)[name]
    if record.in_trash:
        return set()
    fields = record.fields
    if kind == "document":
        texts = [fields["category"], *fields["tags"]]
        texts += [] if record.confidential else [fields["text"], fields["description"]]
    else:
        marked = {one.attribute for one in world.marks.values() if one.entity == "profile" and not one.in_trash}
        texts = [fields["notes"], *(text for key, text in fields["attributes"].items() if key not in marked)]
    return {word for text in texts for word in text.split()}


# --- explanations -----------------------------------------------------------------------------------------------------


def explanations(asked: Asked) -> Iterator[str]:
    """What an owner is told of the account: whether it may, by which rules, and what is missing."""
    at = asked.oracle.context.at
    targets: list[Any] = list(asked.records("document", "profile", "link"))
    targets += [("area", area, area, asked.oracle.in_area(asked.account, area)) for area in AREAS]
    for kind, name, target, actions in targets:
        action = asked.random.choice(ACTIONS)
        told = asked.owner.explain(asked.account, target, action=action, at=at)
        yield from _unlike(f"explain {action} {kind} {name}", told.allowed, action in actions)
        yield from _unlike(f"explain {action} {kind} {name}: {told.missing}", bool(told.missing), action not in actions)
        if kind != "link":
            yield from _unlike(f"reasons of {kind} {name}: {told.reasons}", _by_reasons(told.reasons), set(actions))


def holders(asked: Asked) -> Iterator[str]:
    """What an owner is told of each record; asked once, not of each account."""
    if asked.account != OWNER:
        return
    accounts = list(filter(asked.oracle.exists, asked.world.accounts))
    for kind, name, ref, _ in asked.records("document", "profile", "link"):
        found = {one.account: set(one.actions) for one in asked.owner.who(ref, at=asked.oracle.context.at)}
        expected = {account: set(asked.oracle.actions(account, kind, name)) for account in accounts}
        yield from _unlike(f"who sees {kind} {name}", found, {one: may for one, may in expected.items() if may})


def _by_reasons(reasons: list[Reason]) -> set[str]:
    """What the rules that count come to."""
    allowed, denied = (
        frozenset[str]().union(*(bring(one.action) for one in reasons if one.counts and one.effect == effect))
        for effect, bring in (("allow", implied), ("deny", lost))
    )
    owned = any(one.counts and one.rule == "role owner" for one in reasons)
    return set(ACTIONS if owned else without(allowed, denied))


# --- helpers ----------------------------------------------------------------------------------------------------------


def _answers(ask: Callable[..., Any], *about: Any) -> bool:
    try:
        ask(*about)
    except NotFound:
        return False
    return True


def _unlike(what: str, answer: Any, expected: Any) -> Iterator[str]:
    if answer != expected:
        yield f"{what}: {answer} and not {expected}"
