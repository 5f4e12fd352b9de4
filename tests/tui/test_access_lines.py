"""Rights, grants and what a change would do, in words."""

from __future__ import annotations

import pytest

from core.access_values import AccessPreview, Effect, Explanation, Reason
from core.instants import parse_instant
from core.rights import ALL, RIGHTS, names
from core.rows import GrantRow
from core.values import Actor, Change, Ref, id_text
from tui.access_lines import explanation_lines, grant_line, preview_lines, state_of, strongest, window
from tui.describe import what_happened
from tui.describe_access import grant_words
from tui.widgets.line_view import Line

DAY = parse_instant("2026-12-31")
HR = "0190a1b2-0000-7000-8000-000000000001"
PEOPLE = {HR: "hr", id_text(b"1" * 16): "hr to see Report"}


def text(lines: list[Line]) -> str:
    return "\n".join("".join(span.text for span in (*one.spans, *one.end)) for one in lines)


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        (0, "nothing"),
        (RIGHTS["see"], "see"),
        (RIGHTS["share"], "share"),
        (RIGHTS["confidential"], "confidential"),
        (RIGHTS["edit"] | RIGHTS["confidential"], "edit, confidential"),
        (ALL, "everything"),
    ],
)
def test_of_what_one_may_the_strongest_is_told(rights: int, said: str) -> None:
    assert strongest(names(rights)) == said


def test_a_window_says_when_it_begins_and_ends_and_whether_it_is_now() -> None:
    assert window(None, None) == "always"
    assert window(DAY, None) == "from 2026-12-31"
    assert window(None, DAY) == "until 2026-12-31"
    assert state_of(DAY, None, DAY - 1) == "PENDING"
    assert state_of(DAY, None, DAY) == ""
    assert state_of(None, DAY, DAY - 1) == ""
    assert state_of(None, DAY, DAY) == "EXPIRED"


def test_a_preview_tells_what_opens_for_whom() -> None:
    preview = AccessPreview([Effect("ann", 100, 0), Effect("bob", 20, 3)], 2, 120, 3)
    assert text(preview_lines(preview)) == (
        "+ opens 120 records for 2 accounts: ann 100, bob 20\n- closes 3 records for 1 account: bob 3"
    )


def test_a_preview_does_not_count_on_what_was_not_counted() -> None:
    many = [Effect(f"a{n:03}", 1_000, 0, exact=False) for n in range(100)]
    told = text(preview_lines(AccessPreview(many, 700, 100_000, 0)))
    assert told.startswith("+ opens 100,000+ records for 700 accounts: a000 1,000+, a001 1,000+")
    assert told.endswith(", ...")


def test_a_preview_without_effect_says_so() -> None:
    assert text(preview_lines(AccessPreview([], 0, 0, 0))) == "= no record opens or closes for anybody now"
    assert text(preview_lines(AccessPreview([Effect("ann", 0, 0, 1)], 1, 0, 0))) == (
        "~ changes what may be done with 1 record for 1 account: ann 1"
    )


def test_an_explanation_tells_rule_path_window_and_condition() -> None:
    reasons = [
        Reason("deny", "see", ["bob"], "denial of see on Report"),
        Reason(
            "allow", "edit", ["bob", "group hr"], "grant edit on Report", None, DAY, None, "PENDING", "tls", holds=False
        ),
    ]
    told = text(
        explanation_lines(
            Explanation("bob", "edit", Ref("document", b"1" * 16), "Report", False, DAY, reasons, "a denial of see"),
            "ann",
        )
    )
    assert told == (
        "✗ bob may not edit Report\na denial of see\n\n- denies see  denial of see on Report\n  bob\n\n"
        "· allows edit  grant edit on Report\n  bob › group hr\n  PENDING from 2026-12-31\n"
        "  if tls: does not hold now"
    )


def test_an_area_and_oneself_have_words_of_their_own() -> None:
    told = text(explanation_lines(Explanation("ann", "see", "audit", "audit", True, DAY, []), "ann"))
    assert told == "✓ you may see the audit\n\nno rule is about that"


def grant(**fields: object) -> GrantRow:
    known: dict[str, object] = {
        "effect": "allow", "subject_kind": "group", "subject": HR, "subject_name": "hr", "action": "edit",
        "target_kind": "document", "target": HR, "target_name": "Report", "valid_from": None, "valid_until": None,
        "condition": "", "note": "",
    }  # fmt: skip
    return GrantRow(b"g" * 16, **(known | fields), revision=1, created_at=0, updated_at=0, sort_value=0, number=1)  # type: ignore[arg-type]


