"""The story beside the list: where a fax stands, what happened when, what can be done.

Events come from FaxDesk.load_history and are asked again whenever the fax changes state. Several chosen faxes
share one panel that says how many and offers what applies to all. GUI thread. Read next: fax_steps.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QSizePolicy, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.fax import FaxEvent, FaxJob, FaxState
from rcdesk.core.folder import FaxRow, ReceivedFax
from rcdesk.core.phone_number import pretty
from rcdesk.ui.badge import Badge
from rcdesk.ui.card import Card
from rcdesk.ui.fax_steps import FaxStep, shared_steps, steps
from rcdesk.ui.fax_words import (
    badge_of,
    clock_time,
    joined,
    kept_by_words,
    pages_words,
    sentence,
    state_badge,
    who,
)
from rcdesk.ui.look import color, label
from rcdesk.ui.step_buttons import StepButtons


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
    return "accent" if state in (FaxState.SENDING, FaxState.HANDED_OVER) else "good"


class FaxStory(Card):
    """show_job() tells a story, show_many() sums up, clear() says that none is chosen.

    step_taken(FaxStep, rows) when the user pressed one of the steps.
    """

    step_taken = Signal(object, object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._desk = desk
        self._rows: tuple[FaxRow, ...] = ()
        self.setObjectName("faxStory")
        self._badge = Badge()
        self._who = label("", "section", wraps=True)
        self._what = label("", "small", wraps=True)
        self._sentence = label("", "muted", wraps=True)
        self._sentence.setObjectName("faxStorySentence")
        self._heading = label(self.tr("What happened"), "label")
        self._steps_heading = label("", "label")
        self.timeline = Timeline()
        self.buttons = StepButtons()
        self.buttons.taken.connect(self._taken)
        layout = self.body
        layout.setContentsMargins(24, 22, 24, 26)
        layout.setSpacing(10)
        for part in (self._who, self._what):
            layout.addWidget(part)
        layout.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._sentence)
        layout.addSpacing(10)
        layout.addWidget(self._heading)
        layout.addWidget(_scrolling(self.timeline), 1)
        layout.addWidget(self._steps_heading)
        layout.addWidget(self.buttons)
        self.clear()

    @property
    def job_id(self) -> int | None:
        """Whose story is told, None when nobody's or several are chosen."""
        job = self._job
        return job.id if job is not None else None

    @property
    def _job(self) -> FaxJob | None:
        first = self._rows[0] if len(self._rows) == 1 else None
        return first if isinstance(first, FaxJob) else None

    @property
    def heading(self) -> str:
        """Whom the story is about, or how many are chosen."""
        return self._who.text()

    def clear(self) -> None:
        """Nothing is chosen."""
        self._rows = ()
        self._show_words(
            self.tr("No fax chosen"), "", self.tr("Choose a fax to see what happened to it, step by step.")
        )
        self._badge.set("", "plain")
        self._offer((), 0, None)

    def show_many(self, rows: Sequence[FaxRow], count: int, for_all: Sequence[FaxStep] = ()) -> None:
        """Sum up a selection of count faxes; rows are those that are loaded.

        for_all: what is offered when some are not; step_taken() then brings no rows.
        """
        is_whole = len(rows) == count
        self._rows = tuple(rows) if is_whole else ()
        self._show_words(self.tr("{0} faxes chosen").format(f"{count:,}"), "", _summary(rows))
        self._badge.set("", "plain")
        self._offer(shared_steps(rows) if is_whole else for_all, count, None)
        if not is_whole:
            words = "" if for_all else self.tr("Choose fewer at once to do something with them.")
            self._sentence.setText(words)
        elif not shared_steps(rows):
            words = self.tr("No step applies to all of them.")
            self._sentence.setText(f"{self._sentence.text()}\n{words}")

    def show_job(self, job: FaxJob) -> None:
        """Tell this fax's story; events are read again when its state is new."""
        before, self._rows = self._job, (job,)
        number = pretty(job.recipient.number) if job.recipient.name else ""
        pages = pages_words(job.server_pages or job.pages)
        self._who.setText(who(job))
        self._what.setText(" · ".join(filter(None, [joined(number), job.title, joined(pages)])))
        self._what.show()
        self._sentence.setText(_full_sentence(job))
        self._badge.set(*badge_of(job))
        self._heading.show()
        is_new = before is None or before.id != job.id
        if is_new:
            self.timeline.show_events(())
        self._offer(steps(job), 1, job)
        if is_new or before is None or (before.state, before.detail) != (job.state, job.detail):
            self._desk.faxes.load_history(job.id, partial(self._heard, job.id))

    def _show_words(self, heading: str, what: str, words: str) -> None:
        self._who.setText(heading)
        self._what.setText(what)
        self._what.setVisible(bool(what))
        self._sentence.setText(words)
        self._heading.hide()
        self.timeline.show_events(())

    def _offer(self, offered: Sequence[FaxStep], count: int, row: FaxRow | None) -> None:
        is_asked = isinstance(row, FaxJob) and row.state in (FaxState.NEEDS_YOU, FaxState.INTERRUPTED)
        self._steps_heading.setText(self.tr("If you know better") if is_asked else self.tr("Next step"))
        self._steps_heading.setVisible(bool(offered))
        self.buttons.set_steps(offered, count, row)

    def _heard(self, job_id: int, events: tuple[FaxEvent, ...]) -> None:
        if job_id == self.job_id:
            self.timeline.show_events(events)

    @Slot(object)
    def _taken(self, step: FaxStep) -> None:
        self.step_taken.emit(step, self._rows)


def _full_sentence(job: FaxJob) -> str:
    """The sentence of the list, and who keeps a scheduled fax."""
    if job.is_scheduled:
        return f"{sentence(job)}. {kept_by_words(job.send_by)}."
    return sentence(job)


def _summary(rows: Sequence[FaxRow]) -> str:
    """How many of each kind are chosen: 7 Failed · 5 Cancelled."""
    kinds = Counter(
        badge_of(row)[0] if isinstance(row, ReceivedFax) else state_badge(row.state)[0] for row in rows
    )
    return " · ".join(f"{count} {words}" for words, count in kinds.most_common() if words)


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
    bar = area.verticalScrollBar()
    bar.rangeChanged.connect(partial(_show_the_last, bar))
    return area


def _show_the_last(bar: QScrollBar, _least: int, most: int) -> None:
    """What happened last is what one wants to read."""
    bar.setValue(most)
