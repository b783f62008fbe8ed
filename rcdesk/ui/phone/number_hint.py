"""NumberHint, the line below a number field: who it is or why not at the left, E.164 and place at the right.

The country is shown at once, the town and the name as soon as the lanes answer. Why a number cannot be called
is said only after typing stops, or on Enter. GUI thread. Read next: number_field.py,
core/numbers/phone_number.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core import spoken_time
from rcdesk.core.errors import UserError
from rcdesk.core.numbers.phone_number import PhoneNumber, parse
from rcdesk.core.people.people import Caller
from rcdesk.ui.kit.announce import announce
from rcdesk.ui.kit.look import glyph
from rcdesk.ui.kit.plain_text import Line, PlainLabel
from rcdesk.ui.kit.theme import repolish, set_role, theme

if TYPE_CHECKING:
    from rcdesk.ui.phone.number_field import NumberField

PAUSE_MS = 700
_ICON_PX = 16
_BETWEEN = " · "
_FEWEST_LETTERS = 3


class _Detail(Line):
    """Number and place, name and label: all of the first, and of the second what there is room for."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """The first alone when only an ellipsis of the second would be left."""
        first, mark, _ = self.text().partition(_BETWEEN)
        metrics, room = self.fontMetrics(), self.contentsRect().width()
        least = metrics.horizontalAdvance(f"{first}{mark}{'m' * _FEWEST_LETTERS}…")
        is_enough = room >= min(least, metrics.horizontalAdvance(self.text()))
        if not mark or is_enough or metrics.horizontalAdvance(first) > room:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), first)


class _Words(_Detail):
    """A name gives way on one line; a reason, or what to do, wraps: all of it must be read."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """As a plain label when it wraps."""
        if self.wordWrap():
            PlainLabel.paintEvent(self, event)
        else:
            super().paintEvent(event)


class NumberHint(QWidget):
    """number() is the parsed number or None, caller() who it is; checked() follows every reading and news.

    Without a desk nobody is looked up and the country stands for the place.
    """

    checked = Signal()

    def __init__(
        self, field: NumberField, parent: QWidget | None = None, *, desk: Desk | None = None
    ) -> None:
        super().__init__(parent)
        self._field = field
        self._desk = desk
        self._number: PhoneNumber | None = None
        self._caller: Caller | None = None
        self._place = ""
        self._reason = ""
        self._build()
        self._pause = single_shot(self, self._paused, PAUSE_MS)
        field.textChanged.connect(self.read_again)
        field.region_changed.connect(self.read_again)
        theme().changed.connect(self._relook)
        if desk is not None:
            desk.numbers.ready.connect(self.read_again)
            desk.people.people_changed.connect(self._ask_who)

    def _build(self) -> None:
        self._icon = PlainLabel("", self)
        self._icon.setFixedSize(_ICON_PX + 4, 18)
        self._icon.hide()
        self.left = _Words("label", self)
        self.left.setObjectName("numberReason")
        self.left.setWordWrap(True)
        self.left.setMinimumHeight(18)
        self.right = _Detail("small", self)
        self.right.setObjectName("numberDetail")
        self.right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(6)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.left, 1)
        row.addWidget(self.right)

    def line_height(self) -> int:
        """Pixels of a hint of one line, which is kept free for it."""
        return self.left.minimumHeight()

    def number(self) -> PhoneNumber | None:
        """The number in the field when it can be called."""
        return self._number

    def caller(self) -> Caller | None:
        """Who it is, None while or when nobody knows."""
        return self._caller

    def name(self) -> str:
        """Who it is, "" when nobody knows."""
        return self._caller.name if self._caller is not None else ""

    def insist(self) -> PhoneNumber | None:
        """Enter was pressed: read now and show the reason at once when it cannot be called."""
        self._read(is_insisted=True)
        if self._number is None:
            if not self._reason:
                self._reason = self.tr("Type a number to call.")
            self._paused()
        return self._number

    def say(self, sentence: str, role: str = "bad") -> None:
        """Show this sentence in the place of the hint until the number changes."""
        self._pause.stop()
        self._set_right("")
        self._set_left(sentence, role)

    @Slot()
    def read_again(self) -> None:
        """Read what is in the field: it, the country, or what can read numbers has changed."""
        self._read()

    def _read(self, *, is_insisted: bool = False) -> None:
        text = self._field.text()
        self._pause.stop()
        self._reason = ""
        is_waiting = self._desk is not None and not self._desk.numbers.is_ready and not is_insisted
        number = None if is_waiting else self._parsed(text)
        if number is not None and number == self._number:
            self._show_number()
            self.checked.emit()
            return
        self._number, self._caller, self._place = number, None, ""
        if number is None:
            self._set_right("")
            self._set_left("", "label")
        else:
            self._show_number()
            self._ask_who()
            self._ask_where()
        if text.strip() and not is_waiting:
            self._pause.start()
        self.checked.emit()

    def _parsed(self, text: str) -> PhoneNumber | None:
        if not text.strip():
            return None
        try:
            return parse(text, self._field.region)
        except UserError as reason:
            self._reason = str(reason)
            return None

    @Slot()
    def _ask_who(self) -> None:
        number = self._number
        if number is None or self._desk is None:
            return

        def known(caller: Caller) -> None:
            if self._number == number and (caller.name or self._caller is not None):
                self._caller = caller if caller.name else None
                self._show_number()
                self.checked.emit()

        self._desk.people.caller(number.e164, known)

    def _ask_where(self) -> None:
        number = self._number
        if number is None or number.is_short or self._desk is None:
            return

        def found(place: str) -> None:
            if self._number == number and place:
                self._place = place
                self._show_number()

        self._desk.numbers.place(number.e164, found)

    def _show_number(self) -> None:
        number = self._number
        if number is None:
            return
        if number.is_short:
            self._set_right(self.tr("Extension {0}").replace("{0}", number.e164))
        else:
            where = "" if number.extension else self._where(number)
            self._set_right(_BETWEEN.join(filter(None, (number.e164, where))))
        wraps = bool(number.extension) or not number.is_valid
        self._set_left(self._who(number), "label", is_person=bool(self.name()), wraps=wraps)

    def _where(self, number: PhoneNumber) -> str:
        """The town, with its country when that is another's; the country alone when that is all."""
        country = country_name(number.place)
        if not self._place:
            return country
        is_home = number.place == (self._field.region or "US").upper()
        return self._place if is_home or not country else f"{self._place}, {country}"

    def _who(self, number: PhoneNumber) -> str:
        if not self.name():
            if not number.is_valid and not (self._desk and self._desk.history.has_talked(number.e164)):
                return self.tr("As far as is known, nobody has this number.")
            sentence = self.tr("Then enter {0} on your phone.")
            return sentence.replace("{0}", number.extension) if number.extension else ""
        if number.extension:
            below = self.tr("enter {0} on your phone").replace("{0}", number.extension)
        else:
            below = self._missed() or (self._caller.label if self._caller is not None else "")
        return f"{self.name()} · {below}" if below else self.name()

    def _missed(self) -> str:
        """ "missed you at 10:15" when their last call today was not answered."""
        last = self._caller.last_call if self._caller is not None else None
        if last is None or not last.outcome.is_missed:
            return ""
        at = last.at.astimezone()
        if at.date() != datetime.now().astimezone().date():
            return ""
        return self.tr("missed you at {0}").replace("{0}", spoken_time.clock(at))

    @Slot()
    def _paused(self) -> None:
        """Typing has stopped: say why not, and let screen readers say what there is.

        A name somebody is offered for is nothing wrong.
        """
        self._pause.stop()
        if self._field.is_offering:
            return
        if self._reason:
            self._set_left(self._reason, "bad")
        announce(self._field, " ".join(filter(None, (self.left.text(), self.right.text()))))

    def _set_right(self, text: str) -> None:
        self.right.setText(text)
        self.right.setAccessibleName(text)
        self.right.setVisible(bool(text))
        # All of the number that will be called must be readable, whoever it is.
        least = self.right.fontMetrics().horizontalAdvance(text.partition(_BETWEEN)[0])
        self.right.setMinimumWidth(least + 2)

    def _set_left(self, text: str, role: str, *, is_person: bool = False, wraps: bool = False) -> None:
        set_role(self.left, role)
        self._icon.setVisible(is_person)
        if is_person:
            self._relook()
        is_whole = wraps or role == "bad"
        self.left.setWordWrap(is_whole)
        self._share_out(is_whole)
        if self.left.text() != text:
            self.left.setText(text)
            self.left.setAccessibleName(text)
        is_problem = role == "bad" and bool(text)
        if bool(self._field.property("problem")) != is_problem:
            self._field.setProperty("problem", is_problem)
            repolish(self._field)

    def _share_out(self, is_whole: bool) -> None:
        """A name has its own width and the place what is left; what wraps has all there is."""
        shrinks, grows = QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Ignored
        policies = (QSizePolicy.Policy.Preferred, shrinks) if is_whole else (shrinks, grows)
        for part, policy in zip((self.left, self.right), policies, strict=True):
            part.setSizePolicy(policy, QSizePolicy.Policy.Preferred)
        row = self.layout()
        if isinstance(row, QHBoxLayout):
            row.setStretchFactor(self.left, int(is_whole))
            row.setStretchFactor(self.right, int(not is_whole))

    @Slot()
    def _relook(self) -> None:
        if self._icon.isVisibleTo(self):
            self._icon.setPixmap(glyph("person", "ink2", _ICON_PX, self.devicePixelRatioF()))


def country_name(region: str) -> str:
    """ "US" as "United States"; "" when unknown."""
    territory = QLocale.codeToTerritory(region) if region else QLocale.Country.AnyTerritory
    return "" if territory == QLocale.Country.AnyTerritory else QLocale.territoryToString(territory)
