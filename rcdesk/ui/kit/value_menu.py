"""TrayMenu: a menu made of values, drawn by the desktop where it can and by the desk where it cannot.

The entries are plain values; showing others changes the actions in place where the shape is the same, and
waits until the menu is closed where it is not, so that nothing jumps under the mouse. A desktop that draws
menus itself (StatusNotifierItem) reads the words and icons of the actions; Qt's own menu is painted here as
in the design, a note at the right of each row. GUI thread. Read next: tray/entries.py, presence_menu.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Slot
from PySide6.QtGui import (
    QAction,
    QFont,
    QIcon,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget, QWidgetAction

from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.ui.kit.look import color, dress, font_of, glyph, label, scaled, smooth
from rcdesk.ui.kit.plain_text import menu_words
from rcdesk.ui.kit.theme import theme

RADIUS = 12
ICON_PX = 20
LONGEST_WORDS_PX = 190
_SHEET = """
QMenu { background: transparent; border: none; padding: 8px 12px; }
QMenu::item { padding: 9px 30px 9px 38px; margin: 0; min-height: 18px; min-width: 160px; }
QMenu::item:selected { background: transparent; }
QMenu::separator { height: 1px; margin: 4px 0; background: transparent; }
"""


class Kind(Enum):
    ITEM = "item"
    HEAD = "head"
    SECTION = "section"
    LINE = "line"


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """One row. key names it from one look to the next; note stands at the right, token colours the icon.

    A HEAD shows its note as a second line. entries make it a submenu. is_on: None for what is not switched.
    """

    key: str
    words: str = ""
    note: str = ""
    icon_name: str = ""
    token: str = "ink2"
    kind: Kind = Kind.ITEM
    is_enabled: bool = True
    is_on: bool | None = None
    entries: tuple[MenuEntry, ...] = ()
    act: Callable[[], object] | None = field(default=None, compare=False)


def section(key: str, words: str) -> MenuEntry:
    """A small title above a group."""
    return MenuEntry(key=key, words=words, kind=Kind.SECTION, is_enabled=False)


def line(key: str) -> MenuEntry:
    """A thin line between groups."""
    return MenuEntry(key=key, kind=Kind.LINE, is_enabled=False)


class TrayMenu(QMenu):
    """show_entries() says what it holds; the entry's act is called when it is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[MenuEntry, ...] = ()
        self._later: tuple[MenuEntry, ...] | None = None
        self._by_action: dict[QAction, MenuEntry] = {}
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
        dress(self, _SHEET)
        self._settle = single_shot(self, self._show_later)
        self.aboutToHide.connect(self._settle_soon)
        theme().changed.connect(self._recolor)

    @property
    def entries(self) -> tuple[MenuEntry, ...]:
        """What is shown, or will be as soon as the menu is closed."""
        return self._entries if self._later is None else self._later

    def show_entries(self, entries: Sequence[MenuEntry]) -> None:
        """Hold these. With another shape and an open menu they come when it is closed."""
        wanted = tuple(entries)
        self._later = None
        if [_shape(e) for e in wanted] == [_shape(e) for e in self._entries] and self.actions():
            is_same = wanted == self._entries
            self._entries = wanted
            for action, entry in zip(self.actions(), wanted, strict=True):
                self._by_action[action] = entry
                if not is_same:
                    self._dress(action, entry)
                elif entry.entries:
                    self._submenu(action).show_entries(entry.entries)
            self.update()
        elif self.isVisible():
            self._later = wanted
        else:
            self._build(wanted)

    def _build(self, entries: tuple[MenuEntry, ...]) -> None:
        for old in self.findChildren(TrayMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
            old.deleteLater()
        self.clear()
        self._entries = entries
        self._by_action.clear()
        for entry in entries:
            action = self._make(entry)
            self.addAction(action)
            self._by_action[action] = entry
            self._dress(action, entry)

    def _make(self, entry: MenuEntry) -> QAction:
        if entry.kind in (Kind.HEAD, Kind.SECTION):
            made = QWidgetAction(self)
            made.setDefaultWidget(_Title(entry.kind))
            return made
        if entry.entries:
            return TrayMenu(self).menuAction()
        action = QAction(self)
        action.triggered.connect(partial(self._chosen, entry.key))
        return action

    def _submenu(self, action: QAction) -> TrayMenu:
        menu = action.menu()
        assert isinstance(menu, TrayMenu)
        return menu

    def _dress(self, action: QAction, entry: MenuEntry) -> None:
        if entry.kind is Kind.LINE:
            action.setSeparator(True)
            return
        shown = self._elided(entry.words)
        words = menu_words(shown)
        action.setText(f"{words} · {entry.note}" if entry.note else words)
        action.setEnabled(entry.is_enabled)
        if entry.is_on is not None:
            action.setCheckable(True)
            action.setChecked(entry.is_on)
        if isinstance(action, QWidgetAction):
            title = action.defaultWidget()
            assert isinstance(title, _Title)
            title.say(shown, entry.note)
            return
        action.setIcon(_icon(entry))
        if entry.entries:
            self._submenu(action).show_entries(entry.entries)

    def _elided(self, words: str) -> str:
        metrics = self.fontMetrics()
        return metrics.elidedText(
            words, Qt.TextElideMode.ElideMiddle, round(LONGEST_WORDS_PX * theme().scale)
        )

    def _chosen(self, key: str, _is_checked: bool = False) -> None:
        entry = next((e for e in self._entries if e.key == key), None)
        if entry is None or entry.act is None:
            return
        if entry.is_on is not None:
            # The mark shows what is true, which the answer to the choice tells.
            action = next(a for a, e in self._by_action.items() if e.key == key)
            action.setChecked(entry.is_on)
        entry.act()

    @Slot()
    def _settle_soon(self) -> None:
        """The chosen action speaks after the menu has hidden: it must still be there."""
        if self._later is not None:
            self._settle.start(0)

    @Slot()
    def _show_later(self) -> None:
        if self._later is not None:
            self.show_entries(self._later)

    @Slot()
    def _recolor(self) -> None:
        for action, entry in self._by_action.items():
            if entry.kind is Kind.ITEM:
                action.setIcon(_icon(entry))
        self.update()

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Round corners also where nothing composes windows."""
        super().resizeEvent(event)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        self.setMask(QRegion(path.toFillPolygon().toPolygon()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The card and its rows; titles are widgets and paint themselves."""
        painter = smooth(self)
        painter.setPen(QPen(color("hairline"), 1))
        painter.setBrush(color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        for action, entry in self._by_action.items():
            area = self.actionGeometry(action)
            if entry.kind is Kind.LINE:
                painter.setPen(QPen(color("hairline"), 1))
                middle = area.center().y() + 0.5
                painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))
            elif entry.kind is Kind.ITEM:
                self._paint_row(painter, area, action, entry)

    def _paint_row(self, painter: QPainter, area: QRect, action: QAction, entry: MenuEntry) -> None:
        is_active = action is self.activeAction() and entry.is_enabled
        if is_active:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("accent"))
            painter.drawRoundedRect(QRectF(area), 8, 8)
        quiet = "onaccent" if is_active else "ink2"
        ratio = self.devicePixelRatioF()
        top = area.center().y() - ICON_PX // 2 + 1
        sign = "check" if entry.is_on else entry.icon_name
        if sign:
            token = quiet if is_active or not entry.is_enabled else entry.token
            painter.drawPixmap(area.left() + 8, top, glyph(sign, token, ICON_PX, ratio))
        right = area.right() - 8
        if entry.entries:
            right -= 16
            painter.drawPixmap(right, top + 2, glyph("right", quiet, 16, ratio))
            right -= 6
        painter.setFont(font_of(self.font(), scaled(12)))
        painter.setPen(color(quiet))
        note = QRect(area.left() + 38, area.top(), right - area.left() - 38, area.height())
        painter.drawText(note, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, entry.note)
        taken = painter.fontMetrics().horizontalAdvance(entry.note) + 14 if entry.note else 0
        painter.setFont(font_of(self.font(), scaled(14), QFont.Weight.Medium))
        painter.setPen(color("onaccent" if is_active else "ink" if entry.is_enabled else "ink3"))
        room = note.adjusted(0, 0, -taken, 0)
        words = painter.fontMetrics().elidedText(entry.words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


class _Title(QWidget):
    """The head (who, and a line about now) or the title of a section."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        is_head = kind is Kind.HEAD
        self._words = label("", "rowTitle" if is_head else "small")
        self._note: QLabel = label("", "small")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8 if is_head else 5, 8, 6 if is_head else 3)
        column.setSpacing(2)
        column.addWidget(self._words)
        column.addWidget(self._note)
        if is_head:
            dress(self._words, "font-size: 15px; font-weight: 600;")
        else:
            dress(self._words, "font-size: 11px; font-weight: 700; color: $ink2;")

    def say(self, words: str, note: str) -> None:
        self._words.setText(words)
        self._note.setText(note)
        self._note.setVisible(bool(note))


def _shape(entry: MenuEntry) -> tuple[object, ...]:
    return (entry.key, entry.kind, entry.is_on is None, tuple(_shape(e) for e in entry.entries))


def _icon(entry: MenuEntry) -> QIcon:
    """For the desktops that draw the menu: in the colours of a menu, which are near enough to ours."""
    made = QIcon()
    if entry.icon_name:
        for ratio in (1.0, 2.0):
            made.addPixmap(glyph(entry.icon_name, entry.token, ICON_PX, ratio))
    return made


def without_acts(entries: Sequence[MenuEntry]) -> tuple[MenuEntry, ...]:
    """The same rows as mere values, to compare and to print."""
    return tuple(replace(e, act=None, entries=without_acts(e.entries)) for e in entries)
