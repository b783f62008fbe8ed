"""Finding a fax in a folder: a search field and a filter menu, together one FolderQuery.

changed() comes 150 ms after the last key, at once for the menu. A text that is a date ("3 Nov", 2026-11-03,
2026-11, yesterday) asks for that day or month; any other text is looked up in names, numbers and notes. GUI
thread. Read next: core/fax/folder.py, fax_pages.py.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import partial

from PySide6.QtCore import QCoreApplication, QDate, QLocale, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QWidget

from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.fax.folder import Folder, FolderQuery, Only
from rcdesk.core.spoken_time import readings_of
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.look import IconButton, across, named
from rcdesk.ui.kit.theme import theme

_tr = partial(QCoreApplication.translate, "FolderSearch")

DEBOUNCE_MS = 150
_CHOICES = {
    Folder.QUEUE: (Only.ALL, Only.NEEDS_YOU, Only.SCHEDULED),
    Folder.SENT: (Only.ALL, Only.ARCHIVED),
    Folder.FAILED: (Only.ALL, Only.UNSEEN, Only.FAILED, Only.CANCELLED, Only.ARCHIVED),
    Folder.RECEIVED: (Only.ALL, Only.UNSEEN, Only.ARCHIVED),
}


class Span(Enum):
    """How far back; the value is the number of days, None for ever."""

    EVER = None
    TODAY = 1
    WEEK = 7
    MONTH = 30
    YEAR = 365

    def since(self, today: date) -> datetime | None:
        """The first moment of the span, aware; None for ever."""
        return None if self.value is None else _midnight(today - timedelta(days=self.value - 1))


def _midnight(day: date) -> datetime:
    return readings_of(datetime.combine(day, time())).moments[0].astimezone()


def days_of(text: str, today: date) -> tuple[date, date] | None:
    """The day or month a text names as [first, last + 1), None when it names none."""
    words = " ".join(text.split())
    lower = words.lower()
    if lower in ("today", _tr("today").lower()):
        return today, today + timedelta(days=1)
    if lower in ("yesterday", _tr("yesterday").lower()):
        return today - timedelta(days=1), today
    if len(words) == 7 and (month := _read(words + "-01", "yyyy-MM-dd")) is not None:
        return month, (month + timedelta(days=32)).replace(day=1)
    for form in ("yyyy-MM-dd", "d MMM yyyy", "d MMMM yyyy", "d.M.yyyy", "M/d/yyyy"):
        if (day := _read(words, form)) is not None:
            return day, day + timedelta(days=1)
    for form in ("d MMM yyyy", "d MMMM yyyy"):
        if (day := _read(f"{words} {today.year}", form)) is not None:
            day = day if day <= today else _read(f"{words} {today.year - 1}", form) or day
            return day, day + timedelta(days=1)
    return None


def _read(words: str, form: str) -> date | None:
    found: QDate = QLocale().toDate(words, form)
    if not found.isValid():
        found = QLocale.c().toDate(words, form)
    return date(found.year(), found.month(), found.day()) if found.isValid() else None


class _Field(QLineEdit):
    """left() on Esc in an empty field, entered() on Down and Enter."""

    left = Signal()
    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears first; Down and Enter go on to the list."""
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()


class _FilterButton(IconButton):
    """Coloured while something is filtered out."""

    def set_token(self, token: str) -> None:
        """The palette's name of the icon's colour."""
        self._token = token
        self._recolor()


