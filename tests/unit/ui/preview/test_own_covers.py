"""Own covers: what is filled in, what is drawn on the page, kept as files, written in the editor."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from msgspec.structs import replace
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel

from rcdesk.bridge.fax.covers_desk import CoversDesk
from rcdesk.bridge.fax.pages_desk import PagesDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.errors import StoreUnavailable, UserError
from rcdesk.core.fax.cover import (
    FIELDS,
    STARTER_HTML,
    CoverFields,
    CoverTemplate,
    fields_in,
    filled,
    problem_of,
)
from rcdesk.core.fax.paper import PaperSize
from rcdesk.render.own_covers import cover_image, cover_pdf, picture_html, write_cover
from rcdesk.store.fax.covers import Covers
from rcdesk.ui.compose.cover_editor import CoverEditor
from rcdesk.ui.kit.theme import theme
from tests.patient_bot import QtBot
from tests.unit.ui.page_stage import RoomOnLane
from tests.unit.ui.stage import shoot

FIELDS_OF_A_FAX = CoverFields(
    to="Valley Imaging Center\n(650) 555-0110",
    sender="Mara Okafor",
    company="Okafor & Lee",
    date="22 November 2026",
    pages="5",
    subject="Referral",
    note="Films for Mr. Hale <enclosed>.",
    confidentiality="Confidential.",
)
STARTER = CoverTemplate(id="", name="Our clinic", html=STARTER_HTML)


def _text(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return str(document[0].get_textpage().get_text_bounded())


def test_every_field_is_filled_and_other_braces_stay() -> None:
    template = "<style>p { color: red }</style>" + " ".join(f"[{{{name}}}]" for name in FIELDS) + " {unknown}"
    made = filled(template, FIELDS_OF_A_FAX)
    assert "[Valley Imaging Center<br/>(650) 555-0110]" in made
    assert "[Okafor &amp; Lee]" in made and "Mr. Hale &lt;enclosed&gt;." in made
    assert "p { color: red }" in made and made.endswith("{unknown}")
    assert fields_in(template) == frozenset(FIELDS)


def test_a_value_that_looks_like_a_field_is_shown_as_it_is() -> None:
    assert filled("{note}|{to}", CoverFields(note="{to}", to="Ann")) == "{to}|Ann"


@pytest.mark.parametrize("paper", list(PaperSize))
def test_the_page_says_what_was_filled_in(qapp: object, paper: PaperSize) -> None:
    pdf = cover_pdf(STARTER, FIELDS_OF_A_FAX, paper)
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1
        wide, high = document[0].get_size()
    assert (wide / 72 * 25.4, high / 72 * 25.4) == pytest.approx(paper.size_mm, abs=0.5)
    words = _text(pdf)
    for said in (
        "Valley Imaging Center",
        "(650) 555-0110",
        "Okafor & Lee",
        "Mr. Hale <enclosed>.",
        "Referral",
    ):
        assert said in words


def test_a_cover_longer_than_a_sheet_stays_one_page(qapp: object) -> None:
    long = replace(STARTER, html="<p>line</p>" * 300)
    with pypdfium2.PdfDocument(cover_pdf(long, FIELDS_OF_A_FAX, PaperSize.LETTER)) as document:
        assert len(document) == 1


def test_nothing_outside_the_template_is_loaded(qapp: object, tmp_path: Path) -> None:
    black = tmp_path / "black.png"
    Image.new("L", (400, 400), 0).save(black)
    outside = f'<img src="{black.as_uri()}" width="400"/><img src="{black}" width="400"/>'
    linked = cover_image(replace(STARTER, html=outside), FIELDS_OF_A_FAX, PaperSize.LETTER, 600)
    inside = cover_image(replace(STARTER, html=picture_html(black)), FIELDS_OF_A_FAX, PaperSize.LETTER, 600)
    assert _darkness(inside) > 20 * max(1, _darkness(linked)), (
        "pictures are drawn only when they are part of it"
    )


def _darkness(image: QImage) -> int:
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return sum(1 for value in bytes(grey.constBits()) if value < 60)


def test_ink_is_black_whatever_the_scheme(scheme: str) -> None:
    image = cover_image(STARTER, FIELDS_OF_A_FAX, PaperSize.LETTER, 600)
    assert image.pixelColor(5, 5) == Qt.GlobalColor.white
    assert _darkness(image) > 500, scheme


def test_the_same_cover_is_one_file_even_when_drawn_on_another_thread(qapp: object, tmp_path: Path) -> None:
    here = write_cover(STARTER, FIELDS_OF_A_FAX, PaperSize.A4, tmp_path)
    there = []
    thread = threading.Thread(
        target=lambda: there.append(write_cover(STARTER, FIELDS_OF_A_FAX, PaperSize.A4, tmp_path))
    )
    thread.start()
    thread.join()
    other = write_cover(STARTER, replace(FIELDS_OF_A_FAX, pages="6"), PaperSize.A4, tmp_path)
    assert there == [here] and other != here
    assert sorted(tmp_path.iterdir()) == sorted({here.path, other.path})
    assert "5" in _text(here.path.read_bytes())


def test_a_cover_that_cannot_be_written_says_so(qapp: object, tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file is in the way", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="not sent yet"):
        write_cover(STARTER, FIELDS_OF_A_FAX, PaperSize.A4, tmp_path / "folder")


def test_covers_are_kept_renamed_and_deleted(tmp_path: Path) -> None:
    covers = Covers(tmp_path / "covers")
    assert covers.list() == ()
    kept = covers.save(STARTER)
    assert kept == CoverTemplate(id="Our clinic", name="Our clinic", html=STARTER_HTML)
    second = covers.save(replace(STARTER, html="<p>other</p>"))
    assert second.name == "Our clinic (2)", "a new cover never replaces another one"
    renamed = covers.save(replace(kept, name="Front desk"))
    assert [cover.name for cover in covers.list()] == ["Front desk", "Our clinic (2)"]
    assert covers.save(replace(renamed, html="<p>changed</p>")).id == renamed.id
    covers.delete(second.id)
    covers.delete("never there")
    assert [(c.name, c.html) for c in covers.list()] == [("Front desk", "<p>changed</p>")]


@pytest.mark.parametrize("name", ["../../escape", "a/b\\c", "..", "con\0trol\n", "x" * 200])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    covers = Covers(tmp_path / "inner" / "covers")
    try:
        covers.save(CoverTemplate(id=name, name=name, html="<p>x</p>"))
    except UserError:
        assert problem_of(CoverTemplate(id="", name=name, html="")), "refused for its name"
    covers.delete(name)
    assert {path.parent for path in tmp_path.rglob("*.html")} <= {tmp_path / "inner" / "covers"}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("<p>Grüße {to}</p>".encode(), "Grüße"),
        ("<p>Grüße {to}</p>".encode("utf-16"), "Grüße"),
        ("<p>Grüße {to}</p>".encode("latin-1"), "Grüße"),
        (b"\xef\xbb\xbf<p>plain</p>", "plain"),
    ],
)
def test_the_offices_cover_is_imported_in_any_encoding(tmp_path: Path, content: bytes, found: str) -> None:
    source = tmp_path / "Office default.html"
    source.write_bytes(content)
    kept = Covers(tmp_path / "covers").import_file(source)
    assert kept.name == "Office default" and found in kept.html
    assert not kept.html.startswith("\ufeff")


@pytest.mark.parametrize("content", [b"", b"   ", b"\x00\x01\x02\x00\xff", b"%PDF-1.4\0\0"])
def test_what_is_no_html_is_refused(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "cover.html"
    source.write_bytes(content)
    with pytest.raises(UserError, match="HTML"):
        Covers(tmp_path / "covers").import_file(source)
    with pytest.raises(UserError, match="cannot be read"):
        Covers(tmp_path / "covers").import_file(tmp_path / "gone.html")


@pytest.fixture
def desks(qapp: object, tmp_path: Path) -> Iterator[tuple[CoversDesk, PagesDesk]]:
    """The desks the editor works with, on real lanes."""
    disk, pages = Lane("disk"), Lane("pages")
    yield (
        CoversDesk({"disk": disk}, Covers(tmp_path / "covers")),
        PagesDesk({"pages": pages}, RoomOnLane(), tmp_path / "made"),
    )
    assert pages.stop() and disk.stop()


def test_a_cover_is_written_drawn_and_saved(
    qtbot: QtBot, scheme: str, desks: tuple[CoversDesk, PagesDesk]
) -> None:
    covers, pages = desks
    editor = CoverEditor(covers, pages, None)
    qtbot.addWidget(editor)
    editor.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    editor.open()
    qtbot.waitUntil(lambda: editor.view.has_picture)
    shoot(editor, f"cover-editor-{scheme}")
    editor.save()
    problem = editor.findChild(QLabel, "coverProblem")
    assert problem is not None and "name" in problem.text() and editor.isVisible()
    editor.name.setText("Our clinic")
    editor.text.moveCursor(editor.text.textCursor().MoveOperation.End)
    editor.text.insertPlainText("Room {subject} of {house}")
    with qtbot.waitSignal(editor.saved):
        editor.save()
    assert not editor.isVisible()
    assert [cover.name for cover in covers.covers] == ["Our clinic"]
    assert {"to", "note", "subject"} <= fields_in(covers.covers[0].html)
    words = _text(cover_pdf(covers.covers[0], FIELDS_OF_A_FAX, PaperSize.LETTER))
    assert "Room Referral of {house}" in words and "Valley Imaging Center" in words
    theme().set_scheme("light")


def test_an_imported_cover_is_edited_and_deleted(
    qtbot: QtBot, tmp_path: Path, desks: tuple[CoversDesk, PagesDesk]
) -> None:
    covers, pages = desks
    source = tmp_path / "Office default.html"
    source.write_text("<h1>From {company}</h1>", encoding="utf-8")
    editor = CoverEditor(covers, pages, None)
    qtbot.addWidget(editor)
    editor.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    with qtbot.waitSignal(editor.saved):
        editor.import_file(source)
    assert editor.name.text() == "Office default" and "{company}" in editor.text.toPlainText()
    kept = covers.get("Office default")
    assert kept is not None
    again = CoverEditor(covers, pages, kept)
    qtbot.addWidget(again)
    again.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    with qtbot.waitSignal(covers.changed):
        again._delete()
    assert covers.covers == ()
