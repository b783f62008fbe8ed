"""Times as people here write them, and what a time on the wall means when the clocks are changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale

from rcdesk.bridge.runtime.region import ZoneFollower, follow_region, style_of
from rcdesk.core import spoken_time
from rcdesk.core.spoken_time import TimeStyle, readings_of, write_like

Zone = Callable[[str], None]


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    """Moves this machine to another zone."""

    def move(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    before = QLocale()
    yield
    write_like(TimeStyle())
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("name", "wall", "readings"),
    [
        ("America/New_York", "2027-03-14 02:30", ("2027-03-14 06:30", "2027-03-14 07:30")),
        ("Europe/Berlin", "2027-03-28 02:00", ("2027-03-28 00:00", "2027-03-28 01:00")),
        ("EST5EDT,M3.2.0,M11.1.0", "2027-03-14 02:59", ("2027-03-14 06:59", "2027-03-14 07:59")),
        ("Australia/Lord_Howe", "2026-10-04 02:15", ("2026-10-03 15:15", "2026-10-03 15:45")),
        ("Africa/Cairo", "2027-04-30 00:30", ("2027-04-29 21:30", "2027-04-29 22:30")),
        ("Pacific/Apia", "2011-12-30 12:00", ("2011-12-29 22:00", "2011-12-30 22:00")),
    ],
)
def test_a_time_that_does_not_exist(zone: Zone, name: str, wall: str, readings: tuple[str, ...]) -> None:
    zone(name)
    found = readings_of(datetime.fromisoformat(wall))
    assert found.is_skipped and not found.is_doubled
    assert found.moments == tuple(datetime.fromisoformat(f"{at}+00:00") for at in readings)


@pytest.mark.parametrize(
    ("name", "wall", "readings"),
    [
        ("America/New_York", "2027-11-07 01:45", ("2027-11-07 05:45", "2027-11-07 06:45")),
        ("Europe/London", "2026-10-25 01:00", ("2026-10-25 00:00", "2026-10-25 01:00")),
        ("Australia/Lord_Howe", "2027-04-04 01:45", ("2027-04-03 14:45", "2027-04-03 15:15")),
    ],
)
def test_a_time_that_comes_twice(zone: Zone, name: str, wall: str, readings: tuple[str, ...]) -> None:
    zone(name)
    found = readings_of(datetime.fromisoformat(wall))
    assert found.is_doubled and not found.is_skipped
    assert found.moments == tuple(datetime.fromisoformat(f"{at}+00:00") for at in readings)


@pytest.mark.parametrize("name", ["America/New_York", "UTC", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_all_other_times_mean_one_moment(zone: Zone, name: str) -> None:
    zone(name)
    for hour in range(24):
        wall = datetime(2026, 6, 30, hour, 5)
        found = readings_of(wall)
        assert found.is_plain and len(found.moments) == 1
        assert found.moments[0].astimezone().replace(tzinfo=None) == wall


AT = datetime(2026, 11, 26, 16, 5, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = datetime(2027, 11, 26, 0, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("region", "time", "date", "far"),
    [
        ("en_US", "4:05 PM", "Nov 26, 4:05 PM", "Nov 26, 2027, 12:05:09 AM"),
        ("en_GB", "16:05", "26 Nov 16:05", "26 Nov 2027 00:05:09"),
        ("de_DE", "16:05", "26 Nov 16:05", "26 Nov 2027 00:05:09"),
        ("ar_EG", "4:05 PM", "26 Nov 4:05 PM", "26 Nov 2027 12:05:09 AM"),
        ("zh_CN", "16:05", "Nov 26, 16:05", "Nov 26, 2027, 00:05:09"),
        ("fa_IR", "16:05", "26 Nov 16:05", "26 Nov 2027 0:05:09"),
        ("C", "16:05", "26 Nov 16:05", "26 Nov 2027 00:05:09"),
    ],
)
def test_times_follow_the_region_and_words_are_english(
    zone: Zone, region: str, time: str, date: str, far: str
) -> None:
    zone("UTC")
    follow_region(QLocale(region))
    assert spoken_time.clock(AT) == time
    assert spoken_time.moment(AT, NOW) == date
    assert spoken_time.near_moment(AT, NOW) == f"Thu {time}"
    assert spoken_time.moment(LATER, NOW, has_seconds=True) == far
    assert QLocale().language() is QLocale.Language.English
    assert QLocale().toString(1234.5, "f", 1).isascii()


def test_every_region_there_is_can_be_followed() -> None:
    for locale in QLocale.matchingLocales(
        QLocale.Language.AnyLanguage, QLocale.Script.AnyScript, QLocale.Country.AnyTerritory
    ):
        write_like(style_of(locale))
        words = spoken_time.full_moment(AT, NOW)
        assert words.isascii() and "05" in words, locale.name()


def _lead(link: Path, zone: str) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(Path("/usr/share/zoneinfo") / zone)


def test_a_machine_that_is_taken_to_another_zone(
    zone: Zone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone("UTC")
    monkeypatch.delenv("TZ")
    link = tmp_path / "localtime"
    _lead(link, "Europe/Berlin")
    follower = ZoneFollower(link)
    assert not follower.look()
    for name, hour in (("Asia/Tokyo", 1), ("America/New_York", 11)):
        _lead(link, name)
        assert follower.look() and not follower.look()
        assert AT.astimezone().hour == hour
    link.unlink()
    assert not follower.look(), "what cannot be read changes nothing"


def test_a_zone_that_was_given_is_kept(zone: Zone, tmp_path: Path) -> None:
    zone("Asia/Tokyo")
    link = tmp_path / "localtime"
    _lead(link, "Europe/Berlin")
    follower = ZoneFollower(link)
    _lead(link, "America/New_York")
    assert not follower.look() and AT.astimezone().hour == 1
