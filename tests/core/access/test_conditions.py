"""Conditions of grants: which words there are, what they come to, and what is said of those that are none."""

from __future__ import annotations

import itertools
import subprocess
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.conditions import Context, check, holds
from core.errors import Invalid
from core.instants import parse_instant

NOW = parse_instant("2026-03-04T10:00")  # a Wednesday
FIRST, LAST = parse_instant("0001-01-01"), parse_instant("9999-12-31T23:59:59.999999")
SECOND = 1_000_000


def context(via: str = "cli", at: str | int = NOW, address: str = "", secure: bool = True, reason: str = "") -> Context:
    return Context(via, parse_instant(at) if isinstance(at, str) else at, address, secure, reason)


def in_zone(zone: str, text: str, *, fold: int = 0) -> int:
    """The instant at which clocks there show this; the second one with `fold`, where they show it twice."""
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
    return parse_instant(moment.isoformat())


# --- single terms --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "met", "not_met"),
    [
        ("terminal", context("terminal"), context("cli")),
        ("terminal", context("terminal"), context("terminal", address="10.0.0.1")),
        ("tls", context("api", address="10.0.0.1"), context("api", address="10.0.0.1", secure=False)),
        ("reason", context(reason="a call"), context()),
        ("reason", context(reason="a call"), context(reason=" \t ")),
        ("network 10.0.0.0/8", context(address="10.255.255.255"), context(address="11.0.0.0")),
        ("network 10.0.0.0/8", context(address="::ffff:10.1.2.3"), context(address="::ffff:11.1.2.3")),
        ("network 192.0.2.7", context(address="192.0.2.7"), context(address="192.0.2.8")),
        ("network 10.0.0.0/8 192.0.2.0/24", context(address="192.0.2.1"), context(address="192.0.3.1")),
        ("network 2001:db8::/32", context(address="2001:db8:ffff::1"), context(address="2001:db9::1")),
        ("network 0.0.0.0/0", context(address="203.0.113.9"), context(address="2001:db8::1")),
        ("network 127.0.0.0/8", context(address=""), context(address="10.0.0.1")),
        ("network 0.0.0.0/0 ::/0", context(address="::1"), context(address="no address")),
        ("weekdays", context(at="2026-03-04"), context(at="2026-03-07")),
        ("sat,sun UTC", context(at="2026-03-08"), context(at="2026-03-09")),
        ("fri-mon UTC", context(at="2026-03-09"), context(at="2026-03-10")),  # over the end of the week
        ("wed UTC", context(at="2026-03-04"), context(at="2026-03-05")),
    ],
)
def test_each_term_tells_what_it_is_about(condition: str, met: Context, not_met: Context) -> None:
    assert holds(check(condition), met)
    assert not holds(check(condition), not_met)
    assert not holds(check(f"not {condition}"), met)
    assert holds(check(f"not {condition}"), not_met)


def test_an_empty_condition_always_holds() -> None:
    assert check("") == check(" \n ") == ""
    assert holds("", context(address="no address", secure=False))


def test_words_are_written_in_any_case_and_spacing() -> None:
    condition = check("  Not\tTERMINAL  AND network   10.0.0.0/8 or WEEKDAYS 8-18  Europe/Vienna ")

    assert condition == "Not TERMINAL AND network 10.0.0.0/8 or WEEKDAYS 8-18 Europe/Vienna"
    assert holds(condition, context("api", "2026-03-07", "10.0.0.1"))
    assert not holds(condition, context("terminal", "2026-03-07"))


def test_one_that_was_kept_with_other_spacing_is_read_all_the_same() -> None:
    assert holds("not  terminal", context("cli"))


# --- and, or, not --------------------------------------------------------------------------------------------

TERMS = {"terminal": lambda one: one.via == "terminal", "tls": lambda one: one.secure, "reason": lambda one: one.reason}
ALL_CONTEXTS = [
    context(via, secure=secure, reason=reason)
    for via, secure, reason in itertools.product(("terminal", "cli"), (True, False), ("a call", ""))
]


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 5), st.sampled_from(sorted(TERMS))), min_size=1, max_size=4),
        min_size=1,
        max_size=4,
    )
)
def test_not_binds_before_and_and_that_before_or(alternatives: list[list[tuple[int, str]]]) -> None:
    text = " or ".join(" and ".join("not " * nots + term for nots, term in terms) for terms in alternatives)

    for one in ALL_CONTEXTS:
        expected = any(all(bool(TERMS[term](one)) != (nots % 2 == 1) for nots, term in terms) for terms in alternatives)
        assert holds(check(text), one) is expected


