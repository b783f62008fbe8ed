"""The Calls page: every call made here or elsewhere, the missed ones first to be seen.

Search, a filter (all, missed, made, received), the list, and beside it the person with their timeline. Enter
calls back, F faxes, Ctrl+F searches. Looking at the page marks missed calls as seen. GUI thread. Read next:
list_page.py, past_call_row.py, bridge/calls/past_calls_model.py.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QMenu

from rcdesk.bridge.calls.past_calls_model import PastCallsModel
from rcdesk.bridge.desk import Desk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.capability import Capability
from rcdesk.core.calls.past_call import OnlyCalls, PastCall, PastCallQuery
from rcdesk.core.clock import SystemClock
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.lacks import Lacking, LackLine, grey_action, why_not
from rcdesk.ui.kit.look import IconButton
from rcdesk.ui.kit.row_list import ITEM_ROLE, RowList
from rcdesk.ui.people.list_page import FilterRow, ListPage
from rcdesk.ui.phone.past_call_row import PastCallDelegate, call_sentence, dialled, key_of_call
from rcdesk.ui.phone.placing import region_of

SEEN_AFTER_MS = 2000


class PastCallsList(RowList):
    """call_asked(PastCall) on Enter or double click, fax_asked(PastCall) on F, details_asked() on Right."""

    call_asked = Signal(object)
    fax_asked = Signal(object)
    details_asked = Signal()

    def __init__(self) -> None:
        super().__init__("callsList", key_of_call)
        self.setAccessibleName(self.tr("Calls"))
        self.setAccessibleDescription(self.tr("Enter calls back, F writes a fax."))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.doubleClicked.connect(self._call)

    def chosen(self) -> PastCall | None:
        call = self.item()
        return call if isinstance(call, PastCall) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter calls, F faxes, Right goes to the person."""
        call, key = self.chosen(), event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and call is not None:
            if not event.isAutoRepeat():
                self._call(self.currentIndex())
        elif key == Qt.Key.Key_F and call is not None and not event.modifiers():
            self.fax_asked.emit(call)
        elif key == Qt.Key.Key_Right and not event.modifiers():
            self.details_asked.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    @Slot(QModelIndex)
    def _call(self, index: QModelIndex) -> None:
        call = index.data(ITEM_ROLE)
        if isinstance(call, PastCall) and call.number:
            self.call_asked.emit(call)


