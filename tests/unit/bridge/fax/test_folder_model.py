"""The folder model over an archive of 100,000 faxes: never waits, never flickers, follows its faxes.

The archive here is a list that counts and pages; the store's own is tested with the store.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt

from rcdesk.bridge.fax.folder_model import KEPT_PAGES, PAGE_ROWS, ROW_ROLE, FolderModel, FolderPages
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.errors import StoreUnavailable
from rcdesk.core.fax.fax import FaxJob, FaxState, Recipient, Resolution
from rcdesk.core.fax.folder import FaxRow, Folder, FolderQuery
from tests.patience import PATIENCE_MS, PATIENCE_S
from tests.patient_bot import ModelTester, QtBot

QUEUE = FolderQuery(folder=Folder.QUEUE, owner_id="1")
SENT = FolderQuery(folder=Folder.SENT, owner_id="1")
MANY = 100_000
WAIT_MS = PATIENCE_MS
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SELECT = QItemSelectionModel.SelectionFlag


def _job(job_id: int, state: FaxState = FaxState.SENT, detail: str = "") -> FaxJob:
    at = START + timedelta(seconds=job_id)
    return FaxJob(
        id=job_id,
        owner_id="1",
        recipient=Recipient(number="+16505550100", name=f"Clinic {job_id}"),
        files=(),
        cover_index=0,
        cover_name="",
        note="",
        resolution=Resolution.FINE,
        state=state,
        created_at=at,
        changed_at=at,
        detail=detail,
    )


class ListArchive:
    """Jobs by folder, newest first. gate: closed, it holds every answer back; reads counts pages read."""

    def __init__(self, **ids: Sequence[int]) -> None:
        self.ids = {Folder(name): list(found) for name, found in ids.items()}
        self.detail = ""
        self.reads: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.error: Exception | None = None

    def _open(self, query: FolderQuery) -> list[int]:
        assert self.gate.wait(PATIENCE_S)
        if self.error is not None:
            raise self.error
        return self.ids.get(query.folder, [])

    def count(self, query: FolderQuery) -> int:
        """How many."""
        return len(self._open(query))

    def page(self, query: FolderQuery, offset: int, limit: int) -> tuple[FaxRow, ...]:
        """A stretch."""
        self.reads.append(offset // PAGE_ROWS)
        return tuple(_job(i, detail=self.detail) for i in self._open(query)[offset : offset + limit])

    def position(self, query: FolderQuery, row_id: int) -> int | None:
        """Where."""
        ids = self._open(query)
        return ids.index(row_id) if row_id in ids else None

    def all_ids(self, query: FolderQuery) -> tuple[int, ...]:
        """All."""
        return tuple(self._open(query))


MakeModel = Callable[[ListArchive], FolderModel]


@pytest.fixture
def make_model(make_lane: Callable[[str], Lane]) -> MakeModel:
    """Models on a lane of their own."""
    return lambda archive: FolderModel(make_lane("archive"), archive)


def _show(model: FolderModel, query: FolderQuery, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.counted, timeout=WAIT_MS):
        model.set_query(query)


def _row(model: FolderModel, row: int) -> FaxRow | None:
    found: FaxRow | None = model.index(row).data(ROW_ROLE)
    return found


def _refresh(model: FolderModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.counted, timeout=WAIT_MS):
        model.refresh()


def _newest(count: int) -> list[int]:
    return list(range(count, 0, -1))


def test_qt_finds_nothing_wrong_with_it(
    make_model: MakeModel, qtbot: QtBot, qtmodeltester: ModelTester
) -> None:
    """Qt's own tester listens to everything: growing, shrinking, another order, rows coming in."""
    archive = ListArchive(sent=_newest(250))
    model = make_model(archive)
    qtmodeltester.check(model)
    _show(model, SENT, qtbot)
    for ids in (_newest(260), [3, 1, 2], [3, 2, 1], [], _newest(120), [7, *_newest(119)][:120]):
        archive.ids[Folder.SENT] = list(dict.fromkeys(ids))
        _refresh(model, qtbot)
        assert model.rowCount() == len(archive.ids[Folder.SENT])
    with qtbot.waitSignal(model.counted, timeout=WAIT_MS):
        model.set_query(QUEUE)
    assert model.rowCount() == 0


def test_a_hundred_thousand_rows_cost_the_pages_that_are_looked_at(
    make_model: MakeModel, qtbot: QtBot
) -> None:
    archive = ListArchive(sent=_newest(MANY))
    model = make_model(archive)
    _show(model, SENT, qtbot)
    assert model.rowCount() == MANY
    assert archive.reads == [0]
    row = _row(model, 0)
    assert row is not None
    assert row.id == MANY
    assert _row(model, 50_000) is None
    qtbot.waitUntil(lambda: _row(model, 50_000) is not None, timeout=WAIT_MS)
    assert archive.reads == [0, 500]
    found = _row(model, 50_000)
    assert found is not None
    assert found.id == MANY - 50_000


