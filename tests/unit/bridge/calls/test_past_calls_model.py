"""The model of past calls over a real archive: pages, filters, refreshing without losing the selection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt

from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.bridge.calls.history_desk import HistoryDesk
from rcdesk.bridge.calls.past_calls_model import PAGE_ROWS, PAST_CALL_ROLE, PastCallsModel
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.calls.past_call import CallOutcome, Direction, OnlyCalls, PastCall, PastCallQuery
from rcdesk.services.account.connection import Connection
from rcdesk.services.calls.history import CallHistory
from rcdesk.store.account.secrets import Secrets
from rcdesk.store.calls.past_calls import PastCalls
from rcdesk.store.people.people import People
from tests.patience import PATIENCE_MS
from tests.patient_bot import ModelTester, QtBot

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ALL = PastCallQuery(owner_id="me")
TOP = QModelIndex()
WAIT_MS = PATIENCE_MS
SELECT = QItemSelectionModel.SelectionFlag


def past_call(number: int, outcome: CallOutcome = CallOutcome.TALKED) -> PastCall:
    """The call with this number, the newer the higher."""
    return PastCall(
        id=f"c{number}",
        direction=Direction.IN if outcome.is_missed else Direction.OUT,
        number=f"+1650555{number:04}",
        name=f"Clinic {number}",
        at=NOW + timedelta(minutes=number),
        outcome=outcome,
    )


@dataclass
class Shown:
    """A model and the archive below it."""

    model: PastCallsModel
    calls: PastCalls
    history: HistoryDesk

    def fill(self, numbers: range) -> None:
        """Calls in the archive; each tenth was missed."""
        outcomes = {n: CallOutcome.TALKED if n % 10 else CallOutcome.MISSED for n in numbers}
        self.calls.remember_all("me", [past_call(n, outcome) for n, outcome in outcomes.items()])

    @property
    def ids(self) -> list[str]:
        """What is listed."""
        return [self.model.index(row).data(PAST_CALL_ROLE).id for row in range(self.model.rowCount())]


@pytest.fixture
def shown(make_lane: Callable[[str], Lane], tmp_path: Path, request: pytest.FixtureRequest) -> Shown:
    """An empty archive."""
    lanes = {name: make_lane(name) for name in ("calls", "archive", "disk", "downloads")}
    secrets = Secrets(use_keyring=False)
    session = SessionDesk(lanes["calls"], lambda profile: Connection(profile, secrets))
    calls, people = PastCalls(tmp_path / "a.sqlite3"), People(tmp_path / "a.sqlite3")
    lanes["archive"].at_end(calls.close)
    lanes["archive"].at_end(people.close)
    history = HistoryDesk(lanes, session, CallHistory(lambda: None, calls, people))
    return Shown(PastCallsModel(history, history), calls, history)


def show(shown: Shown, qtbot: QtBot, query: PastCallQuery = ALL) -> None:
    """List something and wait for it."""
    with qtbot.waitSignal(shown.model.loaded, timeout=WAIT_MS):
        shown.model.set_query(query)


def reread(shown: Shown, qtbot: QtBot) -> None:
    """What a change of the history does."""
    with qtbot.waitSignal(shown.model.loaded, timeout=WAIT_MS):
        shown.history.changed.emit()


def test_qt_finds_nothing_wrong_with_it(shown: Shown, qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    shown.fill(range(500))
    # The tester calls fetchMore() itself.
    qtmodeltester.check(shown.model)
    show(shown, qtbot)
    qtbot.waitUntil(lambda: not shown.model.is_reading, timeout=WAIT_MS)
    shown.fill(range(500, 510))
    reread(shown, qtbot)
    show(shown, qtbot, replace(ALL, only=OnlyCalls.MISSED))
    show(shown, qtbot, replace(ALL, text="nobody"))
    assert shown.model.rowCount() == 0


def test_pages_are_read_as_somebody_scrolls(shown: Shown, qtbot: QtBot) -> None:
    shown.fill(range(450))
    show(shown, qtbot)
    assert shown.ids == [f"c{n}" for n in range(449, 249, -1)]
    while shown.model.canFetchMore(TOP):
        with qtbot.waitSignal(shown.model.loaded, timeout=WAIT_MS):
            shown.model.fetchMore(TOP)
            shown.model.fetchMore(TOP)
            assert not shown.model.canFetchMore(TOP)
    assert shown.ids == [f"c{n}" for n in range(449, -1, -1)]
    assert shown.model.row_of("c449") == 0
    assert shown.model.row_of("c999") is None


def test_filters_and_words(shown: Shown, qtbot: QtBot) -> None:
    shown.fill(range(30))
    show(shown, qtbot, replace(ALL, only=OnlyCalls.MISSED))
    assert shown.ids == ["c20", "c10", "c0"]
    assert shown.model.index(0).data() == "Clinic 20"
    shown.model.words = lambda call: f"Missed call from {call.name}"
    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
        assert shown.model.index(0).data(role) == "Missed call from Clinic 20"
    assert shown.model.index(0).data(Qt.ItemDataRole.EditRole) is None
    show(shown, qtbot, replace(ALL, text="clinic 7"))
    assert shown.ids == ["c7"]


def test_new_calls_come_in_above_and_the_selection_stays(shown: Shown, qtbot: QtBot) -> None:
    shown.fill(range(300))
    show(shown, qtbot)
    selection = QItemSelectionModel(shown.model)
    for row in (0, 100, PAGE_ROWS - 1):
        selection.select(shown.model.index(row), SELECT.Select)
    selection.setCurrentIndex(shown.model.index(100), SELECT.NoUpdate)
    held = [index.data(PAST_CALL_ROLE).id for index in selection.selectedIndexes()]
    resets: list[None] = []
    shown.model.modelReset.connect(lambda: resets.append(None))
    shown.fill(range(300, 305))
    shown.calls.remember("me", replace(past_call(250), name="Another name"))
    reread(shown, qtbot)
    assert shown.ids == [f"c{n}" for n in range(304, 99, -1)]
    assert [index.data(PAST_CALL_ROLE).id for index in selection.selectedIndexes()] == held
    assert selection.currentIndex().row() == 105
    assert shown.model.index(shown.ids.index("c250")).data() == "Another name"
    assert resets == []
    with qtbot.waitSignal(shown.model.loaded, timeout=WAIT_MS):
        shown.model.fetchMore(TOP)
    assert shown.ids == [f"c{n}" for n in range(304, -1, -1)]


def test_calls_that_come_in_between_and_rows_that_go(shown: Shown, qtbot: QtBot) -> None:
    shown.fill(range(0, 100, 2))
    show(shown, qtbot)
    shown.fill(range(1, 40, 2))
    reread(shown, qtbot)
    expected = sorted({*range(0, 100, 2), *range(1, 40, 2)}, reverse=True)
    assert shown.ids == [f"c{n}" for n in expected]
    # A record of the log that turns out to be a call of this desk gets its id.
    shown.calls.remember("me", replace(past_call(200), id="log-9", log_id="9", session_id="s"))
    reread(shown, qtbot)
    assert shown.ids[0] == "log-9"
    shown.calls.remember("me", replace(past_call(200), session_id="s"))
    reread(shown, qtbot)
    assert shown.ids[:2] == ["c200", "c98"]


def test_changes_while_a_page_is_read_are_read_afterwards(shown: Shown, qtbot: QtBot) -> None:
    shown.fill(range(10))
    shown.model.set_query(ALL)
    shown.history.changed.emit()
    shown.fill(range(10, 12))
    shown.history.changed.emit()
    qtbot.waitUntil(lambda: not shown.model.is_reading, timeout=WAIT_MS)
    assert shown.ids[0] == "c11"
    shown.model.set_query(replace(ALL, text="clinic 3"))
    show(shown, qtbot, replace(ALL, text="clinic 4"))
    assert shown.ids == ["c4"]


def test_an_archive_that_cannot_be_read_is_told(shown: Shown, qtbot: QtBot, tmp_path: Path) -> None:
    shown.fill(range(3))
    (tmp_path / "a.sqlite3").write_bytes(b"nothing of the kind" * 1000)
    (tmp_path / "a.sqlite3-wal").unlink(missing_ok=True)
    with qtbot.waitSignal(shown.history.problem, timeout=WAIT_MS) as told:
        shown.model.set_query(ALL)
    assert "damaged" in told.args[0]
    assert not shown.model.is_reading
    assert not shown.model.canFetchMore(TOP)
