"""The composer's preview on the whole desk: what it shows is what the other side gets, dot for dot.

The desk runs in this process with its real renderer, against a simulator that renders uploads by itself; the
pages it kept are fetched as for a proof. Read next: test_desk_flow.py.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw
from PIL import Image, ImageSequence

from rcdesk.core.fax.cover import STARTER_HTML, CoverTemplate
from rcdesk.core.fax.fax import FaxState, Resolution
from rcdesk.core.fax.paper import Fix, PagePlan
from rcdesk.core.fax.proof import ProofFacts
from tests.flows.conftest import OpenDesk, Opened, press_send, sign_in
from tests.unit.ui.page_stage import form_page, pdf, text_page

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

SENT = "+16505554000"
CLINIC = CoverTemplate(id="", name="Our clinic", html=STARTER_HTML)


def _compose(desk: Opened, folder: Path) -> None:
    """Two files, four pages with the own cover, one left out, one mended."""
    page, screen = desk.running.window.desk_side.fax_page, desk.screen
    desk.running.window.show_page("fax")
    desk.running.desk.covers.save(CLINIC, lambda _: None)
    page.add_recipient(f"Valley Imaging <{SENT}>")
    letter = pdf(folder / "Referral letter.pdf", text_page("Referral"), text_page("Second page"))
    form = pdf(folder / "Imaging request.pdf", form_page())
    page.add_files([letter.path, form.path])
    screen.wait(lambda: len(page.preview.plans) == 3 and page.covers.choose_own("Our clinic"))
    screen.wait(lambda: bool(page.preview.findings_of(form.path)))
    page.preview.fix_file(form.path)
    page.preview.arranger.remove((2,))
    page.note.setPlainText("Films for Mr. Hale.")


def shown_pages(desk: Opened, plans: tuple[PagePlan, ...]) -> list[bytes]:
    """The dots of these pages as the preview would show them."""
    worker = desk.running.desk.pages._worker
    paper = desk.running.window.desk_side.fax_page.preview.paper
    pngs = (worker.fax_preview(plan, Resolution.FINE, paper, None) for plan in plans)
    return [Image.open(io.BytesIO(png)).convert("1").tobytes() for png in pngs]


def arrived_pages(desk: Opened, job_id: int) -> list[bytes]:
    """The dots of the pages the service rendered and keeps of this fax."""
    found: list[ProofFacts] = []
    desk.running.desk.proofs.ask(job_id, found.append)
    desk.screen.wait(lambda: bool(found))
    assert found[0].has_pages, found[0].why_no_pages
    paths = desk.running.paths
    folders = (paths.proof_dir, paths.proof_cache_dir)
    (path,) = (file for folder in folders for file in folder.rglob("*") if file.is_file())
    if path.read_bytes()[:4] == b"%PDF":
        with pypdfium2.PdfDocument(path) as document:
            return [_dots_of(page) for page in document]
    with Image.open(path) as pages:
        return [page.convert("1").tobytes() for page in ImageSequence.Iterator(pages)]


def _dots_of(page: pypdfium2.PdfPage) -> bytes:
    """The one picture of a fax page in a PDF."""
    (picture,) = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    bits: Image.Image = picture.get_bitmap().to_pil()
    return bits.convert("1").tobytes()


def test_what_is_previewed_is_what_arrives(
    open_desk: OpenDesk, simulator: RunningSimulator, tmp_path: Path
) -> None:
    desk = sign_in(open_desk, simulator)
    _compose(desk, tmp_path)
    page, faxes = desk.running.window.desk_side.fax_page, desk.running.desk.faxes
    plans = page.preview.plans
    assert [plan.fixes for plan in plans] == [frozenset(), {Fix.WHITEN_GREY}]
    wanted = shown_pages(desk, plans)
    press_send(desk)
    assert not page.bar.problem.text(), page.bar.problem.text()
    desk.screen.wait(lambda: bool(faxes.jobs))

    def is_sent() -> bool:
        simulator.advance(5)
        return faxes.jobs[0].state is FaxState.SENT

    desk.screen.wait(is_sent)
    job = faxes.jobs[0]
    assert (job.cover_index, job.pages) == (0, 3), "the own cover is a page of the file"
    assert job.files[0].media_type == "image/tiff"
    arrived = arrived_pages(desk, job.id)
    assert len(arrived) == 3
    assert arrived[1:] == wanted
    assert page.composed.is_blank, "the composer is ready for the next fax"
    assert page.covers.own is not None, "the cover stays chosen"


def test_undo_brings_back_how_the_pages_were_arranged(
    open_desk: OpenDesk, simulator: RunningSimulator, tmp_path: Path
) -> None:
    desk = sign_in(open_desk, simulator, undo_s=30)
    _compose(desk, tmp_path)
    page, faxes = desk.running.window.desk_side.fax_page, desk.running.desk.faxes
    before = page.composed
    press_send(desk)
    desk.screen.wait(lambda: bool(faxes.jobs) and page.composed.is_blank)
    page.undo()
    desk.screen.wait(lambda: not page.composed.is_blank)
    assert page.composed == before
    assert page.preview.is_exact and [plan.source.page for plan in page.preview.plans] == [0, 0]
