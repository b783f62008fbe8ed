"""Quick dial: a small window with one number field, filled with the clipboard's number when there is one.

Opened from the tray, a link or a desktop-wide key; it is made once and kept, so that it appears at once. It
calls by itself, as the dialer would, and closes; what is missing is said in it. GUI thread. Read next:
number_field.py, placing.py, tray.py.
"""

from __future__ import annotations

import re

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QClipboard, QCursor, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QDialog

from rcdesk.bridge.desk import Desk
from rcdesk.core.account.account import ForwardingNumber
from rcdesk.core.errors import UserError
from rcdesk.core.numbers.labels import Label, labels_in
from rcdesk.core.numbers.phone_number import as_written, parse, parse_for_fax
from rcdesk.ui.kit.boxes import ChoiceBox
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.look import Button, across, down, dress, label
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.phone.number_field import NumberField, NumberHint
from rcdesk.ui.phone.placing import doubt_words, phones_of, place, way_for
from rcdesk.ui.words.call_words import phone_icon

_LONGEST_CLIP = 2000
_FEWEST_DIGITS = 7
_WORDS_BEFORE = 3
_NUMBER_IN_TEXT = re.compile(
    r"(?:tel:|callto:)?\+?\(?\d[\d\s().\-/]{5,}\d(?:\s*(?:,|;ext=|ext\.?|x)\s*\d{1,6})?", re.IGNORECASE
)


