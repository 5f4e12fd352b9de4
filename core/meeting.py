"""Where two versions of a record meet in the write path."""

from __future__ import annotations
