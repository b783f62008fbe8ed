"""The story beside the list: where a fax stands, what happened when, what can be done.

Events come from FaxDesk.load_history and are asked again whenever the fax changes state. Several chosen faxes
share one panel that says how many and offers what applies to all. GUI thread. Read next: fax_steps.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import accumulate, pairwise

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPen, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.fax.fax import FaxDraft, FaxEvent, FaxJob, FaxState
from rcdesk.core.fax.folder import FaxRow
from rcdesk.core.fax.send_checks import RecipientFacts
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.ui.folders.fax_steps import FaxStep, shared_steps, steps
from rcdesk.ui.folders.step_buttons import StepButtons
from rcdesk.ui.kit.badge import Badge
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.look import color, down, dress, fill, label, scrolling, smooth
from rcdesk.ui.kit.moments import clock_time, day_words
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.words.fax_words import (
    badge_of,
    joined,
    kept_by_words,
    kind_words,
    pages_words,
    sentence,
    state_badge,
    who,
)

TIME_X = 24
PAUSE_MS = 150
SHORT_PX = 560
ROOMY_PX = 220
LONG_PX = 120


class FaxTimeline(QWidget):
    """Events as dots on a line with their times; one row each."""

    def __init__(self) -> None:
        super().__init__()
        self._events: tuple[FaxEvent, ...] = ()
        self.setObjectName("faxTimeline")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_events(self, events: tuple[FaxEvent, ...]) -> None:
        """Show these, oldest first."""
        self._events = events
        lines = [f"{self._time(e)} {self._words(e)}" for e in events]
        self.setAccessibleName(self.tr("What happened: {0}").format("; ".join(lines)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A row of 34 for each event, more for one whose words need several lines."""
        return QSize(240, self.heightForWidth(240))

    def minimumSizeHint(self) -> QSize:
        """As narrow as wanted; how high that is says heightForWidth()."""
        return QSize(120, 0)

    def heightForWidth(self, width: int) -> int:
        """How high all events are when they are this wide."""
        return sum(self._heights(width))

    def _heights(self, width: int) -> list[int]:
        """The height of each event in px."""
        metrics, room = self.fontMetrics(), QRect(0, 0, max(40, width - self._text_x()), 10_000)
        wraps = Qt.TextFlag.TextWordWrap
        words = (metrics.boundingRect(room, wraps, self._words(event)).height() for event in self._events)
        return [max(34, height + 14) for height in words]

    def _text_x(self) -> int:
        """Where the words begin: behind the longest time."""
        widths = [self.fontMetrics().horizontalAdvance(self._time(event)) for event in self._events]
        return TIME_X + max(widths, default=0) + 12

    def _words(self, event: FaxEvent) -> str:
        return event.detail or state_badge(event.state)[0]

    def paintEvent(self, paint_event: object) -> None:
        """Paint the dots, the line between them, times and words."""
        painter = smooth(self)
        heights, line = self._heights(self.width()), self.fontMetrics().height()
        text_x, tops = self._text_x(), [0, *accumulate(heights)]
        dots = [top + 7 + line / 2 for top in tops[:-1]]
        painter.setPen(QPen(color("hairline"), 2))
        for above, below in pairwise(dots):
            painter.drawLine(QPointF(6, above), QPointF(6, below))
        for event, top, height, middle in zip(self._events, tops, heights, dots, strict=False):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(_dot(event.state)))
            painter.drawEllipse(QPointF(6, middle), 5, 5)
            painter.setPen(color("ink2"))
            painter.drawText(QPointF(TIME_X, top + 7 + self.fontMetrics().ascent()), self._time(event))
            painter.setPen(color("ink"))
            room = QRectF(text_x, top + 7, self.width() - text_x, height)
            painter.drawText(room, Qt.TextFlag.TextWordWrap, self._words(event))

    def _time(self, event: FaxEvent) -> str:
        return clock_time(event.at, has_seconds=True)


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

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._rows: tuple[FaxRow, ...] = ()
        self._last_good = ""
        self._pause = single_shot(self, self._ask_last_good, PAUSE_MS)
        self.setObjectName("faxStory")
        self._badge = Badge()
        self._who = label("", "section", wraps=True)
        self._what = label("", "small", wraps=True, name="faxStoryWhat")
        self._sentence = label("", "muted", wraps=True, name="faxStorySentence")
        self._heading = label(self.tr("What happened"), "label")
        self._steps_heading = label("", "label")
        self.timeline = FaxTimeline()
        self.buttons = StepButtons()
        self.buttons.taken.connect(self._taken)
        layout = self.body
        fill(layout, margins=(24, 22, 24, 26), spacing=10)
        for part in (self._who, self._what):
            layout.addWidget(part)
        layout.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(_scrolling((self._sentence, self._heading, self.timeline)), 1)
        layout.addWidget(self._steps_heading)
        layout.addWidget(self.buttons)
        self.clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low window the steps take less room."""
        super().resizeEvent(event)
        self.buttons.set_short(event.size().height() < SHORT_PX * theme().scale)

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
        is_new = before is None or before.id != job.id
        if is_new:
            self._last_good = ""
            self._pause.start()
        self._who.setText(who(job))
        self._say_what(job)
        self._sentence.setText(_full_sentence(job))
        self._badge.set(*badge_of(job))
        self._heading.show()
        if is_new:
            self.timeline.show_events(())
        self._offer(steps(job), 1, job)
        if is_new or before is None or (before.state, before.detail) != (job.state, job.detail):
            self._desk.faxes.load_history(job.id, partial(self._heard, job.id))

    def _say_what(self, job: FaxJob) -> None:
        number = pretty(job.recipient.number) if job.recipient.name else ""
        pages = pages_words(job.server_pages or job.pages)
        parts = [joined(number), job.title, joined(pages), joined(self._last_good)]
        self._what.setText(" · ".join(filter(None, parts)))
        self._what.show()

    @Slot()
    def _ask_last_good(self) -> None:
        """Only when a fax has been chosen for a moment: not for each that is run through."""
        job = self._job
        if job is not None:
            draft = FaxDraft(recipients=(job.recipient,), documents=())
            self._desk.faxes.ask_facts(draft, partial(self._heard_facts, job.id), _nothing)

    def _heard_facts(self, job_id: int, facts: tuple[RecipientFacts, ...]) -> None:
        job = self._job
        if job is None or job.id != job_id or not facts:
            return
        at = facts[0].last_good_at
        if job.state is not FaxState.SENT:
            words = self.tr("last good fax {0}").format(day_words(at)) if at is not None else ""
            self._last_good = words or self.tr("no good fax to this number yet")
        self._say_what(job)

    def _show_words(self, heading: str, what: str, words: str) -> None:
        self._who.setText(heading)
        self._what.setText(what)
        self._what.setVisible(bool(what))
        self._sentence.setText(words)
        self._heading.hide()
        self.timeline.show_events(())

    def _offer(self, offered: Sequence[FaxStep], count: int, row: FaxRow | None) -> None:
        is_asked = isinstance(row, FaxJob) and row.is_in_doubt
        words = self.tr("If you know better") if is_asked else self.tr("Next step")
        if isinstance(row, FaxJob) and row.is_accepted:
            words = self.tr("What the e-mail says")
        self._steps_heading.setText(words)
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
    if job.is_scheduled and not job.is_accepted:
        return f"{sentence(job)}. {kept_by_words(job.send_by)}."
    return sentence(job)


def _summary(rows: Sequence[FaxRow]) -> str:
    """How many of each kind are chosen: 7 Failed · 5 Cancelled."""
    kinds = Counter(kind_words(row) for row in rows)
    return " · ".join(f"{count} {words}" for words, count in kinds.most_common() if words)


def _nothing(_problem: str) -> None:
    """A fact that could not be read is only left out."""


def _scrolling(parts: Sequence[QWidget]) -> QScrollArea:
    """The parts one below the other, scrolled together when there is little room."""
    inner = QWidget()
    inner.setProperty("surface", "clear")
    layout = down(of=inner, margins=0, spacing=12)
    for part in parts:
        layout.addWidget(part)
    layout.addStretch(1)
    area = scrolling(inner)
    dress(area, "QScrollArea:focus { border: 2px solid $accent; border-radius: 6px; }")
    area.setAccessibleName(QCoreApplication.translate("FaxStory", "What happened"))
    area.viewport().setAutoFillBackground(False)
    area.verticalScrollBar().rangeChanged.connect(partial(_range_changed, area))
    _range_changed(area, 0, 0)
    return area


def _range_changed(area: QScrollArea, _least: int, most: int) -> None:
    """Tab stops here only when there is something to scroll; of a long history the last events are
    what one wants to read.
    """
    area.setFocusPolicy(Qt.FocusPolicy.TabFocus if most else Qt.FocusPolicy.NoFocus)
    is_long = most >= LONG_PX and area.viewport().height() >= ROOMY_PX * theme().scale
    area.verticalScrollBar().setValue(most if is_long else 0)
