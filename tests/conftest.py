"""What every test stands on: an isolated home, no display, no real keyring, and silence in the log.

The environment is set while this file is imported, before Qt, keyring or platformdirs are: the tests must
neither read nor write the settings of the person who runs them. RCDESK_TEST_PLATFORM=xcb shows the windows.
Fixtures here: `openapi` (the service's own contract), `simulator` (its clock moves when the test says),
`live_simulator` (its clock runs, twenty times faster than ours) and the automatic watch over ERROR records.
"""

from __future__ import annotations

import atexit
import gc
import json
import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.places import SHARED_CONTRACT

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from rcdesk.simulator import RunningSimulator
    from rcdesk.store.database import Archive

CONTRACT = SHARED_CONTRACT / "openapi.json"
LIVE_SPEED = 20.0

_OFFSCREEN = f"offscreen:configfile={Path(__file__).with_name('offscreen-screen.json')}"
"""A screen that holds the window as it is designed; Qt's own is 800 by 800."""


_OF_THE_DESKTOP = frozenset(
    {"http_proxy", "https_proxy", "all_proxy", "language", "dbus_session_bus_address", "xdg_current_desktop"}
    | {"desktop_session", "pulse_server", "browser", "requests_ca_bundle", "curl_ca_bundle", "ssl_cert_file"}
)
"""What a desktop sets and tests must not meet: its portals and its bus, its scaling, style and language."""


def _isolate_environment() -> None:
    home = Path(tempfile.mkdtemp(prefix="rcdesk-test-home-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for name, folder in {
        "HOME": "",
        "XDG_CONFIG_HOME": "config",
        "XDG_DATA_HOME": "data",
        "XDG_STATE_HOME": "state",
        "XDG_CACHE_HOME": "cache",
        "XDG_RUNTIME_DIR": "run",
    }.items():
        path = home / folder
        path.mkdir(mode=0o700, exist_ok=True)
        os.environ[name] = str(path)
    # How times are written follows the region.
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ["QT_QPA_PLATFORM"] = os.environ.get("RCDESK_TEST_PLATFORM", _OFFSCREEN)
    os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    for name in list(os.environ):
        if (name.startswith(("LC_", "QT_")) and name != "QT_QPA_PLATFORM") or name.lower() in _OF_THE_DESKTOP:
            del os.environ[name]
    os.environ["LANG"] = "C.UTF-8"


_isolate_environment()


# How long making an example takes says nothing on a busy machine.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def openapi() -> dict[str, Any]:
    """The contract as parsed JSON; the test is skipped, saying so, where the contract is not at hand."""
    if not CONTRACT.is_file():
        pytest.skip("needs the service's contract at ../shared/contract/openapi.json")
    contract: dict[str, Any] = json.loads(CONTRACT.read_text(encoding="utf-8"))
    return contract


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's own, with the patience of patience.py."""
    from tests.patient_bot import QtBot as PatientBot

    return PatientBot(request)


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    """A RingCentral on 127.0.0.1 whose world stands still until the test advances its clock."""
    from rcdesk.simulator import RunningSimulator

    running = RunningSimulator.start(clock="manual")
    yield running
    running.stop()


@pytest.fixture
def live_simulator() -> Iterator[RunningSimulator]:
    """A RingCentral on 127.0.0.1 whose world lives by itself, LIVE_SPEED times as fast as ours."""
    from rcdesk.simulator import RunningSimulator

    running = RunningSimulator.start(clock="real", speed=LIVE_SPEED)
    yield running
    running.stop()


class _ErrorCollector(logging.Handler):
    """Keeps what the program itself called an error: in a passing test there is none."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.name}: {record.getMessage()}")


_opened: list[Archive] = []
"""Kept here, so that none of them is gone when its test is over."""


def _remember_archives() -> None:
    from rcdesk.store.database import Archive

    plain = Archive.__init__

    def remembered(self: Archive, *arguments: Any, **options: Any) -> None:
        _opened.append(self)
        plain(self, *arguments, **options)

    Archive.__init__ = remembered  # type: ignore[method-assign,assignment]


_remember_archives()


@pytest.fixture(autouse=True)
def _archives_are_closed() -> Iterator[None]:
    """Fail a test that leaves a connection to the archive open: newer Pythons complain of it, at times."""
    _opened.clear()
    yield
    left = [archive for archive in _opened if _is_open(archive)]
    _opened.clear()
    for archive in left:
        archive.close()
    if left:
        pytest.fail(f"left open: {', '.join(sorted({str(archive.file) for archive in left}))}", pytrace=False)


def _is_open(archive: Archive) -> bool:
    try:
        archive.total_changes  # noqa: B018
    except sqlite3.ProgrammingError:
        return False
    return True


@pytest.fixture(autouse=True)
def _no_errors_logged(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test during which rcdesk logged an ERROR, unless it is marked `errors_logged`."""
    collector = _ErrorCollector()
    logger = logging.getLogger("rcdesk")
    logger.addHandler(collector)
    yield
    logger.removeHandler(collector)
    if collector.messages and request.node.get_closest_marker("errors_logged") is None:
        pytest.fail("rcdesk logged errors:\n" + "\n".join(collector.messages), pytrace=False)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that in the end no worker is left alone with one of them."""
    slow = {item.path for item in items if item.get_closest_marker("slow") is not None}
    items.sort(key=lambda item: item.path not in slow)


def pytest_configure() -> None:
    """One look through all that was imported is enough: the one below."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What has been imported stays to the end: no collection after a test has to look at all of it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _garbage_stays_on_this_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """Widgets of this test are destroyed here and now, not by a collection on some later test's lane.

    Whatever window or menu a test leaves would be dressed anew with every theme of all the tests that follow.
    """
    gc.disable()
    yield
    has_qt = "qapp" in request.fixturenames
    if has_qt:
        _delete_windows()
    gc.collect(2 if has_qt else 0)


def _delete_windows() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication

    if isinstance(QApplication.instance(), QApplication):
        for window in QApplication.topLevelWidgets():
            window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
