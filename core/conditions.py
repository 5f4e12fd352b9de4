"""Conditions of grants: from where, over what, when and with what reason.

condition  = alternative *( "or" alternative )
alternative = term *( "and" term )
term       = [ "not" ] ( "terminal" | "tls" | "reason" | "network" 1*block | days [ hours ] [ zone ] )

terminal                       in the terminal on the machine of the store, not over a network
tls                            over an encrypted connection, or over none
reason                         when a reason is given
network 10.0.0.0/8 192.0.2.7   from one of these addresses; on the machine itself that is 127.0.0.1
weekdays 8-18 Europe/Vienna    Monday to Friday; or days such as `mon-thu,sat`, hours such as `8:30-17`; the zone is
                               that of the machine where none is named; the end does not belong to the hours
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

import msgspec

from core.errors import Invalid

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HELP: Final = (
    "write terms such as terminal, tls, reason, network 10.0.0.0/8, weekdays 8-18 Europe/Vienna or mon-thu,sat"
    " with and, or, not between them"
)


class Context(msgspec.Struct, frozen=True):
    """What conditions are about. `address` is "" on the machine of the store."""

    via: str
    at: int  # microseconds
    address: str = ""
    secure: bool = True
    reason: str = ""


EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Test = Callable[[Context], bool]


def check(text: str) -> str:
    """The condition with single spaces; raises Invalid."""
    tidy = " ".join(text.split())
    if tidy:
        _parse(tidy)
    return tidy


def holds(text: str, context: Context) -> bool:
    """Whether the condition, which was checked before, is met; one that is empty always is."""
    return not text.strip() or _parse(text)(context)


@lru_cache(maxsize=1024)
def _parse(text: str) -> Test:
    alternatives = [[_term(term) for term in _split(" and ", part)] for part in _split(" or ", " ".join(text.split()))]
    return lambda context: any(all(test(context) for test in terms) for terms in alternatives)


def _split(word: str, text: str) -> list[str]:
    return re.split(word, text, flags=re.IGNORECASE)


def _term(text: str) -> Test:
    words = text.split()
    nots = next((place for place, word in enumerate(words) if word.lower() != "not"), len(words))
    test = _plain_term(" ".join(words[nots:]))
    return test if nots % 2 == 0 else lambda context: not test(context)


def _plain_term(text: str) -> Test:
    if not text:
        raise Invalid(f'a term is missing after "not"; {HELP}', "condition")
    word, _, rest = text.partition(" ")
    kind = word.lower()
    if kind == "network":
        return _network(rest.split())
    if kind in PLAIN and not rest:
        return PLAIN[kind]
    if kind == "weekdays" or kind[:3] in DAYS:
        return _days(kind, rest.split())
    raise Invalid(f'"{text[:60]}" is no condition; {HELP}', "condition")


PLAIN: Final[dict[str, Test]] = {
    "terminal": lambda context: context.via == "terminal" and not context.address,
    "tls": lambda context: context.secure,
    "reason": lambda context: bool(context.reason.strip()),
}


def _network(blocks: list[str]) -> Test:
    from ipaddress import ip_address, ip_network  # costs start-up time

    if not blocks:
        raise Invalid("network needs an address or a block of them, as 10.0.0.0/8", "condition")
    networks = []
    for block in blocks:
        try:
            networks.append(ip_network(block))
        except ValueError:
            raise Invalid(f'"{block[:60]}" is no network; {_network_help(block)}', "condition") from None

    def test(context: Context) -> bool:
        try:
            address = ip_address(context.address or "127.0.0.1")
        except ValueError:
            return False
        inner = getattr(address, "ipv4_mapped", None)  # as a socket for both versions tells it
        return any((inner or address) in network for network in networks)

    return test


def _network_help(block: str) -> str:
    """Says the block that was meant, where the address is that of one of its machines."""
    from ipaddress import ip_network

    try:
        return f"write the block as {ip_network(block, strict=False)}"
    except ValueError:
        return "write one as 10.0.0.0/8, several with spaces between them"


def _days(days: str, rest: list[str]) -> Test:
    wanted = _set_of_days("mon-fri" if days == "weekdays" else days)
    first, last = (0, 24 * 60)
    if rest and rest[0][:1].isdigit():
        first, last = _hours(rest.pop(0))
    zone = _zone(rest.pop(0)) if rest else None
    if rest:
        raise Invalid(f'"{rest[0][:60]}" is too much; {HELP}', "condition")

    def test(context: Context) -> bool:
        moment = _moment(context.at, zone)
        return moment.weekday() in wanted and first <= moment.hour * 60 + moment.minute < last

    return test


def _moment(at: int, zone: tzinfo | None) -> datetime:
    """What clocks in the zone show; in the first and last hours of all time those of UTC."""
    moment = EPOCH + timedelta(microseconds=at)
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError):
        return moment


def _set_of_days(text: str) -> set[int]:
    wanted: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise Invalid(f'"{part[:60]}" are no days; write them as mon-fri or sat,sun', "condition")
        start, end = DAYS.index(first), DAYS.index(last or first)
        wanted.update(range(start, end + 1) if start <= end else [*range(start, 7), *range(end + 1)])
    return wanted


def _hours(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?-(\d{1,2})(?::(\d{2}))?", text)
    numbers = [int(part or 0) for part in found.groups()] if found else []
    if not numbers or max(numbers[1], numbers[3]) > 59:
        raise Invalid(f'"{text[:60]}" are no hours; write them as 8-18 or 8:30-17', "condition")
    first, last = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if not first < last <= 24 * 60:
        raise Invalid(f'"{text[:60]}" does not end after it begins; write hours of one day, as 8-18', "condition")
    return first, last


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo  # costs start-up time

    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a ZoneInfoNotFoundError is a KeyError
        raise Invalid(f'"{name[:60]}" is no time zone; write one as Europe/Vienna', "condition") from None
