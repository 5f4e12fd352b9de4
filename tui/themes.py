"""The themes: on the terminal's own ground, dark, light, and sixteen colours; and the styles of text in each.

A ground of its own costs a theme some 40 bytes for each line that is sent, so none is painted unless asked for.
"""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

DARK = Theme(
    name="dark",
    primary="#7db4f5",
    secondary="#9aa7bd",
    accent="#e2b56b",
    foreground="#d6dae1",
    background="#15181e",
    surface="#15181e",
    panel="#20252e",
    success="#93c98a",
    warning="#e2b56b",
    error="#ee7d86",
    dark=True,
    variables={
        "dim": "#8a93a3",
        "cursor-background": "#2c3a52",
        "cursor-foreground": "#f2f5fa",
        "rest-background": "#20252e",
        "edge": "#2a303b",
    },
)
LIGHT = Theme(
    name="light",
    primary="#1d5fb8",
    secondary="#5a6475",
    accent="#8a5200",
    foreground="#23272e",
    background="#fbfaf7",
    surface="#fbfaf7",
    panel="#ecebe5",
    success="#2f7a33",
    warning="#8a5200",
    error="#b3202c",
    dark=False,
    variables={
        "dim": "#68707d",
        "cursor-background": "#cfe0f7",
        "cursor-foreground": "#0f1622",
        "rest-background": "#ecebe5",
        "edge": "#d9d7cf",
    },
)
_NATIVE = {
    "dim": "ansi_default",
    "rest-background": "ansi_default",
    "edge": "ansi_bright_black",
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "input-cursor-background": "ansi_default",
    "input-cursor-foreground": "ansi_default",
    "input-cursor-text-style": "reverse",
    "input-selection-background": "ansi_default",
    "input-selection-foreground": "ansi_default",
    "screen-selection-background": "ansi_default",
    "screen-selection-foreground": "ansi_default",
}
TERMINAL = Theme(
    name="terminal",
    primary="#3f8ae0",
    secondary="#3f8ae0",
    accent="#b8862b",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="#3f9a4a",
    warning="#b8862b",
    error="#d5505c",
    ansi=True,
    variables={**_NATIVE, "cursor-background": "#2f5d9b", "cursor-foreground": "#ffffff"},
)
ANSI = Theme(
    name="ansi",
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_yellow",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    ansi=True,
    variables={**_NATIVE, "cursor-background": "ansi_default", "cursor-foreground": "ansi_default"},
)
THEMES = {theme.name: theme for theme in (TERMINAL, DARK, LIGHT, ANSI)}


@lru_cache(8)
def text_styles(theme_name: str, no_color: bool) -> dict[str, Style]:
    """The style of each kind of span, to be laid over a widget's own; a state is never told by colour alone."""
    theme = THEMES.get(theme_name, TERMINAL)
    marks = no_color or theme.ansi
    styles = {
        "title": Style(bold=True),
        "label": Style(dim=True) if marks else _colour(theme.variables["dim"]),
        "accent": _colour(theme.accent),
        "good": _colour(theme.success),
        "warn": _colour(theme.warning),
        "bad": _colour(theme.error),
        "key": _colour(theme.primary) + Style(bold=True),
    }
    if no_color or theme is ANSI:
        return styles | {"cursor": Style(reverse=True), "rest": Style(underline=True)}
    cursor = _colour(theme.variables["cursor-foreground"], theme.variables["cursor-background"]) + Style(bold=True)
    rest = Style(underline=True) if marks else _colour(None, theme.variables["rest-background"])
    return styles | {"cursor": cursor, "rest": rest}


def _colour(front: str | None, back: str | None = None) -> Style:
    return Style.from_color(
        Color.parse(front).rich_color if front else None, Color.parse(back).rich_color if back else None
    )
