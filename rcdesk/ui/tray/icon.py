"""The tray icon's picture and words: grey without a connection, a red dot for news, a bar when not disturbed.

Every mark has a shape of its own beside its colour, and the tooltip says it in words. Pure drawing. GUI
thread. Read next: tray.py.
"""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPen, QPixmap

from rcdesk.ui.kit.icons import pixmap
from rcdesk.ui.kit.look import smooth
from rcdesk.ui.kit.tokens import DARK, LIGHT

SIZES_PX = (16, 22, 24, 32, 48, 64)
# A panel is neither light nor dark as the desk is: the marks are the same in both, with a white rim.
_NEWS = DARK.bad
_QUIET = LIGHT.bad
_GREY = DARK.border
_RIM = LIGHT.onaccent


class TrayState(Struct, frozen=True, kw_only=True):
    """What the picture says. news: missed calls, failed faxes and what else waits for a look, counted."""

    is_offline: bool = False
    is_quiet: bool = False
    news: int = 0


def tray_icon(look: TrayState) -> QIcon:
    """The picture in every size a panel may want."""
    made = QIcon()
    for size in SIZES_PX:
        made.addPixmap(_picture(look, size))
    return made


def _picture(look: TrayState, size: int) -> QPixmap:
    logo = pixmap("rcdesk", _RIM, size)
    picture = _without_colour(logo) if look.is_offline else QPixmap(logo)
    painter = smooth(picture)
    if look.is_offline:
        painter.setPen(QPen(QColor(_RIM), size * 0.16, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(size * 0.16, size * 0.16), QPointF(size * 0.84, size * 0.84))
        painter.setPen(QPen(QColor(_GREY), size * 0.08, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(size * 0.16, size * 0.16), QPointF(size * 0.84, size * 0.84))
    if look.is_quiet and not look.is_offline:
        place = _disc(painter, size, size * 0.73, _QUIET)
        painter.setPen(QPen(QColor(_RIM), max(1.4, size * 0.08), c=Qt.PenCapStyle.FlatCap))
        half = place.width() * 0.28
        painter.drawLine(place.center() - QPointF(half, 0), place.center() + QPointF(half, 0))
    if look.news:
        _disc(painter, size, size * 0.27, _NEWS)
    painter.end()
    return picture


def _disc(painter: QPainter, size: int, y: float, fill: str) -> QRectF:
    radius = max(3.5, size * 0.2)
    place = QRectF(0, 0, 2 * radius, 2 * radius)
    place.moveCenter(QPointF(size - radius - 0.5, min(size - radius - 0.5, max(radius + 0.5, y))))
    painter.setPen(QPen(QColor(_RIM), max(1.0, size / 24)))
    painter.setBrush(QColor(fill))
    painter.drawEllipse(place)
    return place


def _without_colour(logo: QPixmap) -> QPixmap:
    """The same picture in greys, its transparency kept."""
    image = logo.toImage().convertToFormat(QImage.Format.Format_ARGB32)
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8).convertToFormat(QImage.Format.Format_ARGB32)
    grey.setAlphaChannel(image.convertToFormat(QImage.Format.Format_Alpha8))
    return QPixmap.fromImage(grey)