def test_a_grant_is_a_line_by_whom_or_by_what() -> None:
    assert text([grant_line(grant())]) == "+ edit          group hr"
    denied = grant(effect="deny", valid_until=0, condition="tls", note="for now\nmore")
    assert text([grant_line(denied)]) == ("- deny edit     group hr  EXPIRED · until 1970-01-01 · if tls · “for now”")
    assert text([grant_line(grant(), by="target", through="group hr")]) == ("+ edit          Report  through group hr")
    assert text([grant_line(grant(target_kind="documents"), by="target")]) == "+ edit          all documents"
    assert text([grant_line(grant(target_name=""), by="target")]) == ("+ edit          a document that you may not see")
    assert text([grant_line(grant(subject_kind="everyone", subject_name="everyone"))]) == "+ edit          everyone"


# --- changes --------------------------------------------------------------------------------------------------


def change(entity: str, kind: str, title: str, before: object = None, after: object = None) -> Change:
    return Change(1, b"r" * 16, Ref(entity, b"1" * 16), title, kind, 1, 1, before or {}, after or {}, Actor("ann"), 0)  # type: ignore[arg-type]


GRANTED = {"subject_kind": "group", "subject": HR, "action": "see", "target_kind": "document", "target": HR}
LIMITED = GRANTED | {"valid_until": DAY, "condition": "tls"}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (change("account", "created", "bob"), "made account bob"),
        (change("group", "deleted", "hr"), "deleted group hr"),
        (change("role", "restored", "clerk"), "restored role clerk"),
        (change("account", "updated", "bob", {"groups": []}, {"groups": [HR]}), "put bob into hr"),
        (change("account", "updated", "bob", {"groups": [HR]}, {"groups": []}), "took bob out of hr"),
        (change("group", "updated", "office", {"groups": []}, {"groups": [HR]}), "put group office into hr"),
        (change("account", "updated", "bob", {"roles": []}, {"roles": ["owner"]}), "gave bob the role owner"),
        (change("account", "updated", "bob", {"roles": ["owner"]}, {"roles": []}), "took the role owner from bob"),
        (
            change("account", "updated", "bob", {"groups": []}, {"groups": ["0190a1b2-0000-7000-8000-00000000000f"]}),
            "put bob into a group",
        ),
        (change("account", "updated", "bob", {"tied_to": ""}, {"tied_to": HR}), "tied bob to a profile"),
        (change("account", "updated", "bob", {"tied_to": HR}, {"tied_to": ""}), "untied bob from its profile"),
        (change("account", "updated", "rob", {"name": "bob"}, {"name": "rob"}), "changed name of account rob"),
        (change("grant", "created", "allow see a document to hr", {}, GRANTED), "allowed hr to see Report"),
        (
            change("grant", "created", "allow see a document to hr", {}, LIMITED),
            "allowed hr to see Report until 2026-12-31 if tls",
        ),
        (
            change("grant", "created", "deny see a document to hr", {}, GRANTED | {"effect": "deny"}),
            "denied hr to see Report",
        ),
        (change("grant", "deleted", "allow see a document to hr"), "revoked: allow hr to see Report"),
        (change("grant", "deleted", "deny see a document to hr"), "revoked: deny hr to see Report"),
        (change("grant", "restored", "allow see a document to hr"), "granted again: allow hr to see Report"),
        (
            change("grant", "updated", "allow see a document to hr", {"valid_until": DAY}, {"valid_until": None}),
            "changed allow hr to see Report: without end",
        ),
        (
            change("mark", "created", "salary", {}, {"entity": "profile", "attribute": "salary"}),
            "made attribute salary of profiles confidential",
        ),
        (change("mark", "deleted", "salary"), "made attribute salary no longer confidential"),
        (
            change("retention", "created", "audit", {}, {"log": "audit", "days": 3650}),
            "let the audit be kept for 3,650 days",
        ),
        (change("retention", "deleted", "changes"), "let the change log be kept without end"),
    ],
)  # fmt: skip
def test_a_change_of_access_is_told_in_words(made: Change, said: str) -> None:
    assert what_happened(made, PEOPLE) == said


def test_a_grant_that_is_not_known_is_told_by_its_title() -> None:
    made = change("grant", "created", "allow see a document to hr", {}, LIMITED)
    assert what_happened(made) == "granted: allow see a document to hr until 2026-12-31 if tls"
    assert what_happened(change("grant", "deleted", "deny see a document to hr")) == (
        "revoked: deny see a document to hr"
    )


def test_a_grant_in_words_says_what_it_is_on() -> None:
    assert grant_words(grant()) == "hr to edit Report"
    assert (
        grant_words(grant(target_kind="access", action="administer")) == "hr to administer the administration of access"
    )
    assert grant_words(grant(action="confidential")) == "hr to read what is confidential in Report"
