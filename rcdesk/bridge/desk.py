"""The Desk: what the window gets as its only argument.

A plain holder of the desks, each of which lives on the GUI thread. app.py builds it, starts it after the
first paint and stops it before the lanes. Read next: session_desk.py, call_desk.py, fax_desk.py.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from rcdesk.bridge.call_desk import CallDesk
from rcdesk.bridge.fax_desk import FaxDesk
from rcdesk.bridge.notices import Notices
from rcdesk.bridge.preferences import PreferencesDesk
from rcdesk.bridge.session_desk import SessionDesk


class Desk(QObject):
    """session, calls, faxes, preferences, notices: see their modules."""

    def __init__(
        self,
        *,
        session: SessionDesk,
        calls: CallDesk,
        faxes: FaxDesk,
        preferences: PreferencesDesk,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.calls = calls
        self.faxes = faxes
        self.preferences = preferences
        self.notices = notices

    def start(self) -> None:
        """Read what is on disk; call once, after the first paint."""
        self.calls.start()
        self.faxes.start()

    def stop(self) -> None:
        """Stop every timer and write the preferences; the lanes are stopped next, by app.py."""
        self.session.stop()
        self.calls.stop()
        self.faxes.stop()
        self.notices.stop()
        self.preferences.flush()
