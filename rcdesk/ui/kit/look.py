"""Plain parts dressed by the theme: colours for painters, labels, buttons whose icon follows the scheme; rows
and columns of them.

Saves every panel from repeating the same five lines; no rules of its own. GUI thread. Read next: theme.py.
"""

from __future__ import annotations

from string import Template
from types import EllipsisType
from typing import TypeVar

from PySide6.QtCore import QObject, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QIcon, QPaintDevice, QPainter, QPixmap
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rcdesk.ui.kit.icons import icon, pixmap, widened
from rcdesk.ui.kit.plain_text import PlainLabel
from rcdesk.ui.kit.theme import current, theme
from rcdesk.ui.kit.tokens import by_name

_GAP = 6
_Widget = TypeVar("_Widget", bound=QWidget)
_Box = TypeVar("_Box", bound=QBoxLayout)
Align = Qt.AlignmentFlag
_ANYWHERE = Align(0)
Margins = int | tuple[int, int, int, int] | None
_Item = QWidget | QLayout
Part = _Item | tuple[_Item, int] | tuple[_Item, int, Align] | int | EllipsisType
"""What stands in a row or column: a widget or layout, alone or with its stretch and alignment; pixels left
free; or ... for all the room there is."""


def color(token: str) -> QColor:
    """The colour of a token in the scheme in force."""
    return QColor(getattr(current(), token))


def glyph(name: str, token: str, size: int, dpr: float) -> QPixmap:
    """An icon as a pixmap in the colour of a token; size in px, dpr the device pixel ratio."""
    return pixmap(name, getattr(current(), token), size, dpr)


def smooth(on: QPaintDevice) -> QPainter:
    """A painter whose curves have no steps."""
    painter = QPainter(on)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter


def scaled(px: int) -> int:
    """Pixels of the design at the size of the system's font."""
    return round(px * theme().scale)


def font_of(font: QFont, px: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The same family at px pixels of the screen: scaled() brings them from those of the design."""
    made = QFont(font)
    made.setPixelSize(px)
    made.setWeight(weight)
    return made


def label(text: str = "", role: str = "body", *, wraps: bool = False, name: str = "") -> PlainLabel:
    """A label in one of the theme's roles, plain text only; name is its object name."""
    made = named(PlainLabel(text, role=role), name)
    made.setWordWrap(wraps)
    return made


class Button(QPushButton):
    """A push button of one kind whose icon follows the scheme; act is what a click does.

    name is its object name, spoken what screen readers say in the place of the text; the icon has the colour
    of its kind unless a token says another.
    """

    def __init__(
        self,
        text: str,
        *,
        kind: str = "",
        icon_name: str = "",
        token: str = "",
        name: str = "",
        tip: str = "",
        spoken: str = "",
        act: object = None,
    ) -> None:
        super().__init__(text)
        self._icon_name = icon_name
        self._token = token or {"link": "accent_ink", "primary": "onaccent"}.get(kind, "ink")
        if kind:
            self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setToolTip(tip)
        named(self, name, spoken or text)
        if act is not None:
            self.clicked.connect(act)
        if icon_name:
            self.setIconSize(QSize(18 + _GAP, 18))
            self._recolor()
            theme().changed.connect(self._recolor)

    @Slot()
    def _recolor(self) -> None:
        made = QIcon()
        for ratio in (1.0, 2.0):
            for token, mode in ((self._token, QIcon.Mode.Normal), ("ink3", QIcon.Mode.Disabled)):
                made.addPixmap(widened(glyph(self._icon_name, token, 18, ratio), _GAP), mode)
        self.setIcon(made)


class IconButton(QToolButton):
    """A square button with only an icon; spoken is what screen readers and the tooltip say."""

    def __init__(
        self, icon_name: str, spoken: str, *, size: int = 18, name: str = "", act: object = None
    ) -> None:
        super().__init__()
        self._icon_name = icon_name
        self._size = size
        self.setFixedSize(36, 36)
        self.setIconSize(QSize(size, size))
        self.setToolTip(spoken)
        named(self, name, spoken)
        if act is not None:
            self.clicked.connect(act)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._recolor()
        theme().changed.connect(self._recolor)

    def show_icon(self, icon_name: str) -> None:
        self._icon_name = icon_name
        self._recolor()

    @Slot()
    def _recolor(self) -> None:
        self.setIcon(icon(self._icon_name, "ink2", self._size))


class _StyleSheet(QObject):
    """Keeps a widget's own style sheet in the colours in force."""

    def __init__(self, widget: QWidget, template: str) -> None:
        super().__init__(widget)
        self._widget = widget
        self._template = Template(template)
        self._apply()
        theme().changed.connect(self._apply)

    @Slot()
    def _apply(self) -> None:
        self._widget.setStyleSheet(self._template.substitute(by_name(current())))


def dress(widget: QWidget, template: str) -> None:
    """Give a widget a style sheet of its own in which $ink, $surface… are the tokens."""
    _StyleSheet(widget, template)


def hairline() -> QFrame:
    """A thin line between two parts."""
    line = QFrame()
    line.setFixedHeight(1)
    dress(line, "background: $hairline; border: none;")
    return line


def scrolling(inner: QWidget, *, is_clear: bool = False) -> QScrollArea:
    """The widget in an area that scrolls up and down; is_clear shows what is behind both."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inner)
    if is_clear:
        area.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
    return area


def named(widget: _Widget, name: str, spoken: str = "") -> _Widget:
    """The widget with its object name, and with what screen readers call it unless that is ""."""
    widget.setObjectName(name)
    if spoken:
        widget.setAccessibleName(spoken)
    return widget


def across(
    *parts: Part, of: QWidget | None = None, margins: Margins = None, spacing: int | None = None
) -> QHBoxLayout:
    """The parts in a row: the layout of a widget, or one to stand in another. None leaves it to the style."""
    return fill(
        QHBoxLayout(of) if of is not None else QHBoxLayout(), *parts, margins=margins, spacing=spacing
    )


def down(
    *parts: Part, of: QWidget | None = None, margins: Margins = None, spacing: int | None = None
) -> QVBoxLayout:
    """The parts in a column, see across()."""
    return fill(
        QVBoxLayout(of) if of is not None else QVBoxLayout(), *parts, margins=margins, spacing=spacing
    )


def fill(box: _Box, *parts: Part, margins: Margins = None, spacing: int | None = None) -> _Box:
    """Put parts behind what stands in a row or column, see across()."""
    if margins is not None:
        box.setContentsMargins(*((margins,) * 4 if isinstance(margins, int) else margins))
    if spacing is not None:
        box.setSpacing(spacing)
    for part in parts:
        if isinstance(part, EllipsisType):
            box.addStretch(1)
        elif isinstance(part, int):
            box.addSpacing(part)
        else:
            _put(box, *(part if isinstance(part, tuple) else (part,)))
    return box


def _put(box: QBoxLayout, item: QWidget | QLayout, stretch: int = 0, align: Align = _ANYWHERE) -> None:
    if isinstance(item, QWidget):
        box.addWidget(item, stretch, align)
    else:
        box.addLayout(item, stretch)