def test_asking_for_a_row_never_waits(make_model: MakeModel, qtbot: QtBot) -> None:
    archive = ListArchive(sent=_newest(1_000))
    model = make_model(archive)
    _show(model, SENT, qtbot)
    archive.gate.clear()
    assert _row(model, 500) is None
    assert model.rowCount() == 1_000
    archive.gate.set()
    qtbot.waitUntil(lambda: _row(model, 500) is not None, timeout=WAIT_MS)


def test_pages_scrolled_past_are_not_read(make_model: MakeModel, qtbot: QtBot) -> None:
    archive = ListArchive(sent=_newest(MANY))
    model = make_model(archive)
    _show(model, SENT, qtbot)
    archive.gate.clear()
    for row in range(0, MANY, PAGE_ROWS):
        _row(model, row)
    archive.gate.set()
    qtbot.waitUntil(lambda: _row(model, MANY - 1) is not None, timeout=WAIT_MS)
    assert len(archive.reads) < 20


def test_an_answer_to_an_earlier_question_is_dropped(make_model: MakeModel, qtbot: QtBot) -> None:
    archive = ListArchive(sent=_newest(500), queue=[9_001])
    model = make_model(archive)
    counts: list[int] = []
    model.counted.connect(counts.append)
    archive.gate.clear()
    model.set_query(SENT)
    model.set_query(QUEUE)
    archive.gate.set()
    qtbot.waitUntil(lambda: bool(counts), timeout=WAIT_MS)
    assert counts == [1]
    row = _row(model, 0)
    assert row is not None
    assert row.id == 9_001


def test_what_is_shown_stays_until_the_new_rows_are_there(make_model: MakeModel, qtbot: QtBot) -> None:
    archive = ListArchive(sent=_newest(300))
    model = make_model(archive)
    _show(model, SENT, qtbot)
    resets: list[bool] = []
    model.modelReset.connect(lambda: resets.append(True))
    archive.ids[Folder.SENT] = _newest(301)
    archive.gate.clear()
    model.refresh()
    shown = _row(model, 0)
    assert shown is not None
    assert shown.id == 300
    archive.gate.set()
    qtbot.waitUntil(lambda: model.rowCount() == 301, timeout=WAIT_MS)
    newest = _row(model, 0)
    assert newest is not None
    assert newest.id == 301
    assert resets == []


def test_a_selection_goes_with_its_faxes(make_model: MakeModel, qtbot: QtBot) -> None:
    archive = ListArchive(sent=_newest(1_000))
    model = make_model(archive)
    _show(model, SENT, qtbot)
    selection = QItemSelectionModel(model)
    for row in (2, 5, 6):
        selection.select(model.index(row), SELECT.Select)
    selection.setCurrentIndex(model.index(5), SELECT.NoUpdate)
    wanted = [_id(model, row) for row in (2, 5, 6)]
    archive.ids[Folder.SENT] = [*range(1_040, 1_000, -1), *_newest(1_000)]
    _refresh(model, qtbot)
    assert sorted(_id(model, i.row()) for i in selection.selectedIndexes()) == sorted(wanted)
    assert _id(model, selection.currentIndex().row()) == wanted[1]
    archive.ids[Folder.SENT].remove(wanted[0])
    _refresh(model, qtbot)
    assert sorted(_id(model, i.row()) for i in selection.selectedIndexes()) == sorted(wanted[1:])


def test_a_current_row_on_another_page_goes_with_its_fax(make_model: MakeModel, qtbot: QtBot) -> None:
    archive = ListArchive(sent=_newest(1_000))
    model = make_model(archive)
    _show(model, SENT, qtbot)
    selection = QItemSelectionModel(model)
    selection.setCurrentIndex(model.index(99), SELECT.SelectCurrent)
    wanted = _id(model, 99)
    archive.ids[Folder.SENT] = [*range(1_500, 1_000, -1), *_newest(1_000)]
    _refresh(model, qtbot)
    assert selection.currentIndex().row() == 599
    qtbot.waitUntil(lambda: _row(model, 599) is not None, timeout=WAIT_MS)
    assert _id(model, 599) == wanted


def _id(model: FolderModel, row: int) -> int:
    found = _row(model, row)
    assert found is not None
    return found.id


def test_changed_rows_are_shown_without_moving_anything(make_model: MakeModel, qtbot: QtBot) -> None:
    archive = ListArchive(sent=_newest(150))
    model = make_model(archive)
    _show(model, SENT, qtbot)
    moves: list[str] = []
    model.layoutChanged.connect(lambda: moves.append("layout"))
    model.rowsInserted.connect(lambda *_: moves.append("rows"))
    archive.detail = "Accepted by their machine"
    _refresh(model, qtbot)
    row = _row(model, 0)
    assert isinstance(row, FaxJob)
    assert row.detail == "Accepted by their machine"
    assert moves == []


