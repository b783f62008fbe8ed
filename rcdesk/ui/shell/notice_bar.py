"""The bar across the window for what concerns the whole desk: demo, no connection, signed out, a penalty.

It shows what bridge/account/notices.py decided, at most one thing at a time, and offers one action. GUI
thread. Read next: bridge/account/notices.py.
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame

from rcdesk.bridge.account.notices import Bar, NoticeKind
from rcdesk.bridge.desk import Desk
from rcdesk.bridge.runtime.timers import ticking
from rcdesk.ui.kit.look import Button, across, color, glyph, label
from rcdesk.ui.kit.plain_text import PlainLabel
from rcdesk.ui.kit.theme import theme

_ICONS = {
    "sign-in": "lock",
    "offline": "offline",
    "penalty": "hourglass",
    "session-only": "key",
    "demo": "info",
}


class NoticeBar(QFrame):
    """Hidden when there is nothing to say. sign_in_asked() on its button."""

    sign_in_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._bar: Bar | None = None
        self._until_s = 0.0
        self._since = QElapsedTimer()
        self._tick = ticking(self, self._refresh, 1000)
        self.setObjectName("deskBar")
        self._sign = PlainLabel()
        self._words = label("", "label", wraps=True, name="deskBarWords")
        self._action = Button("", kind="link", name="deskBarAction", act=self._act)
        across(self._sign, (self._words, 1), self._action, of=self, margins=(24, 4, 20, 4), spacing=10)
        self.setMinimumHeight(36)
        desk.notices.bar_changed.connect(self.show_bar)
        desk.session.rate_limited.connect(self._limited)
        theme().changed.connect(self._refresh)
        self.show_bar(desk.notices.bar)

    @Slot(object)
    def show_bar(self, bar: Bar | None) -> None:
        self._bar = bar
        self.setVisible(bar is not None)
        if bar is None or bar.name != "penalty":
            self._tick.stop()
        self._refresh()

    @Slot(float)
    def _limited(self, retry_after_s: float) -> None:
        self._until_s = retry_after_s
        self._since.start()
        self._tick.start()
        self._refresh()

    @property
    def _family(self) -> str:
        kind = self._bar.kind if self._bar is not None else NoticeKind.INFO
        return {
            NoticeKind.INFO: "accent",
            NoticeKind.GOOD: "good",
            NoticeKind.WARNING: "wait",
            NoticeKind.ERROR: "bad",
        }[kind]

    @Slot()
    def _refresh(self) -> None:
        bar = self._bar
        if bar is None:
            return
        family = self._family
        tint, line, ink = (color(f"{family}_{part}").name() for part in ("tint", "line", "ink"))
        self.setStyleSheet(
            f"#deskBar {{ background: {tint}; border: none; border-bottom: 1px solid {line}; }}"
            f"#deskBarWords {{ color: {ink}; }}"
        )
        sign = glyph(_ICONS.get(bar.name, "info"), f"{family}_ink", 18, self.devicePixelRatioF())
        self._sign.setPixmap(sign)
        self._words.setText(self._sentence(bar))
        self.setAccessibleName(self._words.text())
        self._action.setText(self._action_words(bar))
        self._action.setAccessibleName(self._action.text())
        self._action.setVisible(bool(self._action.text()))

    def _sentence(self, bar: Bar) -> str:
        if bar.name == "demo":
            return self.tr("Demo desk: calls and faxes go to the simulator in this program.")
        if bar.name == "penalty" and self._since.isValid():
            left_s = int(self._until_s - self._since.elapsed() / 1000 + 0.999)
            if left_s > 0:
                return self.tr("RingCentral asks us to wait {0} s. Nothing is lost.").format(left_s)
        return bar.text

    def _action_words(self, bar: Bar) -> str:
        if bar.name == "demo":
            return self.tr("Magic numbers")
        if bar.name == "sign-in":
            return self.tr("Sign in")
        return ""

    @Slot()
    def _act(self) -> None:
        if self._bar is None:
            return
        if self._bar.name == "sign-in":
            self.sign_in_asked.emit()
            return
        profile = self._desk.session.profile
        if self._bar.name == "demo" and profile is not None:
            QDesktopServices.openUrl(QUrl(f"{profile.base_url}/simulator/"))
