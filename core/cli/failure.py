"""How a command ends when it cannot do what was asked: one sentence on stderr, and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from core.cli.streams import give_up_stdout
from core.errors import Ambiguous, Invalid, RolodocError, Unavailable
from core.safe_text import safe_text

INTERRUPTED = 130  # as a shell reports SIGINT
READER_GONE = 141  # as a shell reports SIGPIPE


class UsageError(RolodocError):
    """A command line that cannot be understood."""

    exit_code = 2


def exit_code_of(call: Callable[[], int | None], *, json: bool = False) -> int:
    """The exit code of the call; an error is told on stderr, in one sentence or as one JSON object."""
    try:
        code = call() or 0
        sys.stdout.flush()
    except RolodocError as error:
        return tell(error, json=json)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        give_up_stdout()
        return READER_GONE
    except OSError as error:
        give_up_stdout()
        return tell(Unavailable(_operating_system_says(error)), json=json)
    return code


def tell(error: RolodocError, *, json: bool) -> int:
    """Writes the error to stderr and returns its exit code."""
    sentence = safe_text(str(error))
    if not json:
        sys.stderr.write(f"rolodoc: {sentence}\n")
        return error.exit_code
    import msgspec

    told = {"error": type(error).__name__, "message": sentence, "exit_code": error.exit_code}
    if isinstance(error, Invalid) and error.field:
        told["field"] = error.field
    if isinstance(error, Ambiguous):
        told["candidates"] = [safe_text(candidate) for candidate in error.candidates]
    sys.stderr.write(msgspec.json.encode(told).decode() + "\n")
    return error.exit_code


def _operating_system_says(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{os.fsdecode(error.filename)}: {reason}" if isinstance(error.filename, str | bytes) else reason
