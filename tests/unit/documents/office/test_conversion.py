"""Office files through LibreOffice's command line: a stand-in that is a real program checks what it is told.

LibreOffice itself is not needed; test_office_real.py runs it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import select
import socket
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import NotDrawnHere, PagePlan, PageRef, PaperSize
from rcdesk.documents.inspect import inspect
from rcdesk.documents.kinds import MEDIA_TYPES
from rcdesk.documents.office.conversion import Office, find_libreoffice, is_office
from rcdesk.documents.office.file import COMPOUND
from rcdesk.documents.worker.worker import PageWorker
from tests.patience import PATIENCE_S
from tests.unit.documents.bombs import zip_bomb
from tests.unit.documents.sample_files import text_pdf

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in is a script")
DOCX = MEDIA_TYPES["docx"]

STAND_IN = """#!{python}
import os, pathlib, socket, sys, signal, urllib.parse
words = sys.argv[1:]
told = dict(zip(words, words[1:]))
assert words[0] == "--headless" and told["--convert-to"] == "pdf" and "--norestore" in words, words
profile = next(word for word in words if word.startswith("-env:UserInstallation=file:///"))
profile = pathlib.Path(urllib.parse.unquote(profile.removeprefix("-env:UserInstallation=file://")))
settings = (profile / "user" / "registrymodifications.xcu").read_text()
assert "DisableMacrosExecution" in settings and "MacroSecurityLevel" in settings
source, made = pathlib.Path(words[-1]), pathlib.Path(told["--outdir"])
assert made.is_dir() and source.name.startswith("document.")
here = pathlib.Path(__file__).parent
said = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
said.connect({heard!r})
said.send(source.name.encode())
match source.read_bytes()[-4:]:
    case b"hang":
        child = os.fork()
        if child:
            said.send(b"child %d" % child)
        signal.pause()
    case b"fail":
        sys.exit(1)
    case b"mute":
        sys.exit(0)
