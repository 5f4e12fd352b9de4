"""What a value of each kind of field may be, how it is typed and how it is shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from core.instants import format_instant, parse_instant

if TYPE_CHECKING:
    from core.fields import Field

Kind = Literal["line", "text", "choice", "set", "list", "map", "instant", "number", "reference", "type", "contents"]
LINE: Final = 500  # characters
TEXT: Final = 10_000_000  # characters
ITEMS: Final = 1_000  # members of a set, list or map
DEPTH: Final = 32  # levels of a nested map
MAP_BYTES: Final = 1_000_000  # bytes of a map as JSON
NO_POSITION: Final = 2**31 - 1
"""Stored for a link without a position: it stands behind those that have one, and keyset comparison meets no NULL."""
NUMBER: Final = NO_POSITION - 1
canonical = msgspec.json.Encoder(order="sorted").encode
_SURROGATE = re.compile("[\ud800-\udfff]")
_EARLIEST, _LATEST = parse_instant("0001-01-01"), parse_instant("9999-12-31T23:59:59.999999")


def _string(value: Any, limit: int) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {_type_name(value)}")
    text = value
    if not text.isascii():
        if _SURROGATE.search(text):
            raise ValueError("is not valid Unicode text")
        text = unicodedata.normalize("NFC", text)
    if len(text) > limit:
        raise ValueError(f"is {len(text):,} characters long; the limit is {limit:,}")
    if "\0" in text:
        raise ValueError("must not hold a NUL character")
    return text


def _check_line(field: Field, value: Any) -> str:
    text = _string(value, field.limit).strip()
    if "\n" in text or "\r" in text:
        raise ValueError("must be one line")
    return text


def _check_text(field: Field, value: Any) -> str:
    return _string(value, field.limit).replace("\r\n", "\n").replace("\r", "\n")


def _check_choice(field: Field, value: Any) -> str:
    if value not in field.choices:
        raise ValueError(f"must be one of {', '.join(field.choices)}")
    return str(value)


def _check_set(field: Field, value: Any) -> list[str]:
    members = [_check_line(field, member) for member in _sequence(value)]
    return list(dict.fromkeys(filter(None, members)))


def _check_list(field: Field, value: Any) -> list[dict[str, str]]:
    entries = []
    for entry in _sequence(value):
        if isinstance(entry, str):
            entry = {"label": "", "value": entry}
        if not isinstance(entry, dict) or set(entry) - {"label", "value"} or "value" not in entry:
            raise ValueError('each entry must be text, or {"label": ..., "value": ...}')
        text = _check_line(field, entry["value"])
        if text:
            entries.append({"label": _check_line(field, entry.get("label", "")), "value": text})
    return entries


def _check_map(_field: Field, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"must be a map of names to values, not {_type_name(value)}")
    checked: dict[str, Any] = _check_nested(value, 1)
    if len(msgspec.json.encode(checked)) > MAP_BYTES:
        raise ValueError(f"is larger than {MAP_BYTES:,} bytes")
    return checked


def _check_nested(value: Any, depth: int) -> Any:
    if depth > DEPTH:
        raise ValueError(f"is nested deeper than {DEPTH} levels")
    if isinstance(value, str):
        return _string(value, MAP_BYTES)
    if isinstance(value, dict):
        if len(value) > ITEMS:
            raise ValueError(f"has {len(value):,} entries; the limit is {ITEMS:,}")
        return {_string(k, LINE): _check_nested(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [_check_nested(member, depth + 1) for member in _sequence(value)]
    if (isinstance(value, float) and value != value) or value in (float("inf"), float("-inf")):
        raise ValueError("must not hold NaN or infinity")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("holds a number beyond 64 bits")
    if value is None or isinstance(value, bool | int | float):
        return value
    raise ValueError(f"must not hold {_type_name(value)}")


def _check_instant(_field: Field, value: Any) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = parse_instant(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"must be a date, not {_type_name(value)}")
    if not _EARLIEST <= value <= _LATEST:
        raise ValueError("must lie between the years 1 and 9999")
    return value


def _check_number(_field: Field, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"must be a whole number, not {_type_name(value)}")
    if abs(value) > NUMBER:
        raise ValueError(f"must lie between -{NUMBER:,} and {NUMBER:,}")
    return value


def _check_reference(_field: Field, value: Any) -> bytes:
    if not isinstance(value, bytes) or len(value) != 16:
        raise ValueError("must be the id of a record")
    return value


_SHA256 = re.compile("[0-9a-f]{64}")


def _check_contents(_field: Field, value: Any) -> list[dict[str, Any]]:
    return [_check_content(entry) for entry in _sequence(value)]


def _check_content(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or set(entry) != {"name", "media_type", "bytes", "sha256"}:
        raise ValueError("each entry must hold name, media_type, bytes and sha256")
    size, sha256 = entry["bytes"], entry["sha256"]
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size < 2**63:
        raise ValueError("an entry has no valid size")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise ValueError("an entry has no valid sha256")
    name, media_type = _string(entry["name"], LINE), _string(entry["media_type"], 200)
    return {"name": name, "media_type": media_type, "bytes": size, "sha256": sha256}


def _sequence(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"must be a list, not {_type_name(value)}")
    if len(value) > ITEMS:
        raise ValueError(f"has {len(value):,} entries; the limit is {ITEMS:,}")
    return list(value)


def _type_name(value: Any) -> str:
    names = {
        str: "text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a map",
    }
    return "nothing" if value is None else names.get(type(value), type(value).__name__)


CHECKS: Final[Mapping[Kind, Callable[[Field, Any], Any]]] = {
    "line": _check_line,
    "type": _check_line,
    "text": _check_text,
    "choice": _check_choice,
    "set": _check_set,
    "list": _check_list,
    "map": _check_map,
    "instant": _check_instant,
    "number": _check_number,
    "reference": _check_reference,
    "contents": _check_contents,
}


def as_typed(text: str) -> Any:
    return text


def _parse_set(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]


def _parse_list(text: str) -> list[dict[str, str]]:
    entries = []
    for part in _parse_set(text):
        label, equals, value = part.partition("=")
        entries.append({"label": label.strip(), "value": value.strip()} if equals else {"label": "", "value": part})
    return entries


def _parse_map(text: str) -> Any:
    if not text.strip():
        return {}
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ValueError(f"is not a JSON object ({error})") from None


def _parse_number(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise ValueError(f'"{text[:40]}" is not a whole number') from None


def _format_list(entries: list[dict[str, str]]) -> str:
    return "; ".join(f"{e['label']}={e['value']}" if e["label"] else e["value"] for e in entries)


def _format_contents(entries: list[dict[str, Any]]) -> str:
    return "; ".join(f"{entry['name']} ({entry['bytes']:,} bytes)" for entry in entries)


def _format_map(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode() if value else ""


PARSERS: Final[Mapping[Kind, Callable[[str], Any]]] = {
    "set": _parse_set,
    "list": _parse_list,
    "map": _parse_map,
    "number": _parse_number,
    "contents": _parse_map,
}
FORMATS: Final[Mapping[Kind, Callable[[Any], str]]] = {
    "set": "; ".join,
    "list": _format_list,
    "map": _format_map,
    "instant": format_instant,
    "reference": bytes.hex,
    "contents": _format_contents,
}