class QuickDial(QDialog):
    """appear() shows it; fax_asked(e164) wants a fax to this number. Calls are placed from here."""

    fax_asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._is_own_choice = False
        self._doubted = ""
        self.setObjectName("quickDial")
        self.setWindowTitle(self.tr("Quick dial"))
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
        self.setMinimumWidth(472)
        dress(self, "#quickDial { background: $raised; }")
        self._origin = label("", "small", name="quickDialOrigin")
        self.field = NumberField(self, desk=desk)
        self.field.setAccessibleDescription(self.tr("Type or paste a number, Enter calls it."))
        self.hint = NumberHint(self.field, self, desk=desk)
        self.ring = ChoiceBox("quickDialRing", self.tr("Ring me on"))
        self.ring.setMinimumWidth(150)
        self.call = Button(self.tr("Call"), kind="call", icon_name="phone", token="ongood", act=self.dial)
        self.call.setObjectName("quickDialCall")
        self.call.setMinimumWidth(118)
        self.fax = Button(self.tr("Fax it"), icon_name="compose", name="quickDialFax", act=self._fax)
        self._build()
        self.field.installEventFilter(self)
        self.field.textEdited.connect(self._typed)
        self.field.returnPressed.connect(self.dial)
        self.hint.checked.connect(self._checked)
        self.ring.activated.connect(self._chosen)
        theme().changed.connect(self._show_phones)
        desk.numbers.ready.connect(self._numbers_ready)
        self._checked()

    def _build(self) -> None:
        head = across((label(self.tr("Quick dial"), "section"), 1), self._origin)
        ring = label(self.tr("Ring"), "label")
        ring.setBuddy(self.ring)
        foot = across(ring, self.ring, ..., self.fax, self.call, spacing=10)
        down(head, self.field, self.hint, 12, foot, of=self, margins=(24, 18, 24, 22), spacing=8)

    @property
    def origin(self) -> str:
        """Where the number came from, in words; "" when it was typed."""
        return self._origin.text()

    def appear(self, text: str = "") -> None:
        """Show it in front with this number, or with the clipboard's when there is one."""
        account = self._desk.session.account
        self.field.region = account.home_country if account is not None else "US"
        self._is_own_choice = False
        if not self.isVisible() or text:
            self._fill(text)
        self._show_phones()
        if not self.isVisible():
            self._place_on_screen()
        self.show()
        self.raise_()
        self.activateWindow()
        self.field.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
        self.field.selectAll()

    @Slot()
    def dial(self) -> None:
        """Call the number in the field, or say in place why not. A second Enter finds it closed."""
        if not self.isVisible():
            return
        number = self.hint.insist()
        if number is None:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        phone = self._phone()
        way = way_for(self._desk, number.e164)
        problem = place(
            self._desk,
            number,
            self.hint.name(),
            replace(way, phone=phone) if self._is_own_choice else way,
            is_sure=self._doubted == number.e164,
        )
        self._doubted = number.e164 if problem == doubt_words(number) else ""
        if problem:
            self.hint.say(problem)
        else:
            self.accept()

    def event(self, event: QEvent) -> bool:
        """What takes more lines than before, a reason above all, makes the window higher."""
        if event.type() != QEvent.Type.LayoutRequest:
            return super().event(event)
        is_done = super().event(event)
        layout = self.layout()
        if layout is not None and layout.totalHeightForWidth(self.width()) > self.height():
            self.resize(self.width(), layout.totalHeightForWidth(self.width()))
        return is_done

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc closes at once, unless it closes the list of people: the field would only empty itself."""
        is_key = watched is self.field and event.type() == QEvent.Type.KeyPress and not self.field.is_offering
        if is_key and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.reject()
            return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        origin = ""
        if not text and self._desk.numbers.is_ready:
            text, origin = self._found()
        self.field.setText(text)
        self._origin.setText(origin)

    @Slot()
    def _numbers_ready(self) -> None:
        """It was opened before numbers could be read: look at the clipboard now."""
        if self.isVisible() and not self.field.text():
            self._fill("")
            self.field.selectAll()

    def _found(self) -> tuple[str, str]:
        """(number, where it was found): the clipboard's, else that of the selected text."""
        clipboard = QGuiApplication.clipboard()
        places = [(QClipboard.Mode.Clipboard, self.tr("from the clipboard"))]
        if clipboard.supportsSelection():
            places.append((QClipboard.Mode.Selection, self.tr("from the selected text")))
        for mode, words in places:
            number = number_in(clipboard.text(mode), self.field.region)
            if number:
                return number, words
        return "", ""

    @Slot()
    def _show_phones(self) -> None:
        number = self.hint.number()
        wanted = way_for(self._desk, number.e164 if number is not None else "").phone
        phones = phones_of(self._desk)
        shown = [self.ring.itemData(at) for at in range(self.ring.count())]
        if shown != [phone.id for phone in phones]:
            self.ring.clear()
            for phone in phones:
                self.ring.addItem(phone.label, phone.id)
        for at, phone in enumerate(phones):
            self.ring.setItemIcon(at, icon(phone_icon(phone.kind), "ink2", 18))
        self.ring.setEnabled(bool(phones))
        if wanted is not None and not self._is_own_choice:
            self.ring.setCurrentIndex(self.ring.findData(wanted.id))

    def _phone(self) -> ForwardingNumber | None:
        chosen = self.ring.currentData()
        return next((phone for phone in phones_of(self._desk) if phone.id == chosen), None)

    @Slot()
    def _checked(self) -> None:
        number = self.hint.number()
        if number is None or number.e164 != self._doubted:
            self._doubted = ""
        self.fax.setEnabled(number is not None)
        if self._origin.text() and not self.field.text():
            self._origin.clear()
        self._show_phones()

    @Slot()
    def _typed(self) -> None:
        """What the person writes comes from nowhere else."""
        self._origin.clear()

    @Slot()
    def _chosen(self) -> None:
        """This call only: what is chosen for all calls is chosen on the phone's page."""
        self._is_own_choice = True

    @Slot()
    def _fax(self) -> None:
        if self.hint.insist() is None:
            return
        try:
            number = parse_for_fax(self.field.text(), self.field.region)
        except UserError as reason:
            self.hint.say(str(reason))
            return
        self.accept()
        self.fax_asked.emit(number.e164)

    def _place_on_screen(self) -> None:
        """In the upper middle of the screen where the mouse is; a desktop may know better."""
        screen = QGuiApplication.screenAt(QCursor.pos()) or QGuiApplication.primaryScreen()
        self.adjustSize()
        area = screen.availableGeometry()
        self.move(
            area.center().x() - self.width() // 2, area.top() + max(0, (area.height() - self.height()) // 3)
        )


def number_in(text: str, region: str) -> str:
    """The number that is the text, or the first one in it, as it is written there; "" when there is none."""
    whole = text.strip()[:_LONGEST_CLIP]
    if _count(whole) < _FEWEST_DIGITS:
        return ""
    try:
        return as_written(whole, region)
    except UserError:
        pass
    for match in _NUMBER_IN_TEXT.finditer(whole):
        words = " ".join(whole[: match.start()].split()[-_WORDS_BEFORE:])
        is_time = whole[match.end() : match.end() + 1] == ":"
        if is_time or _count(match[0]) < _FEWEST_DIGITS or Label.FAX in labels_in(words):
            continue
        try:
            is_one = parse(match[0], region).is_valid
        except UserError:
            continue
        if is_one:
            return match[0].strip()
    return ""


def _count(text: str) -> int:
    return sum(map(str.isalnum, text))
