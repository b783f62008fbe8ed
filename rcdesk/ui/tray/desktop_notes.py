"""What a message to the desktop may hold: names of strangers are never markup.

A notification daemon that has "body-markup" reads tags in the text (Desktop Notifications Specification), and
Qt hands it the text as it is where the tray is on D-Bus; elsewhere Qt's own balloon shows plain text. Who
shows it is asked once, over D-Bus and without waiting; until the answer is there, and where none comes, the
text is written so that nobody finds a tag in it. GUI thread. Read next: news.py.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusMessage

_BUS = "org.freedesktop.DBus"
_NOTIFICATIONS = "org.freedesktop.Notifications"
_TRAY = "org.kde.StatusNotifierWatcher"
_MARKUP = "body-markup"
_TIMEOUT_MS = 5000
_HARMLESS = str.maketrans({"<": "\u2039", ">": "\u203a", "&": "+"})


class NoteText(QObject):
    """text() makes a sentence fit for the desktop; ask() finds out who shows it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reads_markup: bool | None = None
        self._asked: list[QObject] = []

    @property
    def is_known(self) -> bool:
        """True when it is known who shows the messages."""
        return self._reads_markup is not None

    def ask(self) -> None:
        """Ask on the session's bus, if there is one. Nothing waits for the answer."""
        if not sys.platform.startswith("linux"):
            self._reads_markup = False
            return
        try:
            from PySide6.QtDBus import QDBusMessage
        except ImportError:
            return
        has_owner = QDBusMessage.createMethodCall(_BUS, f"/{_BUS.replace('.', '/')}", _BUS, "NameHasOwner")
        has_owner.setArguments([_TRAY])
        self._call(has_owner)

    def text(self, words: str) -> str:
        """The sentence, in which every sign means itself."""
        if self._reads_markup is None:
            return words.translate(_HARMLESS)
        if not self._reads_markup:
            return words
        from html import escape

        return escape(words, quote=False)

    def _call(self, message: QDBusMessage) -> None:
        from PySide6.QtDBus import QDBusConnection, QDBusPendingCallWatcher

        bus = QDBusConnection.sessionBus()
        if bus.isConnected():
            watcher = QDBusPendingCallWatcher(bus.asyncCall(message, _TIMEOUT_MS), self)
            watcher.finished.connect(self._heard)
            self._asked.append(watcher)

    @Slot("QDBusPendingCallWatcher*")
    def _heard(self, watcher: Any) -> None:
        from PySide6.QtDBus import QDBusMessage

        answer = next(iter(watcher.reply().arguments()), None)
        if answer is True:
            path = f"/{_NOTIFICATIONS.replace('.', '/')}"
            self._call(QDBusMessage.createMethodCall(_NOTIFICATIONS, path, _NOTIFICATIONS, "GetCapabilities"))
        elif answer is False:
            # No tray on D-Bus: Qt shows the message itself, as plain text.
            self._reads_markup = False
        elif isinstance(answer, list):
            self._reads_markup = _MARKUP in answer
