"""Files whose names are no UTF-8 are faxed under a readable one."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import PagePlan, PageRef, PaperSize
from rcdesk.core.file_name import readable
from rcdesk.core.orders.asked_fax import AskedFax, asked_fax_json, read_asked_fax
from rcdesk.documents.convert import save_as
from rcdesk.documents.inspect import inspect, look_at
from rcdesk.documents.kinds import PDF
from rcdesk.documents.page_image import page_count, page_png
from rcdesk.documents.worker.worker import PageWorker
from rcdesk.services.fax.typed_fax import draft_asked
from rcdesk.ui.compose.incoming import incoming
from tests.unit.documents.sample_files import MAKERS, make

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names are text there")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 \x80 \x81"))
    made.mkdir()
    return made


def odd(folder: Path, name: str) -> tuple[Path, str]:
    path, media_type = make(name, folder.parent)
    target = Path(os.fsdecode(os.fsencode(folder) + b"/note \xe0 lire" + path.suffix.encode()))
    return path.rename(target), media_type


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"plain.pdf", "plain.pdf"),
        (b"note \xe0 lire.txt", "note à lire.txt"),
        ("note à lire.txt".encode(), "note à lire.txt"),
        (b"100 \x80.pdf", "100 €.pdf"),
        (b"a\x81b", "a\ufffdb"),
        ("Größe".encode() + b"\xdf", "Größeß"),
    ],
)
def test_a_name_is_readable(name: bytes, shown: str) -> None:
    assert readable(os.fsdecode(name)) == shown
    readable(os.fsdecode(name)).encode()


def test_half_a_pair_is_no_letter() -> None:
    assert readable("a\ud83d") == "a\ufffd"


@pytest.mark.parametrize("name", MAKERS)
def test_every_kind_is_looked_at_drawn_and_written(folder: Path, tmp_path: Path, name: str) -> None:
    path, media_type = odd(folder, name)
    worker = PageWorker(folder / "cache")
    try:
        document = inspect(path, count=worker.count)
        assert document.name == f"note à lire{path.suffix}" and document.path == path
        (counted,) = worker.counts([PageRef(path=path, media_type=media_type)])
        assert counted == document.pages == inspect(path).pages
        plan = PagePlan(source=PageRef(path=path, media_type=media_type))
        assert worker.fax_preview(plan, Resolution.FINE, PaperSize.LETTER)
        worker.findings(plan, Resolution.FINE, PaperSize.LETTER)
        assert worker.write([plan], Resolution.FINE, PaperSize.LETTER, folder / "fax.tiff").pages == 1
    finally:
        worker.close()
    json.dumps(document.name, ensure_ascii=False).encode()


def test_pages_are_saved_and_shown_from_such_a_place(folder: Path) -> None:
    path, _ = odd(folder, "letter.pdf")
    assert page_count(path, PDF) == 2 and page_png(path, PDF, 0, 100)
    save_as(path, PDF, folder / "a.tiff", "tiff")
    save_as(folder / "a.tiff", "image/tiff", folder / "a.pdf", "pdf")
    assert page_count(folder / "a.pdf", PDF) == 2


def test_a_refusal_can_be_printed(folder: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(folder) + b"/no \xe0.exe"))
    path.write_bytes(b"MZ")
    error = UserError(f"{path}: no")
    assert "no à.exe" in str(error)
    str(error).encode()


def test_it_goes_from_one_program_to_the_other(folder: Path) -> None:
    path, _ = odd(folder, "letter.pdf")
    document = look_at(path, CancelToken())
    draft = draft_asked(files=[path], to=["+16505550110"], region="US")
    asked_fax = AskedFax(draft=draft)
    told = asked_fax_json(asked_fax)
    told.encode()
    found = read_asked_fax(json.loads(told))
    assert [d.path for d in found.draft.documents] == [path]
    assert [d.name for d in found.draft.documents] == [document.name]


def test_it_can_be_dropped(folder: Path) -> None:
    path, _ = odd(folder, "letter.pdf")
    mime = QMimeData()
    address = "file://" + "".join(f"%{byte:02X}" for byte in os.fsencode(path)).replace("%2F", "/")
    mime.setUrls([QUrl.fromEncoded(address.encode())])
    assert incoming(mime).files == (path,)
