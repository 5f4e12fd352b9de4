"""What is confidential is read and written by who has the action `confidential` on the record, and found by nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from core.access_values import AuditQuery
from core.errors import Denied, NotFound, ReasonNeeded, Stale
from core.local import LocalWorkspace
from core.rules import Rule
from core.values import Ref, id_text
from core.write_values import Create, Edit, MergeProfiles, Resolve, Value
from tests.core.access.people import People, people, refusal
from tests.core.clashing import save_late
from tests.core.making import delete, edit, make_document, make_linked, make_profile, restore
from tests.core.soundness import assert_sound

BODY = {"description", "attributes", "text", "contents"}
SECRET = "the formula of the elixir"


@pytest.fixture
def office(empty_store: Path, tmp_path: Path) -> Iterator[People]:
    """The owner; `ann`, who may do everything but read and write what is confidential; `cleo`, who may that too."""
    with people(empty_store, tmp_path / "office.db") as found:
        for name in ("ann", "cleo"):
            found.account(name)
            for area in ("profiles", "documents"):
                found.grant(name, "administer", area)
        for area in ("profiles", "documents"):
            found.grant("cleo", "confidential", area)
        yield found
        found.owner.store.checkpoint()
    assert_sound(tmp_path / "office.db")


@pytest.fixture
def ann(office: People) -> LocalWorkspace:
    return office.workspace("ann")


@pytest.fixture
def cleo(office: People) -> LocalWorkspace:
    return office.workspace("cleo")


def mark(office: People, attribute: str = "salary", entity: str = "profile") -> Ref:
    return office.made(Create("mark", {"entity": entity, "attribute": attribute}))


def make_secret(office: People, **fields: Any) -> Ref:
    """A confidential document with something in each field."""
    sha256, size = office.owner.store_content(BytesIO(SECRET.encode()))
    contents = [{"name": "elixir.txt", "media_type": "text/plain", "bytes": size, "sha256": sha256}]
    secret = {"text": SECRET, "description": "of the elixir", "attributes": {"shelf": "B"}, "contents": contents}
    return make_document(office.owner, "Elixir", **(secret | {"confidential": "yes", "category": "recipe"} | fields))


def make_paid(office: People, name: str = "Ada Lovelace", **attributes: Any) -> Ref:
    return make_profile(office.owner, name, attributes=attributes or {"salary": "nine grand", "room": "12"})


def found(workspace: LocalWorkspace, words: str) -> list[Ref]:
    return [Ref(hit.entity, hit.row.id) for hit in workspace.search(words)]


# --- reading ------------------------------------------------------------------------------------------------------


def test_a_confidential_document_is_shown_without_its_body(
    office: People, ann: LocalWorkspace, cleo: LocalWorkspace
) -> None:
    secret = make_secret(office)

    shown = ann.get(secret)

    assert (shown.title, shown.fields["category"], shown.fields["confidential"]) == ("Elixir", "recipe", "yes")
    assert set(shown.withheld) == BODY
    empty = {"text": "", "description": "", "attributes": {}, "contents": []}
    assert {name: shown.fields[name] for name in BODY} == empty
    for workspace in (cleo, office.owner):
        whole = workspace.get(secret)
        assert (whole.fields["text"], whole.withheld) == (SECRET, [])


def test_a_marked_attribute_is_withheld_where_there_is_one(
    office: People, ann: LocalWorkspace, cleo: LocalWorkspace
) -> None:
    paid, other = make_paid(office), make_profile(office.owner, "Bob", attributes={"room": "13"})
    mark(office)

    assert ann.get(paid).fields["attributes"] == {"room": "12"}
    assert ann.get(paid).withheld == ["attributes.salary"]
    assert (ann.get(other).fields["attributes"], ann.get(other).withheld) == ({"room": "13"}, [])
    assert cleo.get(paid).fields["attributes"] == {"salary": "nine grand", "room": "12"}


def test_a_mark_is_about_one_kind_of_record_and_ends_with_it(office: People, ann: LocalWorkspace) -> None:
    paid, document = make_paid(office), make_document(office.owner, attributes={"salary": "1"})
    of_profiles = mark(office)

    assert ann.get(document).withheld == []
    mark(office, entity="document")
    assert ann.get(document).withheld == ["attributes.salary"]
    delete(office.owner, of_profiles)
    assert ann.get(paid).withheld == []


def test_the_past_is_as_confidential_as_the_record_is_now(office: People, ann: LocalWorkspace) -> None:
    secret = make_secret(office, confidential="no")
    edit(office.owner, secret, confidential="yes", text="other")

    for record in (ann.get(secret, revision=1), ann.get(secret, at=office.owner.get(secret).updated_at)):
        assert set(record.withheld) == BODY
        assert record.fields["text"] == ""
    edit(office.owner, secret, confidential="no")
    assert ann.get(secret, revision=1).fields["text"] == SECRET
    assert ann.get(secret, revision=2).fields["text"] == "other"


def test_changes_tell_that_something_is_withheld_and_not_what(
    office: People, ann: LocalWorkspace, cleo: LocalWorkspace
) -> None:
    secret, paid = make_secret(office), make_paid(office)
    mark(office)
    edit(office.owner, secret, text="changed", title="The elixir")
    edit(office.owner, paid, attributes={"salary": "nine and a half", "room": "12"})
    edit(office.owner, paid, attributes={"salary": "almost ten", "room": "14"})

    latest, raised, made = ann.changes(ref=paid)
    assert (latest.before, latest.after) == ({"attributes": {"room": "12"}}, {"attributes": {"room": "14"}})
    assert (raised.before, raised.after, raised.withheld) == ({}, {}, ["attributes.salary"])
    assert made.after["attributes"] == {"room": "12"}
    retitled, begun = ann.changes(ref=secret)
    assert (retitled.before, retitled.after) == ({"title": "Elixir"}, {"title": "The elixir"})
    assert retitled.withheld == ["text"]
    assert set(begun.withheld) == BODY
    everything = str(ann.changes()) + str(ann.changes(request=latest.request))
    assert not any(secret in everything for secret in (SECRET, "nine grand", "nine and a half", "almost ten", "sha256"))
    assert SECRET in str(cleo.changes(ref=secret))
    assert cleo.changes(ref=paid)[1].after == {"attributes": {"salary": "nine and a half", "room": "12"}}


def test_blame_names_no_field_that_is_withheld(office: People, ann: LocalWorkspace, cleo: LocalWorkspace) -> None:
    secret, paid = make_secret(office), make_paid(office, salary="nine grand")
    mark(office)

    assert ann.blame(secret).keys() & BODY == set()
    assert cleo.blame(secret).keys() >= BODY
    assert "attributes" not in ann.blame(paid)
    assert "attributes" in cleo.blame(paid)


def test_what_a_source_said_is_withheld_too(office: People, ann: LocalWorkspace) -> None:
    fields = {"title": "Elixir", "text": SECRET, "confidential": "yes"}
    secret = office.made(Create("document", fields, external=("lab", "1"), source="lab"))

    assert ann.said("document", "lab", [secret.id]) == {secret.id: {"title": "Elixir", "confidential": "yes"}}
    assert ann.find_external("document", "lab", ["1"])["1"].fields["text"] == ""
    assert office.owner.said("document", "lab", [secret.id])[secret.id]["text"] == SECRET


def test_candidates_are_not_found_by_what_is_withheld(
    office: People, ann: LocalWorkspace, cleo: LocalWorkspace
) -> None:
    orcid = {"orcid": "0000-0002-1825-0097"}
    make_profile(office.owner, "Ada Byron", attributes=orcid)
    make_profile(office.owner, "Max Dorn", attributes=orcid)
    assert len(ann.candidates()) == 1

    mark(office, "orcid")

    assert ann.candidates() == []
    assert len(cleo.candidates()) == 1


def test_a_preview_of_a_merge_shows_nothing_that_is_withheld(
    office: People, ann: LocalWorkspace, cleo: LocalWorkspace
) -> None:
    one, other = make_paid(office, "Ada"), make_paid(office, "A. Lovelace", salary="a pittance", room="9")
    mark(office)

    preview = ann.preview_merge(one.id, other.id)

    assert preview.into.withheld == preview.other.withheld == ["attributes.salary"]
    assert not any(secret in str(preview) for secret in ("nine grand", "a pittance"))
    assert "nine grand" in str(cleo.preview_merge(one.id, other.id))


def test_who_reads_what_is_confidential_is_told_to_the_audit(office: People, ann: LocalWorkspace) -> None:
    secret, plain = make_secret(office), make_document(office.owner)
    paid = make_paid(office)
    mark(office)
    cleo = office.workspace("cleo", reason="a check")

    for workspace in (ann, cleo):
        workspace.get(secret)
        workspace.get(plain)
        workspace.get(paid)

    read = {(entry.actor.name, entry.record) for entry in office.owner.audit(AuditQuery(kind="document.read"))}
    assert read == {("cleo", secret)}
    read = {(entry.actor.name, entry.record) for entry in office.owner.audit(AuditQuery(kind="profile.read"))}
    assert read == {("cleo", paid)}


# --- writing ------------------------------------------------------------------------------------------------------


def test_an_edit_keeps_the_attributes_that_its_author_does_not_see(office: People, ann: LocalWorkspace) -> None:
    paid = make_paid(office)
    mark(office)

    edit(ann, paid, attributes={"room": "14", "desk": "2"})
    assert office.owner.get(paid).fields["attributes"] == {"room": "14", "desk": "2", "salary": "nine grand"}
    edit(ann, paid, attributes={})
    assert office.owner.get(paid).fields["attributes"] == {"salary": "nine grand"}


def test_an_edit_over_a_newer_version_keeps_what_was_set_meanwhile(office: People, ann: LocalWorkspace) -> None:
    paid = make_paid(office)
    mark(office)
    read = ann.get(paid)
    edit(office.owner, paid, attributes={"salary": "almost ten", "room": "12"})

    receipt = ann.write([Edit(paid, {"attributes": {"room": "14"}}, read.version, merge=True)])

    assert receipt.conflicts == []
    assert office.owner.get(paid).fields["attributes"] == {"room": "14", "salary": "almost ten"}


def test_what_a_source_does_not_name_stays(office: People, ann: LocalWorkspace) -> None:
    fields = {"name": "Ada", "attributes": {"salary": "nine grand", "room": "12"}}
    paid = office.made(Create("profile", fields, source="hr"))
    mark(office)

    ann.write([Edit(paid, {"attributes": {"room": "14"}}, source="hr")])

    assert office.owner.get(paid).fields["attributes"] == {"room": "14", "salary": "nine grand"}
    assert office.owner.said("profile", "hr", [paid.id])[paid.id] == {"name": "Ada", "attributes": {"room": "14"}}


@pytest.mark.parametrize("value", ["1", "nine grand"])  # also the right guess is refused
@pytest.mark.parametrize("source", ["", "hr"])
def test_setting_a_hidden_attribute_is_refused(office: People, ann: LocalWorkspace, value: str, source: str) -> None:
    paid = make_paid(office)
    mark(office)

    write = Edit(paid, {"attributes": {"salary": value, "room": "12"}}, source=source)
    error = refusal(office.owner, lambda: ann.write([write]))

    assert isinstance(error, Denied)
    assert str(error) == "attributes.salary is confidential; to change it needs confidential on Ada Lovelace"


@pytest.mark.parametrize("field", sorted(BODY))
def test_setting_a_withheld_field_is_refused(office: People, ann: LocalWorkspace, field: str) -> None:
    secret = make_secret(office)
    value = {"text": "a guess", "description": "a guess", "attributes": {}, "contents": []}[field]

    error = refusal(office.owner, lambda: edit(ann, secret, **{field: value}))

    assert isinstance(error, Denied)
    assert str(error) == f"{field} is confidential; to change it needs confidential on Elixir"


def test_what_is_not_withheld_of_a_confidential_document_may_be_edited(office: People, ann: LocalWorkspace) -> None:
    secret = make_secret(office)

    edit(ann, secret, title="The elixir", tags=["rare"])

    assert ann.get(secret).title == "The elixir"
    assert office.owner.get(secret).fields["text"] == SECRET


def test_who_has_the_right_writes_what_is_confidential(office: People, cleo: LocalWorkspace) -> None:
    secret, paid = make_secret(office), make_paid(office)
    mark(office)

    edit(cleo, secret, text="changed")
    edit(cleo, paid, attributes={"salary": "1"})

    assert office.owner.get(secret).fields["text"] == "changed"
    assert office.owner.get(paid).fields["attributes"] == {"salary": "1"}


def test_a_document_is_made_open_by_who_administers_it(office: People, ann: LocalWorkspace) -> None:
    secret = make_secret(office)
    bob = office.account("bob")
    office.grant("bob", "share", secret)

    assert isinstance(refusal(office.owner, lambda: edit(bob, secret, confidential="no")), Denied)
    edit(ann, secret, confidential="no")
    assert ann.get(secret).fields["text"] == SECRET


def test_who_may_edit_a_document_may_close_it_and_then_sees_less(office: People) -> None:
    document = make_document(office.owner, text=SECRET)
    bob = office.account("bob")
    office.grant("bob", "edit", document)

    edit(bob, document, confidential="yes")

    assert bob.get(document).fields["text"] == ""


def test_taking_back_what_was_confidential_is_refused(office: People, ann: LocalWorkspace) -> None:
    paid = make_paid(office)
    mark(office)
    raised = edit(office.owner, paid, attributes={"salary": "almost ten", "room": "12"}).request

    assert isinstance(refusal(office.owner, lambda: ann.undo(raised)), Denied)
    office.owner.undo(raised)
    assert office.owner.get(paid).fields["attributes"]["salary"] == "nine grand"


def test_what_others_saved_meanwhile_is_told_without_what_is_withheld(office: People, ann: LocalWorkspace) -> None:
    secret = make_secret(office)
    read = ann.get(secret).version
    edit(office.owner, secret, text="changed")

    with pytest.raises(Stale) as stale:
        ann.write([Edit(secret, {"title": "Mine"}, read)])

    assert stale.value.current.fields["text"] == ""
    assert set(stale.value.current.withheld) == BODY


def test_a_right_that_needs_a_reason_asks_for_one(office: People) -> None:
    paid = make_paid(office)
    mark(office)
    office.account("bob")
    office.grant("bob", "edit", paid)
    office.grant("bob", "confidential", paid, condition="reason")
    bob, with_reason = office.workspace("bob"), office.workspace("bob", reason="the yearly review")

    assert bob.get(paid).withheld == ["attributes.salary"]
    assert with_reason.get(paid).withheld == []
    raised = Edit(paid, {"attributes": {"salary": "almost ten"}})
    assert isinstance(refusal(office.owner, lambda: bob.write([raised])), ReasonNeeded)
    bob.write([raised], reason="the yearly review")
    assert office.owner.get(paid).fields["attributes"] == {"salary": "almost ten"}


def test_a_hidden_record_is_not_told_by_what_is_confidential_of_it(office: People) -> None:
    secret = make_secret(office)
    bob = office.account("bob")

    error = refusal(office.owner, lambda: edit(bob, secret, text="a guess"))

    assert (type(error), str(error)) == (NotFound, f"there is no {secret}")


# --- merging and settling -------------------------------------------------------------------------------------------


def test_a_profile_is_not_merged_away_with_what_is_withheld_of_it(
    office: People, ann: LocalWorkspace, cleo: LocalWorkspace
) -> None:
    one, other = make_profile(office.owner, "Ada"), make_paid(office, "A. Lovelace")
    mark(office)

    error = refusal(office.owner, lambda: ann.write([MergeProfiles(one.id, other.id)]))

    assert isinstance(error, Denied)
    assert "attributes.salary is confidential" in str(error)
    cleo.write([MergeProfiles(one.id, other.id)])
    assert cleo.get(one).fields["attributes"]["salary"] == "nine grand"


def test_a_merge_into_a_profile_keeps_what_is_withheld_of_it(office: People, ann: LocalWorkspace) -> None:
    one, other = make_paid(office, "Ada"), make_profile(office.owner, "A. Lovelace", attributes={"desk": "2"})
    mark(office)

    ann.write([MergeProfiles(one.id, other.id, {"attributes": {"room": "1"}})])

    assert office.owner.get(one).fields["attributes"] == {"room": "1", "salary": "nine grand"}


def test_a_conflict_is_shown_without_what_is_withheld(
    office: People, ann: LocalWorkspace, cleo: LocalWorkspace
) -> None:
    secret = make_secret(office)
    read = office.owner.get(secret).version
    edit(office.owner, secret, text="one", title="One")
    (id,) = save_late(cleo, secret, read, text="other", title="Other").conflicts

    shown, whole = ann.conflict(id), cleo.conflict(id)

    assert [one.field for one in shown.fields] == ["title"]
    assert shown.withheld == ["text"]
    assert {one.field for one in whole.fields} == {"title", "text"}
    assert set(ann.get(Ref("conflict", id)).fields["mine"]) == {"title"}
    assert "other" not in str(ann.changes(ref=Ref("conflict", id)))
    error = refusal(office.owner, lambda: ann.write([Resolve(id, {"text": "mine"})]))
    assert str(error) == "text is confidential; to change it needs confidential on One"
    ann.write([Resolve(id, {"title": "mine"})])
    assert cleo.conflict(id).settled_at is None
    cleo.write([Resolve(id, {"text": "mine"})])
    assert (office.owner.get(secret).title, office.owner.get(secret).fields["text"]) == ("Other", "other")
    assert "text" not in ann.conflict(id).outcome


def test_a_conflict_about_a_marked_attribute_is_not_shown(
    office: People, ann: LocalWorkspace, cleo: LocalWorkspace
) -> None:
    paid = make_paid(office)
    mark(office)
    read = office.owner.get(paid).version
    edit(office.owner, paid, attributes={"salary": "1", "room": "12"})
    (id,) = save_late(cleo, paid, read, attributes={"salary": "2", "room": "12"}).conflicts

    assert ann.conflict(id).fields == []
    assert ann.conflict(id).withheld == ["attributes.salary"]
    for choice in ("mine", "theirs", Value({"room": "12"})):
        assert isinstance(refusal(office.owner, lambda c=choice: ann.write([Resolve(id, {"attributes": c})])), Denied)
    settlement = ann.settle(Rule(prefer="newest"), [id])
    assert (settlement.decided, [title for title, _ in settlement.refused]) == (0, ["Ada Lovelace"])


def test_a_conflict_beside_a_marked_attribute_is_settled_without_touching_it(
    office: People, ann: LocalWorkspace, cleo: LocalWorkspace
) -> None:
    paid = make_paid(office)
    mark(office)
    read = office.owner.get(paid).version
    edit(office.owner, paid, attributes={"salary": "nine grand", "room": "1"})
    (id,) = save_late(cleo, paid, read, attributes={"salary": "nine grand", "room": "2"}).conflicts

    (asked,) = ann.conflict(id).fields
    assert (asked.mine, asked.theirs) == ({"room": "2"}, {"room": "1"})
    ann.write([Resolve(id, {"attributes": Value({"room": "3"})})])
    assert office.owner.get(paid).fields["attributes"] == {"room": "3", "salary": "nine grand"}


# --- finding --------------------------------------------------------------------------------------------------------


def test_nobody_finds_a_confidential_document_by_its_body(
    office: People, ann: LocalWorkspace, cleo: LocalWorkspace
) -> None:
    secret = make_secret(office)

    for workspace in (office.owner, ann, cleo):
        assert found(workspace, "formula") == []
        assert found(workspace, "Elixir") == [secret]
        assert [hit.excerpt for hit in workspace.search("Elixir")] == [""]


@pytest.mark.parametrize("way", ["edit", "undo", "trash"])
def test_the_index_follows_when_a_document_is_closed_and_opened(office: People, way: str) -> None:
    document = make_secret(office, confidential="no")
    assert found(office.owner, "formula") == [document]

    closed = edit(office.owner, document, confidential="yes")
    assert found(office.owner, "formula") == []
    if way == "trash":
        delete(office.owner, document)
        restore(office.owner, document)
        assert found(office.owner, "formula") == []
        edit(office.owner, document, title="Other")
        assert found(office.owner, "formula") == []
    if way == "undo":
        office.owner.undo(closed.request)
    else:
        edit(office.owner, document, confidential="no")
    assert found(office.owner, "formula") == [document]


@pytest.mark.parametrize("way", ["delete", "undo"])
def test_the_index_follows_a_mark(office: People, way: str) -> None:
    paid = make_paid(office, salary="ninethousand", room="twelve")
    other = make_profile(office.owner, "Bob", attributes={"room": "ninethousand"})
    gone = make_paid(office, "Gone", salary="ninethousand")
    delete(office.owner, gone)
    assert set(found(office.owner, "ninethousand")) == {paid, other}

    receipt = office.owner.write([Create("mark", {"entity": "profile", "attribute": "salary"})])
    late = make_paid(office, "Late", salary="ninethousand")
    edit(office.owner, paid, notes="new")
    restore(office.owner, gone)
    assert found(office.owner, "ninethousand") == [other]
    assert found(office.owner, "twelve") == [paid]
    if way == "undo":
        office.owner.undo(receipt.request)
    else:
        delete(office.owner, receipt.refs[0])
    assert set(found(office.owner, "ninethousand")) == {paid, other, late, gone}


def test_a_mark_counts_for_what_is_made_with_it(office: People) -> None:
    profile = {"attributes": {"salary": "ninethousand"}}
    first, _, second = office.owner.write(
        [
            Create("profile", {"name": "Ada"} | profile),
            Create("mark", {"entity": "profile", "attribute": "salary"}),
            Create("profile", {"name": "Eva"} | profile),
        ]
    ).refs

    assert found(office.owner, "ninethousand") == []
    assert found(office.owner, "Ada") + found(office.owner, "Eva") == [first, second]


# --- contents -------------------------------------------------------------------------------------------------------


def sha256_of(office: People, document: Ref) -> str:
    return str(office.owner.get(document).fields["contents"][0]["sha256"])


def read_content(workspace: LocalWorkspace, sha256: str, document: Ref | None = None) -> bytes:
    with workspace.open_content(sha256, document.id if document else None) as stream:
        return stream.read()


def test_a_content_is_read_by_who_may_read_a_document_with_it(
    office: People, ann: LocalWorkspace, cleo: LocalWorkspace
) -> None:
    secret = make_secret(office)
    sha256 = sha256_of(office, secret)
    bob = office.account("bob")

    for workspace in (office.owner, cleo):
        assert read_content(workspace, sha256) == read_content(workspace, sha256, secret) == SECRET.encode()
    with pytest.raises(Denied, match="the contents of Elixir are confidential"):
        ann.open_content(sha256, secret.id)
    for refused in (
        lambda: ann.open_content(sha256),
        lambda: bob.open_content(sha256),
        lambda: bob.open_content(sha256, secret.id),
        lambda: bob.open_content(sha256, bytes(16)),
    ):
        assert_not_here(refused, sha256)


def assert_not_here(call: Callable[[], Any], sha256: str) -> None:
    with pytest.raises(NotFound) as refused:
        call()
    assert str(refused.value) == f"the content {sha256} is not in this store"


def test_a_content_of_two_documents_is_read_through_the_one_that_is_open(office: People, ann: LocalWorkspace) -> None:
    secret = make_secret(office)
    sha256, contents = sha256_of(office, secret), office.owner.get(secret).fields["contents"]
    plain = make_document(office.owner, "Copy", contents=contents)

    assert read_content(ann, sha256) == read_content(ann, sha256, plain) == SECRET.encode()
    assert office.owner.audit(AuditQuery(actor="ann", kind="document.read")) == []


def test_a_content_that_a_document_had_once_is_read_through_it(office: People, ann: LocalWorkspace) -> None:
    document = make_secret(office, confidential="no")
    sha256 = sha256_of(office, document)
    edit(office.owner, document, contents=[])
    other = make_document(office.owner, "Other")

    assert read_content(ann, sha256, document) == SECRET.encode()
    assert_not_here(lambda: ann.open_content(sha256, other.id), sha256)


def test_reading_a_confidential_content_is_told_to_the_audit(office: People, cleo: LocalWorkspace) -> None:
    secret = make_secret(office)
    sha256 = sha256_of(office, secret)
    before = len(office.owner.audit(AuditQuery(actor="cleo", kind="document.read")))

    read_content(cleo, sha256)

    (entry,) = office.owner.audit(AuditQuery(actor="cleo", kind="document.read"))[before:]
    assert entry.record == secret


def test_a_link_shows_a_confidential_document_by_its_title(office: People, ann: LocalWorkspace) -> None:
    document, _, link = make_linked(office.owner)
    edit(office.owner, document, confidential="yes", text=SECRET)

    assert ann.get(link).title == "Notes · author · Ada Lovelace"
    assert ann.get(link).withheld == []
    assert id_text(document.id) == id_text(ann.get(link).fields["document"])
