"""Files of the user are opened by the page worker, never in the desk's own process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rcdesk.core.cancel import CancelToken
from rcdesk.core.fax.paper import PageRef
from rcdesk.documents.worker.worker import PageWorker
from rcdesk.services.fax.faxes import FaxService
from tests.unit.documents.locked_pdf import locked_pdf
from tests.unit.services.fax_rig import Rig, heavy_page


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[PageWorker]:
    made = PageWorker(tmp_path / "office")
    yield made
    made.close()


@pytest.fixture
def faxes(rig: Rig, worker: PageWorker) -> FaxService:
    return FaxService(lambda: rig.connection, rig.outbox, rig.spool, rig.clock, None, worker.count)


def test_pages_are_counted_in_the_renderer(
    rig: Rig, faxes: FaxService, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = rig.folder / "letter.pdf"
    letter.write_bytes(heavy_page(1000))
    broken = rig.folder / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\n" + b"\x00" * 500)
    monkeypatch.setattr("pypdfium2.PdfDocument", None)
    good, bad = faxes.check((letter, broken), CancelToken())
    assert good.document is not None and good.document.pages == 1
    assert bad.document is None and "damaged" in bad.problem


def test_a_locked_pdf_is_taken_and_counted_once_its_password_is_known(
    rig: Rig, faxes: FaxService, worker: PageWorker
) -> None:
    path = locked_pdf(rig.folder / "locked.pdf")
    (check,) = faxes.check((path,), CancelToken())
    assert check.document is not None and check.document.pages is None and not check.problem
    ref = PageRef(path=path, media_type=check.document.media_type)
    pages = worker.unlock(ref, "fax-me")
    (again,) = faxes.check((path,), CancelToken())
    assert again.document is not None and again.document.pages == pages
