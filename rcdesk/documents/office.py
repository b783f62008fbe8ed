"""Office files as PDFs, by LibreOffice when it is installed: in its own profile, timed, cancellable.

`soffice --headless --convert-to pdf --outdir … -env:UserInstallation=file://…`. The profile is ours: macros
and links to elsewhere are off, and a running LibreOffice of the user is left alone. What is zipped is weighed
before it is unpacked. PDFs are kept by the content they came from until the program ends. Any thread but the
GUI's; one conversion at a time. Read next: worker.py.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, StoreUnavailable, UserError
from rcdesk.core.paper import NotDrawnHere
from rcdesk.documents.child_process import LOOK_EVERY_S, exit_status
from rcdesk.documents.fresh_file import not_saved
from rcdesk.documents.kinds import MEDIA_TYPES

TIMEOUT_S = 90.0
MAX_UNPACKED_BYTES = 400_000_000
MAX_ENTRIES = 20_000
MAX_FILE_BYTES = 100_000_000
_ADDRESS_SPACE_BYTES = 6_000_000_000
_CHUNK_BYTES = 1024 * 1024
_KEPT = 30
_KINDS = frozenset(
    MEDIA_TYPES[ending]
    for ending in (
        *("doc", "docx", "xls", "xlsx", "xlsb", "ppt", "pptx", "vsd", "pub", "wps", "rtf"),
        *("wri", "wk1", "wq1"),
    )
)

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
_FAILED = "LibreOffice could not turn this file into pages. Open it, print it to a PDF and add that."
_SLOW = "LibreOffice took too long for this file. Open it, print it to a PDF and add that."
_BOMB = (
    "This file unpacks to far more than a fax can hold. Choose another, or print it to a PDF and add that."
)
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
_SETTING = (
    '<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
)
_SAFE = (
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "1"),
)
"""No macros, nothing fetched from elsewhere; "never" is 0 in Writer and 1 in Calc."""
_BOUNDED = (
    "import os, resource, sys\n"
    f"resource.setrlimit(resource.RLIMIT_AS, ({_ADDRESS_SPACE_BYTES}, {_ADDRESS_SPACE_BYTES}))\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000_000, 1_000_000_000))\n"
    "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)


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


class Office:
    """Turns office files into PDFs and keeps these while the program runs."""

    def __init__(self, cache_dir: Path, *, program: Path | None = None, timeout_s: float = TIMEOUT_S) -> None:
        """program: LibreOffice's soffice; looked for when it is first needed if None."""
        self._folder = cache_dir / "office"
        self._program = program
        self._timeout_s = timeout_s
        self._turn = threading.Lock()
        self._is_closed = threading.Event()

    @property
    def is_there(self) -> bool:
        """True when office files can be drawn on this computer."""
        return (self._program or find_libreoffice()) is not None

    def pdf_of(self, path: Path, token: CancelToken) -> Path:
        """The PDF of an office file, made now or found again.

        Raises NotDrawnHere without LibreOffice, UserError when it fails, takes too long or the file is a
        bomb, StoreUnavailable when the cache cannot be written, Cancelled.
        """
        _weigh(path)
        program = self._program or find_libreoffice()
        if program is None:
            raise NotDrawnHere(_ABSENT)
        kept = self._folder / f"{_digest(path, token)}.pdf"
        while not self._turn.acquire(timeout=LOOK_EVERY_S):
            token.check()
        try:
            if self._is_closed.is_set():
                raise Cancelled()
            if not kept.is_file():
                self._make(program, path, kept, token)
            return kept
        except OSError as exc:
            raise StoreUnavailable(not_saved(kept, exc)) from exc
        finally:
            self._turn.release()

    def close(self) -> None:
        """End what is under way as cancelled and remove everything that was kept."""
        self._is_closed.set()
        with self._turn:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _make(self, program: Path, path: Path, kept: Path, token: CancelToken) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        profile = self._profile()
        with tempfile.TemporaryDirectory(prefix="making-", dir=self._folder) as folder:
            # The file's own name never reaches LibreOffice: a name may look like an option or a filter.
            source = Path(folder) / f"document{path.suffix.lower()}"
            try:
                shutil.copyfile(path, source)
            except FileNotFoundError as exc:
                raise UserError("This file is not there any more. Choose another.") from exc
            made_dir = Path(folder) / "made"
            made_dir.mkdir()
            command = [
                str(program),
                "--headless",
                "--norestore",
                "--nolockcheck",
                "--nodefault",
                f"-env:UserInstallation={profile.as_uri()}",
                "--convert-to",
                "pdf",
                "--outdir",
                str(made_dir),
                str(source),
            ]
            self._run(command, Path(folder), token)
            made = made_dir / "document.pdf"
            if not made.is_file() or made.stat().st_size == 0:
                raise UserError(_FAILED)
            os.replace(made, kept)
        self._forget_old()

    def _profile(self) -> Path:
        profile = (self._folder / "profile").resolve()
        settings = profile / "user" / "registrymodifications.xcu"
        if not settings.is_file():
            settings.parent.mkdir(parents=True, exist_ok=True)
            items = "\n".join(
                _SETTING.format(path=path, name=name, value=value) for path, name, value in _SAFE
            )
            settings.write_text(_SETTINGS.format(items=items), encoding="utf-8")
        return profile

    def _run(self, command: list[str], folder: Path, token: CancelToken) -> None:
        with _started(_bounded(command), folder) as process:
            status = exit_status(process, self._timeout_s, token, self._is_closed)
        if status is None:
            raise UserError(_SLOW)
        if status != 0:
            raise UserError(_FAILED)

    def _forget_old(self) -> None:
        kept = sorted(self._folder.glob("*.pdf"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[_KEPT:]:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _started(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process with all its children, none of which outlives the block."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as exc:
        raise UserError(_FAILED) from exc
    try:
        yield process
    finally:
        if os.name == "posix":
            # soffice is a script: the program proper is its child, in the same group.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()


def _bounded(command: list[str]) -> list[str]:
    """The command with limits on memory and on what it writes, where the system has them."""
    if not sys.platform.startswith("linux") or getattr(sys, "frozen", False):
        return command
    return [sys.executable, "-I", "-S", "-c", _BOUNDED, *command]


def _weigh(path: Path) -> None:
    """Refuse what is too large, or would be once unpacked. Raises UserError."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UserError("This file is too large to be faxed. Send it in parts.")
        if not zipfile.is_zipfile(path):
            return
        with zipfile.ZipFile(path) as packed:
            entries = packed.infolist()
            unpacked_bytes = sum(entry.file_size for entry in entries)
    except FileNotFoundError as exc:
        raise UserError("This file is not there any more. Choose another.") from exc
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as exc:
        raise UserError("This file is damaged and cannot be opened. Choose another.") from exc
    except OSError as exc:
        raise UserError(f"This file cannot be read ({exc.strerror}). Choose another.") from exc
    if len(entries) > MAX_ENTRIES or unpacked_bytes > MAX_UNPACKED_BYTES:
        raise UserError(_BOMB)


def _digest(path: Path, token: CancelToken) -> str:
    digest = hashlib.sha256(path.suffix.lower().encode())
    try:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK_BYTES):
                token.check()
                digest.update(piece)
    except OSError as exc:
        raise UserError(f"This file cannot be read ({exc.strerror}). Choose another.") from exc
    return digest.hexdigest()
