"""How this machine's region writes times and numbers, told to all who write some.

The window speaks English, so names of days and months, digits and AM are English; the order of day and
month, 12 or 24 hours and the size of paper are the region's. Called once in each program that writes for
people, before the first word; any thread. Read next: core/spoken_time.py.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

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


class ZoneFollower:
    """Sees that a machine has been taken to another zone while the program runs.

    The system's library reads the zone once; what it is now is then told to it, and to children, by TZ. link
    is the machine's setting. GUI thread, when the program comes to the front.
    """

    def __init__(self, link: Path = Path("/etc/localtime")) -> None:
        self._link = link
        self._is_given = "TZ" in os.environ
        self._zone = os.path.realpath(link)

    def look(self) -> bool:
        """True when the zone is another one now. One the person gave by TZ stays."""
        zone = os.path.realpath(self._link)
        if self._is_given or zone == self._zone or not os.path.isfile(zone):
            return False
        self._zone = zone
        os.environ["TZ"] = f":{zone}"
        time.tzset()
        return True


def style_of(locale: QLocale) -> TimeStyle:
    """The conventions of a region, without its language."""
    hours = _QUOTED.sub("", locale.timeFormat(QLocale.FormatType.ShortFormat))
    date = _QUOTED.sub("", locale.dateFormat(QLocale.FormatType.LongFormat)).replace("dddd", "")
    hour = re.search(r"[hH]+", hours)
    between = re.search(r"[hH]+([:.])m", hours)
    return TimeStyle(
        is_12_hour="a" in hours.lower(),
        pads_hour=hour is not None and len(hour[0]) == 2,
        separator=between[1] if between is not None else ":",
        is_month_first="M" in date and "d" in date and date.index("M") < date.index("d"),
    )