(made / "document.pdf").write_bytes((here / "result.pdf").read_bytes())
"""
"""It may not write anywhere but where its PDF goes, so that it says by a socket that it was called."""


_HEARD: dict[Path, tuple[socket.socket, list[str]]] = {}


@pytest.fixture
def soffice(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "result.pdf").write_bytes(text_pdf(3))
    program = folder / "soffice"
    with TemporaryDirectory() as short, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hearing:
        hearing.bind(f"{short}/heard")
        hearing.setblocking(False)
        program.write_text(STAND_IN.format(python=sys.executable, heard=f"{short}/heard"), encoding="utf-8")
        program.chmod(0o755)
        _HEARD[program] = hearing, []
        yield program
        del _HEARD[program]


def docx(path: Path, ending: bytes = b"") -> Path:
    """A file that looks like a Word document; the stand-in reads its last four bytes."""
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("word/document.xml", "<w:document/>")
        packed.comment = ending
    return path


def calls(soffice: Path) -> list[str]:
    hearing, heard = _HEARD[soffice]
    with contextlib.suppress(BlockingIOError):
        while True:
            heard.append(hearing.recv(200).decode())
    return [words for words in heard if not words.startswith("child")]


def test_an_office_file_has_pages_like_any_other(tmp_path: Path, soffice: Path) -> None:
    path = docx(tmp_path / "Ärzte & co.docx")
    office = Office(tmp_path / "cache", program=soffice)
    worker = PageWorker(tmp_path / "cache", office=office)
    try:
        found = inspect(path, None, worker.count)
        assert (found.media_type, found.pages, found.name) == (DOCX, 3, "Ärzte & co.docx")
        ref = PageRef(path=path, media_type=DOCX, page=2)
        assert worker.thumbnail(ref, 80)
        plan = PagePlan(source=ref)
        target = tmp_path / "fax.tif"
        assert worker.write([plan] * 2, Resolution.FINE, PaperSize.LETTER, target).pages == 2
        assert calls(soffice) == ["document.docx"], "made once, then kept"
        kept = list((tmp_path / "cache").rglob("*.pdf"))
        assert len(kept) == 1 and "rzte" not in kept[0].name
    finally:
        worker.close()
    assert not list((tmp_path / "cache").rglob("*.pdf")), "nothing of the document stays"


def test_what_a_killed_program_left_is_gone_before_the_first_file(tmp_path: Path, soffice: Path) -> None:
    folder = tmp_path / "cache" / "office"
    (folder / "profile" / "user").mkdir(parents=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text("half", encoding="utf-8")
    (folder / "old.pdf").write_bytes(b"pages")
    office = Office(tmp_path / "cache", program=soffice)
    made = office.pdf_of(docx(tmp_path / "a.docx"), CancelToken())
    assert list(folder.glob("*.pdf")) == [made]


def test_another_content_is_made_anew(tmp_path: Path, soffice: Path) -> None:
    office = Office(tmp_path / "cache", program=soffice)
    path = docx(tmp_path / "a.docx")
    first = office.pdf_of(path, CancelToken())
    docx(path, b"more")
    assert office.pdf_of(path, CancelToken()) != first
    assert len(calls(soffice)) == 2


@pytest.mark.parametrize("ending", [b"fail", b"mute"])
def test_a_failure_is_one_sentence(tmp_path: Path, soffice: Path, ending: bytes) -> None:
    office = Office(tmp_path / "cache", program=soffice)
    with pytest.raises(UserError, match="could not turn this file into pages"):
        office.pdf_of(docx(tmp_path / "a.docx", ending), CancelToken())
    assert not list((tmp_path / "cache" / "office").iterdir()), "half a profile is not kept either"
    with pytest.raises(NotDrawnHere, match="could not turn this file into pages"):
        office.pdf_of(tmp_path / "a.docx", CancelToken())
    assert len(calls(soffice)) == 1, "what failed is not tried again"


def test_a_hanging_one_is_ended_with_its_children(tmp_path: Path, soffice: Path) -> None:
    office = Office(tmp_path / "cache", program=soffice, timeout_s=3.0)
    with pytest.raises(UserError, match="took too long"):
        office.pdf_of(docx(tmp_path / "a.docx", b"hang"), CancelToken())
    if hasattr(os, "pidfd_open"):
        try:
            calls(soffice)
            (said,) = (words for words in _HEARD[soffice][1] if words.startswith("child"))
            child = os.pidfd_open(int(said.split()[1]))
        except ProcessLookupError:
            return
        assert select.select([child], [], [], PATIENCE_S)[0], "what it started goes on"
        os.close(child)


def test_it_can_be_called_off(tmp_path: Path, soffice: Path) -> None:
    office = Office(tmp_path / "cache", program=soffice)
    token = CancelToken()
    timer = threading.Timer(0.3, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        office.pdf_of(docx(tmp_path / "a.docx", b"hang"), token)
    timer.join()


def test_closing_ends_it(tmp_path: Path, soffice: Path) -> None:
    office = Office(tmp_path / "cache", program=soffice)
    timer = threading.Timer(0.3, office.close)
    timer.start()
    with pytest.raises(Cancelled):
        office.pdf_of(docx(tmp_path / "a.docx", b"hang"), CancelToken())
    timer.join()
    with pytest.raises(Cancelled):
        office.pdf_of(docx(tmp_path / "b.docx"), CancelToken())
    assert not (tmp_path / "cache" / "office").exists()


def test_without_libreoffice_it_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("rcdesk.documents.office.conversion._PLACES", ())
    assert find_libreoffice() is None
    worker = PageWorker(tmp_path / "cache")
    path = docx(tmp_path / "a.docx")
    try:
        with pytest.raises(NotDrawnHere, match="pages counted by the service"):
            worker.count(PageRef(path=path, media_type=DOCX))
        assert inspect(path, None, worker.count).pages is None
    finally:
        worker.close()


def test_another_file_than_the_one_looked_at_is_refused(tmp_path: Path, soffice: Path) -> None:
    office = Office(tmp_path / "cache", program=soffice)
    path = docx(tmp_path / "a.docx")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert office.pdf_of(path, CancelToken(), digest).is_file()
    docx(path, b"more")
    with pytest.raises(UserError, match="has changed since"):
        office.pdf_of(path, CancelToken(), digest)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.wri", b"<html><img src='http://example.org/x.png'></html>"),
        ("noise.wk1", b"\x07" * 500),
        ("words.wri", b"Words that are no office file"),
    ],
)
def test_what_is_no_office_file_is_not_shown_to_it(
    tmp_path: Path, soffice: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NotDrawnHere, match="RingCentral draws it"):
        Office(tmp_path / "cache", program=soffice).pdf_of(path, CancelToken())
    assert not calls(soffice)


def test_noise_behind_the_first_bytes_of_a_doc_is_damaged(tmp_path: Path, soffice: Path) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(COMPOUND + b"\x07" * 5000)
    with pytest.raises(UserError, match="damaged") as caught:
        Office(tmp_path / "cache", program=soffice).pdf_of(path, CancelToken())
    assert not isinstance(caught.value, NotDrawnHere) and not calls(soffice)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, soffice: Path) -> None:
    path = tmp_path / "bomb.docx"
    zip_bomb(path)
    office = Office(tmp_path / "cache", program=soffice)
    with pytest.raises(UserError, match="unpacks to far more"):
        office.pdf_of(path, CancelToken())
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UserError):
        Office(tmp_path / "cache", program=soffice.parent / "no-such-program").pdf_of(path, CancelToken())
    assert calls(soffice) in ([], ["document.docx"])


def test_which_kinds_it_is_asked_for() -> None:
    for ending in ("doc", "docx", "xls", "xlsx", "ppt", "pptx", "rtf"):
        assert is_office(MEDIA_TYPES[ending])
    for ending in ("pdf", "tif", "png", "txt", "csv"):
        assert not is_office(MEDIA_TYPES[ending])
