"""The story of one fax, beside the list: where it stands, what happened when, what can be done.

Events come from FaxDesk.load_history and are asked again whenever the fax changes state. GUI thread.
Read next: fax_words.py.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.fax import FaxEvent, FaxJob, FaxState
from rcdesk.core.phone_number import pretty
from rcdesk.ui.badge import Badge
from rcdesk.ui.card import Card
from rcdesk.ui.fax_words import FaxStep, clock_time, sentence, state_badge, step_words, steps, who
from rcdesk.ui.look import Button, color, label

_ICONS = {
    FaxStep.CANCEL: "x",
    FaxStep.TRY_AGAIN: "retry",
    FaxStep.IT_WAS_SENT: "check",
    FaxStep.SEND_AGAIN: "retry",
}


class Timeline(QWidget):
    """Events as dots on a line with their times; one row each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._events: tuple[FaxEvent, ...] = ()
        self.setObjectName("faxTimeline")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_events(self, events: tuple[FaxEvent, ...]) -> None:
        """Show these, oldest first."""
        self._events = events
        lines = [f"{clock_time(e.at, has_seconds=True)} {self._words(e)}" for e in events]
        self.setAccessibleName(self.tr("What happened: {0}").format("; ".join(lines)))
        self.setToolTip("\n".join(lines))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A row of 34 for each event."""
        return QSize(240, self._row_height() * len(self._events))

    def minimumSizeHint(self) -> QSize:
        """As high as needed, as narrow as wanted."""
        return QSize(120, self.sizeHint().height())

    def _row_height(self) -> int:
        return max(34, self.fontMetrics().height() + 14)

    def _words(self, event: FaxEvent) -> str:
        return event.detail or state_badge(event.state)[0]

    def paintEvent(self, paint_event: object) -> None:
        """Paint the dots, the line between them, times and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self._row_height()
        metrics = painter.fontMetrics()
        text_x = 24 + metrics.horizontalAdvance("00:00:00") + 12
        for row, event in enumerate(self._events):
            middle = row * height + height / 2
            if row + 1 < len(self._events):
                painter.setPen(QPen(color("hairline"), 2))
                painter.drawLine(QPointF(6, middle), QPointF(6, middle + height))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(_dot(event.state)))
            painter.drawEllipse(QPointF(6, middle), 5, 5)
        for row, event in enumerate(self._events):
            rect = QRectF(24, row * height, self.width() - 24, height)
            painter.setPen(color("ink2"))
            time = clock_time(event.at, has_seconds=True)
            x = max(text_x, 24 + metrics.horizontalAdvance(time) + 12)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, time)
            painter.setPen(color("ink"))
            rect.setLeft(x)
            words = metrics.elidedText(self._words(event), Qt.TextElideMode.ElideRight, int(rect.width()))
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()


def _dot(state: FaxState) -> str:
    """The colour of an event's dot."""
    if state in (FaxState.WAITING, FaxState.INTERRUPTED, FaxState.NEEDS_YOU):
        return "wait"
    if state in (FaxState.FAILED, FaxState.CANCELLED):
        return "bad"
    return "accent" if state is FaxState.SENDING else "good"


class FaxStory(Card):
    """The panel. show_job() tells a story, clear() says that none is chosen."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._desk = desk
        self._job: FaxJob | None = None
        self.setObjectName("faxStory")
        self._badge: Badge | None = None
        self._who = label("", "section", wraps=True)
        self._what = label("", "small", wraps=True)
        self._sentence = label("", "muted", wraps=True)
        self._sentence.setObjectName("faxStorySentence")
        self._heading = label(self.tr("What happened"), "label")
        self.timeline = Timeline()
        self._badges = QVBoxLayout()
        self._badges.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._steps = QVBoxLayout()
        self._steps.setSpacing(8)
        layout = self.body
        layout.setContentsMargins(24, 22, 24, 26)
        layout.setSpacing(10)
        for part in (self._who, self._what):
            layout.addWidget(part)
        layout.addLayout(self._badges)
        layout.addWidget(self._sentence)
        layout.addSpacing(10)
        layout.addWidget(self._heading)
        layout.addWidget(_scrolling(self.timeline), 1)
        layout.addLayout(self._steps)
        self.clear()

    @property
    def job_id(self) -> int | None:
        """Whose story is told, None when nobody's."""
        return self._job.id if self._job is not None else None

    def clear(self) -> None:
        """Nothing is chosen."""
        self._job = None
        self._who.setText(self.tr("No fax chosen"))
        self._what.setText("")
        self._what.hide()
        self._sentence.setText(self.tr("Choose a fax to see what happened to it, step by step."))
        self._heading.hide()
        self.timeline.show_events(())
        self._set_badge("", "")
        self._set_steps(())

    def show_job(self, job: FaxJob) -> None:
        """Tell this fax's story; events are read again when its state is new."""
        before, self._job = self._job, job
        self._who.setText(who(job))
        number = pretty(job.recipient.number) if job.recipient.name else ""
        self._what.setText(" · ".join(filter(None, [number, job.title, self._pages(job)])))
        self._what.show()
        self._sentence.setText(sentence(job))
        is_new = before is None or before.id != job.id or before.state is not job.state
        if is_new:
            self._heading.show()
            self._set_badge(*state_badge(job.state))
            self._set_steps(steps(job))
            self._desk.faxes.load_history(job.id, partial(self._heard, job.id))

    def _pages(self, job: FaxJob) -> str:
        pages = job.server_pages or job.pages
        if not pages:
            return ""
        return self.tr("1 page") if pages == 1 else self.tr("{0} pages").format(pages)

    def _heard(self, job_id: int, events: tuple[FaxEvent, ...]) -> None:
        if job_id == self.job_id:
            self.timeline.show_events(events)

    def _set_badge(self, words: str, kind: str) -> None:
        if self._badge is not None:
            self._badges.removeWidget(self._badge)
            self._badge.deleteLater()
            self._badge = None
        if words:
            self._badge = Badge(words, kind)
            self._badges.addWidget(self._badge)

    def _set_steps(self, wanted: tuple[FaxStep, ...]) -> None:
        while (item := self._steps.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for step in wanted:
            kind = "link" if step is FaxStep.CANCEL else ""
            token = "accent_ink" if step is FaxStep.CANCEL else "ink"
            button = Button(step_words(step), kind=kind, icon_name=_ICONS[step], token=token)
            button.setObjectName(f"faxStep_{step.name.lower()}")
            button.clicked.connect(partial(self._take, step))
            self._steps.addWidget(button)

    def _take(self, step: FaxStep, _is_checked: bool = False) -> None:
        if self._job is None:
            return
        take_step(self._desk, self._job, step)


def take_step(desk: Desk, job: FaxJob, step: FaxStep) -> None:
    """Do what the person asked for this fax."""
    if step is FaxStep.CANCEL:
        desk.faxes.cancel(job.id)
    elif job.state is FaxState.NEEDS_YOU:
        desk.faxes.resolve(job.id, step is FaxStep.IT_WAS_SENT)
    else:
        desk.faxes.retry(job.id)


def _scrolling(widget: QWidget) -> QScrollArea:
    inner = QWidget()
    inner.setProperty("surface", "clear")
    layout = QVBoxLayout(inner)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(widget)
    layout.addStretch(1)
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.viewport().setAutoFillBackground(False)
    area.setWidget(inner)
    return area
