"""Times and dates as they are written for people here, and what a time on the wall clock may mean.

All of them come from here: 24 hours or AM and PM, the day or the month first, as the region of this machine
has it, in the language the window speaks, which is English. bridge/runtime/region.py says at the start how
the region does it. The zone is the machine's (TZ, else its setting). A time on the wall does not exist in the
hour that is left out in spring, and comes twice in autumn: whoever takes one from a person asks
readings_of(). Pure but for the zone; any thread. Read next: bridge/runtime/region.py, ui/kit/moments.py.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class TimeStyle(Struct, frozen=True, kw_only=True):
    """How a region writes times: "4:45 PM" or "16:45", "9:05" or "09:05", "Nov 26" or "26 Nov"."""

    is_12_hour: bool = False
    pads_hour: bool = True
    separator: str = ":"
    is_month_first: bool = False


_style = TimeStyle()


def duration(seconds: float) -> str:
    """Seconds as 0:09, 2:13 or 1:02:03."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes}:{secs:02d}"


def write_like(style: TimeStyle) -> None:
    """From now on times are written so; once, before the first one is."""
    global _style
    _style = style


def style() -> TimeStyle:
    """How they are written now."""
    return _style


def clock(at: datetime, *, has_seconds: bool = False) -> str:
    """The time of day of an aware moment here: "16:45" or "4:45 PM"."""
    return wall_clock(at.astimezone().time(), has_seconds=has_seconds)


def wall_clock(local: time, *, has_seconds: bool = False) -> str:
    """The same for a time on the wall."""
    hour = (local.hour % 12 or 12) if _style.is_12_hour else local.hour
    numbers = [f"{hour:02d}" if _style.pads_hour else str(hour), f"{local.minute:02d}"]
    if has_seconds:
        numbers.append(f"{local.second:02d}")
    words = _style.separator.join(numbers)
    return f"{words} {'AM' if local.hour < 12 else 'PM'}" if _style.is_12_hour else words


def day(on: date, today: date) -> str:
    """ "26 Nov" or "Nov 26", with the year when it is not this one."""
    month = MONTHS[on.month - 1]
    words = f"{month} {on.day}" if _style.is_month_first else f"{on.day} {month}"
    if on.year == today.year:
        return words
    return f"{words}, {on.year}" if _style.is_month_first else f"{words} {on.year}"


def weekday(on: date) -> str:
    """ "Tue"."""
    return DAYS[on.weekday()]


def full_day(on: date, today: date) -> str:
    """ "Tue 24 Nov" or "Tue, Nov 24", with the year when it is not this one."""
    return f"{weekday(on)}{',' if _style.is_month_first else ''} {day(on, today)}"


def moment(at: datetime, now: datetime, *, has_seconds: bool = False) -> str:
    """The time of day, with the day when it is not today: "16:45", "26 Nov 16:45", "Nov 26, 4:45 PM"."""
    local, today, words = at.astimezone(), now.astimezone().date(), clock(at, has_seconds=has_seconds)
    if local.date() == today:
        return words
    return f"{day(local.date(), today)}{',' if _style.is_month_first else ''} {words}"


def near_moment(at: datetime, now: datetime) -> str:
    """The same, with the day of the week within one: "16:45", "Tue 16:45", "26 Nov 16:45"."""
    on, today = at.astimezone().date(), now.astimezone().date()
    if on != today and abs(on - today) < timedelta(days=7):
        return f"{weekday(on)} {clock(at)}"
    return moment(at, now)


def full_moment(at: datetime, now: datetime) -> str:
    """ "Sun 14 Mar 2027 03:30 (UTC-04:00)": nothing is left to guess."""
    local = at.astimezone()
    comma = "," if _style.is_month_first else ""
    return f"{full_day(local.date(), now.astimezone().date())}{comma} {clock(at)} ({offset(at)})"


def offset(at: datetime) -> str:
    """What this machine's clocks differ from UTC at that moment: "UTC-04:00"."""
    text = at.astimezone().strftime("%z")
    return f"UTC{text[:3]}:{text[3:5]}"


class Readings(Struct, frozen=True, kw_only=True):
    """What a time on the wall here may mean: moments, aware, the earlier one first.

    One, as a rule. is_doubled: the clock shows it twice. is_skipped: it never does; the moments are what it
    is by the clock before and after the change.
    """

    moments: tuple[datetime, ...]
    is_doubled: bool = False
    is_skipped: bool = False

    @property
    def is_plain(self) -> bool:
        """True when it means one moment."""
        return not (self.is_doubled or self.is_skipped)


def readings_of(wall: datetime) -> Readings:
    """The readings of a time without a zone. Raises ValueError or OverflowError at the ends of time."""
    wall = wall.replace(tzinfo=None, fold=0)
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return Readings(moments=(first,))
    is_shown = first.astimezone().replace(tzinfo=None, fold=0) == wall
    moments = tuple(sorted((first, second)))
    return Readings(moments=moments, is_doubled=is_shown, is_skipped=not is_shown)
