"""Office files on the whole desk, through LibreOffice itself: added, previewed, arranged, sent, as they come.

Skipped where LibreOffice is not installed. Read next: test_preview_flow.py, unit/documents/office_files.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rcdesk.core.fax.fax import FaxState
from rcdesk.documents.office.conversion import find_libreoffice
from tests.flows.conftest import Opened, press_send
from tests.flows.test_preview_flow import SENT, arrived_pages, shown_pages
from tests.unit.documents import office_files

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_libreoffice() is None, reason="needs LibreOffice (libreoffice-writer-nogui and others)"
    ),
]


def test_office_files_arrive_as_they_were_shown(
    signed_in: Opened, simulator: RunningSimulator, tmp_path: Path
) -> None:
    desk, screen = signed_in, signed_in.screen
    page, faxes = desk.running.window.desk_side.fax_page, desk.running.desk.faxes
    desk.running.window.show_page("fax")
    page.add_recipient(f"Valley Imaging <{SENT}>")
    letter = office_files.docx(tmp_path / "Letter.docx", pages=3)
    page.add_files([letter, office_files.xlsx(tmp_path / "Numbers.xlsx")])
    screen.wait(lambda: not page.looks.is_busy)
    assert [document.pages for document in page.attachments.documents] == [3, 1]
    screen.wait(lambda: len(page.preview.plans) == 4)
    page.preview.arranger.remove((1,))
    plans = tuple(plan for plan in page.preview.plans if plan.is_sent)
    assert len(plans) == 3
    wanted = shown_pages(desk, plans)
    press_send(desk)
    screen.wait(lambda: bool(faxes.jobs))

    def is_sent() -> bool:
        simulator.advance(5)
        return faxes.jobs[0].state is FaxState.SENT

    screen.wait(is_sent)
    arrived = arrived_pages(desk, faxes.jobs[0].id)
    assert arrived == wanted and len(set(arrived)) == 3


def test_a_locked_or_damaged_one_says_why(signed_in: Opened, tmp_path: Path) -> None:
    page = signed_in.running.window.desk_side.fax_page
    signed_in.running.window.show_page("fax")
    locked = office_files.locked_package(tmp_path / "Locked.docx")
    cut = office_files.docx(tmp_path / "Cut.docx", pages=3)
    cut.write_bytes(cut.read_bytes()[:900])
    page.add_files([locked, cut])
    signed_in.screen.wait(lambda: len(page.attachments.refusals) == 2)
    first, second = page.attachments.refusals
    assert "opens with a password only" in first and "damaged" in second


def test_a_long_look_is_shown_and_stopped(signed_in: Opened, tmp_path: Path) -> None:
    page = signed_in.running.window.desk_side.fax_page
    signed_in.running.window.show_page("fax")
    body = "<w:p><w:r><w:t>hello hello</w:t></w:r></w:p>" * 1_000_000
    page.add_files([office_files.docx(tmp_path / "Heavy.docx", body=body)])
    signed_in.screen.wait(page.looks.isVisible)
    making = signed_in.running.paths.pages_dir / "office" / "office"
    signed_in.screen.wait(lambda: any(making.glob("making-*/temporary/lu*")))
    page.looks.stop()
    signed_in.screen.wait(lambda: not any(making.glob("making-*")))
    assert not page.looks.isVisible() and not page.attachments.documents
