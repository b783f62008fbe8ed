"""Office files through LibreOffice itself, where it is installed: pages, what it may not do, and how it ends.

What is promised of the web and of other files is first seen broken by a LibreOffice without our settings. The
files are self-made (office_files.py).
"""

from __future__ import annotations

import io
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw
import pytest
from PIL import Image, ImageSequence

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import NotDrawnHere, PagePlan, PageRef, PaperSize
from rcdesk.documents.inspect import inspect
from rcdesk.documents.office import process as office_process
from rcdesk.documents.office.conversion import Office, find_libreoffice
from rcdesk.documents.worker.worker import PageWorker
from tests.patience import PATIENCE_S
from tests.unit.documents import office_files
from tests.unit.documents.sample_files import screenshot

SOFFICE = find_libreoffice()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        SOFFICE is None or sys.platform != "linux",
        reason="needs LibreOffice (libreoffice-writer-nogui) on Linux",
    ),
]
SLIDES = (
    '<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.2" '
    'office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body><office:presentation>'
    + "".join(
        f'<draw:page draw:name="p{page}"><draw:frame svg:width="9cm" svg:height="3cm" svg:x="2cm" '
        f'svg:y="2cm"><draw:text-box><text:p>Slide {page}</text:p></draw:text-box></draw:frame></draw:page>'
        for page in range(3)
    )
    + "</office:presentation></office:body></office:document>"
)


def plain(kind: str, source: Path, folder: Path) -> Path:
    """Turn a file into another kind with a LibreOffice that has none of our settings."""
    profile = folder / "plain-profile"
    told = [str(SOFFICE), "--headless", f"-env:UserInstallation={profile.as_uri()}", "--convert-to", kind]
    subprocess.run(
        [*told, "--outdir", str(folder), str(source)], check=True, capture_output=True, timeout=120
    )
    return folder / f"{source.stem}.{kind}"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, int]]:
    """A file of each kind and how many pages it has."""
    folder = tmp_path_factory.mktemp("samples")
    letter = office_files.docx(folder / "letter.docx", pages=3)
    book = office_files.xlsx(folder / "book.xlsx", sheets=2)
    slides = folder / "slides.fodp"
    slides.write_text(SLIDES, encoding="utf-8")
    bare = folder / "as-in-the-spool"
    bare.write_bytes(letter.read_bytes())
    return {
        "docx": (letter, 3),
        "xlsx": (book, 2),
        "rtf": (office_files.rtf(folder / "note.rtf", pages=2), 2),
        "pptx": (plain("pptx", slides, folder), 3),
        "ppt": (plain("ppt", slides, folder), 3),
        "doc": (plain("doc", letter, folder), 3),
        "xls": (plain("xls", book, folder), 2),
        "no ending": (bare, 3),
    }


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageWorker]:
    made = PageWorker(tmp_path_factory.mktemp("cache"))
    yield made
    made.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "cache")
    yield made
    made.close()


def text_of(pdf: Path) -> str:
    """All words of a PDF."""
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(page.get_textpage().get_text_range() for page in document)


def pictures_in(pdf: Path) -> int:
    with pypdfium2.PdfDocument(pdf) as document:
        return sum(len(list(p.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))) for p in document)


@pytest.mark.parametrize("kind", ["docx", "xlsx", "rtf", "pptx", "ppt", "doc", "xls", "no ending"])
def test_pages_are_counted_shown_and_written(
    tmp_path: Path, worker: PageWorker, samples: dict[str, tuple[Path, int]], kind: str
) -> None:
    path, pages = samples[kind]
    found = inspect(path, None, worker.count)
    assert found.pages == pages
    ref = PageRef(path=path, media_type=found.media_type, page=pages - 1)
    small = Image.open(io.BytesIO(worker.thumbnail(ref, 120)))
    assert small.width == 120 and min(small.convert("L").tobytes()) < 220, "something is on it"
    plans = [PagePlan(source=PageRef(path=path, media_type=found.media_type, page=n)) for n in range(pages)]
    shown = [worker.fax_preview(plan, Resolution.FINE, PaperSize.LETTER) for plan in plans]
    target = tmp_path / "fax.tif"
    assert worker.write(plans, Resolution.FINE, PaperSize.LETTER, target).pages == pages
    with Image.open(target) as fax:
        written = [page.convert("1").tobytes() for page in ImageSequence.Iterator(fax)]
    assert written == [Image.open(io.BytesIO(png)).convert("1").tobytes() for png in shown]
    assert len(set(written)) == (1 if kind in ("xls", "xlsx") else pages), "each page is its own"


def test_a_book_of_hundreds_of_pages_has_enough_memory(tmp_path: Path, office: Office) -> None:
    pdf = office.pdf_of(office_files.docx(tmp_path / "book.docx", pages=400), CancelToken())
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 400


# What it may not do


