"""What may tell that two profiles are one person: addresses, numbers and handles, in the one form that compares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

HANDLES: Final = frozenset(
    {
        "bluesky", "facebook", "github", "gitlab", "handle", "instagram", "irc", "launchpad", "linkedin", "login",
        "mastodon", "matrix", "orcid", "skype", "telegram", "twitter", "username", "xing",
    }
)  # fmt: skip
"""Attributes that hold a handle, also as "github_id", "orcid-url" and the like; a source of this name gives handles."""

OF_NOBODY: Final = frozenset(
    {"noreply", "no-reply", "donotreply", "do-not-reply", "info", "office", "postmaster", "webmaster"}
)
"""Mail boxes that stand for no person."""

_ADDRESS: Final = re.compile(r"[^@\s<>()\[\],;:\"]+@[^@\s<>()\[\],;:\"]+\.[^@\s<>()\[\],;:\".]+")
_AT: Final = re.compile(r"\s*[(\[{]\s*at\s*[)\]}]\s*|\s+at\s+", re.IGNORECASE)
_DOT: Final = re.compile(r"\s*[(\[{]\s*dot\s*[)\]}]\s*|\s+dot\s+", re.IGNORECASE)
_EXTENSION: Final = re.compile(r"(?:\bext\b|\bx|#|;).*", re.IGNORECASE)
_RECORD_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_SHORTEST_PHONE: Final = 7  # digits, without trunk and country
_COUNTRY: Final = re.compile(
    r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}"
)  # the country codes of E.164 with one or two digits; all others have three


def email_key(text: str) -> str:
    """ "" for what is no address.

    >>> email_key("Ann Keller <Ann at Example.org>")
    'ann@example.org'
    """
    if " " in text or "@" not in text:
        text = _DOT.sub(".", _AT.sub("@", text))
    found = _ADDRESS.search(text)
    return found[0].lower() if found else ""


def phone_key(text: str) -> tuple[str, str]:
    """Country code ("" for a national number) and the digits after it without the trunk zero; of what is no number
    two empty texts.

    >>> phone_key("+44 (0)20 7946 0111"), phone_key("020 7946-0111")
    (('44', '2079460111'), ('', '2079460111'))
    """
    plain = _EXTENSION.sub("", text.replace("(0)", "")).strip()
    digits = re.sub(r"\D", "", plain)
    country = ""
    if plain.startswith(("+", "00")):
        digits = digits.removeprefix("00")
        found = _COUNTRY.match(digits)
        country = found[0] if found else ""
        digits = digits[len(country) :]
    elif len(digits) == 11 and digits.startswith("1"):
        country, digits = "1", digits[1:]
    digits = digits.lstrip("0")
    return (country, digits) if len(digits) >= _SHORTEST_PHONE else ("", "")


def addresses(attributes: Mapping[str, Any]) -> Iterator[str]:
    """What attributes with "mail" in their name hold."""
    for name, value in attributes.items():
        if "mail" in name.casefold():
            yield from _texts(value)


def handles(attributes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The (service, handle) pairs of the attributes, those one level down included.

    >>> list(handles({"github": "https://github.com/Ann/", "accounts": {"orcid_id": "0000-0002-1825-0097"}}))
    [('github', 'ann'), ('orcid', '0000-0002-1825-0097')]
    """
    for name, value in attributes.items():
        for service, texts in (value if isinstance(value, dict) else {name: value}).items():
            if service := _service(service):
                yield from ((service, key) for text in _texts(texts) if (key := handle_key(text)))


@lru_cache(10_000)
def _service(name: str) -> str:
    """The service that an attribute of this name is about, "" for none."""
    service = re.split(r"[\s_:-]", name.strip().casefold())[0]
    return service if service in HANDLES else ""


def handle_key(text: str) -> str:
    """Without case, "@" and what stands before it in an address of the web."""
    return text.strip().rstrip("/").rsplit("/", 1)[-1].lstrip("@~").casefold()


def world_wide(external_id: str) -> str:
    """An external id that no two systems give by chance, without its case; "" for any other."""
    found = _RECORD_ID.search(external_id.lower())
    return found[0] if found else ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
