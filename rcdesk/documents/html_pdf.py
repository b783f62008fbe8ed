"""HTML files as PDFs, by Qt's rich text in a child process: what is shown is then what is sent.

The child (rcdesk.render.html, or the packaged program with --html-process) has a memory limit; here it has a
time-out, can be called off, and its file a limit of size. Nothing outside the file is loaded. What cannot be
drawn is left to the service. PDFs are kept by their content while the program runs. Any thread but the GUI's;
one at a time. Read next: worker.py, render/html.py.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.fax.paper import NotDrawnHere
from rcdesk.core.regular_file import open_regular, reading
from rcdesk.documents.child_process import python_command, run
from rcdesk.documents.kept_pdfs import KeptPdfs

MAX_HTML_BYTES = 2_000_000
TIMEOUT_S = 10.0
_ENVIRONMENT = {"QT_QPA_PLATFORM": "offscreen", "QT_HASH_SEED": "0"}
"""No window; and the same file makes the same bytes, so that the same pages sent twice are recognised."""
_TOO_LONG_STATUS = 3
_COUNTED = "The file can be faxed as it is: RingCentral draws it, pages counted by RingCentral."
_TOO_LARGE = f"HTML of more than 2 MB is not drawn on this computer. {_COUNTED}"
_TOO_LONG = f"This HTML file fills hundreds of pages and is not drawn on this computer. {_COUNTED}"
_SLOW = f"This HTML file takes too long to be drawn on this computer. {_COUNTED}"
_FAILED = f"This HTML file cannot be drawn on this computer. {_COUNTED}"


class HtmlPdfs(KeptPdfs):
    """Turns HTML files into PDFs."""

    def __init__(self, cache_dir: Path, *, timeout_s: float = TIMEOUT_S) -> None:
        super().__init__((cache_dir / "html").absolute(), timeout_s)
        self._refused: dict[str, str] = {}

    def pdf_of(self, path: Path, token: CancelToken | None = None) -> Path:
        """The PDF of an HTML file, made now or found again.

        Raises NotDrawnHere when it is too large, too long or too much for Qt, UserError when it cannot be
        read, StoreUnavailable when the cache cannot be written, Cancelled.
        """
        token = token or CancelToken()
        content = _content(path)
        digest = hashlib.sha256(content).hexdigest()
        kept = self._folder / f"{digest}.pdf"
        with self._my_turn(kept, token):
            if digest in self._refused:
                raise NotDrawnHere(self._refused[digest])
            if not kept.is_file():
                self._make(content, digest, kept, token)
            return kept

    def _make(self, content: bytes, digest: str, kept: Path, token: CancelToken) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix="making-", dir=self._folder) as folder:
            # In a folder of its own and by a name of ours: nothing lies beside it that it could ask for.
            source, made = Path(folder) / "document.html", Path(folder) / "document.pdf"
            source.write_bytes(content)
            problem = self._run([*html_command(), str(source), str(made)], Path(folder), token)
            if not problem and not (made.is_file() and made.stat().st_size):
                problem = _FAILED
            if problem:
                self._refused[digest] = problem
                raise NotDrawnHere(problem)
            os.replace(made, kept)

    def _run(self, command: list[str], folder: Path, token: CancelToken) -> str:
        """Why there is no PDF, "" when there is. Raises Cancelled."""
        try:
            status = run(command, folder, _ENVIRONMENT, self._timeout_s, token, self._is_closed)
        except OSError:
            return _FAILED
        return {None: _SLOW, _TOO_LONG_STATUS: _TOO_LONG, 0: ""}.get(status, _FAILED)


def html_command() -> list[str]:
    """How an HTML process is started; a packaged program starts itself with --html-process."""
    return python_command("rcdesk.render.html", "--html-process")


def _content(path: Path) -> bytes:
    with reading(), open_regular(path) as file:
        content = file.read(MAX_HTML_BYTES + 1)
    if len(content) > MAX_HTML_BYTES:
        raise NotDrawnHere(_TOO_LARGE)
    return content
