"""The window that shows pages: of a received fax, or of a proof pack.

Pictures come from ProofDesk.page_image, drawn on its lane at the size they are shown; the last few are kept.
save_asked, print_asked and forward_asked are for the opener. GUI thread. Read next: folders/actions.py.

Keys: Left, PgUp and Right, PgDn turn pages, Home and End go to the first and last; + and 1 show 100 %, 0 and
F fit the width; Ctrl+S saves, Ctrl+P prints, Esc closes.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeySequence, QPixmap, QResizeEvent, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QWidget

from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.ui.kit.fit import fit_to_screen
from rcdesk.ui.kit.look import Button, IconButton, across, down, dress, label, named
from rcdesk.ui.kit.plain_text import PlainLabel, one_line

if TYPE_CHECKING:
    from rcdesk.bridge.fax.proof_desk import ProofDesk

FULL_WIDTH_PX = 816
"""A letter page at 96 pixels an inch: what 100 % means."""
KEPT = 6
EDGE = 24


class PageViewer(QDialog):
    """Shows the pages of the file at path; show() it, nothing waits for it."""

    save_asked = Signal()
    print_asked = Signal()
    forward_asked = Signal()

    def __init__(
        self,
        proofs: ProofDesk,
        path: Path,
        media_type: str,
        *,
        title: str,
        can_forward: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._proofs = proofs
        self._path = path
        self._media_type = media_type
        self.page = 0
        """The page shown, from 0."""
        self.count = 0
        """How many pages there are, 0 until they were counted."""
        self._is_fit = True
        self._is_closed = False
        self._pictures: dict[tuple[int, int], QPixmap] = {}
        self.setWindowTitle(one_line(title))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(820, 860)
        fit_to_screen(self)
        self._sheet = named(PlainLabel(self.tr("The pages are being drawn…")), "viewerSheet")
        self._sheet.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._sheet.setMargin(EDGE)
        self._area = self._make_area()
        self._where = label("", "label", name="viewerWhere")
        self._previous = IconButton("left", self.tr("Previous page"), name="pagePrevious")
        self._next = IconButton("right", self.tr("Next page"), name="pageNext")
        down(self._make_bar(title, can_forward), (self._area, 1), of=self, margins=0, spacing=0)
        self._redraw = single_shot(self, self._show_page, 120)
        self._add_keys()
        self._refresh()
        self._area.setFocus()
        proofs.page_count(path, media_type, self._counted)

    def turn_to(self, page: int) -> None:
        """Show this page, the nearest one when there is no such."""
        page = max(0, min(page, self.count - 1))
        if page != self.page and self.count:
            self.page = page
            self._area.verticalScrollBar().setValue(0)
            self._refresh()
            self._show_page()

    def set_fit(self, is_fit: bool) -> None:
        """Fit the width of the window, or 100 %."""
        self._is_fit = is_fit
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if is_fit else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self._area.setHorizontalScrollBarPolicy(policy)
        self._refresh()
        self._show_page()

    def done(self, result: int) -> None:
        """Pages that come after closing are let go."""
        self._is_closed = True
        super().done(result)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_fit:
            self._redraw.start()

    def _make_area(self) -> QScrollArea:
        area = named(QScrollArea(), "viewerArea")
        area.setWidget(self._sheet)
        area.setWidgetResizable(True)
        area.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        dress(area, "#viewerArea, #viewerArea > QWidget, #viewerSheet { background: $table; }")
        return area

    def _make_bar(self, title: str, can_forward: bool) -> QHBoxLayout:
        bar = across(self._previous, self._where, self._next, 8, margins=(16, 10, 16, 10), spacing=6)
        self._fit = IconButton("fit", self.tr("Fit the width"))
        self._full = IconButton("zoom", self.tr("100 %"))
        for button in (self._fit, self._full):
            button.setCheckable(True)
            dress(button, "QToolButton:checked { background: $press; }")
            bar.addWidget(button)
        bar.addStretch(1)
        forward = Button(self.tr("Forward"), icon_name="forward", name="forwardButton", act=self._forward)
        forward.setVisible(can_forward)
        printing = Button(self.tr("Print…"), icon_name="print", name="printButton", act=self.print_asked)
        save = Button(self.tr("Save as…"), icon_name="download", name="saveAsButton", act=self.save_asked)
        for action in (forward, printing, save):
            bar.addWidget(action)
        self._previous.clicked.connect(partial(self._step, -1))
        self._next.clicked.connect(partial(self._step, 1))
        self._fit.clicked.connect(partial(self.set_fit, True))
        self._full.clicked.connect(partial(self.set_fit, False))
        self.setAccessibleName(title)
        return bar

    def _add_keys(self) -> None:
        for keys, act in (
            ("Left", partial(self._step, -1)),
            ("PgUp", partial(self._step, -1)),
            ("Right", partial(self._step, 1)),
            ("PgDown", partial(self._step, 1)),
            ("Space", partial(self._step, 1)),
            ("Home", partial(self.turn_to, 0)),
            ("End", partial(self.turn_to, 10**6)),
            ("1", partial(self.set_fit, False)),
            ("+", partial(self.set_fit, False)),
            ("0", partial(self.set_fit, True)),
            ("F", partial(self.set_fit, True)),
            ("Ctrl+S", self.save_asked.emit),
            ("Ctrl+P", self.print_asked.emit),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    @Slot()
    def _forward(self) -> None:
        self.forward_asked.emit()
        self.close()

    def _step(self, by: int, _is_checked: bool = False) -> None:
        self.turn_to(self.page + by)

    def _counted(self, count: int) -> None:
        if self._is_closed:
            return
        self.count = count
        self._refresh()
        if count:
            self._show_page()
        else:
            self._sheet.setText(self.tr("This file has no pages that can be shown. Save it to keep a copy."))

    def _width_px(self) -> int:
        """How wide the page is drawn, in device pixels."""
        room = self._area.width() - self._area.verticalScrollBar().sizeHint().width() - 2 * EDGE
        logical = max(200, min(room, 2000)) if self._is_fit else FULL_WIDTH_PX
        return round(logical * self.devicePixelRatioF())

    @Slot()
    def _show_page(self) -> None:
        if not self.count:
            return
        key = (self.page, self._width_px())
        if key in self._pictures:
            self._put(self._pictures[key])
            return
        self._proofs.page_image(self._path, self._media_type, self.page, key[1], partial(self._drawn, key))

    def _drawn(self, key: tuple[int, int], png: bytes) -> None:
        if self._is_closed:
            return
        picture = QPixmap.fromImage(QImage.fromData(png))
        self._pictures[key] = picture
        while len(self._pictures) > KEPT:
            del self._pictures[next(iter(self._pictures))]
        if key == (self.page, self._width_px()):
            self._put(picture)

    def _put(self, picture: QPixmap) -> None:
        shown = QPixmap(picture)
        shown.setDevicePixelRatio(self.devicePixelRatioF())
        self._sheet.setPixmap(shown)
        self._sheet.setMinimumSize(
            QSize(0, 0)
            if self._is_fit
            else shown.deviceIndependentSize().toSize() + QSize(2 * EDGE, 2 * EDGE)
        )

    def _refresh(self) -> None:
        words = self.tr("Page {0} of {1}").format(self.page + 1, self.count) if self.count else ""
        self._where.setText(words)
        self._sheet.setAccessibleName(words)
        self._previous.setEnabled(self.page > 0)
        self._next.setEnabled(self.page + 1 < self.count)
        self._fit.setChecked(self._is_fit)
        self._full.setChecked(not self._is_fit)
