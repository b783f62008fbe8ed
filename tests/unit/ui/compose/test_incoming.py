"""What a drop or the clipboard holds: files however they are named, pictures, text, and links refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QUrl
from PySide6.QtGui import QColor, QImage

from rcdesk.core.fax.incoming import MOST_FILES, ClipKind, IncomingFiles
from rcdesk.ui.compose.incoming import (
    MOST_RICH_CHARACTERS,
    MOST_TEXT_CHARACTERS,
    can_take,
    holds_files_or_picture,
    incoming,
)

pytestmark = pytest.mark.usefixtures("qapp")

PNG = b"\x89PNG\r\n\x1a\n" + b"the rest of a picture"


def _links(*urls: QUrl) -> QMimeData:
    mime = QMimeData()
    mime.setUrls(list(urls))
    return mime


def _files(*paths: Path) -> QMimeData:
    return _links(*(QUrl.fromLocalFile(str(path)) for path in paths))


def _text(text: str, html: str = "") -> QMimeData:
    mime = QMimeData()
    mime.setText(text)
    if html:
        mime.setHtml(html)
    return mime


def _picture() -> QImage:
    image = QImage(3, 2, QImage.Format.Format_ARGB32)
    image.fill(QColor(200, 10, 20, 255))
    return image


def test_files_in_their_order_each_once(tmp_path: Path) -> None:
    one, two = tmp_path / "ä b.pdf", tmp_path / "c.tif"
    assert incoming(_files(two, one, two)) == IncomingFiles(files=(two, one))


def test_a_list_of_links_as_browsers_write_it(tmp_path: Path) -> None:
    mime = QMimeData()
    lines = f"# from a browser\r\nfile://{tmp_path}/a%20b.pdf\r\n"
    mime.setData("text/uri-list", QByteArray(lines.encode()))
    assert incoming(mime).files == (tmp_path / "a b.pdf",)


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_a_path_as_plain_text(tmp_path: Path, quote: str) -> None:
    path = tmp_path / "letter 1.pdf"
    path.write_bytes(b"x")
    assert incoming(_text(f"  {quote}{path}{quote}\n")).files == (path,)


def test_file_links_as_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "letter 1.pdf"
    assert incoming(_text(f"file://{tmp_path}/letter%201.pdf\nfile://{tmp_path}/b")).files == (
        path,
        tmp_path / "b",
    )


def test_text_that_begins_like_a_path_is_a_text() -> None:
    found = incoming(_text("/nowhere/at/all is where the letter lay."))
    assert [clip.kind for clip in found.clips] == [ClipKind.TEXT]
    found = incoming(_text("/nowhere/at/all.pdf"))
    assert [clip.kind for clip in found.clips] == [ClipKind.TEXT]


def test_a_folder_is_passed_on_to_be_refused_where_files_are_looked_at(tmp_path: Path) -> None:
    assert incoming(_files(tmp_path)).files == (tmp_path,)


def test_hundreds_of_files_are_capped_with_a_sentence(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.pdf" for number in range(640)]
    found = incoming(_files(*paths))
    assert found.files == tuple(paths[:MOST_FILES])
    assert found.problem.startswith("640 files are too many at once: the first 200 are here.")
    assert incoming(_files(*paths[:MOST_FILES])).problem == ""


@pytest.mark.parametrize(
    "mime",
    [
        _links(QUrl("https://example.com/form.pdf")),
        _text("https://example.com/form.pdf"),
        _text("HTTP://example.com/a\nhttps://example.com/b"),
        _text("ftp://example.com/form.pdf", '<a href="ftp://example.com/form.pdf">form</a>'),
    ],
)
def test_links_to_the_web_are_refused(mime: QMimeData) -> None:
    found = incoming(mime)
    assert found.is_empty
    assert "fetches nothing" in found.problem


def test_a_file_of_another_machine_is_not_here() -> None:
    found = incoming(_links(QUrl("file://server/share/a.pdf")))
    assert found.is_empty and found.problem


def test_files_beside_links_are_taken(tmp_path: Path) -> None:
    found = incoming(_links(QUrl.fromLocalFile(str(tmp_path / "a.pdf")), QUrl("https://example.com/b.pdf")))
    assert found.files == (tmp_path / "a.pdf",)
    assert "left out" in found.problem


def test_a_browsers_picture_comes_with_its_link_and_its_pixels() -> None:
    mime = _links(QUrl("https://example.com/scan.png"))
    mime.setData("image/png", QByteArray(PNG))
    (clip,) = incoming(mime).clips
    assert (clip.kind, clip.content) == (ClipKind.IMAGE, PNG)


def test_a_picture_as_pixels() -> None:
    mime = QMimeData()
    mime.setImageData(_picture())
    (clip,) = incoming(mime).clips
    assert (clip.kind, clip.width, clip.height) == (ClipKind.IMAGE, 3, 2)
    assert (clip.layout, clip.content) == ("BGRA", bytes((20, 10, 200, 255)) * 6)


def test_a_picture_that_cannot_be_read_is_said_so() -> None:
    mime = QMimeData()
    mime.setImageData(QImage())
    found = incoming(mime)
    assert found.is_empty and "could not be read" in found.problem


def test_a_copied_table_is_its_text_not_its_picture() -> None:
    mime = _text("a\tb")
    mime.setImageData(_picture())
    assert [clip.kind for clip in incoming(mime).clips] == [ClipKind.TEXT]


def test_plain_text_is_utf8() -> None:
    (clip,) = incoming(_text("Grüße\nλ")).clips
    assert (clip.kind, clip.content.decode("utf-8")) == (ClipKind.TEXT, "Grüße\nλ")


def test_text_that_has_no_look_is_plain_though_it_comes_with_html() -> None:
    found = incoming(
        _text("two\nlines", '<html><head><meta charset="utf-8"></head><body><p>two<br>lines</p>')
    )
    assert found.clips[0].kind is ClipKind.TEXT


def test_rich_text_is_taken_for_its_look() -> None:
    html = "<b>Dear</b> Dr Hale"
    (clip,) = incoming(_text("Dear Dr Hale", html)).clips
    assert (clip.kind, clip.content.decode("utf-8")) == (ClipKind.RICH_TEXT, html)


def test_html_alone_is_taken_too() -> None:
    mime = QMimeData()
    mime.setHtml("<p>Only <i>this</i></p>")
    assert incoming(mime).clips[0].kind is ClipKind.RICH_TEXT


def test_long_rich_text_becomes_plain_and_endless_text_is_refused() -> None:
    (clip,) = incoming(_text("long", "<b>x</b>" * (MOST_RICH_CHARACTERS // 8 + 1))).clips
    assert (clip.kind, clip.content) == (ClipKind.TEXT, b"long")
    found = incoming(_text("x" * (MOST_TEXT_CHARACTERS + 1)))
    assert found.is_empty and "too long" in found.problem


@pytest.mark.parametrize("mime", [QMimeData(), _text("  \n\t ")])
def test_nothing_is_said_so(mime: QMimeData) -> None:
    found = incoming(mime)
    assert found.is_empty and found.problem.startswith("There is nothing in it")


def test_what_may_be_dropped(tmp_path: Path) -> None:
    assert can_take(_files(tmp_path)) and can_take(_text("a"))
    own = QMimeData()
    own.setData("application/x-something-else", QByteArray(b"1"))
    assert not can_take(own)


def test_what_a_text_field_leaves_to_the_fax(tmp_path: Path) -> None:
    assert holds_files_or_picture(_files(tmp_path / "a.pdf"))
    mime = QMimeData()
    mime.setImageData(_picture())
    assert holds_files_or_picture(mime)
    mime.setText("a table")
    assert not holds_files_or_picture(mime)
    assert not holds_files_or_picture(_text("(650) 555-0110"))
    assert not holds_files_or_picture(_links(QUrl("https://example.com")))
