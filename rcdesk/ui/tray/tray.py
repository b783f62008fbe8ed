"""The tray icon: its picture, its menu, and the window that hides into it and must never get lost there.

A left click opens the desk, a middle click the quick dial, a right click the menu. Where the desktop has no
tray, or loses it, the window is shown: nothing is ever hidden where it cannot be reached. Favourites and
recents are called at once: one's own phone rings first, and the menu can cancel. GUI thread. Read next:
entries.py, news.py, quick_dial.py.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSystemTrayIcon

from rcdesk.bridge.account.notices import NoticeKind
from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.bridge.desk import Desk
from rcdesk.bridge.runtime.timers import single_shot, ticking
from rcdesk.core.errors import UserError
from rcdesk.ui.kit.icons import pixmap
from rcdesk.ui.kit.look import named, smooth
from rcdesk.ui.kit.plain_text import without_tags
from rcdesk.ui.kit.tokens import DARK, LIGHT
from rcdesk.ui.kit.value_menu import TrayMenu
from rcdesk.ui.shell.main_window import MainWindow
from rcdesk.ui.tray.news import TrayNews

if TYPE_CHECKING:
    from rcdesk.ui.kit.sounds import Sounds
    from rcdesk.ui.phone.quick_dial import QuickDial

GATHER_CHANGES_MS = 150


SIZES_PX = (16, 22, 24, 32, 48, 64)
# A panel is neither light nor dark as the desk is: the marks are the same in both, with a white rim.
_NEWS = DARK.bad
_QUIET = LIGHT.bad
_GREY = DARK.border
_RIM = LIGHT.onaccent


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


class TrayState(Struct, frozen=True, kw_only=True):
    """What the picture says. news: missed calls, failed faxes and what else waits for a look, counted."""

    is_offline: bool = False
    is_quiet: bool = False
    news: int = 0


def tray_icon(look: TrayState) -> QIcon:
    """The picture in every size a panel may want; every mark has a shape of its own beside its colour."""
    made = QIcon()
    for size in SIZES_PX:
        made.addPixmap(_picture(look, size))
    return made


def _picture(look: TrayState, size: int) -> QPixmap:
    logo = pixmap("rcdesk", _RIM, size)
    picture = _without_colour(logo) if look.is_offline else QPixmap(logo)
    painter = smooth(picture)
    if look.is_offline:
        painter.setPen(QPen(QColor(_RIM), size * 0.16, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(size * 0.16, size * 0.16), QPointF(size * 0.84, size * 0.84))
        painter.setPen(QPen(QColor(_GREY), size * 0.08, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(size * 0.16, size * 0.16), QPointF(size * 0.84, size * 0.84))
    if look.is_quiet and not look.is_offline:
        place = _disc(painter, size, size * 0.73, _QUIET)
        painter.setPen(QPen(QColor(_RIM), max(1.4, size * 0.08), c=Qt.PenCapStyle.FlatCap))
        half = place.width() * 0.28
        painter.drawLine(place.center() - QPointF(half, 0), place.center() + QPointF(half, 0))
    if look.news:
        _disc(painter, size, size * 0.27, _NEWS)
    painter.end()
    return picture


def _disc(painter: QPainter, size: int, y: float, fill: str) -> QRectF:
    radius = max(3.5, size * 0.2)
    place = QRectF(0, 0, 2 * radius, 2 * radius)
    place.moveCenter(QPointF(size - radius - 0.5, min(size - radius - 0.5, max(radius + 0.5, y))))
    painter.setPen(QPen(QColor(_RIM), max(1.0, size / 24)))
    painter.setBrush(QColor(fill))
    painter.drawEllipse(place)
    return place


def _without_colour(logo: QPixmap) -> QPixmap:
    """The same picture in greys, its transparency kept."""
    image = logo.toImage().convertToFormat(QImage.Format.Format_ARGB32)
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8).convertToFormat(QImage.Format.Format_ARGB32)
    grey.setAlphaChannel(image.convertToFormat(QImage.Format.Format_Alpha8))
    return QPixmap.fromImage(grey)


class Tray(QObject):
    """The icon and its menu; is_available says whether there is one."""

    def __init__(self, desk: Desk, window: MainWindow) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self.quick_dial: QuickDial | None = None
        """The small window once it was asked for."""
        self._shortcuts: dict[str, str] = {}
        self._look: TrayState | None = None
        self._is_ending = False
        self.menu = named(TrayMenu(window), "trayMenu")
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self.menu)
        self._icon.activated.connect(self._activated)
        self.news = TrayNews(desk, window, self._icon, self)
        self._sounds: Sounds | None = None
        self._watch = TrayWatch(self)
        self._watch.changed.connect(self._tray_changed)
        self._soon = single_shot(self, self.refresh, GATHER_CHANGES_MS)
        self._connect()
        self._icon.setToolTip("rcdesk")
        self._icon.setIcon(tray_icon(TrayState()))
        self._soon.start()
        self._tray_changed(self._watch.is_there())

    def _connect(self) -> None:
        session = self._desk.session
        for signal in (self._desk.preferences.changed, session.account_changed, session.state_changed):
            signal.connect(self._refresh_soon)
        session.state_changed.connect(self._follow)
        self.menu.aboutToShow.connect(self.refresh)
        self._window.hidden_to_tray.connect(self._say_once)
        self._window.installEventFilter(self)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._application_changed)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        """Hear what the desks tell, from the moment there is somebody to work for."""
        desk = self._desk
        if self._sounds is not None or desk.session.state is SessionState.SIGNED_OUT:
            return
        from rcdesk.ui.kit.sounds import Sounds

        self._sounds = Sounds(desk, self)
        for signal in (
            desk.calls.calls_changed,
            desk.calls.call_changed,
            desk.faxes.counts_changed,
            desk.history.recents_changed,
            desk.history.missed_count_changed,
            desk.people.favourites_changed,
            desk.presence.changed,
        ):
            signal.connect(self._refresh_soon)
        desk.presence.problem.connect(self._presence_problem)
        self.news.follow()
        self._application_changed(QGuiApplication.applicationState())

    @property
    def is_available(self) -> bool:
        return self._watch.is_there()

    @property
    def is_telling(self) -> bool:
        """True while something that ended has not been told yet."""
        return self.news.is_telling

    @property
    def tool_tip(self) -> str:
        """What the icon says under the mouse."""
        return self._icon.toolTip()

    @property
    def look(self) -> TrayState:
        """What the icon's picture says."""
        return self._look or TrayState()

    def start_hidden(self) -> bool:
        """Start without a window: True when the icon stands for it, False when the window must be shown."""
        if not self.is_available:
            return False
        self._watch.start()
        return True

    def set_shortcuts(self, *, dial: str = "", fax: str = "") -> None:
        """The desktop-wide keys in force, as words ("Ctrl+Alt+D"); "" for none."""
        self._shortcuts = {name: keys for name, keys in (("dial", dial), ("fax", fax)) if keys}
        self._refresh_soon()

    def hide(self) -> None:
        """Take the icon away and stop; part of shutdown."""
        self._is_ending = True
        self._soon.stop()
        self._watch.end()
        self.news.stop()
        if self._sounds is not None:
            self._sounds.stop()
        self._window.removeEventFilter(self)
        if self.quick_dial is not None:
            self.quick_dial.close()
            self.quick_dial.deleteLater()
            self.quick_dial = None
        self._icon.hide()

    # What the menu does

    @Slot()
    def open_quick_dial(self) -> None:
        """Show the small window for a number, at once: it is made once and kept."""
        from rcdesk.ui.phone.quick_dial import QuickDial

        if self.quick_dial is None:
            self.quick_dial = QuickDial(self._desk)
            self.quick_dial.fax_asked.connect(self._window.new_fax)
        self.quick_dial.appear()

    def call(self, number: str, name: str) -> None:
        """Call a favourite or a recent number. What is missing is said, with the number in the window."""
        from rcdesk.core.numbers.phone_number import parse
        from rcdesk.ui.phone.placing import place

        account = self._desk.session.account
        try:
            read = parse(number, account.home_country if account is not None else "US")
            problem = place(self._desk, read, name)
        except UserError as exc:
            problem = str(exc)
        if problem:
            self._window.dial(number)
            self._desk.notices.post(NoticeKind.WARNING, problem)

    def send_fax(self, number: str = "") -> None:
        """Open the composer, with a recipient when there is one."""
        self._window.new_fax(number)

    def show_page(self, name: str) -> None:
        self._window.bring_up()
        self._window.show_page(name)

    def open_desk(self) -> None:
        self._window.bring_up()

    def cancel(self, call_id: str) -> None:
        """Cancel a call; the call says itself what came of it."""
        self._desk.calls.cancel(call_id)

    def quit(self) -> None:
        self._window.quit_requested.emit()

    # What it shows

    @Slot()
    def _refresh_soon(self) -> None:
        if not self._soon.isActive() and not self._is_ending:
            self._soon.start()

    @Slot()
    def refresh(self) -> None:
        """Menu, picture and tooltip as things are now."""
        from rcdesk.ui.tray.entries import tray_entries

        self._soon.stop()
        now = datetime.now(UTC)
        self.menu.show_entries(tray_entries(self._desk, self, now, self._shortcuts))
        self._icon.setToolTip(without_tags(self._tip(now)))
        look = self._look_now() if self._sounds is not None else TrayState()
        if look != self._look:
            self._look = look
            self._icon.setIcon(tray_icon(look))

    def _look_now(self) -> TrayState:
        desk = self._desk
        counts, presence = desk.faxes.counts, desk.presence.presence
        return TrayState(
            is_offline=desk.session.state in (SessionState.OFFLINE, SessionState.NEEDS_SIGN_IN),
            is_quiet=presence is not None and not presence.dnd.is_disturbable,
            news=desk.history.missed_count + counts.failed_unseen + counts.needs_you,
        )

    def _tip(self, now: datetime) -> str:
        from rcdesk.ui.tray.entries import standing

        if self._sounds is None:
            return f"rcdesk\n{standing(self._desk, now)}"
        account, counts = self._desk.session.account, self._desk.faxes.counts
        missed = self._desk.history.missed_count
        one_missed, more_missed = self.tr("1 missed call"), self.tr("{0} missed calls").format(missed)
        lines = [
            f"rcdesk · {account.name}" if account is not None else "rcdesk",
            standing(self._desk, now),
            (one_missed if missed == 1 else more_missed) if missed else "",
            self.tr("Faxes failed: {0}").format(counts.failed_unseen) if counts.failed_unseen else "",
            self.tr("Faxes that need you: {0}").format(counts.needs_you) if counts.needs_you else "",
            self.tr("Faxes going out: {0}").format(counts.queue) if counts.queue else "",
        ]
        return "\n".join(filter(None, lines))

    @Slot(str)
    def _presence_problem(self, sentence: str) -> None:
        self._desk.notices.post(NoticeKind.WARNING, sentence)

    # The window and its icon

    @Slot(QSystemTrayIcon.ActivationReason)
    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        """A click opens the desk, or hides it when it is in front; the middle button opens quick dial."""
        if reason is QSystemTrayIcon.ActivationReason.MiddleClick:
            if self._desk.session.is_signed_in:
                self.open_quick_dial()
        elif reason is QSystemTrayIcon.ActivationReason.Trigger:
            if self._window.isActiveWindow():
                self._window.hide()
            else:
                self._window.bring_up()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While the window is hidden the tray is watched; before it hides, it is asked once more."""
        if watched is self._window and not self._is_ending:
            match event.type():
                case QEvent.Type.Close:
                    self._window.has_tray = self.is_available
                case QEvent.Type.Hide:
                    self._watch.start()
                case QEvent.Type.Show:
                    self._watch.stop()
                case _:
                    pass
        return super().eventFilter(watched, event)

    @Slot(bool)
    def _tray_changed(self, is_there: bool) -> None:
        """Without a tray the window comes back, and does not take the keyboard from another program."""
        self._window.has_tray = is_there
        self.news.is_available = is_there
        if is_there:
            self._icon.hide()
            self._icon.show()
            return
        if self._watch.is_watching and not self._window.isVisible() and not self._is_ending:
            self._window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, True)
            self._window.show()
            self._window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, False)

    @Slot()
    def _say_once(self) -> None:
        if not self._desk.preferences.value.said_close_to_tray:
            self._desk.preferences.update(said_close_to_tray=True)
            self.news.say_hidden()

    @Slot(Qt.ApplicationState)
    def _application_changed(self, state: Qt.ApplicationState) -> None:
        if self._sounds is not None:
            self._desk.presence.set_active(state is Qt.ApplicationState.ApplicationActive)
