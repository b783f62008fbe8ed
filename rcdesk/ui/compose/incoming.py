"""What a drop or the clipboard holds: files, links to files, pictures, text.

Files on this computer are taken as they are, however they are named: as links, or as a plain path. A picture
or a text becomes a document of its own. rcdesk fetches nothing from the web, so a link there is refused with
a sentence. Pure but for tr(). GUI thread. Read next: core/fax/incoming.py, main_window.py.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from PySide6.QtCore import QCoreApplication, QMimeData, QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage, QTextDocumentFragment
from PySide6.QtWidgets import QFileDialog, QWidget

from rcdesk.bridge.account.preferences import PreferencesDesk
from rcdesk.core.fax.incoming import MOST_FILES, Clip, ClipKind, IncomingFiles

_tr = partial(QCoreApplication.translate, "Incoming")

MOST_RICH_CHARACTERS = 1_000_000
"""Of HTML; beyond it the plain text is taken."""

MOST_BARE_HTML = 40_000
"""Of HTML that comes without its plain text: reading more for it would hold the window up."""

MOST_TEXT_CHARACTERS = 5_000_000
MOST_PICTURE_BYTES = 200_000_000
MOST_PATH_LINES = 1000
MOST_PATH_CHARACTERS = 4096

_PICTURES = ("image/png", "image/jpeg", "image/tiff", "image/bmp")
_LAYOUTS = {
    QImage.Format.Format_RGB32: "BGRX",
    QImage.Format.Format_ARGB32: "BGRA",
    QImage.Format.Format_ARGB32_Premultiplied: "BGRa",
    QImage.Format.Format_RGBA8888: "RGBA",
}
_TAKEN = ("image/", "text/plain", "text/html", "text/uri-list")
_FORMATTED = re.compile(r"<(?!/?(?:html|head|body|meta|span|div|p|br|!--|!doctype)\b)[a-z!/]", re.IGNORECASE)
_STYLED = re.compile(r"font-(?:weight|style|size)|text-(?:decoration|align)|color:", re.IGNORECASE)


class FileChoice(QObject):
    """chosen(tuple[Path, ...]) brings what was picked."""

    chosen = Signal(object)

    def __init__(self, preferences: PreferencesDesk, parent: QWidget) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._parent = parent

    @Slot()
    def ask(self) -> None:
        """Open the dialog; nothing waits for it."""
        dialog = QFileDialog(self._parent, self.tr("Add files to the fax"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        folder = self._preferences.value.last_folder
        if folder and Path(folder).is_dir():
            dialog.setDirectory(folder)
        dialog.filesSelected.connect(self._picked)
        dialog.open()

    @Slot(list)
    def _picked(self, names: list[str]) -> None:
        paths = tuple(Path(name) for name in names)
        if paths:
            self._preferences.update(last_folder=str(paths[0].parent))
        self.chosen.emit(paths)


def clipboard_data() -> QMimeData:
    """What the clipboard holds, nothing when it is empty."""
    held: QMimeData | None = QGuiApplication.clipboard().mimeData()
    return held if held is not None else QMimeData()


def can_take(mime: QMimeData) -> bool:
    """True when what hovers may hold something for a fax; what exactly is seen when it is dropped."""
    return mime.hasUrls() or mime.hasImage() or any(f.startswith(_TAKEN) for f in mime.formats())


def holds_files_or_picture(mime: QMimeData) -> bool:
    """True for what a text field cannot take anyway: files, or a picture without words."""
    if any(url.isLocalFile() for url in mime.urls()):
        return True
    return _has_picture(mime) and not mime.text().strip()


def incoming(mime: QMimeData) -> IncomingFiles:
    """Everything in it that can go into a fax, and a sentence about what cannot."""
    if mime.hasUrls():
        return _from_links(mime)
    text = mime.text()
    if text.strip():
        return _from_text(mime, text)
    if _has_picture(mime):
        return _from_picture(mime)
    if mime.hasHtml():
        words = QTextDocumentFragment.fromHtml(mime.html()[:MOST_BARE_HTML]).toPlainText()
        if words.strip():
            return _from_text(mime, words)
    return IncomingFiles(
        problem=_tr("There is nothing in it that can be faxed: no file, no picture, no text.")
    )


def _local_path(url: QUrl) -> Path:
    """The file of a link; Qt itself loses what of a name is no text."""
    if "\ufffd" not in (said := url.toLocalFile()):
        return Path(said)
    encoded = bytes(url.toEncoded().data()).decode("ascii")
    return Path(unquote(urlsplit(encoded).path, errors="surrogateescape"))


def _from_links(mime: QMimeData) -> IncomingFiles:
    local = [_local_path(url) for url in mime.urls() if _is_here(url)]
    remote = len(mime.urls()) - len(local)
    if not local and _has_picture(mime):
        return _from_picture(mime)  # a browser's picture: its pixels are here, only its address is not
    if not remote:
        return _capped(local, "")
    if local:
        words = _tr(
            "Links to the web were left out: rcdesk fetches nothing from there. Save the pages first."
        )
        return _capped(local, words)
    words = _tr(
        "This is a link to the web, and rcdesk fetches nothing from there. Save the page or file, then drop "
        "that."
    )
    return IncomingFiles(problem=words)


def _is_here(url: QUrl) -> bool:
    return url.isLocalFile() and not url.host()


def _from_text(mime: QMimeData, text: str) -> IncomingFiles:
    paths = _paths_in(text)
    if paths:
        return _capped(paths, "")
    lines = [line.strip() for line in text.strip().splitlines()[:MOST_PATH_LINES]]
    if lines and all(re.match(r"(?:https?|ftp)://\S+$", line, re.IGNORECASE) for line in lines):
        words = _tr(
            "This is a link to the web, and rcdesk fetches nothing from there. Save the page or file, then "
            "drop that."
        )
        return IncomingFiles(problem=words)
    if len(text) > MOST_TEXT_CHARACTERS:
        words = _tr("This text is too long to be faxed. Save it as a file and add the part you need.")
        return IncomingFiles(problem=words)
    return IncomingFiles(clips=(_text_clip(mime, text),))


def _text_clip(mime: QMimeData, text: str) -> Clip:
    """Rich text when its look says something and it is not too long, else the plain words."""
    html = mime.html() if mime.hasHtml() else ""
    if html and len(html) <= MOST_RICH_CHARACTERS and (_FORMATTED.search(html) or _STYLED.search(html)):
        return Clip(kind=ClipKind.RICH_TEXT, content=html.encode("utf-8", "replace"))
    return Clip(kind=ClipKind.TEXT, content=text.encode("utf-8", "replace"))


def _paths_in(text: str) -> list[Path]:
    """The files a text names, one on each line, none as soon as one line is something else.

    Only the first plain path is looked for on the disk: a text may well begin with a slash.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    if not lines or len(lines) > MOST_PATH_LINES:
        return []
    found: list[Path] = []
    for line in lines:
        if line.lower().startswith("file:"):
            url = QUrl(line)
            if not _is_here(url):
                return []
            found.append(_local_path(url))
            continue
        name = line.strip("\"'")
        if not os.path.isabs(name) or len(name) > MOST_PATH_CHARACTERS or "\0" in name:
            return []
        if not found and not os.path.exists(name):
            return []
        found.append(Path(name))
    return found


