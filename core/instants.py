"""Instants: microseconds since 1970 in UTC, and how they are typed and shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def now() -> int:
    """Microseconds since 1970 in UTC."""
    return int(datetime.now(UTC).timestamp() * 1_000_000)


def parse_instant(text: str) -> int:
    """A date or a date and time in ISO 8601, UTC where no zone is given, as microseconds."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f'"{text[:40]}" is not a date; write it as 2026-01-31 or 2026-01-31T09:30') from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    except OverflowError:
        raise ValueError(f'"{text[:40]}" is out of range') from None
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def format_instant(value: int) -> str:
    """A date when the instant is midnight in UTC, else date and time in ISO 8601."""
    if value % 86_400_000_000 == 0:
        return _moment(value).date().isoformat()
    return _moment(value).replace(tzinfo=None).isoformat(timespec="auto") + "Z"


def _moment(value: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
