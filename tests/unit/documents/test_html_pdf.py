"""HTML files as pages: drawn by a child process, nothing loaded from outside, limits said as one sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import NotDrawnHere, PagePlan, PageRef, PaperSize
from rcdesk.documents import html_pdf
from rcdesk.documents.html_pdf import HtmlPdfs
from rcdesk.documents.inspect import inspect
from rcdesk.documents.kinds import HTML, PDF
from rcdesk.documents.worker.worker import PageWorker


@pytest.fixture
def pdfs(tmp_path: Path) -> Iterator[HtmlPdfs]:
    made = HtmlPdfs(tmp_path / "cache")
    yield made
    made.close()


def page(tmp_path: Path, body: str | bytes, name: str = "offer.html") -> Path:
    """An HTML file with this body."""
    path = tmp_path / name
    path.write_bytes(body if isinstance(body, bytes) else f"<html><body>{body}</body></html>".encode())
    return path


def words(pdf: Path, number: int = 0) -> str:
    """The text of a page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = document[number]
        text = found.get_textpage()
        try:
            return str(text.get_text_range())
        finally:
            text.close()
            found.close()
    finally:
        document.close()


def test_what_is_shown_is_what_is_sent(tmp_path: Path) -> None:
    worker = PageWorker(tmp_path / "cache")
    try:
        rows = "".join(f"<p>Line {number}</p>" for number in range(90))
        ref = PageRef(path=page(tmp_path, f"<h1>Offer é</h1>{rows}"), media_type=HTML)
        found = inspect(ref.path, None, worker.count)
        sent = worker.sent_as(ref, Resolution.FINE, PaperSize.LETTER)
        assert found.media_type == HTML and found.pages == worker.count(sent) == 4
        assert sent.media_type == PDF and "Offer é" in words(sent.path) and "Line 89" in words(sent.path, 3)
        plan = PagePlan(source=PageRef(path=ref.path, media_type=HTML, page=1))
        shown = worker.fax_preview(plan, Resolution.FINE, PaperSize.LETTER, None)
        drawn = PagePlan(source=PageRef(path=sent.path, media_type=PDF, page=1))
        assert shown == worker.fax_preview(drawn, Resolution.FINE, PaperSize.LETTER, None)
    finally:
        worker.close()
    assert not list((tmp_path / "cache").rglob("*.pdf")), "nothing stays behind"


def test_nothing_outside_the_file_is_loaded(tmp_path: Path, pdfs: HtmlPdfs) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("<p>top secret</p>", encoding="utf-8")
    (tmp_path / "red.css").write_text("p { font-size: 90px }", encoding="utf-8")
    picture = tmp_path / "black.bmp"
    picture.write_bytes(_black_bitmap())
    outside = "".join(
        f'<img src="{address}" width="300" height="300">'
        for address in (picture, picture.as_uri(), "black.bmp", "http://192.0.2.1/x.png")
    )
    sheet = (tmp_path / "red.css").as_uri()
    made = pdfs.pdf_of(
        page(
            tmp_path,
            f'<link rel="stylesheet" href="{sheet}"><style>@import url("{sheet}");</style>'
            f'<iframe src="{secret.as_uri()}"></iframe><p>Seen</p>{outside}',
        )
    )
    assert "Seen" in words(made) and "secret" not in words(made)
    document = pypdfium2.PdfDocument(made)
    try:
        dark = document[0].render(scale=0.5, grayscale=True).to_pil().convert("L").histogram()
    finally:
        document.close()
    assert sum(dark[:100]) < 400, "no picture and no large letters"


def test_the_same_file_makes_the_same_bytes(tmp_path: Path) -> None:
    source = page(tmp_path, "<h1>Offer</h1><p>The same pages twice</p>")
    made = []
    for name in ("one", "two"):
        pdfs = HtmlPdfs(tmp_path / name)
        made.append(pdfs.pdf_of(source).read_bytes())
        pdfs.close()
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<p>Grüße</p>".encode("utf-16"), "Grüße"),
        ("<p>Grüße</p>".encode("latin-1"), "Grüße"),
        ('<meta charset="koi8-r"><p>Привет</p>'.encode("koi8-r"), "Привет"),
        (b"<meta charset=nonsense><p>Gr\xfc\xdfe</p>", "Grüße"),
    ],
)
def test_letters_are_read_as_the_file_says(tmp_path: Path, pdfs: HtmlPdfs, raw: bytes, expected: str) -> None:
    assert expected in words(pdfs.pdf_of(page(tmp_path, raw)))


def test_what_is_too_much_is_left_to_the_service(tmp_path: Path, pdfs: HtmlPdfs) -> None:
    large = page(tmp_path, "x" * (html_pdf.MAX_HTML_BYTES + 1), "large.html")
    long = page(tmp_path, "<p>x</p><br>" * 60_000, "long.html")
    for path, why in ((large, "more than 2 MB"), (long, "hundreds of pages|too long")):
        with pytest.raises(NotDrawnHere, match=f"({why}).*pages counted by RingCentral"):
            pdfs.pdf_of(path)
    assert inspect(large, None, lambda ref, token: len(str(pdfs.pdf_of(ref.path)))).pages is None
    with pytest.raises(UserError, match="not there any more"):
        pdfs.pdf_of(tmp_path / "gone.html")


def test_what_hangs_or_dies_is_ended_and_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdfs = HtmlPdfs(tmp_path / "cache", timeout_s=0.2)
    source, other = page(tmp_path, "<p>slow</p>"), page(tmp_path, "<p>dies</p>", "b.html")
    endless = [sys.executable, "-c", "import threading; threading.Event().wait()"]
    monkeypatch.setattr(html_pdf, "html_command", lambda: endless)
    with pytest.raises(NotDrawnHere, match="too long"):
        pdfs.pdf_of(source)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        pdfs.pdf_of(other, token)
    monkeypatch.setattr(html_pdf, "html_command", lambda: [sys.executable, "-c", "raise SystemExit(9)"])
    with pytest.raises(NotDrawnHere, match="too long"):
        pdfs.pdf_of(source)
    patient = HtmlPdfs(tmp_path / "cache")
    with pytest.raises(NotDrawnHere, match="cannot be drawn"):
        patient.pdf_of(other)


def test_what_is_wider_than_the_paper_is_shrunk(tmp_path: Path, pdfs: HtmlPdfs) -> None:
    made = pdfs.pdf_of(
        page(tmp_path, '<table width="900"><tr><td>left</td><td align="right">END</td></tr></table>')
    )
    document = pypdfium2.PdfDocument(made)
    try:
        picture = document[0].render(scale=1.0, grayscale=True).to_pil().convert("L")
    finally:
        document.close()
    box = picture.point([255] * 128 + [0] * 128).getbbox()
    assert box is not None and 500 < box[2] < 600


def _black_bitmap() -> bytes:
    """Eight by eight black dots."""
    from io import BytesIO

    from PIL import Image

    written = BytesIO()
    Image.new("RGB", (8, 8), 0).save(written, "BMP")
    return written.getvalue()
