"""The face of the preview: what lies where. No behaviour of its own.

Head with Fine and Standard, the page on its table, tools, strip and advice, the switch for exact pages. GUI
thread. Read next: preview_pane.py, which makes it work.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from rcdesk.ui.card import Card
from rcdesk.ui.line import Line
from rcdesk.ui.look import label
from rcdesk.ui.page_advice import PageAdvice
from rcdesk.ui.page_strip import PageStrip
from rcdesk.ui.paper_view import PaperView
from rcdesk.ui.preview_tools import ExactRow, PageTools
from rcdesk.ui.send_bar import ResolutionChoice


class PreviewFace(Card):
    """resolution_choice, view, tools, strip, advice and exact_row: see their modules."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent, padding=20)
        self.setObjectName("previewPane")
        self.setAccessibleName(self.tr("As it will arrive"))
        self.resolution_choice = ResolutionChoice()
        self.view = PaperView()
        self.tools = PageTools()
        self.strip = PageStrip()
        self.advice = PageAdvice()
        self.exact_row = ExactRow()
        self._remark = label("", "small", wraps=True)
        self._remark.setObjectName("previewRemark")
        self._build()

    def show_remark(self, words: str) -> None:
        """A sentence below the strip, "" for none."""
        self._remark.setText(words)
        self._remark.setVisible(bool(words))

    def _build(self) -> None:
        self.body.setSpacing(6)
        head = QHBoxLayout()
        title = Line("section")
        title.setText(self.tr("As it will arrive"))
        head.addWidget(title, 1)
        head.addWidget(self.resolution_choice)
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self.strip, 1)
        below.addWidget(self.advice)
        self.advice.setFixedHeight(self.strip.height())
        self.body.addLayout(head)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.tools)
        self.body.addLayout(below)
        self.body.addWidget(self._remark)
        self.body.addWidget(self.exact_row)


def single_shot(parent: QObject, pause_ms: int, act: Callable[[], None]) -> QTimer:
    """A timer that acts once, after things have been quiet for that long."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(pause_ms)
    timer.timeout.connect(act)
    return timer
