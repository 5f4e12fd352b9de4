"""Which fields of a save and of a newer row clash, and what comes of the choices."""

from __future__ import annotations

from core.values import Record, Ref
from tui.clash import Clash

REF = Ref("profile", b"\0" * 16)


def record(**fields: object) -> Record:
    return Record(REF, "Ada", fields, revision=2, version=2, created_at=0, updated_at=0, updated_by="Ann")


def test_only_what_both_changed_to_other_values_is_disputed() -> None:
    clash = Clash(
        base={"name": "a", "notes": "n", "kind": "person"},
        mine={"name": "b", "notes": "m", "kind": "group"},
        theirs=record(name="c", notes="n", kind="group", phones=["x"]),
    )
    assert clash.disputed == ["name"]
    assert clash.result() == {"notes": "m"}


def test_the_choices_make_the_result() -> None:
    clash = Clash({"name": "a"}, {"name": "b"}, record(name="c"))
    assert clash.open == ["name"]
    for side, result in (("mine", {"name": "b"}), ("theirs", {}), ("base", {"name": "a"})):
        clash.choices["name"] = side
        assert (clash.open, clash.result()) == ([], result)


def test_a_choice_stays_while_what_it_was_made_from_stays() -> None:
    clash = Clash({"name": "a", "notes": "n"}, {"name": "b", "notes": "m"}, record(name="c", notes="o"))
    clash.choices.update(name="mine", notes="theirs")
    assert clash.moved_on(record(name="c", notes="p")).open == ["notes"]
    assert clash.moved_on(record(name="a", notes="n")).open == []
