"""How this machine's region writes times and numbers, told to all who write some.

The window speaks English, so names of days and months, digits and AM are English; the order of day and
month, 12 or 24 hours and the size of paper are the region's. Called once in each program that writes for
people, before the first word; any thread. Read next: core/spoken_time.py.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QLocale

from rcdesk.core.spoken_time import TimeStyle, write_like

_QUOTED = re.compile(r"'[^']*'")


def follow_region(system: QLocale | None = None) -> None:
    """Write times as the region does, and let Qt's own widgets speak English with its conventions."""
    system = system or QLocale.system()
    write_like(style_of(system))
    english = QLocale(QLocale.Language.English, system.territory())
    if english.territory() != system.territory():
        # Qt knows no English of this territory.
        is_imperial = system.measurementSystem() is QLocale.MeasurementSystem.ImperialUSSystem
        near = QLocale.Country.UnitedStates if is_imperial else QLocale.Country.UnitedKingdom
        english = QLocale(QLocale.Language.English, near)
    QLocale.setDefault(english)


def style_of(locale: QLocale) -> TimeStyle:
    """The conventions of a region, without its language."""
    time = _QUOTED.sub("", locale.timeFormat(QLocale.FormatType.ShortFormat))
    date = _QUOTED.sub("", locale.dateFormat(QLocale.FormatType.LongFormat)).replace("dddd", "")
    hour = re.search(r"[hH]+", time)
    between = re.search(r"[hH]+([:.])m", time)
    return TimeStyle(
        is_12_hour="a" in time.lower(),
        pads_hour=hour is not None and len(hour[0]) == 2,
        separator=between[1] if between is not None else ":",
        is_month_first="M" in date and "d" in date and date.index("M") < date.index("d"),
    )
