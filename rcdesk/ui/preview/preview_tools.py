"""The two rows of tools of the preview: turn, leave out, zoom and dots; exact pages and page ranges.

They only show and ask. GUI thread. Read next: preview_pane.py.
"""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from rcdesk.core.fax.paper import Dither
from rcdesk.ui.kit.boxes import ChoiceBox, Switch
from rcdesk.ui.kit.look import IconButton, across, dress, fill, label, named
from rcdesk.ui.kit.plain_text import Line
from rcdesk.ui.kit.theme import repolish

_DITHERS = (Dither.AUTO, Dither.THRESHOLD, Dither.DIFFUSE)
_SMALL = """
QComboBox { background: $surface; color: $ink; border: 1px solid $hairline; border-radius: 8px;
    padding: 0 2px 0 8px; min-height: 28px; max-height: 28px; }
QComboBox:focus { border: 2px solid $accent; padding: 0 1px 0 7px; min-height: 26px; max-height: 26px; }
QComboBox:disabled { color: $ink3; background: $well; }
QComboBox::drop-down { background: transparent; border: none; width: 28px; }
"""


class PageTools(QWidget):
    """turned(degrees), removal_asked(), dithered(Dither), zoom_in, zoom_out, fit_asked: what is clicked."""

    turned = Signal(int)
    removal_asked = Signal()
    dithered = Signal(object)
    zoom_in_asked = Signal()
    zoom_out_asked = Signal()
    fit_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._left = self._button("rotate-left", self.tr("Turn left (Shift+R)"), "turnLeft")
        self._right = self._button("rotate-right", self.tr("Turn right (R)"), "turnRight")
        self.remove = self._button("trash", self.tr("Leave out this page (Del)"), "removePage")
        self._in = self._button("plus", self.tr("Larger (+)"), "zoomIn")
        self._out = self._button("minus", self.tr("Smaller (-)"), "zoomOut")
        self._fit = self._button("fit", self.tr("Whole page (0)"), "zoomFit")
        self.percent = label("", "small", name="previewPercent")
        self.dither = ChoiceBox("previewDither", self.tr("How grey becomes black and white"))
        self.dither.addItems([self.tr("Auto"), self.tr("Text"), self.tr("Photo")])
        self.dither.setToolTip(self.tr("How grey becomes black and white: cut sharply, or drawn in dots"))
        self.dither.setFixedWidth(92)
        dress(self.dither, _SMALL)
        self.dither.activated.connect(self._dither_chosen)
        layout = QHBoxLayout(self)
        fill(layout, margins=0, spacing=2)
        for button in (self._left, self._right, self.remove):
            layout.addWidget(button)
        fill(layout, 6, self.dither, ...)
        for part in (self._out, self.percent, self._in, self._fit):
            layout.addWidget(part)
        self._left.clicked.connect(self._turn_left)
        self._right.clicked.connect(self._turn_right)
        self.remove.clicked.connect(self.removal_asked)
        self._in.clicked.connect(self.zoom_in_asked)
        self._out.clicked.connect(self.zoom_out_asked)
        self._fit.clicked.connect(self.fit_asked)

    def show_page(self, *, can_change: bool, is_removed: bool, dither: Dither) -> None:
        """What can be done with the page that is shown."""
        for part in (self._left, self._right, self.remove, self.dither):
            part.setEnabled(can_change)
        words = self.tr("Put this page back (Del)") if is_removed else self.tr("Leave out this page (Del)")
        self.remove.setToolTip(words)
        self.remove.setAccessibleName(words)
        self.dither.setCurrentIndex(_DITHERS.index(dither))

    def show_zoom(self, percent: int) -> None:
        """How large the page is shown."""
        self.percent.setText(self.tr("{0} %").format(percent))

    def _button(self, icon_name: str, words: str, name: str) -> IconButton:
        button = IconButton(icon_name, words, name=name)
        button.setFixedSize(32, 32)
        return button

    @Slot(int)
    def _dither_chosen(self, index: int) -> None:
        self.dithered.emit(_DITHERS[index])

    @Slot()
    def _turn_left(self) -> None:
        self.turned.emit(270)

    @Slot()
    def _turn_right(self) -> None:
        self.turned.emit(90)


class ExactRow(QWidget):
    """The switch "Send exactly these pages" and the page ranges. exact_asked(bool), ranges_given(str)."""

    exact_asked = Signal(bool)
    ranges_given = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.exact = named(Switch(self.tr("Send exactly these pages")), "sendExactSwitch")
        self.exact.toggled.connect(self.exact_asked)
        self._words = Line("small")
        self._words.setText(self.tr("Send exactly these pages"))
        self._words.setBuddy(self.exact)
        self.ranges = named(QLineEdit(), "pageRanges", self.tr("Pages to send, for example 1-3, 5"))
        self.ranges.setPlaceholderText(self.tr("All pages"))
        self.ranges.setToolTip(self.tr("Pages to send, for example 1-3, 5. Empty sends all."))
        self.ranges.setFixedWidth(104)
        dress(self.ranges, "#pageRanges { padding: 3px 8px; } #pageRanges:focus { padding: 2px 7px; }")
        self.ranges.editingFinished.connect(self._given)
        across(self.exact, (self._words, 1), self.ranges, of=self, margins=0, spacing=6)

    def show_state(self, *, is_exact: bool, is_forced: bool, has_pages: bool, ranges: str) -> None:
        """is_forced: pages were changed or a file needs a password, so the files alone would not do."""
        was_blocked = self.exact.blockSignals(True)
        self.exact.setChecked(is_exact)
        self.exact.blockSignals(was_blocked)
        self.exact.setEnabled(has_pages and not is_forced)
        hint = (
            self.tr(
                "These very pages are sent instead of the files: pages were changed, or a file opens with a "
                "password only."
            )
            if is_forced
            else self.tr("Off: the files are sent and RingCentral draws them. On: these very dots are sent.")
        )
        for part in (self.exact, self._words):
            part.setToolTip(hint)
        self.exact.setAccessibleDescription(hint)
        self.exact.update()
        self.ranges.setEnabled(has_pages)
        if self.ranges.text() != ranges:
            self.ranges.setText(ranges)
        self.show_problem("")

    def show_problem(self, sentence: str) -> None:
        """Why the ranges make no sense, "" when they do."""
        self.ranges.setToolTip(sentence or self.tr("Pages to send, for example 1-3, 5. Empty sends all."))
        if bool(self.ranges.property("problem")) != bool(sentence):
            self.ranges.setProperty("problem", bool(sentence))
            repolish(self.ranges)

    @Slot()
    def _given(self) -> None:
        self.ranges_given.emit(self.ranges.text())
