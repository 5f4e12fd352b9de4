"""What a person has set in settings.toml: theme, thin mode, and keys by the id of the action."""

from __future__ import annotations

from pathlib import Path

import msgspec

from core.errors import Invalid


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    theme: str = ""
    """terminal, dark, light or ansi; "" takes terminal, and ansi in thin mode."""

    thin: bool | None = None
    """Whether to save bytes; without it, where SSH_CONNECTION is set."""

    keys: dict[str, str] = {}
    """Action id -> key or keys with commas between them: `edit = "f4"`."""


def settings_path() -> Path:
    from platformdirs import user_config_path

    return user_config_path("rolodoc", appauthor=False) / "settings.toml"


def read_settings(path: Path) -> Settings:
    """The settings of this file, the defaults where there is none. Raises Invalid, which says what is wrong where."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is left aside: {error}") from None
    import tomllib

    try:
        return msgspec.convert(tomllib.loads(text), Settings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid(f"{path} is left aside: {error}") from None
