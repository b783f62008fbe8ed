"""The face of the preview: what lies where. No behaviour of its own.

Head with Fine and Standard, the page on its table, tools, strip and advice, the switch for exact pages: below
the page, or at its right where the pane is wide and low and the page would have no height left. GUI thread.
Read next: preview_pane.py, which makes it work.
"""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.look import across, fill, label, named
from rcdesk.ui.kit.plain_text import Line
from rcdesk.ui.preview.page_advice import PageAdvice
from rcdesk.ui.preview.page_strip import PageStrip
from rcdesk.ui.preview.paper_view import PaperView
from rcdesk.ui.preview.preview_tools import ExactRow, PageTools
from rcdesk.ui.preview.send_bar import ResolutionChoice

WIDE_FROM_WIDTH = 640
"""From here the tools have room at the right of the page."""
BESIDE_WIDTH = 336


class PreviewFace(Card):
    """resolution_choice, view, tools, strip, advice and exact_row: see their modules."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent, padding=20)
        named(self, "previewPane", self.tr("As it will arrive"))
        self.resolution_choice = ResolutionChoice()
        self.view = PaperView()
        self.tools = PageTools()
        self.strip = PageStrip()
        self.advice = PageAdvice()
        self.exact_row = ExactRow()
        self._remark = label("", "small", wraps=True, name="previewRemark")
        self._build()

    def show_remark(self, words: str) -> None:
        """A sentence below the strip, "" for none."""
        self._remark.setText(words)
        self._remark.setVisible(bool(words))

    def _build(self) -> None:
        self.body.setSpacing(6)
        title = Line("section")
        title.setText(self.tr("As it will arrive"))
        self._strip_row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        fill(self._strip_row, (self.strip, 1), self.advice, spacing=12)
        self._controls = QWidget()
        controls = QVBoxLayout(self._controls)
        fill(controls, self.tools, self._strip_row, ..., self._remark, self.exact_row, margins=0, spacing=6)
        self._page_and_controls = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        fill(self._page_and_controls, (self.view, 1), self._controls, spacing=6)
        fill(self.body, across((title, 1), self.resolution_choice), (self._page_and_controls, 1))
        self._arrange(is_wide=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the page the height there is."""
        super().resizeEvent(event)
        is_wide = self.width() >= WIDE_FROM_WIDTH and self.height() < self.width() * 3 // 4
        if is_wide is not self.is_wide:
            self._arrange(is_wide=is_wide)

    @property
    def is_wide(self) -> bool:
        """True while the tools are at the right of the page."""
        return self._page_and_controls.direction() is QBoxLayout.Direction.LeftToRight

    def _arrange(self, *, is_wide: bool) -> None:
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._page_and_controls.setDirection(across if is_wide else down)
        self._page_and_controls.setSpacing(16 if is_wide else 6)
        self._strip_row.setDirection(down if is_wide else across)
        self._controls.setMinimumWidth(BESIDE_WIDTH if is_wide else 0)
        self.advice.set_wide(is_wide)
        self.advice.setMinimumHeight(0 if is_wide else self.strip.height())
        self.advice.setMaximumHeight(self.strip.height() * (2 if is_wide else 1))
