"""One text in the thread: its bubble with words, pictures and files, and below it how it stands.

Own texts stand at the right, in the accent's tint; what waits has a dashed edge, what failed a red one. The
steps are buttons, so that all is reached by keyboard. GUI thread. Read next: thread_view.py,
ui/words/text_words.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QWidget

from rcdesk.core.messages.conversation import KeptText
from rcdesk.core.messages.text import TextState
from rcdesk.ui.kit.badge import Initials
from rcdesk.ui.kit.look import Button, across, down, dress, glyph, label, named, scaled
from rcdesk.ui.kit.plain_text import PlainLabel
from rcdesk.ui.words import text_words
from rcdesk.ui.words.text_words import Act, StateLine

WIDEST_PX = 420
PICTURE_PX = 260
_LONG_WORD = re.compile(r"\S{32}")
_BREAK = "\N{ZERO WIDTH SPACE}"


class Bubble(QWidget):
    """acted(KeptText, Act, number of whom or ""), file_asked(KeptText, place of the file).

    name: whose it is in a group, "" for none. key and shown tell whether it must be made anew.
    """

    acted = Signal(object, object, str)
    file_asked = Signal(object, int)

    def __init__(self, text: KeptText, names: Mapping[str, str], *, name: str, width_px: int) -> None:
        super().__init__()
        self.text = text
        self.pictures: dict[int, PlainLabel] = {}
        """Where the picture of a file goes once it was drawn, by the place of the file."""
        who = name or (self.tr("They") if text.is_inbound else self.tr("You"))
        named(self, f"bubble_{text.id}", text_words.spoken(text, who, names))
        side = Qt.AlignmentFlag.AlignLeft if text.is_inbound else Qt.AlignmentFlag.AlignRight
        column = down(spacing=4)
        if name:
            column.addWidget(label(name, "label"), 0, side)
        column.addWidget(self._make_frame(width_px), 0, side)
        for line in text_words.lines(text, names):
            column.addWidget(_StateRow(line, self._act), 0, side)
        if name:
            sign = Initials()
            sign.set_name(name)
            across((sign, 0, Qt.AlignmentFlag.AlignTop), (column, 1), of=self, margins=0, spacing=8)
        else:
            across((column, 1), of=self, margins=0)

    def show_picture(self, position: int, picture: QPixmap) -> None:
        """A picture of it was drawn."""
        place = self.pictures.get(position)
        if place is not None:
            place.setFixedSize(picture.deviceIndependentSize().toSize())
            place.setPixmap(picture)

    def _make_frame(self, width_px: int) -> QFrame:
        text = self.text
        frame = named(QFrame(), "bubble")
        frame.setProperty("look", _look(text))
        dress(frame, _BUBBLE)
        inner = down(of=frame, margins=(14, 8, 14, 8), spacing=6)
        for position, file in enumerate(text.files):
            if file.is_picture:
                place = PlainLabel()
                place.setFixedSize(QSize(scaled(120), scaled(80)))
                place.setAccessibleName(file.name)
                self.pictures[position] = place
                inner.addWidget(place)
            else:
                button = Button(file.name, kind="link", icon_name="file", name=f"file_{text.id}_{position}")
                button.clicked.connect(partial(self._open, position))
                inner.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        if text.text:
            inner.addWidget(_words(text.text, min(scaled(WIDEST_PX), width_px) - 28))
        return frame

    def _act(self, act: Act, whom: str) -> None:
        self.acted.emit(self.text, act, whom)

    def _open(self, position: int, _is_checked: bool = False) -> None:
        self.file_asked.emit(self.text, position)


class _StateRow(QWidget):
    """Icon, words, buttons of one line below a text."""

    def __init__(self, line: StateLine, act: Callable[[Act, str], None]) -> None:
        super().__init__()
        row = across(of=self, margins=0, spacing=6)
        if line.icon:
            sign = PlainLabel()
            sign.setPixmap(glyph(line.icon, line.token, 14, self.devicePixelRatioF()))
            row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        said = " ".join(filter(None, (line.bold, line.words)))
        words = label(said, "small", wraps=len(said) > 60)
        dress(words, f"color: ${line.token};")
        words.setToolTip(line.tip)
        if len(said) > 60:
            words.ensurePolished()
            width = scaled(WIDEST_PX - 60)
            words.setFixedSize(width, words.heightForWidth(width))
        column = down((words, 0, Qt.AlignmentFlag.AlignLeft), spacing=2)
        row.addLayout(column)
        if line.acts:
            buttons = across(..., spacing=4)
            for one, text, whom in line.acts:
                button = Button(text, kind="link", name=f"textStep_{one.name.lower()}")
                dress(button, "QPushButton { padding: 1px 4px; min-height: 20px; font-size: 12px; }")
                button.clicked.connect(partial(_press, act, one, whom))
                buttons.addWidget(button)
            (column if len(said) > 60 else row).addLayout(buttons)


def _press(act: Callable[[Act, str], None], one: Act, whom: str, _is_checked: bool = False) -> None:
    act(one, whom)


def _words(text: str, widest_px: int) -> PlainLabel:
    """The words, as wide as they need and no wider."""
    shown = label(_LONG_WORD.sub(lambda found: found.group() + _BREAK, text), wraps=True)
    shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    shown.ensurePolished()
    metrics = shown.fontMetrics()
    wanted = max((metrics.horizontalAdvance(line) for line in text.splitlines()), default=0) + 4
    width = min(wanted, widest_px)
    shown.setFixedSize(width, shown.heightForWidth(width))
    return shown


def _look(text: KeptText) -> str:
    if text.is_inbound:
        return "theirs"
    if text.state.needs_you:
        return "failed" if text.state is not TextState.UNSURE else "unsure"
    return "waiting" if text.state.is_open else "mine"


_BUBBLE = (
    "#bubble { border-radius: 12px; border: 1px solid transparent; }"
    '#bubble[look="theirs"] { background: $key; }'
    '#bubble[look="mine"] { background: $accent_tint; }'
    '#bubble[look="waiting"] { background: $surface; border: 1px dashed $accent_line; }'
    '#bubble[look="failed"] { background: $surface; border: 1px solid $bad_line; }'
    '#bubble[look="unsure"] { background: $surface; border: 1px solid $wait_line; }'
)