# --- days, hours and zones --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "begins", "ends"),
    [
        ("weekdays 8-18 UTC", "2026-03-04T08:00", "2026-03-04T18:00"),
        ("wed 8:30-17:05 UTC", "2026-03-04T08:30", "2026-03-04T17:05"),
        ("wed 0-24 UTC", "2026-03-04T00:00", "2026-03-05T00:00"),
        ("wed 23:59-24 UTC", "2026-03-04T23:59", "2026-03-05T00:00"),
        ("wed 0:00-0:01 UTC", "2026-03-04T00:00", "2026-03-04T00:01"),
    ],
)
def test_hours_hold_from_their_first_microsecond_to_before_their_end(condition: str, begins: str, ends: str) -> None:
    first, last = parse_instant(begins), parse_instant(ends)

    assert [holds(condition, context(at=at)) for at in (first - 1, first, last - 1, last)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("Pacific/Auckland", "2026-03-03T11:00"),  # where it is Wednesday while it is Tuesday in Greenwich
        ("Pacific/Honolulu", "2026-03-04T10:00"),
        ("Asia/Kathmandu", "2026-03-03T18:15"),
        ("Europe/Vienna", "2026-03-03T23:00"),
    ],
)
def test_a_day_begins_at_midnight_of_the_zone(zone: str, begins: str) -> None:
    first = parse_instant(begins)
    day = 24 * 3600 * SECOND

    seen = [holds(f"wed {zone}", context(at=at)) for at in (first - 1, first, first + day - 1, first + day)]
    assert seen == [False, True, True, False]


def test_the_hours_of_a_zone_move_with_its_summer_time() -> None:
    condition = "weekdays 8-18 Europe/Vienna"

    winter, summer = parse_instant("2026-03-27T07:00"), parse_instant("2026-03-30T06:00")
    assert [holds(condition, context(at=at)) for at in (winter - 1, winter)] == [False, True]
    assert [holds(condition, context(at=at)) for at in (summer - 1, summer)] == [False, True]


def test_an_hour_that_clocks_skip_does_not_hold_and_one_that_they_repeat_holds_twice() -> None:
    condition = check("sun 2-3 Europe/Vienna")
    skipped = parse_instant("2026-03-29T01:00")  # when clocks there go from 2 to 3
    first, second = (in_zone("Europe/Vienna", "2026-10-25T02:00", fold=fold) for fold in (0, 1))

    assert not holds(condition, context(at=skipped - 1))
    assert not holds(condition, context(at=skipped))
    assert second - first == 3600 * SECOND
    seen = [holds(condition, context(at=at)) for at in (first - 1, first, second - 1, second, second + 3600 * SECOND)]
    assert seen == [False, True, True, True, False]


def test_without_a_zone_the_clock_of_the_machine_counts() -> None:
    program = (
        "from core.conditions import Context, holds; from core.instants import parse_instant;"
        "print([holds('wed 8-18', Context('cli', parse_instant(at))) for at in"
        " ('2026-03-03T22:59', '2026-03-03T23:00', '2026-03-04T08:59', '2026-03-04T09:00')])"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], env={"TZ": "Asia/Tokyo"}, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[False, True, True, False]"


@given(st.integers(FIRST, LAST), st.sampled_from(["", " Asia/Tokyo", " America/Los_Angeles", " UTC"]))
def test_every_instant_there_is_can_be_looked_at(at: int, zone: str) -> None:
    days = [holds(f"{day}{zone}", context(at=at)) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]
    halves = [holds(f"mon-sun {hours}{zone}", context(at=at)) for hours in ("0-12", "12-24")]

    assert sum(days) == 1
    assert sum(halves) == 1


@pytest.mark.parametrize("at", [FIRST, LAST])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_so_can_the_first_and_the_last(at: int, zone: str) -> None:
    assert holds(f"mon-sun {zone}", context(at=at))


