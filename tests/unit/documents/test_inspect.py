"""Real files of every sort: what may be faxed, how many pages it has, and why not."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from rcdesk.core.account.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, UserError
from rcdesk.core.fax.fax import Document
from rcdesk.core.fax.paper import PageRef
from rcdesk.documents.inspect import check_total, inspect
from rcdesk.documents.inspect_many import look_at_all
from rcdesk.documents.kinds import MEDIA_TYPES


def pdf(path: Path, pages: int) -> Path:
    """A PDF with that many empty pages."""
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(612, 792)
    document.save(path)
    document.close()
    return path


def test_a_pdf_is_known_by_its_content_and_its_pages_are_counted(tmp_path: Path) -> None:
    found = inspect(pdf(tmp_path / "no ending", 3))
    assert (found.media_type, found.pages, found.name) == ("application/pdf", 3, "no ending")
    assert found.size_bytes == found.path.stat().st_size


def test_pictures_and_text_are_counted(tmp_path: Path) -> None:
    pages = [Image.new("1", (8, 8)) for _ in range(4)]
    pages[0].save(tmp_path / "a.tiff", save_all=True, append_images=pages[1:])
    pages[0].save(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text("line\n" * 121, encoding="utf-8")
    (tmp_path / "b.txt").write_text("no newline", encoding="utf-8")
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04" + b"word/" * 10)
    counts = [inspect(tmp_path / n).pages for n in ("a.tiff", "a.png", "a.txt", "b.txt", "a.docx")]
    assert counts == [4, 1, 3, 1, None]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"", "empty"),
        ("setup.exe", b"MZ\x90\x00" + b"\x00" * 60, "kind .exe cannot be faxed"),
        ("bill.pdf", b"MZ\x90\x00" + b"\x00" * 60, "something else inside"),
        ("a.txt", b"\x7fELF\x00\x00", "something else inside"),
        ("a.txt", b"abc\x00def", "something else inside"),
        ("noending", b"????", "Files of this kind cannot be faxed"),
        ("a.zip", b"PK\x03\x04 other", "kind .zip cannot be faxed"),
        ("a.pdf", b"%PDF-1.4 and then nothing", "damaged"),
        ("a.png", b"\x89PNG\r\n\x1a\n and then nothing", "damaged"),
    ],
)
def test_each_refusal_is_one_clear_sentence(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError, match=words):
        inspect(path)


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("GIF", "image/gif"),
        ("BMP", "image/bmp"),
        ("TIFF", "image/tiff"),
    ],
)
@pytest.mark.parametrize("name", ["a.pdf", "a.txt", "a", "a.doc", "a.jpg"])
def test_the_kind_is_that_of_the_content_not_of_the_name(
    tmp_path: Path, kind: str, media_type: str, name: str
) -> None:
    Image.new("L", (30, 40)).save(tmp_path / name, kind)
    assert (inspect(tmp_path / name).media_type, inspect(tmp_path / name).pages) == (media_type, 1)


def test_text_that_begins_like_a_bitmap_is_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("BMW, three years old, one owner", encoding="utf-8")
    assert inspect(tmp_path / "a.txt").media_type == "text/plain"


def test_missing_folder_and_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not there any more"):
        inspect(tmp_path / "gone.pdf")
    with pytest.raises(UserError, match=r"Folders cannot be faxed\. Drop the files inside it\."):
        inspect(tmp_path)
    if os.geteuid() != 0:
        path = pdf(tmp_path / "a.pdf", 1)
        path.chmod(0)
        with pytest.raises(UserError, match="lack the permission"):
            inspect(path)


def test_cancelling_stops_the_look(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        inspect(tmp_path, token)


def test_too_many_pages_and_too_many_bytes_together(tmp_path: Path) -> None:
    profile = ServerProfile(name="x")
    big = Document(path=tmp_path, name="a", size_bytes=60_000_000, media_type="x", pages=None)
    with pytest.raises(UserError, match=r"This file has 60 MB; a fax may have 50 MB"):
        check_total((big,), profile)
    with pytest.raises(UserError, match="300 pages; a fax may have 200"):
        check_total((inspect(pdf(tmp_path / "a.pdf", 300)),), profile)
    check_total((inspect(pdf(tmp_path / "b.pdf", 200)),), profile)


def test_at_least_the_types_of_the_guide_are_known() -> None:
    assert len(MEDIA_TYPES) >= 29


def test_what_is_too_large_is_not_counted(tmp_path: Path) -> None:
    """Counting an office file takes its time; its size is known before."""
    small, large = tmp_path / "small.doc", tmp_path / "large.doc"
    for path, size_bytes in ((small, 600), (large, 60_000_000)):
        path.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1"))
        os.truncate(path, size_bytes)
    asked: list[Path] = []

    def counts(refs: Sequence[PageRef], _token: CancelToken | None) -> list[int | UserError]:
        asked.extend(ref.path for ref in refs)
        return [7] * len(refs)

    def admit(document: Document) -> None:
        check_total((document,), ServerProfile(name="x"))

    refusal, found = look_at_all((large, small), CancelToken(), counts, admit)
    assert isinstance(refusal, UserError) and "60 MB; a fax may have 50 MB" in str(refusal)
    assert isinstance(found, Document) and found.pages == 7
    assert asked == [small]
