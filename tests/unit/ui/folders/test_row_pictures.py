"""The true first pages in the rows: nothing while scrolling, one at a time, the newest wish first, kept."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from rcdesk.core.fax.fax import FaxJob, FaxState, SpooledFile
from rcdesk.core.fax.folder import FaxRow, Folder
from rcdesk.ui.folders.fax_pages import FaxFolderPage
from rcdesk.ui.folders.row_pictures import MOST_WANTED, WIDTH_PX, RowPictures
from tests.patient_bot import QtBot
from tests.unit.ui.folder_stage import page_png, received_fax
from tests.unit.ui.stage import Stage, job, shoot


class _Pages:
    """Keeps what is asked until the test answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[FaxRow, Callable[[bytes], None]]] = []

    def ask(self, row: FaxRow, width_px: int, done: Callable[[bytes], None]) -> None:
        assert width_px == WIDTH_PX
        self.asked.append((row, done))

    @property
    def ids(self) -> list[int]:
        return [row.id for row, _ in self.asked]

    def answer(self, png: bytes) -> None:
        self.asked[-1][1](png)


def _job(number: int) -> FaxJob:
    made = job(number, FaxState.SENT)
    file = SpooledFile(
        digest=f"{number:064}", name="a.pdf", media_type="application/pdf", size_bytes=9, pages=1
    )
    return replace(made, files=(file,))


def test_nothing_is_asked_before_the_list_rests_and_then_one_at_a_time(qtbot: QtBot) -> None:
    pages = _Pages()
    pictures = RowPictures(pages.ask)
    for number in (1, 2, 3):
        assert pictures.picture(_job(number)) is None
    assert pages.ids == []
    qtbot.waitUntil(lambda: pages.ids == [3])
    with qtbot.waitSignal(pictures.changed):
        pages.answer(page_png(WIDTH_PX))
    assert pages.ids == [3, 2]
    kept = pictures.picture(_job(3))
    assert kept is not None
    assert kept.width() == WIDTH_PX


def test_while_it_is_scrolled_the_next_one_waits(qtbot: QtBot) -> None:
    pages = _Pages()
    pictures = RowPictures(pages.ask)
    pictures.picture(_job(1))
    pictures.picture(_job(2))
    qtbot.waitUntil(lambda: pages.ids == [2])
    pictures.picture(_job(3))
    pages.answer(b"")
    assert pages.ids == [2], "rows are still being painted anew"
    qtbot.waitUntil(lambda: pages.ids == [2, 3])


def test_of_many_rows_scrolled_past_only_the_last_are_drawn(qtbot: QtBot) -> None:
    pages = _Pages()
    pictures = RowPictures(pages.ask)
    for number in range(1000):
        pictures.picture(_job(number))
    qtbot.waitUntil(lambda: len(pages.asked) == 1)
    while len(pages.asked) < MOST_WANTED:
        pages.answer(b"")
    pages.answer(b"")
    assert pages.ids == list(range(999, 999 - MOST_WANTED, -1))


def test_what_has_no_picture_is_not_asked_again(qtbot: QtBot) -> None:
    pages = _Pages()
    pictures = RowPictures(pages.ask)
    cover_only = replace(_job(1), files=())
    not_here = received_fax(4, digest="")
    for row in (cover_only, not_here):
        found = pictures.picture(row)
        assert found is not None
        assert found.isNull()
    pictures.picture(_job(2))
    qtbot.waitUntil(lambda: pages.ids == [2])
    pages.answer(b"")
    found = pictures.picture(_job(2))
    assert found is not None
    assert found.isNull()
    assert pages.ids == [2]


def test_the_page_is_painted_in_the_row(qtbot: QtBot, stage: Stage) -> None:
    page = FaxFolderPage(stage.desk, Folder.SENT)
    qtbot.addWidget(page)
    page.resize(1072, 760)
    stage.proofs.stamps = {2}
    page.show()
    stage.faxes.have(_job(1), _job(2))

    def inked(row: int) -> int:
        image = page.list.viewport().grab().toImage()
        top = page.list.rowViewportPosition(row)
        inside = ((x, top + y) for x in range(18, 54) for y in range(20, 66))
        return sum(image.pixelColor(x, y).lightness() < 200 for x, y in inside)

    qtbot.waitUntil(lambda: sorted(stage.proofs.stamped) == [1, 2])
    qtbot.waitUntil(lambda: inked(1) > 40)
    shoot(page, "sent-first-pages")
