"""The palette: every colour of the desk by name, light and dark.

Style sheet, painters and icons read these names and never raw colours. The values are the table of the
design, where their contrast is measured. Pure values. Read next: theme.py.
"""

from __future__ import annotations

from functools import cache

from msgspec import Struct
from msgspec.structs import asdict


class ColorTokens(Struct, frozen=True, kw_only=True):
    """One scheme's colours as "#RRGGBB"; is_dark tells which scheme it is."""

    is_dark: bool
    canvas: str
    sidebar: str
    surface: str
    raised: str
    well: str
    table: str
    hairline: str
    border: str
    hover: str
    press: str
    navsel: str
    ink: str
    ink2: str
    ink3: str
    onaccent: str
    accent: str
    accent_h: str
    accent_p: str
    accent_ink: str
    accent_tint: str
    accent_line: str
    good: str
    good_ink: str
    good_tint: str
    good_line: str
    wait: str
    wait_ink: str
    wait_tint: str
    wait_line: str
    bad: str
    bad_h: str
    bad_ink: str
    bad_tint: str
    bad_line: str
    paper: str
    paperink: str
    key: str
    key_h: str
    key_p: str
    switch_off: str
    ongood: str
    onwait: str
    shadow: str


_LIGHT_AND_DARK = {
    "canvas": ("#F6F5F2", "#1B1C1F"),
    "sidebar": ("#EEECE7", "#151618"),
    "surface": ("#FFFFFF", "#232428"),
    "raised": ("#FFFFFF", "#2B2D32"),
    "well": ("#F3F1ED", "#1D1E21"),
    "table": ("#E6E3DC", "#121315"),
    "hairline": ("#E3E0D9", "#323439"),
    "border": ("#8D8980", "#7C8089"),
    "hover": ("#F1EFEA", "#2A2C31"),
    "press": ("#E7E4DD", "#33353B"),
    "navsel": ("#E0DDD5", "#2A2C30"),
    "ink": ("#1E1F22", "#EDEEF0"),
    "ink2": ("#575B62", "#B4B8BF"),
    "ink3": ("#63676E", "#989DA6"),
    "onaccent": ("#FFFFFF", "#FFFFFF"),
    "accent": ("#2B5AC8", "#3F6BDA"),
    "accent_h": ("#244DAD", "#446FDC"),
    "accent_p": ("#1E4194", "#3860C6"),
    "accent_ink": ("#2450B5", "#93B2FF"),
    "accent_tint": ("#E8EEFB", "#26304A"),
    "accent_line": ("#A9BFEF", "#3E548C"),
    "good": ("#1E8A4C", "#3FAE6D"),
    "good_ink": ("#176B3A", "#77D39C"),
    "good_tint": ("#E3F3E8", "#1E3628"),
    "good_line": ("#A5D6B6", "#346B4A"),
    "wait": ("#B97800", "#E6A52B"),
    "wait_ink": ("#855300", "#F1C067"),
    "wait_tint": ("#FBF0D8", "#3A301B"),
    "wait_line": ("#E9CC8C", "#73592A"),
    "bad": ("#C8372D", "#CF453B"),
    "bad_h": ("#AE2D24", "#DB5348"),
    "bad_ink": ("#AE2A21", "#FFA198"),
    "bad_tint": ("#FBE9E6", "#42241F"),
    "bad_line": ("#EBB5AE", "#7F453E"),
    "paper": ("#FFFFFF", "#F4F4F2"),
    "paperink": ("#15161A", "#15161A"),
    "key": ("#F3F1ED", "#2C2E33"),
    "key_h": ("#EAE7E0", "#35373D"),
    "key_p": ("#DFDBD2", "#3E4047"),
    "switch_off": ("#86827A", "#777B84"),
    "ongood": ("#FFFFFF", "#0E2317"),
    "onwait": ("#FFFFFF", "#2A1E05"),
    "shadow": ("#2A2620", "#000000"),
}

LIGHT = ColorTokens(is_dark=False, **{name: pair[0] for name, pair in _LIGHT_AND_DARK.items()})
DARK = ColorTokens(is_dark=True, **{name: pair[1] for name, pair in _LIGHT_AND_DARK.items()})


@cache
def by_name(tokens: ColorTokens) -> dict[str, str]:
    """The colours for a style sheet with $names; every dressed widget asks, so they are listed once."""
    return {name: value for name, value in asdict(tokens).items() if isinstance(value, str)}
