"""The names of people, compared: whether two spellings may be one name, and why.

Pure. Case, accents, punctuation, titles and the order of "family, given" say nothing; a different family name, a
different given name or a different generation (Jr., Sr.) says that these are two people.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

TITLES: Final = frozenset(
    {"dr", "prof", "mr", "mrs", "ms", "miss", "sir", "dame", "phd", "md", "msc", "esq", "ing", "dipl"}
)
GENERATIONS: Final = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}
PARTICLES: Final = frozenset({
    "van", "von", "de", "der", "den", "del", "della", "di", "da", "do", "dos", "du",
    "la", "le", "ten", "ter", "zu", "bin", "ibn", "al", "el", "st",
})  # fmt: skip
_APOSTROPHES: Final = str.maketrans("", "", "'’`´")
_LETTERS: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
_DIGRAPH: Final = re.compile("(?<=[aou])e")
_WORD: Final = re.compile(r"[^\W_]+")


class PersonName(NamedTuple):
    """A name in words without case and accents: given names (without particles), family name, generation."""

    words: tuple[str, ...]  # in the order given, family
    given: tuple[str, ...]
    family: str
    generation: str
    key: str  # equal for the same words in whatever order


def parse(text: str) -> PersonName | None:
    """None for a text without a word.

    >>> parse("van Rossum, Guido").words
    ('guido', 'van', 'rossum')
    >>> parse("Fred L. Drake, Jr.")
    PersonName(words=('fred', 'l', 'drake'), given=('fred', 'l'), family='drake', generation='jr', key='drake fred l')
    """
    parts = [part for part in map(_fold, text.split(",")) if part]
    plain = [[word for word in part if word not in TITLES and word not in GENERATIONS] for part in parts]
    plain = [part for part in plain if part] or parts[:1]
    words = [word for part in (*plain[1:], *plain[:1]) for word in part]
    if not words:
        return None
    generation = next((GENERATIONS[word] for part in parts for word in part if word in GENERATIONS), "")
    given = tuple(word for word in words[:-1] if word not in PARTICLES)
    return PersonName(tuple(words), given, words[-1], generation, " ".join(sorted(words)))


def same_words(text: str) -> str:
    """Equal for texts of the same words, in whatever order, case and accents."""
    return " ".join(sorted(word for part in text.split(",") for word in _fold(part)))


def likeness(one: PersonName, other: PersonName) -> str:
    """Why the two may be one name, "" when they are not.

    >>> likeness(parse("F. L. Drake"), parse("Fred L. Drake, Jr."))
    'initials'
    >>> likeness(parse("Guido van Rossum"), parse("Just van Rossum"))
    ''
    """
    if one.generation and other.generation and one.generation != other.generation:
        return ""
    if one.key == other.key:
        return "same words"
    if one.family == other.family and one.given and other.given:
        if len(one.given) <= len(other.given):
            return _likeness_of_given(one.given, other.given)
        return _likeness_of_given(other.given, one.given)
    return "part of the name" if _is_part(*sorted((one.words, other.words), key=len)) else ""


def blocks(name: PersonName) -> set[str]:
    """Names that may be alike share one of these; few others do."""
    found = {name.key}
    for word in name.given:
        found |= {f"{name.family} {word[0]}", f"{name.family} {SHORT_FORMS.get(word, word)[0]}"}
    if len(name.words) > 1:
        found.add(f"{name.words[0]}+{name.words[1]}")
    return found


# --- helpers ------------------------------------------------------------------------------------------------


def _fold(text: str) -> list[str]:
    """The words; "ü", "u" and "ue" are one letter."""
    folded = text.translate(_APOSTROPHES).casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_LETTERS)
    return [_plain(word) for word in _WORD.findall(folded)]


def _plain(word: str) -> str:
    """With "ue" and its like as the one letter that they stand for."""
    return _DIGRAPH.sub("", word) if len(word) > 3 else word


def _likeness_of_given(fewer: tuple[str, ...], more: tuple[str, ...]) -> str:
    """Of the given names of one family."""
    first = _likeness_of_word(fewer[0], more[0])
    if not first:
        # "David Murray" and "R. David Murray": a later given name is the one that is used.
        return "a given name left out" if len(fewer[0]) > 2 and fewer[0] in more[1:] else ""
    if first == "spelled alike" and fewer[1:] != more[1:]:
        return ""
    reasons = [first]
    for one, other in zip(fewer[1:], more[1:], strict=False):
        reason = _likeness_of_word(one, other)
        if reason not in ("same", "initials"):
            return ""
        reasons.append(reason)
    if len(fewer) < len(more):
        reasons.append("a given name left out")
    return max(reasons, key=_ORDER.index)


_ORDER: Final = ("same", "a given name left out", "initials", "short form", "spelled alike")


@lru_cache(100_000)
def _likeness_of_word(one: str, other: str) -> str:
    if one == other:
        return "same"
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return "initials" if long[0] == short or SHORT_FORMS.get(long, long)[0] == short else ""
    if SHORT_FORMS.get(one, one) == SHORT_FORMS.get(other, other):
        return "short form"
    if len(short) >= 3 and long.startswith(short) and long[len(short) :] not in _OTHER_GENDER:
        return "short form"
    alike = _sound(one) == _sound(other) or (len(short) >= 4 and _is_one_letter_apart(short, long))
    return "spelled alike" if alike else ""


_OTHER_GENDER: Final = ("a", "e", "o", "ne", "na", "ina", "ette", "ine")
"""What makes another name of a name: Daniel and Daniela are two people."""


def _sound(word: str) -> str:
    """Equal for Eric and Erik, Jon and John, Philip and Phillip."""
    sounds = word[0] + word[1:].replace("ph", "f").replace("h", "").replace("ck", "k").replace("y", "i")
    return re.sub(r"(.)\1+", r"\1", sounds.replace("c", "k"))


def _is_one_letter_apart(short: str, long: str) -> bool:
    """One letter more, another letter, or two letters exchanged; but the last one, which tells Mario from Maria."""
    if short[-1] != long[-1] or len(long) - len(short) > 1:
        return False
    if len(short) < len(long):
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    different = [at for at, (one, other) in enumerate(zip(short, long, strict=True)) if one != other]
    if len(different) == 1:
        return True
    return any(
        different == [at, after] and (short[at], short[after]) == (long[after], long[at])
        for at, after in pairwise(range(len(short)))
    )


def _is_part(fewer: tuple[str, ...], more: tuple[str, ...]) -> bool:
    """ "Pablo Galindo" of "Pablo Galindo Salgado": the same beginning, in whole words."""
    return 2 <= len(fewer) < len(more) and more[: len(fewer)] == fewer and all(len(word) > 1 for word in fewer)


SHORT_FORMS: Final = {
    _plain(short): _plain(full)
    for full, shorts in {
        "alexander": "alex sasha sascha",
        "andrew": "andy drew",
        "anthony": "tony",
        "barbara": "barb babs",
        "catherine": "kate katie cathy kathy katherine kathryn katharina",
        "charles": "charlie chuck carl karl",
        "christopher": "chris kit",
        "daniel": "dan danny",
        "david": "dave",
        "deborah": "deb debbie",
        "donald": "don donnie",
        "dorothy": "dot dottie",
        "edward": "ed eddie ted ned",
        "elizabeth": "liz lizzie beth betty bess lisa elisabeth",
        "eugene": "gene",
        "francis": "frank",
        "frederick": "fred freddie friedrich",
        "geoffrey": "geoff jeff jeffrey",
        "gregory": "greg",
        "henry": "harry hank",
        "jacob": "jake",
        "james": "jim jimmy jamie",
        "jennifer": "jen jenny",
        "john": "jack johnny",
        "jonathan": "jon",
        "joseph": "joe jo",
        "kenneth": "ken",
        "lawrence": "larry laurence",
        "margaret": "maggie peggy meg greta",
        "matthew": "matt matthias",
        "michael": "mike mick michal",
        "nicholas": "nick nicolas",
        "patricia": "pat patty trish",
        "patrick": "paddy",
        "peter": "pete",
        "philip": "phil phillip",
        "richard": "rick dick rich richie",
        "robert": "bob rob bobby robbie bert",
        "ronald": "ron",
        "samuel": "sam",
        "stephen": "steve steven stefan",
        "susan": "sue susie suzanne",
        "theodore": "theo teddy",
        "thomas": "tom tommy",
        "timothy": "tim",
        "victoria": "vicky",
        "walter": "walt",
        "william": "bill will billy willy liam wilhelm",
        "zachary": "zach zac zack",
    }.items()
    for short in shorts.split()
}