# --- what is no condition -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sometimes", '"sometimes" is no condition; write terms such as terminal, tls, reason'),
        ("terminal please", '"terminal please" is no condition'),
        ("tls and", '"tls and" is no condition'),
        ("and tls", '"and tls" is no condition'),
        ("tls or or reason", '"or reason" is no condition'),
        ("(tls)", '"(tls)" is no condition'),
        ("tls\u200b", "is no condition"),
        ("not", 'a term is missing after "not"'),
        ("not not", 'a term is missing after "not"'),
        ("network", "network needs an address or a block of them, as 10.0.0.0/8"),
        ("network here", '"here" is no network; write one as 10.0.0.0/8'),
        ("network 10.0.0.0/33", '"10.0.0.0/33" is no network; write one as 10.0.0.0/8'),
        ("network 10.1.2.3/8", '"10.1.2.3/8" is no network; write the block as 10.0.0.0/8'),
        ("network 2001:db8::1/32", "write the block as 2001:db8::/32"),
        ("network 10.0.0.0/8, 192.0.2.0/24", "several with spaces between them"),
        ("network 300.0.0.1", '"300.0.0.1" is no network'),
        ("monday", '"monday" are no days; write them as mon-fri or sat,sun'),
        ("mon-", '"mon-" are no days'),
        ("mon,,sat", '"" are no days'),
        ("mon-xyz", '"mon-xyz" are no days'),
        ("weekdays 18-8", '"18-8" does not end after it begins; write hours of one day, as 8-18'),
        ("weekdays 8-8", '"8-8" does not end after it begins'),
        ("weekdays 8-25", '"8-25" does not end after it begins'),
        ("weekdays 8:60-18", '"8:60-18" are no hours; write them as 8-18 or 8:30-17'),
        ("weekdays 8", '"8" are no hours'),
        ("weekdays 8-18-20", '"8-18-20" are no hours'),
        ("weekdays 8-18 Vienna", '"Vienna" is no time zone; write one as Europe/Vienna'),
        ("weekdays Europe", '"Europe" is no time zone'),
        ("weekdays ../../etc/passwd", '"../../etc/passwd" is no time zone'),
        ("weekdays /etc/localtime", '"/etc/localtime" is no time zone'),
        ("weekdays tzdata.zi", '"tzdata.zi" is no time zone'),
        ("weekdays 8-18 UTC please", '"please" is too much'),
    ],
)
def test_what_is_no_condition_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(text)

    assert refused.value.field == "condition"
    assert sentence in refused.value.reason
    assert "\n" not in refused.value.reason


WORDS = ["not", "and", "or", "terminal", "tls", "reason", "network", "weekdays", "mon-fri", "8-18", "Europe/Vienna"]
WORDS += [
    "10.0.0.0/8",
    "::/0",
    "sat,sun",
    "0:00-24:00",
    "\u0665-\u0669",
    "²-³",
    "İ",
    "Europe/",
    "tzdata",
    ".",
    "a" * 300,
]


@settings(max_examples=500)
@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)))
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    if refused := refusal_of(text):
        assert 0 < len(refused.reason) < 400
    else:
        condition = check(text)
        assert check(condition) == condition
        assert holds(condition, context()) in (True, False)
        assert holds(text, context()) is holds(condition, context())


@given(st.text(st.characters(), min_size=1))  # surrogates too
def test_any_text_is_a_time_zone_or_refused(name: str) -> None:
    refused = refusal_of(f"weekdays {name}")

    assert refused is None or refused.field == "condition"


@given(st.text())
def test_any_address_is_in_a_network_or_not(address: str) -> None:
    one = context("api", address=address)

    assert holds("network 10.0.0.0/8 ::/0", one) in (True, False)


@pytest.mark.parametrize(("text", "met"), [("not " * 100_001 + "tls", False), (" or ".join(["tls"] * 50_000), True)])
def test_a_long_condition_is_read_like_a_short_one(text: str, met: bool) -> None:
    assert holds(check(text), context()) is met


def test_of_a_long_text_only_the_beginning_is_repeated() -> None:
    refused = refusal_of("x" * 1_000_000)

    assert refused
    assert len(refused.reason) < 400


def test_what_the_start_needs_does_not_load_what_only_conditions_need() -> None:
    program = "import sys, core.conditions; print({'zoneinfo', 'ipaddress'} & sys.modules.keys())"

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


def refusal_of(text: str) -> Invalid | None:
    """What check says against it."""
    try:
        check(text)
    except Invalid as refused:
        return refused
    return None
