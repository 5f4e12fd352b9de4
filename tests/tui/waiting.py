"""Waiting for what a user would see, never for time to pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot


async def until(pilot: Pilot[Any], condition: Callable[[], Any], timeout: float = 30) -> None:
    """Lets the app work until the condition holds; raises AssertionError when it does not within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come to hold"
        await pilot.pause(0.005)