def _has_picture(mime: QMimeData) -> bool:
    return mime.hasImage() or any(mime.hasFormat(kind) for kind in _PICTURES)


def _from_picture(mime: QMimeData) -> IncomingFiles:
    """Encoded as it came when that is possible: encoding a large one here would hold the window up."""
    for kind in _PICTURES:
        if mime.hasFormat(kind):
            content = mime.data(kind).data()
            if 0 < len(content) <= MOST_PICTURE_BYTES:
                return IncomingFiles(clips=(Clip(kind=ClipKind.IMAGE, content=bytes(content)),))
    image = mime.imageData()
    if not isinstance(image, QImage) or image.isNull():
        return IncomingFiles(problem=_tr("The picture could not be read. Save it as a file and add that."))
    if image.sizeInBytes() > MOST_PICTURE_BYTES:
        words = _tr("The pasted picture is too large to be faxed. Make it smaller, then paste it again.")
        return IncomingFiles(problem=words)
    layout = _LAYOUTS.get(image.format()) if sys.byteorder == "little" else None
    if layout is None:
        image, layout = image.convertToFormat(QImage.Format.Format_RGBA8888), "RGBA"
    clip = Clip(
        kind=ClipKind.IMAGE,
        content=bytes(image.constBits()),
        width=image.width(),
        height=image.height(),
        layout=layout,
    )
    return IncomingFiles(clips=(clip,))


def _capped(paths: Iterable[Path], problem: str) -> IncomingFiles:
    files = tuple(dict.fromkeys(paths))
    if len(files) > MOST_FILES:
        words = _tr("{0} files are too many at once: the first {1} are here. Send the others in another fax.")
        problem = " ".join(filter(None, (words.format(f"{len(files):,}", MOST_FILES), problem)))
    return IncomingFiles(files=files[:MOST_FILES], problem=problem)


def take_a_copy(event: QDropEvent) -> None:
    """Accept it, but never as a move: the program it comes from would delete the files."""
    can_copy = event.possibleActions() & Qt.DropAction.CopyAction
    event.setDropAction(Qt.DropAction.CopyAction if can_copy else Qt.DropAction.IgnoreAction)
    event.accept()