class CallsPage(ListPage):
    """Its list holds past calls; what is asked for from it is what ListPage says."""

    list: PastCallsList

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, PastCallsList())
        self._clock = SystemClock()
        self.model: PastCallsModel = desk.new_past_calls_model(self)
        self.model.words = self._sentence
        self.list.setModel(self.model)
        self.list.follow_model()
        self.list.setItemDelegate(PastCallDelegate(self._clock, self._region, self.list))
        self._only = OnlyCalls.ALL
        self._seen = single_shot(self, self._mark_seen, SEEN_AFTER_MS)
        self._build_page()
        self._connect()
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        """Missed calls count as seen after a moment on this page."""
        super().showEvent(event)
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks any more."""
        super().hideEvent(event)
        self._seen.stop()

    def changeEvent(self, event: QEvent) -> None:
        """Somebody comes back to the window, or leaves it."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and hasattr(self, "_seen"):
            self._look()

    def _build_page(self) -> None:
        look_now = IconButton("retry", self.tr("Look into the call log now"), name="callsSync")
        look_now.clicked.connect(self._desk.history.refresh)
        Lacking(self._desk.session, look_now, Capability.CALL_LOG)
        kinds = (
            (OnlyCalls.ALL, self.tr("All")),
            (OnlyCalls.MISSED, self.tr("Missed")),
            (OnlyCalls.OUT, self.tr("Made")),
            (OnlyCalls.IN, self.tr("Received")),
        )
        self._filters = FilterRow((f"calls_{only.value}", words, only) for only, words in kinds)
        only_here = self.tr("Here are only the calls you make at this desk.")
        self._build(
            "calls",
            title=self.tr("Calls"),
            search=self.tr("Search calls"),
            beside_search=look_now,
            filters=self._filters,
            lack=LackLine("callLogLack", self._desk.session, Capability.CALL_LOG, rest=only_here),
            nobody=self.tr("Choose a call to see who it was with and what else happened."),
        )

    def _connect(self) -> None:
        self._filters.pressed.connect(self.show_only)
        self.list.call_asked.connect(self._call)
        self.list.fax_asked.connect(self._fax)
        self.list.details_asked.connect(self.body.show_story)
        self.model.loaded.connect(self._counted)
        self._desk.history.problem.connect(self.foot.say_problem)
        self._desk.history.changed.connect(self._ask)
        self._desk.history.missed_count_changed.connect(self._look)

    @Slot(object)
    def show_only(self, only: OnlyCalls) -> None:
        self._only = only
        self._filters.choose(only)
        self._ask()

    @Slot()
    def _ask(self) -> None:
        text = self.search.words
        owner_id = self._desk.history.owner_id
        self.model.set_query(PastCallQuery(owner_id=owner_id, text=text, only=self._only))
        self._counted()

    @Slot()
    def _counted(self) -> None:
        """One line in the place of an empty list."""
        is_empty = not self.model.is_reading and self.model.rowCount() == 0
        text = self.search.words
        nothing = {
            OnlyCalls.MISSED: self.tr("No missed calls."),
            OnlyCalls.OUT: self.tr("You have made no calls yet."),
            OnlyCalls.IN: self.tr("No calls have come in yet."),
            OnlyCalls.ALL: self.tr("No calls yet.")
            if why_not(self._desk.session, Capability.CALL_LOG)
            else self.tr("No calls yet. Those you make and those you get appear here."),
        }[self._only]
        not_found = self.tr("No call matches “{0}”.").replace("{0}", text)
        self.empty.setText(not_found if text else nothing)
        self.empty.setVisible(is_empty)
        self.list.setVisible(not is_empty)
        if not self.model.is_reading:
            self.list.choose_first()

    @Slot()
    def _show_person(self) -> None:
        call = self.list.chosen()
        if call is not None and call.number:
            self.person.show_number(call.number, call.name)
        elif call is not None:
            self.person.show_nobody(self.tr("This caller withheld their number: nobody can tell who it was."))
        else:
            self.person.show_nobody()

    @Slot(object)
    def _call(self, call: PastCall) -> None:
        self.call_asked.emit(dialled(call), call.name)

    @Slot(object)
    def _fax(self, call: PastCall) -> None:
        if call.number.startswith("+"):
            self.fax_asked.emit(dialled(call))

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        call = self.list.chosen()
        if call is None or not call.number:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        menu.addAction(icon("phone"), self.tr("Call")).triggered.connect(partial(self._call, call))
        if call.number.startswith("+"):
            menu.addAction(icon("compose"), self.tr("Fax")).triggered.connect(partial(self._fax, call))
            if not call.name:
                add = menu.addAction(icon("person"), self.tr("Add to contacts…"))
                add.triggered.connect(partial(self.contact_asked.emit, call.number))
                grey_action(add, why_not(self._desk.session, Capability.CONTACTS_CHANGE))
        copy = menu.addAction(icon("copy"), self.tr("Copy number"))
        copy.triggered.connect(partial(QGuiApplication.clipboard().setText, dialled(call)))
        menu.popup(self.list.viewport().mapToGlobal(at))

    @Slot()
    def _look(self) -> None:
        """A moment of looking at this page begins while there is something new, or is over."""
        is_looked_at = self.isVisible() and self.window().isActiveWindow()
        if not (is_looked_at and self._desk.history.missed_count):
            self._seen.stop()
        elif not self._seen.isActive():
            self._seen.start()

    @Slot()
    def _mark_seen(self) -> None:
        self._desk.history.mark_seen()

    def _sentence(self, call: PastCall) -> str:
        return call_sentence(call, self._region(), self._clock)

    def _region(self) -> str:
        return region_of(self._desk)
