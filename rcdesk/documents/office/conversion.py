"""Office files as PDFs, by LibreOffice when it is installed: in its own profile, timed, cancellable.

What is zipped is weighed before it is unpacked, what is not an office file by its first bytes is never shown
to LibreOffice, and its own refusal is told apart: a password, or what only the service can draw. PDFs are
kept by the content they came from until the program ends. Any thread but the GUI's; one at a time.
Read next: process.py, file.py, worker.py.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import OrderedDict
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.paper import NotDrawnHere
from rcdesk.core.regular_file import open_regular, reading, sha256_of
from rcdesk.documents.kept_pdfs import KeptPdfs
from rcdesk.documents.kinds import DRAWN_HERE, MEDIA_TYPES, ODF
from rcdesk.documents.office.changes import accept_changes
from rcdesk.documents.office.file import PASSWORD, ending_of, is_locked, weigh
from rcdesk.documents.office.process import run

TIMEOUT_S = 90.0
_KEPT = 30
_KINDS = frozenset(
    MEDIA_TYPES[ending]
    for ending in (
        *("doc", "docx", "xls", "xlsx", "xlsb", "ppt", "pptx", "vsd", "pub", "wps", "rtf"),
        *("wri", "wk1", "wq1"),
    )
) | {media_type for media_type in DRAWN_HERE.values() if media_type.startswith(ODF)}

_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
    "C:/Program Files (x86)/LibreOffice/program/soffice.exe",
    "/opt/libreoffice/program/soffice",
    "/snap/bin/libreoffice",
)
_ABSENT = (
    "LibreOffice is not installed, so these pages cannot be shown here. The file can be faxed as it is: "
    "RingCentral draws it, pages counted by the service."
)
_COUNTED = "The file can be faxed as it is: RingCentral draws it, pages counted by RingCentral."
_FAILED = f"LibreOffice could not turn this file into pages. {_COUNTED}"
_SLOW = f"LibreOffice took too long for this file. {_COUNTED}"
_CHANGED = "A file has changed since its pages were shown. Nothing was sent. Look at it again."


def is_office(media_type: str) -> bool:
    """True for the kinds LibreOffice turns into pages."""
    return media_type in _KINDS


def find_libreoffice() -> Path | None:
    """Where LibreOffice's program is, None when it is not installed."""
    for name in ("soffice", "libreoffice"):
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    return next((Path(place) for place in _PLACES if Path(place).is_file()), None)


class Office(KeptPdfs):
    """Turns office files into PDFs."""

    def __init__(self, cache_dir: Path, *, program: Path | None = None, timeout_s: float = TIMEOUT_S) -> None:
        """program: LibreOffice's soffice; looked for when it is first needed if None."""
        super().__init__(cache_dir / "office", timeout_s)
        self._program = program
        self._is_tidy = False
        self._refused: dict[str, UserError] = {}
        self._digests: OrderedDict[tuple[Path, int, int], str] = OrderedDict()

    @property
    def is_there(self) -> bool:
        """True when office files can be drawn on this computer."""
        return (self._program or find_libreoffice()) is not None

    def pdf_of(self, path: Path, token: CancelToken, digest: str = "") -> Path:
        """The PDF of an office file, made now or found again; what could not be made once is not tried again.

        digest: the SHA-256 the file must have, "" for any. Raises NotDrawnHere without LibreOffice, when it
        fails or takes too long, UserError when the file is damaged, locked, changed or a bomb,
        StoreUnavailable when the cache cannot be written, Cancelled.
        """
        weigh(path)
        program = self._program or find_libreoffice()
        if program is None:
            raise NotDrawnHere(_ABSENT)
        found = self._digest(path, token)
        if digest and digest != found:
            raise UserError(_CHANGED)
        kept = self._folder / f"{found}{path.suffix.lower()}.pdf"
        with self._my_turn(kept, token):
            if not self._is_tidy:
                # What a program that was killed left: pages of documents, and half a profile perhaps.
                shutil.rmtree(self._folder, ignore_errors=True)
                self._is_tidy = True
            if kept.name in self._refused:
                refusal = self._refused[kept.name]
                raise type(refusal)(str(refusal))
            if not kept.is_file():
                self._make(program, path, kept, token)
            return kept

    def _make(self, program: Path, path: Path, kept: Path, token: CancelToken) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(
            prefix="making-", dir=self._folder, ignore_cleanup_errors=True
        ) as folder:
            # The file's own name never reaches LibreOffice: it may look like an option.
            copied = Path(folder) / "document"
            with reading():
                opened = open_regular(path)
            with opened, copied.open("wb") as file:
                shutil.copyfileobj(opened, file)
            try:
                made = self._made(program, copied, path.suffix, token)
            except UserError as exc:
                self._refused[kept.name] = exc
                raise
            os.replace(made, kept)
        self._forget_old()

    def _made(self, program: Path, copied: Path, called: str, token: CancelToken) -> Path:
        """The PDF made of a copy beside it. Raises UserError (NotDrawnHere too) that will stay true."""
        folder = copied.parent
        source = copied.rename(folder / f"document{ending_of(copied, called, token)}")
        accept_changes(source)
        made_dir, profile = folder / "made", (self._folder / "profile").resolve()
        made_dir.mkdir()
        made = made_dir / "document.pdf"
        is_whole = False
        try:
            if not run(program, source, made_dir, profile, self._timeout_s, token, self._is_closed):
                raise NotDrawnHere(_SLOW)
            is_whole = made.is_file() and made.stat().st_size > 0
        finally:
            if not is_whole:
                # Who was ended in the middle may have left half a profile, and the next one would read it.
                shutil.rmtree(profile, ignore_errors=True)
        if not is_whole:
            raise UserError(PASSWORD) if is_locked(source, token) else NotDrawnHere(_FAILED)
        return made

    def _forget_old(self) -> None:
        kept = sorted(self._folder.glob("*.pdf"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[_KEPT:]:
            path.unlink(missing_ok=True)

    def _digest(self, path: Path, token: CancelToken) -> str:
        """The SHA-256 of a file, read again only when it is another."""
        with reading():
            found = path.stat()
            key = (path, found.st_mtime_ns, found.st_size)
            if key not in self._digests:
                self._digests[key] = sha256_of(path, token)
                while len(self._digests) > _KEPT:
                    self._digests.popitem(last=False)
            return self._digests[key]
