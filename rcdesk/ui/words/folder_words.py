"""What a folder is called, and what it says when it shows nothing. Pure functions. GUI thread (tr)."""

from __future__ import annotations

from typing import assert_never

from PySide6.QtCore import QCoreApplication

from rcdesk.core.fax.folder import Folder


def _tr(text: str) -> str:
    return QCoreApplication.translate("FolderWords", text)


def title(folder: Folder) -> str:
    """The folder's name."""
    match folder:
        case Folder.QUEUE:
            return _tr("Queue")
        case Folder.SENT:
            return _tr("Sent")
        case Folder.FAILED:
            return _tr("Failed")
        case Folder.RECEIVED:
            return _tr("Received")
        case _:
            assert_never(folder)


def empty_words(folder: Folder) -> str:
    """One line for a folder with nothing in it."""
    match folder:
        case Folder.QUEUE:
            return _tr("Nothing is waiting to go out.")
        case Folder.SENT:
            return _tr("No fax has been sent yet.")
        case Folder.FAILED:
            return _tr("Nothing failed.")
        case Folder.RECEIVED:
            return _tr("No fax has been received yet.")
        case _:
            assert_never(folder)


def nothing_found_words(text: str) -> str:
    """One line for a search or a filter that finds nothing."""
    return (
        _tr("Nothing here matches “{0}”.").format(text) if text else _tr("Nothing here matches the filter.")
    )


def standing_words(folder: Folder, *, is_paused: bool) -> tuple[str, str]:
    """The line at the foot and its tone."""
    if folder is not Folder.QUEUE:
        return "", "good"
    if is_paused:
        return _tr("The queue is paused. Nothing goes out until you resume it; nothing is lost."), "wait"
    return _tr("Everything here is on disk. Closing the window loses nothing."), "good"
