"""What a folder is called, and what it says when it shows nothing. Pure functions. GUI thread (tr)."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication

from rcdesk.core.fax.folder import Folder

_tr = partial(QCoreApplication.translate, "FolderWords")


def title(folder: Folder) -> str:
    return {
        Folder.QUEUE: _tr("Queue"),
        Folder.SENT: _tr("Sent"),
        Folder.FAILED: _tr("Failed"),
        Folder.RECEIVED: _tr("Received"),
    }[folder]


def empty_words(folder: Folder) -> str:
    """One line for a folder with nothing in it."""
    return {
        Folder.QUEUE: _tr("Nothing is waiting to go out."),
        Folder.SENT: _tr("No fax has been sent yet."),
        Folder.FAILED: _tr("Nothing failed."),
        Folder.RECEIVED: _tr("No fax has been received yet."),
    }[folder]


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
