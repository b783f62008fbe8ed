"""Is there still a tray? Without one a hidden window could never be reached again.

Two kinds of tray are known on Linux: the older one is asked every few seconds while the window is hidden,
the newer one (a service on the session bus) tells by itself when it goes. Nothing runs while the window is
shown, but closing it asks once more. GUI thread. Read next: tray.py.
"""

from __future__ import annotations

import sys
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QSystemTrayIcon

from rcdesk.bridge.runtime.timers import single_shot, ticking

LOOK_MS = 3000
SETTLE_MS = 1500
SERVICE = "org.kde.StatusNotifierWatcher"


class TrayWatch(QObject):
    """changed(bool) when the tray came or went; is_there() asks now."""

    changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus_watch: Any = None
        self._has_left_the_bus = False
        self._was_there = QSystemTrayIcon.isSystemTrayAvailable()
        self._timer = ticking(self, self.look, LOOK_MS)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._settle = single_shot(self, self._watch_the_bus, SETTLE_MS)
        if sys.platform.startswith("linux"):
            self._settle.start()

    def is_there(self) -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable() and not self._has_left_the_bus

    @property
    def is_watching(self) -> bool:
        """True while it looks by itself: the window is hidden."""
        return self._timer.isActive()

    def start(self) -> None:
        """The window is hidden: look again and again."""
        self._timer.start()

    def stop(self) -> None:
        """The window is there; no looks are needed."""
        self._timer.stop()

    def end(self) -> None:
        """Stop everything; part of shutdown."""
        self._timer.stop()
        self._settle.stop()

    @Slot()
    def look(self) -> None:
        """Ask, and tell when it is different."""
        is_there = self.is_there()
        if is_there != self._was_there:
            self._was_there = is_there
            self.changed.emit(is_there)

    @Slot()
    def _watch_the_bus(self) -> None:
        """Only where the tray is a service: Qt chose that kind at the start when the service was there."""
        from PySide6.QtDBus import QDBusConnection, QDBusServiceWatcher

        bus = QDBusConnection.sessionBus()
        interface = bus.interface() if bus.isConnected() else None
        if interface is None or not interface.isServiceRegistered(SERVICE).value():
            return
        watch = QDBusServiceWatcher(SERVICE, bus, QDBusServiceWatcher.WatchModeFlag.WatchForOwnerChange, self)
        watch.serviceUnregistered.connect(self._left)
        watch.serviceRegistered.connect(self._came_back)
        self._bus_watch = watch

    @Slot()
    def _left(self) -> None:
        self._has_left_the_bus = True
        self.look()

    @Slot()
    def _came_back(self) -> None:
        self._has_left_the_bus = False
        self.look()