def test_many_refreshes_cost_two_looks(make_model: MakeModel, qtbot: QtBot) -> None:
    archive = ListArchive(sent=_newest(150))
    model = make_model(archive)
    _show(model, SENT, qtbot)
    counts: list[int] = []
    model.counted.connect(counts.append)
    archive.gate.clear()
    for _ in range(50):
        model.refresh()
    archive.gate.set()
    qtbot.waitUntil(lambda: len(counts) == 2, timeout=WAIT_MS)
    with qtbot.waitSignal(model.counted, timeout=WAIT_MS):
        model.refresh()
    assert len(counts) == 3


def test_nobody_looking_nothing_is_read(make_model: MakeModel, qtbot: QtBot) -> None:
    archive = ListArchive(sent=_newest(150))
    model = make_model(archive)
    _show(model, SENT, qtbot)
    model.set_watched(False)
    archive.ids[Folder.SENT] = _newest(151)
    model.refresh()
    assert model.rowCount() == 150
    with qtbot.waitSignal(model.counted, timeout=WAIT_MS):
        model.set_watched(True)
    assert model.rowCount() == 151


def test_a_newer_value_is_shown_in_its_place(make_model: MakeModel, qtbot: QtBot) -> None:
    archive = ListArchive(queue=[3, 2, 1])
    model = make_model(archive)
    _show(model, QUEUE, qtbot)
    changed: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last, _roles=None: changed.append((first.row(), last.row())))
    job = replace(_job(2), state=FaxState.SENDING, bytes_sent=40, bytes_total=100)
    model.update_row(job)
    assert _row(model, 1) == job
    assert changed == [(1, 1)]
    model.update_row(_job(77))
    assert changed == [(1, 1)]


def test_progress_outlives_a_refresh(make_model: MakeModel, qtbot: QtBot) -> None:
    class Sending(ListArchive):
        def page(self, query: FolderQuery, offset: int, limit: int) -> tuple[FaxRow, ...]:
            return tuple(_job(i, FaxState.SENDING) for i in self._open(query)[offset : offset + limit])

    model = make_model(Sending(queue=[2, 1]))
    _show(model, QUEUE, qtbot)
    model.update_row(replace(_job(1, FaxState.SENDING), bytes_sent=40, bytes_total=100))
    _refresh(model, qtbot)
    row = _row(model, 1)
    assert isinstance(row, FaxJob)
    assert row.bytes_sent == 40


def test_a_row_is_found_by_its_fax(make_model: MakeModel, qtbot: QtBot) -> None:
    model = make_model(ListArchive(sent=_newest(5_000)))
    _show(model, SENT, qtbot)
    assert model.row_of(5_000) == 0
    assert model.row_of(10) is None
    found: list[int | None] = []
    model.find_row(10, found.append)
    model.find_row(99_999, found.append)
    qtbot.waitUntil(lambda: len(found) == 2, timeout=WAIT_MS)
    assert found == [4_990, None]


def test_all_means_all(make_model: MakeModel, qtbot: QtBot) -> None:
    model = make_model(ListArchive(sent=_newest(5_000)))
    _show(model, SENT, qtbot)
    found: list[tuple[int, ...]] = []
    model.ask_all_ids(found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT_MS)
    assert found[0] == tuple(_newest(5_000))


def test_a_broken_archive_is_said_and_the_rows_stay(make_model: MakeModel, qtbot: QtBot) -> None:
    archive = ListArchive(sent=_newest(150))
    model = make_model(archive)
    _show(model, SENT, qtbot)
    archive.error = StoreUnavailable("The archive cannot be read.")
    with qtbot.waitSignal(model.problem, timeout=WAIT_MS) as caught:
        model.refresh()
    assert caught.args == ["The archive cannot be read."]
    assert model.rowCount() == 150
    archive.error = None
    _refresh(model, qtbot)


def test_a_letter_typed_into_the_list_reads_nothing(make_model: MakeModel, qtbot: QtBot) -> None:
    archive = ListArchive(sent=_newest(MANY))
    model = make_model(archive)
    _show(model, SENT, qtbot)
    assert model.match(model.index(0), Qt.ItemDataRole.DisplayRole, "c") == []
    assert archive.reads == [0]


def test_words_for_screen_readers(make_model: MakeModel, qtbot: QtBot) -> None:
    model = make_model(ListArchive(sent=[1]))
    model.words = lambda row: f"fax {row.id}"
    _show(model, SENT, qtbot)
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "fax 1"
    assert model.data(QModelIndex(), ROW_ROLE) is None


def test_only_so_many_pages_are_kept() -> None:
    pages = FolderPages()
    for page in range(KEPT_PAGES + 5):
        pages.put(page, (_job(page + 1),))
        assert pages.get(0) is not None
    assert pages.get(PAGE_ROWS) is None
    assert pages.row_of(KEPT_PAGES + 5) == (KEPT_PAGES + 4) * PAGE_ROWS
