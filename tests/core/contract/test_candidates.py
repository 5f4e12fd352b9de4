"""Which profiles are proposed as one person, and which are not."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Invalid
from core.rows import Candidate
from core.values import Ref, id_text
from core.workspace import Workspace
from core.write_values import Create, MergeProfiles, SplitProfile, tell_apart
from tests.core.contract.conftest import Place
from tests.core.making import delete, edit, fields_of, make_profile, restore


def proposed(workspace: Workspace) -> list[tuple[str, str, str]]:
    """Strength and the two names."""
    return [(found.strength, *sorted((found.one.name, found.other.name))) for found in workspace.candidates()]


def reject(workspace: Workspace, one: Ref, other: Ref) -> None:
    workspace.write(tell_apart(workspace.get(one), workspace.get(other)))


# --- strong ----------------------------------------------------------------------------------------------

STRONG: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "an address": ({"emails": ["ann@example.org"]}, {"emails": ["ann@example.org"]}, "email ann@example.org"),
    "an address in another case": ({"emails": ["Ann@Example.ORG"]}, {"emails": ["ann@example.org"]}, "email ann@"),
    "an address as people hide it": ({"emails": ["ann at example.org"]}, {"emails": ["ann@example.org"]}, "email ann@"),
    "an address with brackets": (
        {"emails": ["ann [at] example [dot] org"]},
        {"emails": ["<ann@example.org>"]},
        "email",
    ),
    "an address among the attributes": (
        {"attributes": {"emails_as_written": ["old@example.org", "ann at example.org"]}},
        {"emails": ["ann@example.org"]},
        "email ann@example.org",
    ),
    "a number": ({"phones": ["+44 20 7946 0111"]}, {"phones": ["+442079460111"]}, "phone +44 2079460111"),
    "a number at home and abroad": ({"phones": ["020 7946 0111"]}, {"phones": ["+44 20 7946 0111"]}, "phone +44 207"),
    "a number with two zeros": ({"phones": ["0044 20 7946-0111"]}, {"phones": ["+44 (0)20 7946 0111"]}, "phone +44 2"),
    "a number of America": ({"phones": ["(202) 555-0143"]}, {"phones": ["1-202-555-0143"]}, "phone +1 2025550143"),
    "a number with an extension": ({"phones": ["030 2312 5001 ext. 7"]}, {"phones": ["030/23125001"]}, "phone 030231"),
    "a handle": ({"attributes": {"github": "AnnK"}}, {"attributes": {"github": "@annk"}}, "github annk"),
    "a handle in an address": (
        {"attributes": {"GitHub URL": "https://github.com/annk/"}},
        {"attributes": {"accounts": {"github": "annk"}}},
        "github annk",
    ),
    "an ORCID": (
        {"attributes": {"orcid": "https://orcid.org/0000-0002-1825-0097"}},
        {"attributes": {"orcid_id": "0000-0002-1825-0097"}},
        "orcid 0000-0002-1825-0097",
    ),
    "the name as an alias": ({"name": "Ann Keller", "aliases": ["Zoë"]}, {"name": "Zoë"}, "alias Zoë"),
}


@pytest.mark.parametrize("case", STRONG)
def test_what_two_people_seldom_share_is_strong(workspace: Workspace, case: str) -> None:
    one, other, why = STRONG[case]
    make_profile(workspace, **{"name": "Ann Keller"} | one)
    make_profile(workspace, **{"name": "Zoë"} | other)

    (found,) = workspace.candidates()

    assert (found.strength, found.one.name, found.other.name) == ("strong", "Ann Keller", "Zoë")
    assert found.why.startswith(why)


def test_a_handle_that_a_source_gave_as_id(workspace: Workspace) -> None:
    make_profile(workspace, "Ann Keller", attributes={"github": "annk"})
    workspace.write([Create("profile", {"name": "Zoë"}, ("github", "AnnK"))])
    workspace.write([Create("profile", {"name": "Ben"}, ("crm", "annk"))])

    (found,) = workspace.candidates()

    assert (found.strength, found.why, found.other.name) == ("strong", "github annk", "Zoë")


def test_an_id_that_two_sources_share_because_it_is_unique_in_the_world(workspace: Workspace) -> None:
    uid = "4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"
    workspace.write([Create("profile", {"name": "Ann Keller"}, ("phone", f"urn:uuid:{uid}"))])
    workspace.write([Create("profile", {"name": "Zoë"}, ("laptop", uid.upper()))])
    for source in ("phone", "laptop"):
        workspace.write([Create("profile", {"name": f"Seventh of {source}"}, (source, "7"))])

    assert proposed(workspace) == [("strong", "Ann Keller", "Zoë")]


NOT_STRONG: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "two countries": ({"phones": ["+44 20 7946 0111"]}, {"phones": ["+49 20 7946 0111"]}),
    "a short number": ({"phones": ["555 1"]}, {"phones": ["555 1"]}),
    "no address": ({"emails": ["unknown"]}, {"emails": ["unknown"]}),
    "a mail box of nobody": ({"emails": ["info@example.org"]}, {"emails": ["info@example.org"]}),
    "a handle elsewhere": ({"attributes": {"github": "annk"}}, {"attributes": {"gitlab": "annk"}}),
    "an attribute that is no handle": ({"attributes": {"city": "Bern"}}, {"attributes": {"city": "Bern"}}),
    "a number for a handle": ({"attributes": {"github": 7}}, {"attributes": {"github": 7}}),
    "an empty handle": ({"attributes": {"github": ""}}, {"attributes": {"github": " "}}),
    "an alias of both": ({"aliases": ["A."]}, {"aliases": ["A."]}),
    "an organisation": ({"emails": ["ann@example.org"], "kind": "organisation"}, {"emails": ["ann@example.org"]}),
    "a group of the same name": ({"kind": "group"}, {"name": "Ann Keller"}),
}


@pytest.mark.parametrize("case", NOT_STRONG)
def test_what_people_may_share_is_no_evidence(workspace: Workspace, case: str) -> None:
    one, other = NOT_STRONG[case]
    make_profile(workspace, **{"name": "Ann Keller"} | one)
    make_profile(workspace, **{"name": "Zoë"} | other)

    assert workspace.candidates() == []


def test_an_address_of_many_is_that_of_a_group(workspace: Workspace) -> None:
    three = [make_profile(workspace, name, emails=["list@example.org"]) for name in ("Ann", "Zoë", "Ben")]
    assert len(workspace.candidates()) == 3

    fourth = make_profile(workspace, "Dora", emails=["list@example.org"])
    assert workspace.candidates() == []

    delete(workspace, fourth)
    assert len(workspace.candidates()) == 3
    assert three


# --- weak ------------------------------------------------------------------------------------------------

ALIKE = [
    ("Guido van Rossum", "van Rossum, Guido"),
    ("Inada Naoki", "INADA Naoki"),
    ("Inada Naoki", "Naoki Inada"),
    ("Marc-Andre Lemburg", "Marc-André Lemburg"),
    ("Łukasz Langa", "Lukasz Langa"),
    ("Jürgen Müller", "Juergen Mueller"),
    ("Ann Keller", "Ann Keller"),
    ("Dr. Ann Keller", "Ann Keller"),
    ("Fred L. Drake, Jr.", "F. L. Drake"),
    ("Fred L. Drake, Jr.", "Fred Drake"),
    ("Fred L. Drake, Jr.", "Drake, Fred L."),
    ("A.M. Kuchling", "Andrew Kuchling"),
    ("Seth Michael Larson", "Seth Larson"),
    ("R. David Murray", "David Murray"),
    ("Robert Collins", "Bob Collins"),
    ("Ben Peterson", "Benjamin Peterson"),
    ("Steve Dower", "Stephen Dower"),
    ("Jon Smith", "John Smith"),
    ("Brian Curtin", "Brain Curtin"),
    ("Erik Demaine", "Eric Demaine"),
    ("Pablo Galindo", "Pablo Galindo Salgado"),
    ("Mariatta", "Mariatta Wijaya"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_another_spelling_of_a_name_is_weak(workspace: Workspace, one: str, other: str) -> None:
    make_profile(workspace, one)
    make_profile(workspace, other)

    (found,) = workspace.candidates()

    assert (found.strength, found.one.name, found.other.name) == ("weak", one, other)
    assert "name" in found.why


UNLIKE = [
    ("Guido van Rossum", "Just van Rossum"),
    ("Eric V. Smith", "Eric N. Smith"),
    ("Eric V. Smith", "Emma Harper Smith"),
    ("J. Smith", "Kevin J. Smith"),
    ("Mario Rossi", "Maria Rossi"),
    ("Daniel Park", "Daniela Park"),
    ("Paul Keller", "Paula Keller"),
    ("Fred Drake, Jr.", "Fred Drake, Sr."),
    ("Jon Smith", "Jon Smyth-Jones"),
    ("Ann Keller", "Ann Kellner"),
    ("Anna Keller", "Berta Keller"),
    ("Dan Lee", "Ian Lee"),
    ("Just", "Guido van Rossum"),
    ("🙂", "🙃"),
]


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_two_names_are_two_people(workspace: Workspace, one: str, other: str) -> None:
    make_profile(workspace, one)
    make_profile(workspace, other)

    assert workspace.candidates() == []


def test_a_word_that_several_names_have_names_nobody(workspace: Workspace) -> None:
    for name in ("Anna", "Anna Keller", "Anna Moser"):
        make_profile(workspace, name)

    assert workspace.candidates() == []


def test_organisations_are_compared_by_their_words_alone(workspace: Workspace) -> None:
    for name in ("Keller Timber Ltd", "KELLER TIMBER LTD.", "K. Timber Ltd"):
        make_profile(workspace, name, kind="organisation")

    assert proposed(workspace) == [("weak", "KELLER TIMBER LTD.", "Keller Timber Ltd")]


def test_a_name_in_other_letters_than_an_alias(workspace: Workspace) -> None:
    make_profile(workspace, "Frederick Drake", aliases=["Drake, Freddie"])
    make_profile(workspace, "Freddie DRAKE")

    (found,) = workspace.candidates()

    assert (found.strength, found.why) == ("weak", "name of the same words; name: short form")


# --- the list --------------------------------------------------------------------------------------------


def test_the_strong_come_first_and_the_best_founded_of_them(workspace: Workspace) -> None:
    make_profile(workspace, "Weak Keller")
    make_profile(workspace, "W. Keller")
    make_profile(workspace, "One", emails=["one@example.org"])
    make_profile(workspace, "Two", emails=["one@example.org"])
    make_profile(workspace, "Three", emails=["three@example.org"], phones=["030 2312 5001"])
    make_profile(workspace, "Four", emails=["three@example.org"], phones=["030 2312 5001"])

    found = workspace.candidates()

    assert [(one.strength, one.one.name, one.other.name) for one in found] == [
        ("strong", "Three", "Four"),
        ("strong", "One", "Two"),
        ("weak", "Weak Keller", "W. Keller"),
    ]
    assert found[0].why == "email three@example.org; phone 03023125001"
    assert workspace.candidates(limit=1) == found[:1]
    assert workspace.candidates(limit=0) == []


def test_a_candidate_shows_the_profiles_as_a_list_does(workspace: Workspace) -> None:
    make_profile(workspace, "Ann Keller", emails=["ann@example.org"], kind="person")
    make_profile(workspace, "A. Keller")

    (found,) = workspace.candidates()

    assert isinstance(found, Candidate)
    assert (found.one.email, found.one.kind, found.one.revision) == ("ann@example.org", "person", 1)
    assert found.other.id == workspace.resolve("A. Keller").id


def test_what_is_in_the_trash_is_not_proposed(workspace: Workspace) -> None:
    make_profile(workspace, "Ann Keller")
    other = make_profile(workspace, "A. Keller")

    delete(workspace, other)
    assert workspace.candidates() == []

    restore(workspace, other)
    assert proposed(workspace) == [("weak", "A. Keller", "Ann Keller")]


def test_what_was_merged_is_not_proposed_and_after_the_split_it_is(workspace: Workspace) -> None:
    ann = make_profile(workspace, "Ann Keller", emails=["ann@example.org"])
    other = make_profile(workspace, "A. Keller", emails=["ann@example.org"])

    workspace.write([MergeProfiles(ann.id, other.id)])
    assert workspace.candidates() == []

    workspace.write([SplitProfile(ann.id, [], other.id)])
    assert proposed(workspace) == [("strong", "A. Keller", "Ann Keller")]


# --- told apart ------------------------------------------------------------------------------------------


def test_a_pair_that_was_told_apart_is_not_proposed_again(workspace: Workspace) -> None:
    ann, other, third = (make_profile(workspace, "Ann", emails=["ann@example.org"]) for _ in range(3))
    assert len(workspace.candidates()) == 3

    reject(workspace, ann, other)

    assert {(found.one.id, found.other.id) for found in workspace.candidates()} == {
        (ann.id, third.id),
        (other.id, third.id),
    }
    assert fields_of(workspace, ann)["distinct_from"] == [id_text(other.id)]
    workspace.undo()
    assert len(workspace.candidates()) == 3
    workspace.redo()
    assert len(workspace.candidates()) == 2


@pytest.mark.parametrize("marked", ["one", "other"])
def test_the_mark_of_one_of_them_is_enough(workspace: Workspace, marked: str) -> None:
    one, other = make_profile(workspace, "Ann Keller"), make_profile(workspace, "A. Keller")
    holder, named = (one, other) if marked == "one" else (other, one)

    edit(workspace, holder, distinct_from=[id_text(named.id), "not an id"])

    assert workspace.candidates() == []


def test_who_was_told_apart_is_so_from_what_the_other_was_merged_into(workspace: Workspace) -> None:
    ann, other, third = (make_profile(workspace, name, emails=["ann@example.org"]) for name in ("Ann", "Annie", "Anne"))
    edit(workspace, ann, distinct_from=[id_text(other.id)])

    workspace.write([MergeProfiles(third.id, other.id)])

    assert workspace.candidates() == []


def test_two_marks_made_at_once_both_hold(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    one, other, third = (make_profile(ann, "Ann", emails=["ann@example.org"]) for _ in range(3))
    read = {ref: ann.get(ref) for ref in (one, other, third)}

    ann.write(tell_apart(read[one], read[other]))
    bob.write(tell_apart(read[one], read[third]))

    assert set(fields_of(ann, one)["distinct_from"]) == {id_text(other.id), id_text(third.id)}
    assert {(found.one.id, found.other.id) for found in ann.candidates()} == {(other.id, third.id)}


def test_nobody_is_told_apart_from_himself(workspace: Workspace) -> None:
    ann = workspace.get(make_profile(workspace, "Ann"))

    with pytest.raises(Invalid, match="cannot be told apart from itself; name two profiles"):
        tell_apart(ann, ann)


# --- cost ------------------------------------------------------------------------------------------------


def test_names_that_many_share_cost_no_more_than_others(workspace: Workspace) -> None:
    """2,000 namesakes would be two million pairs."""
    workspace.write([Create("profile", {"name": "John Smith", "emails": ["all@example.org"]}) for _ in range(2_000)])
    workspace.write([Create("profile", {"name": f"J. Smith {n}"}) for n in range(50)])

    assert workspace.candidates() == []
