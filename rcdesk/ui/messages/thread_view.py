"""A conversation: its texts as bubbles under the days, and thin lines for the calls and faxes between them.

Only what differs is made anew when the thread is read again, so that the keyboard and the scrolling stay; at
the bottom it stays at the bottom. GUI thread. Read next: bubble.py, messages_page.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QLayout, QWidget

from rcdesk.bridge.messages.texts_desk import TextsDesk, ThreadPage
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core import spoken_time
from rcdesk.core.calls.past_call import PastCall
from rcdesk.core.messages.conversation import KeptText
from rcdesk.core.people.people import TimelineItem
from rcdesk.ui.kit.look import Button, across, down, dress, glyph, hairline, label, named, scaled, scrolling
from rcdesk.ui.kit.plain_text import PlainLabel
from rcdesk.ui.messages.bubble import PICTURE_PX, Bubble
from rcdesk.ui.people.timeline import item_icon, item_words
from rcdesk.ui.words import text_words

Entry = date | KeptText | TimelineItem


class ThreadView(QWidget):
    """acted(KeptText, Act, number), file_asked(KeptText, place), older_asked(), fax_chosen(FaxRow)."""

    acted = Signal(object, object, str)
    file_asked = Signal(object, int)
    older_asked = Signal()
    fax_chosen = Signal(object)

    def __init__(self, texts: TextsDesk) -> None:
        super().__init__()
        named(self, "threadView", self.tr("Texts"))
        self._texts = texts
        self._shown: dict[object, tuple[object, QWidget]] = {}
        self._pictures: dict[str, QPixmap] = {}
        self._conversation_id = 0
        self.page: ThreadPage | None = None
        self._older = Button(self.tr("Earlier texts"), kind="link", name="olderTexts", act=self.older_asked)
        self._inner = QWidget()
        self._column = down(of=self._inner, margins=(24, 12, 24, 12), spacing=8)
        self._area = scrolling(self._inner, is_clear=True)
        self._area.setObjectName("threadArea")
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        dress(self._area, "QScrollArea { background: transparent; }")
        down((self._area, 1), of=self, margins=0)
        self._is_at_end = True
        bar = self._area.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._grown)
        self._wide = single_shot(self, self._relay, 120)
        self._last_width = 0

    def show_page(self, page: ThreadPage) -> None:
        """Show this conversation as it is now."""
        if page.conversation.id != self._conversation_id:
            self._conversation_id = page.conversation.id
            self._is_at_end = True
            self._drop(set(self._shown))
        self.page = page
        names = {p.number: p.name for p in page.conversation.people if p.name}
        entries = _entries(page)
        wanted: dict[object, object] = {}
        for entry in entries:
            wanted[_key(entry)] = entry
        self._drop({key for key, (value, _) in self._shown.items() if wanted.get(key) != value})
        while self._column.count():
            self._column.takeAt(0)
        self._column.addStretch(1)
        self._older.setVisible(page.has_more)
        self._column.addWidget(self._older, 0, Qt.AlignmentFlag.AlignHCenter)
        for key, value in wanted.items():
            known = self._shown.get(key)
            widget = known[1] if known is not None else self._make(value, page, names)
            self._shown[key] = value, widget
            self._column.addWidget(widget)
        self._last_width = self._area.viewport().width()

    def clear(self) -> None:
        """Show nothing."""
        self._conversation_id, self.page = 0, None
        self._drop(set(self._shown))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wide.start()

    @property
    def bubbles(self) -> tuple[Bubble, ...]:
        """The texts that are shown, oldest first."""
        found = [widget for _, widget in self._shown.values() if isinstance(widget, Bubble)]
        return tuple(sorted(found, key=lambda bubble: bubble.text.id))

    def _make(self, entry: object, page: ThreadPage, names: Mapping[str, str]) -> QWidget:
        if isinstance(entry, KeptText):
            return self._make_bubble(entry, page, names)
        if isinstance(entry, TimelineItem):
            return self._make_event(entry)
        assert isinstance(entry, date)
        words = label(_day_words(entry), "small")
        return _holder(across((hairline(), 1), words, (hairline(), 1), margins=0, spacing=12))

    def _make_bubble(self, text: KeptText, page: ThreadPage, names: Mapping[str, str]) -> Bubble:
        is_group = page.conversation.is_group and text.is_inbound
        name = text_words.name_of(text.sender, self._texts.region) if is_group else ""
        name = names.get(text.sender.number, name) if is_group else ""
        width_px = max(scaled(160), self._area.viewport().width() - 72 - (44 if name else 0))
        bubble = Bubble(text, names, name=name, width_px=width_px)
        bubble.acted.connect(self.acted)
        bubble.file_asked.connect(self.file_asked)
        for position in bubble.pictures:
            self._draw(bubble, position)
        return bubble

    def _draw(self, bubble: Bubble, position: int) -> None:
        """Have a picture drawn, and show it when it is."""
        digest = bubble.text.files[position].digest
        if digest in self._pictures:
            bubble.show_picture(position, self._pictures[digest])
            return
        ratio = self.devicePixelRatioF()
        text_id = bubble.text.id

        def drawn(content: bytes) -> None:
            picture = QPixmap()
            if not picture.loadFromData(content, "JPEG"):
                return
            picture.setDevicePixelRatio(ratio)
            self._pictures[digest] = picture
            # It may have been made anew, or be gone by now.
            there = self._shown.get(("text", text_id))
            if there is not None and isinstance(there[1], Bubble):
                there[1].show_picture(position, picture)

        self._texts.picture(bubble.text, position, int(scaled(PICTURE_PX) * ratio), drawn)

    def _make_event(self, item: TimelineItem) -> QWidget:
        sign = PlainLabel()
        name, token = item_icon(item)
        sign.setPixmap(glyph(name, token, 16, self.devicePixelRatioF()))
        said = " · ".join(filter(None, (spoken_time.clock(item.at), *item_words(item))))
        words = label(said, "small")
        words.setMinimumWidth(1)
        parts: list[QWidget] = [sign, words]
        if not isinstance(item.what, PastCall):
            button = Button(self.tr("Open"), kind="link", name="threadOpenFax")
            dress(button, "QPushButton { padding: 1px 4px; min-height: 20px; font-size: 12px; }")
            button.setAccessibleName(self.tr("Open the fax of {0}").format(spoken_time.clock(item.at)))
            button.clicked.connect(partial(self._open_fax, item))
            parts.append(button)
        return _holder(across(..., *parts, ..., margins=0, spacing=8))

    def _open_fax(self, item: TimelineItem, _is_checked: bool = False) -> None:
        self.fax_chosen.emit(item.what)

    def _drop(self, keys: set[object]) -> None:
        for key in keys:
            _, widget = self._shown.pop(key)
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    @Slot(int)
    def _scrolled(self, value: int) -> None:
        bar = self._area.verticalScrollBar()
        self._is_at_end = value >= bar.maximum() - 4

    @Slot(int, int)
    def _grown(self, _least: int, most: int) -> None:
        if self._is_at_end:
            self._area.verticalScrollBar().setValue(most)

    @Slot()
    def _relay(self) -> None:
        """Another width: bubbles wrap their words elsewhere."""
        width = self._area.viewport().width()
        narrow = min(width, self._last_width) < scaled(520)
        if self.page is not None and narrow and abs(width - self._last_width) > 8:
            self._drop(set(self._shown))
            self.show_page(self.page)


def _holder(layout: QLayout) -> QWidget:
    holder = QWidget()
    holder.setLayout(layout)
    return holder


def _entries(page: ThreadPage) -> list[Entry]:
    """Texts and what happened between them, in the order of time, each day begun by its date."""
    things: list[KeptText | TimelineItem] = sorted((*page.texts, *page.beside), key=_moment)
    found: list[Entry] = []
    last: date | None = None
    for thing in things:
        on = thing.at.astimezone().date()
        if on != last:
            found.append(on)
            last = on
        found.append(thing)
    return found


def _moment(thing: KeptText | TimelineItem) -> datetime:
    return thing.at


def _key(entry: Entry) -> object:
    if isinstance(entry, KeptText):
        return "text", entry.id
    if isinstance(entry, TimelineItem):
        return type(entry.what), entry.what.id
    return entry


def _day_words(on: date) -> str:
    today = datetime.now().astimezone().date()
    days = (today - on).days
    if days == 0:
        return text_words.today()
    if days == 1:
        return text_words.yesterday()
    return spoken_time.full_day(on, today)
