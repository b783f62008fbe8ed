"""PhonePage: the dialer at the left, live calls over recents at the right.

The page only arranges: the keypad folds away when the height is too small for it, and everything scrolls
when even that is not enough. Digits typed anywhere on the page go to the number field. GUI thread. Read
next: dialer.py, call_panel.py.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.calls.past_call import PastCall
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.people.people import PersonForm, PersonNumber, PersonSource
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.look import across, down, named, scaled
from rcdesk.ui.kit.plain_text import PlainLabel
from rcdesk.ui.kit.reading_order import in_reading_order
from rcdesk.ui.kit.row_list import ITEM_ROLE, RowList, RowModel
from rcdesk.ui.kit.search_line import SearchLine
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.phone.call_panel import CallPanel
from rcdesk.ui.phone.dialer import Dialer
from rcdesk.ui.phone.past_call_row import PastCallDelegate, call_sentence, dialled, key_of_call
from rcdesk.ui.phone.placing import region_of

MARGIN = 24
DIALER_WIDTH = 408
NARROW_DIALER_WIDTH = 360
NARROW = 960


class RecentsModel(RowModel):
    """PastCall; the words are a whole sentence."""

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock

    def spoken(self, item: PastCall) -> str:
        return call_sentence(item, self.region, self._clock)


class RecentsList(RowList):
    """chosen(PastCall) on double click or Enter."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("recentsList", key_of_call, parent)
        self.setAccessibleName(self.tr("Recent calls"))
        self.setAccessibleDescription(self.tr("Enter or double click calls the number again."))
        self.doubleClicked.connect(self._choose)

    def minimumSizeHint(self) -> QSize:
        """Two rows: with less the page scrolls."""
        return QSize(120, 2 * scaled(PastCallDelegate.height_px))

    def sizeHint(self) -> QSize:
        """No more is asked for; the layout gives all that is free."""
        return QSize(256, 2 * scaled(PastCallDelegate.height_px))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter calls, once however long it is held."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            if not event.isAutoRepeat():
                self._choose(self.currentIndex())
            return
        super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        call = index.data(ITEM_ROLE)
        if isinstance(call, PastCall) and call.number:
            self.chosen.emit(call)


class Recents(Card):
    """The card; chosen(PastCall) asks to call again."""

    chosen = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName(self.tr("Recents"))
        self._desk = desk
        clock = SystemClock()
        self.model = RecentsModel(clock, self)
        self._build()
        self.list.setModel(self.model)
        self.list.follow_model()
        self.list.setItemDelegate(PastCallDelegate(clock, lambda: self.model.region, self.list))
        self.search.asked.connect(self._ask)
        self.list.chosen.connect(self.chosen)
        desk.history.recents_changed.connect(self._show)
        self._show(desk.history.recents)

    def _build(self) -> None:
        title = PlainLabel(self.tr("Recents"), self, role="section")
        self.search = SearchLine("recentsSearch", self.tr("Search recent calls"), self)
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(230)
        self.body.addLayout(across(title, ..., (self.search, 2)))
        self.empty = named(PlainLabel("", self, role="muted"), "recentsEmpty")
        self.empty.setWordWrap(True)
        self.body.addWidget(self.empty)
        self.list = RecentsList(self)
        self.body.addWidget(self.list, 1)
        self.body.addStretch(0)

    @Slot(object)
    def _show(self, recents: tuple[PastCall, ...]) -> None:
        self.model.region = region_of(self._desk)
        self.model.show_rows(tuple(recents))
        text = self.search.words
        nothing = self.tr("No calls yet. Those you make and those you get appear here.")
        not_found = self.tr("No call matches “{0}”.").replace("{0}", text)
        self.empty.setText(not_found if text else nothing)
        self.empty.setVisible(not recents)

    @Slot()
    def _ask(self) -> None:
        self._desk.history.search_recents(self.search.words)


class PhonePage(QScrollArea):
    """The whole page; call_number() is the door for other pages. fax_asked(number) wants the composer."""

    fax_asked = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "phonePage", self.tr("Phone"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setProperty("surface", "canvas")
        inside.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self.dialer = Dialer(desk, inside)
        self.call_panel = CallPanel(desk, parent=inside)
        self.recents = Recents(desk, parent=inside)
        row = QHBoxLayout(inside)
        row.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, MARGIN - 4)
        row.setSpacing(MARGIN)
        # At the top, as high as the page at least: cards that stack up must not stretch its keys.
        row.addWidget(self.dialer, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(down(self.call_panel, (self.recents, 1), spacing=MARGIN - 4), 1)
        self.setWidget(inside)
        self.setFocusProxy(self.dialer.number_field)
        self._desk = desk
        self.recents.chosen.connect(self._call_again)
        self.call_panel.fax_asked.connect(self.fax_asked)
        self.call_panel.contact_asked.connect(self.add_contact)
        self.call_panel.stacked.connect(self._order_stops)
        self._order_stops()

    def focus_number(self) -> None:
        self.dialer.focus_number()

    def focus_search(self) -> None:
        self.recents.search.take_focus()

    def call_number(self, number: str, name: str = "") -> None:
        """Call this number with the chosen phone; what is wrong is said in the dialer."""
        self.dialer.call_number(number, name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the keypad when it does not fit."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Another font size needs another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange) and hasattr(self, "dialer"):
            self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits typed anywhere on the page are a number being dialled."""
        text = event.text()
        if text and text in "0123456789+*#" and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.dialer.number_field.setFocus(Qt.FocusReason.OtherFocusReason)
            self.dialer.number_field.insert_text(text)
            return
        super().keyPressEvent(event)

    @Slot(object)
    def _call_again(self, call: PastCall) -> None:
        self.dialer.call_number(dialled(call), call.name)

    @Slot(str)
    def add_contact(self, number: str) -> None:
        """Ask who this number is, for the account's contacts."""
        form = PersonForm(source=PersonSource.CONTACT, name="", numbers=(PersonNumber(number=number),))
        from rcdesk.ui.phone.contact_dialog import ContactDialog

        ContactDialog(self._desk, form, self).open()

    @Slot()
    def _order_stops(self) -> None:
        """Tab goes from the dialer to the cards, whenever they came, and then to the recents."""
        in_reading_order(self.dialer.call_button, *self.call_panel.stops)

    def _fit(self) -> None:
        width = self.viewport().width()
        least = DIALER_WIDTH if width >= NARROW else NARROW_DIALER_WIDTH
        half = (width - 3 * MARGIN) // 2
        self.dialer.setFixedWidth(max(least, min(round(least * theme().scale), half)))
        room = self.viewport().height() - 2 * (MARGIN - 4)
        self.dialer.setMinimumHeight(room)
        self.dialer.set_foldable(room < self.dialer.unfolded_height())
