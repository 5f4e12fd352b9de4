"""What is old goes from the logs as the rules say; all that is newer reads as before, and the rest is refused."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.access_values import Pruning
from core.errors import Conflict, Denied, Invalid, NotFound, RolodocError, Unavailable
from core.instants import now
from core.local import LocalWorkspace
from core.values import Actor, Query, Ref
from core.write_values import Create, Delete, Edit, MergeProfiles, Resolve, SplitProfile, TakingBack
from tests.core.access.people import People, contents_of, grant_to, refusal
from tests.core.audit.raw import entries, kinds, raw, verified
from tests.core.making import delete, edit, fields_of, make_document, make_linked, make_profile, make_type, new_link
from tests.core.making import restore as bring_back
from tests.core.soundness import assert_sound

DAY = 86_400_000_000  # microseconds
REMOVED = re.compile(r"history before [\dT:-]+Z was removed by the rule of 30 days")


def keep(workspace: LocalWorkspace, log: str, days: int = 30) -> Ref:
    return workspace.write([Create("retention", {"log": log, "days": days})]).refs[0]


def days_later(workspace: LocalWorkspace, days: float, since: int | None = None) -> None:
    """The clock of the workspace shows so many days after now, or after an instant."""
    instant = int((now() if since is None else since) + days * DAY)
    workspace.clock = lambda: instant


def prune(workspace: LocalWorkspace) -> Pruning:
    """What goes, which a preview told before without a trace; nothing goes a second time."""
    before = contents_of(workspace)
    preview = workspace.prune(dry_run=True)
    assert contents_of(workspace) == before
    done = workspace.prune()
    assert preview.dry_run
    assert (preview.changes, preview.audit) == (done.changes, done.audit)
    assert (preview.changes_before, preview.audit_before) == (done.changes_before, done.audit_before)
    assert workspace.prune(dry_run=True).changes == 0
    return done


# --- the change log -----------------------------------------------------------------------------------------------


@pytest.fixture
def long_ago(workspace: LocalWorkspace) -> Iterator[tuple[Ref, int]]:
    """A profile of five revisions, three of them from before the instant; and a rule of 30 days."""
    ada = make_profile(workspace, "Ada", notes="one")
    edit(workspace, ada, notes="two")
    edit(workspace, ada, notes="three")
    cut = now()
    edit(workspace, ada, notes="four")
    edit(workspace, ada, emails=["ada@example.org"])
    keep(workspace, "changes")
    return ada, cut


def test_what_is_newer_than_the_rule_stays(store_path: Path, workspace: LocalWorkspace, long_ago: Any) -> None:
    ada, cut = long_ago
    then = workspace.get(ada, at=cut)
    days_later(workspace, 30, cut)

    pruning = prune(workspace)

    assert (pruning.changes, pruning.changes_before) == (3, cut)
    assert (pruning.audit, pruning.audit_before) == (0, None)
    assert [change.revision for change in workspace.changes(ref=ada)] == [5, 4, 3, 1]
    assert workspace.get(ada, at=cut) == then
    assert workspace.get(ada, revision=4).fields["notes"] == "four"
    workspace.close()
    assert_sound(store_path)


def test_what_is_older_is_refused_with_the_rule(workspace: LocalWorkspace, long_ago: Any) -> None:
    ada, cut = long_ago
    made, second = workspace.get(ada, revision=1), workspace.get(ada, revision=2)
    old, young = (workspace.changes(ref=ada)[number].request for number in (3, 0))
    days_later(workspace, 30, cut)
    workspace.prune()

    asked: list[Callable[[], Any]] = [
        lambda: workspace.get(ada, revision=1),
        lambda: workspace.get(ada, revision=2),
        lambda: workspace.get(ada, at=made.updated_at),
        lambda: workspace.get(ada, at=second.updated_at),
        lambda: workspace.get(ada, at=1),
        lambda: workspace.undo(old),
        lambda: workspace.undo(seq=1),
        lambda: workspace.undo(seq=2),
        lambda: workspace.take_back(TakingBack(ref=ada, revision=2)),
        lambda: workspace.take_back(TakingBack(ref=ada, since=made.updated_at)),
        lambda: workspace.take_back(TakingBack(ref=ada, actor="tester", since=made.updated_at)),
        lambda: workspace.take_back(TakingBack(via="terminal", since=made.updated_at)),
        lambda: workspace.take_back(TakingBack(request=old)),
    ]
    for ask in asked:
        error = refusal(workspace, ask)
        assert isinstance(error, NotFound)
        assert REMOVED.search(str(error)), str(error)
    with pytest.raises(NotFound, match="Ada has no revision 9; name one from 1 to 5"):
        workspace.get(ada, revision=9)
    assert workspace.take_back(TakingBack(request=young), dry_run=True).records == 1


def test_a_form_that_was_read_before_is_refused_and_not_merged_wrongly(
    workspace: LocalWorkspace, long_ago: Any
) -> None:
    ada, cut = long_ago
    versions = [workspace.get(ada, revision=revision).version for revision in (1, 2, 3)]
    days_later(workspace, 30, cut)
    workspace.prune()

    for version in versions[:2]:
        with pytest.raises(NotFound, match="is not in its history; read it again"):
            workspace.write([Edit(ada, {"name": "A. King"}, version, merge=True)])
    workspace.write([Edit(ada, {"name": "A. King"}, versions[2], merge=True)])

    assert fields_of(workspace, ada)["name"] == "A. King"
    assert fields_of(workspace, ada)["notes"] == "four"


def test_blame_names_what_the_log_still_tells(workspace: LocalWorkspace, long_ago: Any) -> None:
    ada, cut = long_ago
    days_later(workspace, 30, cut)

    workspace.prune()

    assert {field: blame.revision for field, blame in workspace.blame(ada).items()} == {"emails": 5, "notes": 4}
    latest_old = workspace.changes(ref=ada)[2]
    assert (latest_old.kind, latest_old.revision, latest_old.actor.name) == ("updated", 3, "tester")
    assert (latest_old.before, latest_old.after) == ({}, {})
    assert workspace.get(ada).updated_by == "tester"


def test_undo_goes_back_to_where_the_log_begins_and_no_further(
    store_path: Path, workspace: LocalWorkspace, long_ago: Any
) -> None:
    ada, cut = long_ago
    days_later(workspace, 30, cut)
    workspace.prune()

    for _ in range(3):  # the rule of retention itself, and two edits
        workspace.undo()
    with pytest.raises(NotFound, match=r"^there is nothing to undo$"):
        workspace.undo()

    assert fields_of(workspace, ada)["notes"] == "three"
    assert_sound(store_path)


def test_the_last_request_stays_however_old(store_path: Path, workspace: LocalWorkspace) -> None:
    keep(workspace, "changes", 1)
    ada = make_profile(workspace, "Ada")
    for number in range(5):
        edit(workspace, ada, notes=str(number))
    cursor = workspace.cursor()
    days_later(workspace, 1_000)

    assert prune(workspace).changes == 5

    assert workspace.cursor() == cursor
    assert [change.revision for change in workspace.changes(ref=ada)] == [6, 5, 1]
    edit(workspace, ada, notes="later")
    assert workspace.undo().summary == "updated 1 profile"
    assert_sound(store_path)


def test_a_record_that_never_changed_keeps_its_one_change(store_path: Path, workspace: LocalWorkspace) -> None:
    document, ada, link = make_linked(workspace)
    edit(workspace, ada, notes="n")
    edit(workspace, ada, notes="m")
    keep(workspace, "changes")
    days_later(workspace, 31)

    assert prune(workspace).changes == 3

    for ref in (document, link):
        (change,) = workspace.changes(ref=ref)
        assert change.kind == "created"
        assert change.after
    with pytest.raises(NotFound, match="Notes was made only on"):
        workspace.get(document, at=1)
    assert_sound(store_path)


def test_what_went_to_the_trash_comes_back_with_its_links(store_path: Path, workspace: LocalWorkspace) -> None:
    document, ada, link = make_linked(workspace)
    for number in range(3):
        edit(workspace, document, title=f"Notes {number}")
    delete(workspace, document)
    keep(workspace, "changes")
    days_later(workspace, 31)

    assert prune(workspace).changes == 5  # the edits, and that document and link were made

    bring_back(workspace, document)
    assert [row.id for row in workspace.page(Query(entity="link", profile=ada.id)).rows] == [link.id]
    assert_sound(store_path)


def test_former_texts_go_with_the_changes_that_named_them(store_path: Path, workspace: LocalWorkspace) -> None:
    document = make_document(workspace, text="former words")
    edit(workspace, document, text="later words")
    cut = now()
    edit(workspace, document, text="words of now")
    keep(workspace, "changes")
    days_later(workspace, 30, cut)

    workspace.prune()

    with raw(store_path) as db:
        assert sorted(text for (text,) in db.execute("SELECT text FROM body")) == ["later words", "words of now"]
    assert workspace.get(document, at=cut).fields["text"] == "later words"
    assert b"former words" not in b"".join(path.read_bytes() for path in store_path.parent.glob("store.db*"))


def test_what_was_merged_is_split_again(store_path: Path, workspace: LocalWorkspace) -> None:
    document, ada, _ = make_linked(workspace)
    other = make_profile(workspace, "A. King")
    workspace.write([new_link(document, other)])
    workspace.write([MergeProfiles(ada.id, other.id)])
    edit(workspace, ada, notes="later")
    keep(workspace, "changes")
    days_later(workspace, 31)
    workspace.prune()

    links = [row.id for row in workspace.page(Query(entity="link", profile=ada.id)).rows]
    workspace.write([SplitProfile(ada.id, links, other=other.id)])

    assert workspace.get(other).title == "A. King"
    assert workspace.stats().links == 2
    assert_sound(store_path)


def test_a_source_is_met_where_it_spoke_last(store_path: Path, workspace: LocalWorkspace) -> None:
    write = Create("profile", {"name": "Ada", "notes": "one"}, ("list", "1"), source="list")
    (ada,) = workspace.write([write]).refs
    workspace.write([Edit(ada, {"notes": "two"}, source="list")])
    edit(workspace, ada, emails=["ada@example.org"])
    keep(workspace, "changes")
    days_later(workspace, 31)
    workspace.prune()

    workspace.write([Edit(ada, {"notes": "three", "emails": []}, source="list")])

    assert fields_of(workspace, ada)["notes"] == "three"
    assert [email["value"] for email in fields_of(workspace, ada)["emails"]] == ["ada@example.org"]
    assert_sound(store_path)


def test_what_was_undone_before_stays_undone(store_path: Path, workspace: LocalWorkspace) -> None:
    ada = make_profile(workspace, "Ada")
    edit(workspace, ada, notes="one")
    workspace.undo()
    cut = now()
    edit(workspace, ada, notes="two")
    keep(workspace, "changes")
    days_later(workspace, 30, cut)
    workspace.prune()

    for _ in range(2):
        workspace.undo()

    with pytest.raises(NotFound, match="nothing to undo"):
        workspace.undo()
    assert fields_of(workspace, ada)["notes"] == ""
    assert_sound(store_path)


def test_an_undo_of_something_older_can_be_undone(store_path: Path, workspace: LocalWorkspace) -> None:
    ada = make_profile(workspace, "Ada")
    edit(workspace, ada, notes="one")
    cut = now()
    workspace.undo()
    keep(workspace, "changes")
    days_later(workspace, 30, cut)
    workspace.prune()

    (_, undone, *_) = workspace.changes()
    workspace.undo(undone.request)

    assert fields_of(workspace, ada)["notes"] == "one"
    assert_sound(store_path)


def test_a_log_is_pruned_again_as_time_goes_on(store_path: Path, workspace: LocalWorkspace) -> None:
    ada, bob = make_profile(workspace, "Ada"), make_profile(workspace, "Bob")
    keep(workspace, "changes")
    cuts = []
    for number in range(12):
        edit(workspace, ada, notes=str(number))
        delete(workspace, bob)
        bring_back(workspace, bob)
        cuts.append(now())
    for cut in cuts[3::4]:
        days_later(workspace, 30, cut)
        prune(workspace)
        assert_sound(store_path)
        assert workspace.get(ada, at=cut).fields["notes"] == str(cuts.index(cut))

    assert len(workspace.changes(after=0)) == 5  # the last request; two of ada, one of bob and of the rule before it
    workspace.purge(now() + 1)
    assert workspace.verify_audit().bad is None
    assert_sound(store_path)


def test_a_prune_is_told_in_the_audit_which_still_holds(store_path: Path, workspace: LocalWorkspace) -> None:
    ada = make_profile(workspace, "Ada")
    for number in range(5):
        edit(workspace, ada, notes=str(number))
    checkpoint = workspace.checkpoint_audit()
    keep(workspace, "changes")
    days_later(workspace, 31)
    workspace.reason = "each month"

    workspace.prune()

    entry = entries(workspace, kind="changes.pruned")[0]
    assert (entry.actor.name, entry.reason) == ("tester", "each month")
    assert REMOVED.match(entry.detail)
    assert "6 times" in entry.detail
    verdict = workspace.verify_audit([checkpoint])
    assert verdict.bad is None
    assert any("the change log was pruned up to change 6" in remark for remark in verdict.remarks)


def test_what_is_younger_is_still_proven(store_path: Path, workspace: LocalWorkspace, long_ago: Any) -> None:
    _, cut = long_ago
    days_later(workspace, 30, cut)
    workspace.prune()
    workspace.close()

    with raw(store_path) as db:
        db.execute("""UPDATE change SET after = '{"notes":"forged"}' WHERE seq = 4""")

    assert verified(store_path).problem == "change 4 is not what it was when entry 4 was written"


# --- the audit ----------------------------------------------------------------------------------------------------


def test_entries_go_from_the_beginning_and_the_rest_holds(store_path: Path, workspace: LocalWorkspace) -> None:
    ada = make_profile(workspace, "Ada")
    edit(workspace, ada, notes="one")
    cut = now()
    edit(workspace, ada, notes="two")
    keep(workspace, "audit", 90)
    assert workspace.verify_audit().bad is None
    days_later(workspace, 90, cut)

    pruning = prune(workspace)

    assert (pruning.changes, pruning.audit, pruning.audit_before) == (0, 2, cut)
    assert kinds(store_path) == ["profile.updated", "retention.created", "audit.pruned"]
    verdict = workspace.verify_audit()
    assert (verdict.bad, verdict.first, verdict.entries) == (None, 3, 3)
    assert any(remark.startswith("entries 1 to 2 are gone, pruned on") for remark in verdict.remarks)
    assert workspace.changes(ref=ada)[2].after["name"] == "Ada"
    workspace.close()
    assert_sound(store_path)


def test_both_logs_at_once_each_by_its_rule(store_path: Path, workspace: LocalWorkspace) -> None:
    ada = make_profile(workspace, "Ada")
    for number in range(6):
        edit(workspace, ada, notes=str(number))
    keep(workspace, "changes", 10)
    keep(workspace, "audit", 20)
    days_later(workspace, 21)

    pruning = prune(workspace)

    assert (pruning.changes, pruning.audit) == (7, 8)
    assert kinds(store_path) == ["retention.created", "changes.pruned", "audit.pruned"]
    assert workspace.verify_audit().bad is None
    edit(workspace, ada, notes="later")
    assert workspace.verify_audit().bad is None
    assert_sound(store_path)


def test_removing_a_beginning_without_a_prune_is_found(store_path: Path, workspace: LocalWorkspace) -> None:
    ada = make_profile(workspace, "Ada")
    for number in range(6):
        edit(workspace, ada, notes=str(number))
    keep(workspace, "audit")
    days_later(workspace, 31)
    workspace.prune()
    workspace.clock = now
    edit(workspace, ada, notes="later")
    workspace.close()

    with raw(store_path) as db:
        db.execute("DELETE FROM audit WHERE seq <= 8")

    assert verified(store_path).problem == "entries 1 to 8 are missing, and no checkpoint says that they were pruned"


def test_where_nothing_can_be_signed_nothing_goes(store_path: Path, workspace: LocalWorkspace) -> None:
    ada = make_profile(workspace, "Ada")
    edit(workspace, ada, notes="one")
    keep(workspace, "audit")
    keep(workspace, "changes")
    days_later(workspace, 31)
    Path(f"{store_path}-audit-key").mkdir()

    error = refusal(workspace, workspace.prune)

    assert isinstance(error, Unavailable)
    assert "so nothing is pruned; see its permissions" in str(error)
    Path(f"{store_path}-audit-key").rmdir()


# --- the rules ----------------------------------------------------------------------------------------------------


def test_without_a_rule_nothing_goes(workspace: LocalWorkspace) -> None:
    ada = make_profile(workspace, "Ada")
    edit(workspace, ada, notes="one")
    workspace.write([Delete(keep(workspace, "changes"))])
    days_later(workspace, 10_000)
    before = contents_of(workspace)

    assert workspace.prune() == Pruning(0, 0, None, None, False)

    assert contents_of(workspace) == before


def test_where_nothing_is_old_enough_nothing_is_written(store_path: Path, workspace: LocalWorkspace) -> None:
    ada = make_profile(workspace, "Ada")
    for number in range(3):
        edit(workspace, ada, notes=str(number))
    keep(workspace, "changes", 30)
    keep(workspace, "audit", 2**31 - 2)  # which is before there were clocks
    days_later(workspace, 29.9)
    before, told = contents_of(workspace), kinds(store_path)

    pruning = workspace.prune()

    assert (pruning.changes, pruning.audit, pruning.audit_before) == (0, 0, 0)
    assert contents_of(workspace) == before
    assert kinds(store_path) == told


@pytest.mark.parametrize("days", [0, -1, None])
def test_a_rule_of_no_days_is_refused(workspace: LocalWorkspace, days: int | None) -> None:
    error = refusal(workspace, lambda: workspace.write([Create("retention", {"log": "changes", "days": days})]))

    assert isinstance(error, Invalid)
    assert error.field == "days"


def test_it_takes_the_right_to_administer_the_audit(office: People) -> None:
    ada = make_profile(office.owner, "Ada")
    for number in range(3):
        edit(office.owner, ada, notes=str(number))
    keep(office.owner, "changes")
    ann = office.account("ann")
    days_later(ann, 31)
    office.grant("ann", "edit", "audit")

    for dry_run in (True, False):
        error = refusal(office.owner, lambda dry_run=dry_run: ann.prune(dry_run=dry_run))
        assert isinstance(error, Denied)
        assert str(error) == ("ann may not remove what the rules of retention let go; that needs administer on audit")

    office.owner.write([grant_to(office.accounts["ann"], "administer", "audit")])
    assert ann.prune().changes == 4
    office.close()
    assert_sound(office.path)


# --- whatever happened --------------------------------------------------------------------------------------------

numbers = st.integers(0, 30)
KINDS = (
    *("profile", "document", "link", "edit", "edit", "edit", "late", "source", "delete", "restore"),
    *("undo", "redo", "merge", "split", "resolve", "many", "back"),
)
STEPS = st.tuples(st.sampled_from(KINDS), numbers, numbers)


class History:
    """Two people write at random; what cannot be is refused and leaves nothing."""

    def __init__(self, path: Path) -> None:
        self.people = [LocalWorkspace(path, Actor(name)) for name in ("ann", "bob")]
        self.refs: list[Ref] = []
        self.versions: list[tuple[Ref, int]] = []
        self.instants: list[int] = []
        make_type(self.people[0])

    def step(self, what: str, one: int, two: int) -> None:
        with suppress(RolodocError):
            self._step(self.people[two % 2], what, one, two)
        self.instants.append(now())
        self.versions += [(ref, self.people[0].get(ref).version) for ref in self.refs]

    def _step(self, who: LocalWorkspace, what: str, one: int, two: int) -> None:
        if what == "undo":
            who.undo()
        elif what == "redo":
            who.redo()
        elif what in ("profile", "document"):
            title = {"profile": "name", "document": "title"}[what]
            write = Create(what, {title: f"{what} {one}"}, ("list", f"{one} {two}"), source="list")
            self.refs += who.write([write]).refs
        elif what == "resolve":
            for row in who.page(Query(entity="conflict", sort="created")).rows[:1]:
                who.write([Resolve(row.id, {one.field: "mine" for one in who.conflict(row.id).fields})])
        elif what == "back":
            who.take_back(TakingBack(actor="ann", since=self.instants[one % len(self.instants)]))
        elif what in ("link", "merge", "split"):
            self._join(who, what, self._pick("document", one), self._pick("profile", one), self._pick("profile", two))
        elif what == "late":
            ref, version = self.versions[one % len(self.versions)]
            who.write([Edit(ref, _fields(ref, two), version, merge=True)])
        elif what == "many":
            who.write([Edit(ref, _fields(ref, two)) for ref in self.refs[one % 3 :: 3]])
        else:
            self._change(who, what, self.refs[one % len(self.refs)], two)

    def _join(self, who: LocalWorkspace, what: str, document: Ref, profile: Ref, other: Ref) -> None:
        if what == "link":
            self.refs += who.write([new_link(document, profile)]).refs
        elif what == "merge":
            who.write([MergeProfiles(profile.id, other.id)])
        else:
            links = [row.id for row in who.page(Query(entity="link", profile=profile.id)).rows]
            who.write([SplitProfile(profile.id, links[:1], other=other.id)])

    def _change(self, who: LocalWorkspace, what: str, ref: Ref, number: int) -> None:
        if what == "delete":
            delete(who, ref)
        elif what == "restore":
            bring_back(who, ref)
        else:
            who.write([Edit(ref, _fields(ref, number), source="list" if what == "source" else "")])

    def _pick(self, entity: str, number: int) -> Ref:
        among = [ref for ref in self.refs if ref.entity == entity]
        return among[number % len(among)]

    def close(self) -> None:
        for workspace in self.people:
            workspace.close()


def _fields(ref: Ref, number: int) -> dict[str, Any]:
    if ref.entity == "link":
        return {"note": str(number)} if number % 2 else {"title": str(number)}
    long = "notes" if ref.entity == "profile" else "text"
    return {long: f"{number}"} if number % 2 else {"attributes": {"n": number}, long: f"{number // 4}"}


@settings(max_examples=50)
@given(steps=st.lists(STEPS, min_size=5, max_size=40), age=st.floats(0, 1), again=st.floats(0, 1))
def test_all_that_is_newer_reads_as_before(
    empty_store: Path, steps: list[tuple[str, int, int]], age: float, again: float
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        whole, pruned = Path(folder, "whole.db"), Path(folder, "pruned.db")
        shutil.copyfile(empty_store, whole)
        history = History(whole)
        keep(history.people[0], "changes")
        for step in [("profile", 0, 0), ("document", 0, 0), ("profile", 1, 0), *steps]:
            history.step(*step)
        history.close()
        shutil.copyfile(whole, pruned)
        # given the same store twice, when one of them is pruned at a random age, and once more
        first, second = sorted(int(share * len(history.instants)) for share in (age, again))
        cuts = [[*history.instants, now()][number] for number in (first, second)]
        with _two(whole, pruned) as (one, other):
            for cut in cuts:
                days_later(other, 30, cut)
                other.prune()
            # then nothing differs from there on, for reading and for undoing
            cut = cuts[-1]
            assert newer(other, history, cut) == newer(one, history, cut)
            young = [change.request for change in one.changes(after=0, limit=10_000) if change.at > cut]
            for request in reversed(list(dict.fromkeys(young))):
                results = [_outcome(lambda w=w, r=request: w.undo(r).summary) for w in (one, other)]
                assert results[0] == results[1]
            assert _now(other, history) == _now(one, history)
            assert other.verify_audit().bad is None
        for path in (whole, pruned):
            assert_sound(path)


@contextmanager
def _two(*paths: Path) -> Iterator[list[LocalWorkspace]]:
    opened = [LocalWorkspace(path, Actor("ann")) for path in paths]
    try:
        yield opened
    finally:
        for workspace in opened:
            workspace.close()


def newer(workspace: LocalWorkspace, history: History, cut: int) -> list[Any]:
    """All that can be read of the time since."""
    log = [change for change in workspace.changes(after=0, limit=10_000) if change.at > cut]
    instants = [instant for instant in history.instants if instant >= cut]
    states = [_outcome(lambda r=ref, i=i: workspace.get(r, at=i)) for ref in history.refs for i in instants]
    revisions = [
        _outcome(lambda c=change: workspace.get(c.ref, revision=c.revision))
        for change in log
        if change.kind != "purged"
    ]
    blames = [{field: blame for field, blame in workspace.blame(ref).items() if blame.at > cut} for ref in history.refs]
    return [log, states, revisions, blames, _now(workspace, history)]


def _now(workspace: LocalWorkspace, history: History) -> list[Any]:
    records = [workspace.get(ref) for ref in history.refs]
    lists = [
        [(row.id, getattr(row, "label", "")) for row in workspace.page(Query(entity=entity, trash=trash)).rows]
        for entity in ("profile", "document", "link")
        for trash in (False, True)
    ]
    conflicts = workspace.page(Query(entity="conflict", sort="created")).rows
    facts = [(r.title, r.fields, r.revision, r.updated_by, r.deleted_at is None, r.external) for r in records]
    said = [workspace.said(entity, "list", [ref.id for ref in history.refs]) for entity in ("profile", "document")]
    return [facts, lists, [workspace.conflict(row.id).fields for row in conflicts], said]


def _outcome(ask: Callable[[], Any]) -> Any:
    """The answer, or the refusal but for when something was done."""
    try:
        return ask()
    except (NotFound, Conflict, Invalid) as error:
        return type(error).__name__, re.sub(r"\d{4}-[\dT:.-]+Z", "then", str(error))
