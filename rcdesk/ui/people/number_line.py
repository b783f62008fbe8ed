"""NumberLine: a number of a person with its buttons: favourite, call, fax, copy.

Where number and buttons do not fit beside each other, the buttons stand below. GUI thread. Read next:
person_view.py.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from rcdesk.core.people.people import PersonNumber
from rcdesk.ui.kit.look import IconButton, across, down, label

GAP = 8


class NumberLine(QWidget):
    """star_asked(PersonNumber); call_asked, fax_asked and copy_asked carry the number.

    shown: the number as people write it. resized() when the buttons went below the number or beside it.
    """

    star_asked = Signal(object)
    call_asked = Signal(str)
    fax_asked = Signal(str)
    copy_asked = Signal(str)
    resized = Signal()

    def __init__(self, number: PersonNumber, shown: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = number
        self._shown = shown
        self._is_favourite: bool | None = None
        self._star = IconButton("star", "", name=f"star_{number.number}")
        self.call = IconButton("phone", self.tr("Call {0}").replace("{0}", shown))
        self.call.setObjectName(f"call_{number.number}")
        fax = IconButton("compose", self.tr("Fax {0}").replace("{0}", shown), name=f"fax_{number.number}")
        self.copy_button = copy = IconButton("copy", self.tr("Copy {0}").replace("{0}", shown))
        copy.setObjectName(f"copy_{number.number}")
        self._star.clicked.connect(self._ask_star)
        self.call.clicked.connect(self._ask_call)
        fax.clicked.connect(self._ask_fax)
        copy.clicked.connect(self._ask_copy)
        said = down(label(shown, "rowTitle"), spacing=0)
        kind = number.label or (self.tr("Fax") if number.is_fax else "")
        if kind:
            said.addWidget(label(kind, "small"))
        self._said = QWidget()
        self._said.setLayout(said)
        said.setContentsMargins(0, 0, 0, 0)
        self._buttons = QWidget()
        across(self._star, self.call, fax, copy, of=self._buttons, margins=0, spacing=0)
        fax.setVisible(number.can_be_faxed)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._said, 1)
        self._layout.addWidget(self._buttons, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_star(is_favourite=False)

    def show_star(self, *, is_favourite: bool) -> None:
        """Whether this number is a favourite."""
        if is_favourite == self._is_favourite:
            return
        self._is_favourite = is_favourite
        words = self.tr("Take {0} from the favourites") if is_favourite else self.tr("Make {0} a favourite")
        self._star.show_icon("star-fill" if is_favourite else "star")
        self._star.setAccessibleName(words.replace("{0}", self._shown))
        self._star.setToolTip(self._star.accessibleName())

    def minimumSizeHint(self) -> QSize:
        """As narrow as the buttons, so that it is the line that gives way and not the card."""
        return QSize(self._buttons.sizeHint().width(), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Buttons beside the number, or below it."""
        super().resizeEvent(event)
        wanted = self._said.sizeHint().width() + GAP + self._buttons.sizeHint().width()
        is_beside = self.width() >= wanted
        direction = QBoxLayout.Direction.LeftToRight if is_beside else QBoxLayout.Direction.TopToBottom
        if direction != self._layout.direction():
            self._layout.setDirection(direction)
            self.updateGeometry()
            self.resized.emit()

    @Slot()
    def _ask_star(self) -> None:
        self.star_asked.emit(self.number)

    @Slot()
    def _ask_call(self) -> None:
        self.call_asked.emit(self.number.number)

    @Slot()
    def _ask_fax(self) -> None:
        self.fax_asked.emit(self.number.number)

    @Slot()
    def _ask_copy(self) -> None:
        self.copy_asked.emit(self.number.number)
