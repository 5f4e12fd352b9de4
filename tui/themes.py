"""The three themes: dark, light, and the terminal's own sixteen colours."""

from __future__ import annotations

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
    },
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
    variables={
        "dim": "ansi_bright_black",
        "cursor-background": "ansi_default",
        "cursor-foreground": "ansi_default",
        "rest-background": "ansi_default",
    },
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT, ANSI)}
