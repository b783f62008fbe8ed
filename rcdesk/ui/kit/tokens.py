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


LIGHT = ColorTokens(
    is_dark=False,
    canvas="#F6F5F2",
    sidebar="#EEECE7",
    surface="#FFFFFF",
    raised="#FFFFFF",
    well="#F3F1ED",
    table="#E6E3DC",
    hairline="#E3E0D9",
    border="#8D8980",
    hover="#F1EFEA",
    press="#E7E4DD",
    navsel="#E0DDD5",
    ink="#1E1F22",
    ink2="#575B62",
    ink3="#63676E",
    onaccent="#FFFFFF",
    accent="#2B5AC8",
    accent_h="#244DAD",
    accent_p="#1E4194",
    accent_ink="#2450B5",
    accent_tint="#E8EEFB",
    accent_line="#A9BFEF",
    good="#1E8A4C",
    good_ink="#176B3A",
    good_tint="#E3F3E8",
    good_line="#A5D6B6",
    wait="#B97800",
    wait_ink="#855300",
    wait_tint="#FBF0D8",
    wait_line="#E9CC8C",
    bad="#C8372D",
    bad_h="#AE2D24",
    bad_ink="#AE2A21",
    bad_tint="#FBE9E6",
    bad_line="#EBB5AE",
    paper="#FFFFFF",
    paperink="#15161A",
    key="#F3F1ED",
    key_h="#EAE7E0",
    key_p="#DFDBD2",
    switch_off="#86827A",
    ongood="#FFFFFF",
    onwait="#FFFFFF",
    shadow="#2A2620",
)

DARK = ColorTokens(
    is_dark=True,
    canvas="#1B1C1F",
    sidebar="#151618",
    surface="#232428",
    raised="#2B2D32",
    well="#1D1E21",
    table="#121315",
    hairline="#323439",
    border="#7C8089",
    hover="#2A2C31",
    press="#33353B",
    navsel="#2A2C30",
    ink="#EDEEF0",
    ink2="#B4B8BF",
    ink3="#989DA6",
    onaccent="#FFFFFF",
    accent="#3F6BDA",
    accent_h="#446FDC",
    accent_p="#3860C6",
    accent_ink="#93B2FF",
    accent_tint="#26304A",
    accent_line="#3E548C",
    good="#3FAE6D",
    good_ink="#77D39C",
    good_tint="#1E3628",
    good_line="#346B4A",
    wait="#E6A52B",
    wait_ink="#F1C067",
    wait_tint="#3A301B",
    wait_line="#73592A",
    bad="#CF453B",
    bad_h="#DB5348",
    bad_ink="#FFA198",
    bad_tint="#42241F",
    bad_line="#7F453E",
    paper="#F4F4F2",
    paperink="#15161A",
    key="#2C2E33",
    key_h="#35373D",
    key_p="#3E4047",
    switch_off="#777B84",
    ongood="#0E2317",
    onwait="#2A1E05",
    shadow="#000000",
)


@cache
def by_name(tokens: ColorTokens) -> dict[str, str]:
    """The colours for a style sheet with $names; every dressed widget asks, so they are listed once."""
    return {name: value for name, value in asdict(tokens).items() if isinstance(value, str)}