class FolderSearch(QWidget):
    """changed() when another query() is wanted; list_asked() when the keyboard goes on to the list."""

    changed = Signal()
    list_asked = Signal()

    def __init__(self, folder: Folder) -> None:
        super().__init__()
        self._folder = folder
        self.only = Only.ALL
        self._span = Span.EVER
        self.field = self._make_field()
        self._pause = single_shot(self, self.changed, DEBOUNCE_MS)
        self.menu = QMenu(self)
        self.button = _FilterButton("filter", self.tr("Filter"), size=18)
        self.button.setObjectName("folderFilter")
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setMenu(self.menu)
        self.button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self._fill_menu()
        across((self.field, 1), self.button, of=self, margins=0, spacing=4)
        self.setFixedHeight(max(36, self.field.sizeHint().height()))
        self.setMinimumWidth(180)
        self.setMaximumWidth(340)
        theme().changed.connect(self._relook)

    @property
    def is_narrowed(self) -> bool:
        """True when less than the whole folder is asked for."""
        return bool(self.field.text().strip()) or self._is_filtered

    @property
    def _is_filtered(self) -> bool:
        return self.only is not Only.ALL or self._span is not Span.EVER

    def query(self, owner_id: str) -> FolderQuery:
        """What to list for this account."""
        today = datetime.now().astimezone().date()
        text, since, until = self.field.text().strip(), self._span.since(today), None
        if (days := days_of(text, today)) is not None:
            text, since, until = "", _midnight(days[0]), _midnight(days[1])
        return FolderQuery(
            folder=self._folder, owner_id=owner_id, text=text, only=self.only, since=since, until=until
        )

    @Slot()
    def clear(self) -> None:
        self.field.clear()
        self._choose(Only.ALL, Span.EVER)

    def take_focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def choose(self, only: Only) -> None:
        self._choose(only, self._span)

    def _make_field(self) -> _Field:
        field = _Field()
        named(field, "folderSearch", self.tr("Search faxes"))
        field.setPlaceholderText(self.tr("Name, number, note, date"))
        field.setToolTip(self.tr("Search (Ctrl+F)"))
        field.setClearButtonEnabled(True)
        self._sign: QAction = field.addAction(
            icon("search", "ink3"), QLineEdit.ActionPosition.LeadingPosition
        )
        field.textChanged.connect(self._typed)
        field.entered.connect(self._go_on)
        field.left.connect(self.list_asked)
        return field

    def _fill_menu(self) -> None:
        self._only_actions = QActionGroup(self)
        if len(_CHOICES[self._folder]) > 1:
            for only in _CHOICES[self._folder]:
                self._add(self._only_actions, self._only_words(only), only, only is self.only)
            self.menu.addSeparator()
        self._span_actions = QActionGroup(self)
        for span in Span:
            self._add(self._span_actions, self._span_words(span), span, span is self._span)
        self._only_actions.triggered.connect(self._picked)
        self._span_actions.triggered.connect(self._picked)

    def _add(self, group: QActionGroup, words: str, value: Only | Span, is_on: bool) -> None:
        action = self.menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(is_on)
        action.setData(value)
        group.addAction(action)

    def _only_words(self, only: Only) -> str:
        return {
            Only.ALL: self.tr("All"),
            Only.UNSEEN: self.tr("Unread") if self._folder is Folder.RECEIVED else self.tr("Not seen yet"),
            Only.NEEDS_YOU: self.tr("Needs you"),
            Only.SCHEDULED: self.tr("Scheduled"),
            Only.FAILED: self.tr("Failed"),
            Only.CANCELLED: self.tr("Cancelled"),
            Only.ARCHIVED: self.tr("Archived"),
        }[only]

    def _span_words(self, span: Span) -> str:
        return {
            Span.EVER: self.tr("Any date"),
            Span.TODAY: self.tr("Today"),
            Span.WEEK: self.tr("Last 7 days"),
            Span.MONTH: self.tr("Last 30 days"),
            Span.YEAR: self.tr("Last year"),
        }[span]

    @Slot()
    def _typed(self) -> None:
        if self.field.text():
            self._pause.start()
        else:
            self._pause.stop()
            self.changed.emit()

    @Slot()
    def _go_on(self) -> None:
        if self._pause.isActive():
            self._pause.stop()
            self.changed.emit()
        self.list_asked.emit()

    @Slot(QAction)
    def _picked(self, action: QAction) -> None:
        value = action.data()
        self._choose(
            value if isinstance(value, Only) else self.only, value if isinstance(value, Span) else self._span
        )

    def _choose(self, only: Only, span: Span) -> None:
        is_same = (only, span) == (self.only, self._span)
        self.only, self._span = only, span
        for action in (*self._only_actions.actions(), *self._span_actions.actions()):
            action.setChecked(action.data() in (only, span))
        if is_same:
            return
        self._relook()
        self.changed.emit()

    @Slot()
    def _relook(self) -> None:
        self._sign.setIcon(icon("search", "ink3"))
        chosen = [self._only_words(self.only)] if self.only is not Only.ALL else []
        chosen += [self._span_words(self._span)] if self._span is not Span.EVER else []
        words = self.tr("Filter: {0}").format(", ".join(chosen)) if chosen else self.tr("Filter")
        self.button.setToolTip(words)
        self.button.setAccessibleName(words)
        self.button.set_token("accent_ink" if self._is_filtered else "ink2")