@pytest.fixture
def web() -> Iterator[tuple[str, list[str]]]:
    """An address, and what was asked there."""
    asked: list[str] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                caller, _ = listening.accept()
            except OSError:
                return
            with caller:
                caller.settimeout(5)
                asked.append(caller.recv(200).decode("latin-1").split("\r\n", 1)[0])
                caller.sendall(b"HTTP/1.1 404 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(PATIENCE_S)


def reaching_out(kind: str, folder: Path, web: str) -> Path:
    """A file of this kind with everything that may be asked for elsewhere."""
    path = folder / f"reaching.{kind}"
    match kind:
        case "docx":
            body = office_files.word_picture("rId2") + office_files.word_field(f'INCLUDETEXT "{web}/b.txt"')
            return office_files.docx(path, body=body, links=(("image", f"{web}/a.png"),))
        case "xlsx":
            return office_files.xlsx(path, formula=f"_xlfn.WEBSERVICE(&quot;{web}/c&quot;)")
        case "rtf":
            field = rf'{{\field{{\*\fldinst INCLUDEPICTURE "{web}/d.png" \\d}}{{\fldrslt x}}}}'
            return office_files.rtf(path, more=field)
        case _:
            frame = '<draw:frame svg:width="3cm" svg:height="3cm">{}</draw:frame>'
            asked = (
                f'<draw:image xlink:href="{web}/e.png" xlink:type="simple" xlink:actuate="onLoad"/>',
                f'<draw:object xlink:href="{web}/f.ods" xlink:type="simple"/>',
                f'<draw:floating-frame xlink:href="{web}/g.html"/>',
            )
            source = (
                f'<text:section text:name="s"><text:section-source xlink:href="{web}/h.odt"/></text:section>'
            )
            frames = "".join(frame.format(one) for one in asked)
            return office_files.odt(path, f"<text:p>Hello {frames}</text:p>{source}")


@pytest.mark.parametrize("kind", ["docx", "xlsx", "rtf", "odt"])
def test_nothing_is_asked_of_the_web(
    tmp_path: Path, office: Office, web: tuple[str, list[str]], kind: str
) -> None:
    address, asked = web
    path = reaching_out(kind, tmp_path, address)
    if kind in ("docx", "odt"):
        plain("pdf", path, tmp_path)
        assert asked, "without our settings it is asked for"
        asked.clear()
    assert office.pdf_of(path, CancelToken()).is_file()
    assert asked == []


def test_each_wall_stands_alone(
    tmp_path: Path, web: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings without the network of its own, and the dead proxy without the rest."""
    address, asked = web
    path = reaching_out("odt", tmp_path, address)
    monkeypatch.setattr(office_process, "_bounded", lambda _program, command, _folders: command)
    first = Office(tmp_path / "first")
    first.pdf_of(path, CancelToken())
    first.close()
    proxy = tuple(setting for setting in office_process._SAFE if "Inet" in setting[0])
    monkeypatch.setattr(office_process, "_SAFE", proxy)
    second = Office(tmp_path / "second")
    second.pdf_of(path, CancelToken())
    second.close()
    assert asked == []


def test_files_of_this_computer_are_not_drawn_in(tmp_path: Path, office: Office) -> None:
    picture = tmp_path / "secret.png"
    screenshot().save(picture)
    frame = f'<draw:image xlink:href="{picture.as_uri()}" xlink:type="simple" xlink:actuate="onLoad"/>'
    frame = f'<draw:frame svg:width="3cm" svg:height="3cm">{frame}</draw:frame>'
    path = office_files.odt(tmp_path / "a.odt", f"<text:p>Hello {frame}</text:p>")
    assert pictures_in(plain("pdf", path, tmp_path)) == 1, "without our settings it is drawn in"
    made = office.pdf_of(path, CancelToken())
    assert pictures_in(made) == 0 and "Hello" in text_of(made)


def test_nothing_is_left_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, documents, temporary = (tmp_path / name for name in ("home", "documents", "temporary"))
    for folder in (home, documents, temporary):
        folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(temporary))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    path = office_files.docx(documents / "letter.docx")
    before = path.stat()
    office = Office(tmp_path / "cache")
    assert office.pdf_of(path, CancelToken()).is_file()
    assert [file.name for file in documents.iterdir()] == ["letter.docx"], "no lock file beside it"
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    touched = [file.name for file in home.rglob("*") if file.is_file() and "fontconfig" not in str(file)]
    assert not touched and not (home / ".config" / "libreoffice").exists()
    assert not list(temporary.iterdir())
    office.close()
    assert not list((tmp_path / "cache").iterdir())


# What it cannot open


def test_a_password_is_said(tmp_path: Path, office: Office, samples: dict[str, tuple[Path, int]]) -> None:
    locked = [office_files.locked_package(tmp_path / name) for name in ("a.docx", "a.xlsx", "a.pptx")]
    for kind, lock in (("doc", office_files.lock_word), ("xls", office_files.lock_book)):
        copy = tmp_path / f"old.{kind}"
        copy.write_bytes(samples[kind][0].read_bytes())
        locked.append(lock(copy))
    for path in locked:
        with pytest.raises(UserError, match="opens with a password only") as caught:
            inspect(path, None, lambda ref, token: len(office.pdf_of(ref.path, token or CancelToken()).name))
        assert not isinstance(caught.value, NotDrawnHere)


def test_broken_files_cost_a_sentence(
    tmp_path: Path, office: Office, samples: dict[str, tuple[Path, int]]
) -> None:
    whole = samples["docx"][0].read_bytes()
    cut = tmp_path / "cut.docx"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="damaged"):
        office.pdf_of(cut, CancelToken())
    old = tmp_path / "noise.doc"
    old.write_bytes(samples["doc"][0].read_bytes()[:1536] + bytes(range(256)) * 40)
    broken = office_files.docx(tmp_path / "broken.docx", body="<w:p><w:r>")
    for path in (old, broken):
        with pytest.raises(UserError, match=r"damaged|could not turn this file into pages"):
            office.pdf_of(path, CancelToken())
    assert office.pdf_of(samples["docx"][0], CancelToken()).is_file(), "the next one is drawn"


def test_entities_in_entities_stay_small(tmp_path: Path) -> None:
    office = Office(tmp_path / "cache", timeout_s=30)
    path = office_files.docx(tmp_path / "laughs.docx", body="<w:p><w:r><w:t>&j;</w:t></w:r></w:p>")
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name).decode() for name in packed.namelist()}
    nested = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10))
    laughs = f'<!DOCTYPE d [<!ENTITY a "{"ha" * 50}">{nested}]><w:document '
    parts["word/document.xml"] = parts["word/document.xml"].replace("<w:document ", laughs, 1)
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    with pytest.raises(UserError, match="could not turn this file into pages"):
        office.pdf_of(path, CancelToken())
    office.close()


# How it ends


def running(profile: Path) -> list[int]:
    """What works with this profile: process ids, without those that have ended."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "cmdline").read_bytes()
            state = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except OSError:
            continue
        if profile.as_uri().encode() in told and state not in "ZX":
            found.append(int(folder.name))
    return found


def heavy(path: Path) -> Path:
    """A letter that takes LibreOffice a minute."""
    return office_files.docx(path, body="<w:p><w:r><w:t>hello hello</w:t></w:r></w:p>" * 1_000_000)


def test_too_long_ends_all_of_it(tmp_path: Path, samples: dict[str, tuple[Path, int]]) -> None:
    office = Office(tmp_path / "cache", timeout_s=2.0)
    profile = (tmp_path / "cache" / "office" / "profile").resolve()
    path = heavy(tmp_path / "heavy.docx")
    with pytest.raises(NotDrawnHere, match="took too long"):
        office.pdf_of(path, CancelToken())
    assert not running(profile)
    assert not any(pipe.exists() for pipe in office_process.pipes_of(profile))
    assert not list((tmp_path / "cache" / "office").iterdir())
    with pytest.raises(NotDrawnHere, match="took too long"):
        office.pdf_of(path, CancelToken())
    office.close()
    patient = Office(tmp_path / "cache")
    assert patient.pdf_of(samples["docx"][0], CancelToken()).is_file(), "its profile is whole again"
    patient.close()


def test_called_off_ends_all_of_it_and_it_was_bounded(tmp_path: Path, office: Office) -> None:
    profile = (tmp_path / "cache" / "office" / "profile").resolve()
    token, over = CancelToken(), threading.Event()
    limits: list[str] = []

    def watch() -> None:
        while not over.wait(0.02):
            for pid in running(profile):
                told = Path(f"/proc/{pid}")
                try:
                    if (told / "comm").read_text(encoding="utf-8").strip() == "soffice.bin":
                        limits.append((told / "limits").read_text(encoding="utf-8"))
                except OSError:
                    continue
            if limits:
                token.cancel()
                return

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        with pytest.raises(Cancelled):
            office.pdf_of(heavy(tmp_path / "heavy.docx"), token)
    finally:
        over.set()
        watching.join()
    (space,) = [line for line in limits[0].splitlines() if line.startswith("Max address space")]
    assert str(office_process.ADDRESS_SPACE_BYTES) in space
    assert not running(profile)
    assert not any(pipe.exists() for pipe in office_process.pipes_of(profile))


def test_two_at_once(tmp_path: Path, office: Office) -> None:
    """Two threads of one program, and another program beside it."""
    other = Office(tmp_path / "other")
    asked = [(office, 2), (office, 3), (other, 4)]
    made: dict[int, Path] = {}

    def ask(by: Office, pages: int) -> None:
        made[pages] = by.pdf_of(office_files.docx(tmp_path / f"{pages}.docx", pages=pages), CancelToken())

    threads = [threading.Thread(target=ask, args=job) for job in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for pages in (2, 3, 4):
        with pypdfium2.PdfDocument(made[pages]) as document:
            assert len(document) == pages
    other.close()


def test_more_memory_than_allowed_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    low = office_process._BOUNDED.replace(str(office_process.ADDRESS_SPACE_BYTES), "150_000_000")
    monkeypatch.setattr(office_process, "_BOUNDED", low)
    office = Office(tmp_path / "cache", timeout_s=30)
    with pytest.raises(NotDrawnHere, match="could not turn this file into pages"):
        office.pdf_of(office_files.docx(tmp_path / "a.docx"), CancelToken())
    assert not running((tmp_path / "cache" / "office" / "profile").resolve())
    office.close()
