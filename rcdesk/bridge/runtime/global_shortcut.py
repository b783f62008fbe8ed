"""Keys that reach the desk from every other program, where the desktop offers such through its portal.

GUI thread; the conversation is portal_shortcuts.py's, on a lane of its own that sleeps in it until a key is
pressed. Where there is no portal nothing happens, and problem says why for the settings. The keys are the
desktop's to choose: what is asked for is a wish. Read next: portal_shortcuts.py, ui/tray/tray.py.
"""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Signal

from rcdesk.bridge.runtime.lane import Lane, Task
from rcdesk.bridge.runtime.portal_shortcuts import PortalShortcuts, Shortcut, ShortcutNews
from rcdesk.core.errors import Cancelled, RcdeskError

_log = logging.getLogger(__name__)

QUICK_DIAL = "quick-dial"
SEND_FAX = "send-fax"
QUICK_DIAL_KEYS = "CTRL+ALT+d"
SEND_FAX_KEYS = "CTRL+ALT+f"


class GlobalShortcut(QObject):
    """start() asks for the keys, stop() gives them back; both may be called at any time, again and again.

    Signals: activated(str): QUICK_DIAL or SEND_FAX was pressed. changed(): is_bound, triggers or problem.
    """

    activated = Signal(str)
    changed = Signal()

    def __init__(self, lane: Lane, *, bus: str = "SESSION") -> None:
        """lane: used by nothing else, it is blocked while the keys are bound. bus: of D-Bus, for tests."""
        super().__init__()
        self._lane = lane
        self._bus = bus
        self._portal: PortalShortcuts | None = None
        self._task: Task[None] | None = None
        self._triggers: dict[str, str] = {}
        self.problem = ""
        """One sentence on why there are no keys, "" when there are some or none were asked for."""

    @property
    def is_bound(self) -> bool:
        """True while the desktop tells us when the keys are pressed."""
        return bool(self._triggers)

    @property
    def triggers(self) -> dict[str, str]:
        """What to press for each of QUICK_DIAL and SEND_FAX, in the desktop's words; "" when it is silent."""
        return dict(self._triggers)

    def start(self) -> None:
        """Ask the desktop for the keys, which may ask the user."""
        if self._portal is not None:
            return
        self.problem = ""
        portal = self._portal = PortalShortcuts(self._bus)
        wanted = (
            Shortcut(id=QUICK_DIAL, description=self.tr("Type a number to call"), preferred=QUICK_DIAL_KEYS),
            Shortcut(id=SEND_FAX, description=self.tr("Send a fax"), preferred=SEND_FAX_KEYS),
        )
        self._task = self._lane.submit(
            lambda token, report: portal.listen(wanted, report),
            done=lambda _: self._ended(portal, ""),
            failed=lambda error: self._failed(portal, error),
            progress=lambda news: self._heard(portal, news),
        )

    def stop(self) -> None:
        """Give the keys back; call it before the lane is stopped."""
        portal, self._portal = self._portal, None
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        if portal is not None:
            portal.close()
            self._ended(None, "")

    def _heard(self, portal: PortalShortcuts, news: ShortcutNews) -> None:
        if portal is not self._portal:
            return
        triggers = dict(news.triggers)
        if triggers != self._triggers:
            self._triggers = triggers
            self.changed.emit()
        if news.activated:
            self.activated.emit(news.activated)

    def _failed(self, portal: PortalShortcuts, error: RcdeskError) -> None:
        if portal is self._portal:
            _log.info("no global shortcuts: %s", error)
            self._portal = self._task = None
            self._ended(None, "" if isinstance(error, Cancelled) else str(error))

    def _ended(self, portal: PortalShortcuts | None, problem: str) -> None:
        if portal is self._portal:
            self._portal = None
            self._triggers, self.problem = {}, problem
            self.changed.emit()
