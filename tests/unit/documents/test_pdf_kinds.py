"""PDFs that say more than their pages show: units, forms of Adobe's, portfolios, fonts that are not there."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import Finding, FindingKind, PaperSize
from rcdesk.documents.doctor.doctor import examine
from rcdesk.documents.kinds import PDF
from rcdesk.documents.pages import open_pages
from tests.unit.documents.one_page import plan_of
from tests.unit.documents.sample_files import raw_pdf

LETTER_MM = (215.9, 279.4)
HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
HELLO = b"BT /F 24 Tf 72 300 Td (Hello from the office) Tj ET"


def pdf(
    path: Path,
    pages: Sequence[bytes] = (b"/MediaBox [0 0 612 792]",),
    drawing: bytes = HELLO,
    font: bytes = HELVETICA,
    catalogue: bytes = b"",
    more: Sequence[bytes] = (),
) -> Path:
    """Pages with these entries, all of one drawing; more objects are numbered from 5 + the pages on."""
    kids = b" ".join(b"%d 0 R" % (5 + n) for n in range(len(pages)))
    shared = b"/Type /Page /Parent 2 0 R /Contents 3 0 R /Resources << /Font << /F 4 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        font,
        *(b"<< %s %s >>" % (shared, page) for page in pages),
        *more,
    ]
    path.write_bytes(raw_pdf(objects))
    return path


def found_in(path: Path, page: int = 0) -> tuple[Finding, ...]:
    with open_pages(path, PDF) as pages:
        return examine(pages, page, plan_of(path, PDF, page), Resolution.FINE, PaperSize.LETTER)


def kinds_in(path: Path) -> set[FindingKind]:
    return {finding.kind for finding in found_in(path)}


def test_a_page_is_measured_in_its_own_unit(tmp_path: Path) -> None:
    box = b"/MediaBox [0 0 306 396]"
    path = pdf(
        tmp_path / "a.pdf", [box + b" /UserUnit 2", b"/MediaBox [0 0 612 792]", box + b"/UserUnit 2.0"]
    )
    with open_pages(path, PDF) as pages:
        assert all(pages.size_mm(page) == pytest.approx(LETTER_MM) for page in range(3))


def test_type_is_as_large_as_its_unit_makes_it(tmp_path: Path) -> None:
    small = b"BT /F 5 Tf 72 300 Td (Hello from the office of small letters) Tj ET"
    box = b"/MediaBox [0 0 306 396]"
    assert FindingKind.SMALL_TYPE in kinds_in(pdf(tmp_path / "a.pdf", [box], small))
    assert FindingKind.SMALL_TYPE not in kinds_in(pdf(tmp_path / "b.pdf", [box + b"/UserUnit 2"], small))


def test_the_unit_is_found_in_packed_objects_too(tmp_path: Path) -> None:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 306 396] /UserUnit 2 >>"
    tree = b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
    inside = b"2 0 3 %d " % (len(tree) + 1)
    packed = zlib.compress(inside + tree + b" " + page)
    content = b"%PDF-1.6\n"
    catalogue_at = len(content)
    content += b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    packed_at = len(content)
    head = b"<< /Type /ObjStm /N 2 /First %d /Filter /FlateDecode /Length %d >>" % (len(inside), len(packed))
    content += b"4 0 obj\n" + head + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    table_at = len(content)
    places = ((0, 0), (1, catalogue_at), (2, (4, 0)), (2, (4, 1)), (1, packed_at), (1, table_at))
    rows = b""
    for kind, place in places:
        where, index = place if isinstance(place, tuple) else (place, 0)
        rows += bytes([kind]) + where.to_bytes(4) + bytes([index])
    table = b"<< /Type /XRef /Size 6 /W [1 4 1] /Root 1 0 R /Length %d >>" % len(rows)
    content += b"5 0 obj\n" + table + b"\nstream\n" + rows + b"\nendstream\nendobj\n"
    path = tmp_path / "a.pdf"
    path.write_bytes(content + b"startxref\n%d\n%%%%EOF\n" % table_at)
    with open_pages(path, PDF) as pages:
        assert pages.size_mm(0) == pytest.approx(LETTER_MM)


XFA = b"/AcroForm << /Fields [] /XFA [(template) 6 0 R] >>"
TEMPLATE = b"<< /Length 11 >>\nstream\n<template/>\nendstream"


def test_a_form_that_cannot_be_drawn_is_said_so(tmp_path: Path) -> None:
    waiting = b"BT /F 12 Tf 72 700 Td (Please wait... If this message is not replaced) Tj ET"
    german = b"BT /F 12 Tf 72 700 Td (Bitte warten... Sie brauchen Adobe Reader) Tj ET"
    for name, drawing, needed in (
        ("a", HELLO, b" /NeedsRendering true"),
        ("b", waiting, b""),
        ("d", german, b""),
    ):
        path = pdf(tmp_path / f"{name}.pdf", drawing=drawing, catalogue=XFA + needed, more=[TEMPLATE])
        (finding,) = (f for f in found_in(path) if f.kind is FindingKind.NOT_SHOWN)
        assert "print it to pdf first" in finding.sentence.lower()
    assert not kinds_in(pdf(tmp_path / "c.pdf", catalogue=XFA, more=[TEMPLATE])), (
        "its pages are there as well"
    )


def test_files_inside_a_portfolio_are_named_as_not_drawn(tmp_path: Path) -> None:
    names = b"/Names << /EmbeddedFiles << /Names [(a) 6 0 R] >> >>"
    files = [
        b"<< /Type /Filespec /F (a.txt) /UF (a.txt) /EF << /F 7 0 R >> >>",
        b"<< /Type /EmbeddedFile /Length 5 >>\nstream\nhello\nendstream",
    ]
    path = pdf(tmp_path / "a.pdf", catalogue=names + b" /Collection << /View /D >>", more=files)
    assert kinds_in(path) == {FindingKind.NOT_SHOWN}
    assert not kinds_in(pdf(tmp_path / "b.pdf", catalogue=names, more=files)), "an attachment is no page"


@pytest.mark.parametrize("base", [b"Helvetica", b"ArialMT", b"TimesNewRomanPSMT", b"Courier"])
def test_usual_fonts_need_not_be_in_the_file(tmp_path: Path, base: bytes) -> None:
    font = b"<< /Type /Font /Subtype /TrueType /BaseFont /%s /Encoding /WinAnsiEncoding >>" % base
    assert not kinds_in(pdf(tmp_path / "a.pdf", font=font))


def test_a_font_that_is_missing_is_named(tmp_path: Path) -> None:
    font = b"<< /Type /Font /Subtype /TrueType /BaseFont /ABCDEF+Nobodys /Encoding /WinAnsiEncoding >>"
    (finding,) = found_in(pdf(tmp_path / "a.pdf", font=font))
    assert finding.kind is FindingKind.LETTERS and "Nobodys" in finding.sentence


def test_a_page_of_letters_nobody_can_draw_is_not_blank(tmp_path: Path) -> None:
    inside = (
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiMin-W3 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> >>"
    )
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiMin-W3 /Encoding /UniJIS-UCS2-H "
        b"/DescendantFonts [%s] >>" % inside
    )
    drawing = b"BT /F 24 Tf 72 300 Td <65e5672c8a9e> Tj ET"
    assert FindingKind.BLANK not in kinds_in(pdf(tmp_path / "a.pdf", drawing=drawing, font=font))


def test_a_page_of_spaces_is_blank(tmp_path: Path) -> None:
    assert kinds_in(pdf(tmp_path / "a.pdf", drawing=b"BT /F 24 Tf 72 300 Td (   ) Tj ET")) == {
        FindingKind.BLANK
    }
    assert kinds_in(pdf(tmp_path / "b.pdf", drawing=b"")) == {FindingKind.BLANK}


def test_turned_and_cut_pages_are_as_large_as_they_are_shown(tmp_path: Path) -> None:
    box = b"/MediaBox [0 0 612 792]"
    path = pdf(
        tmp_path / "a.pdf", [box + b"/Rotate 90", box + b"/CropBox [0 0 306 396]", box + b"/Rotate 450"]
    )
    with open_pages(path, PDF) as pages:
        assert pages.size_mm(0) == pytest.approx(LETTER_MM[::-1])
        assert pages.size_mm(1) == pytest.approx((107.95, 139.7))
        assert pages.size_mm(2) == pytest.approx(LETTER_MM[::-1])
