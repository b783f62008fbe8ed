"""Icons: our own SVG files in the colours of the palette, drawn sharp at any device pixel ratio.

The files in resources/icons say stroke="currentColor"; that word is replaced by the colour when a picture
is made. Everything is cached by name, colour, size and ratio. QtSvg is imported at the first picture. GUI
thread.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap

from rcdesk.ui.kit.theme import current


@cache
def resources(kind: str) -> Path:
    """The folder of icons or sounds: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    installed = package / "resources" / kind
    return installed if installed.is_dir() else package.parent / "resources" / kind


@cache
def _source(name: str) -> str:
    try:
        return (resources("icons") / f"{name}.svg").read_text(encoding="utf-8")
    except OSError:
        return '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20" viewBox="0 0 20 20"/>'


@lru_cache(maxsize=1024)
def pixmap(name: str, color: str, size: int = 20, dpr: float = 1.0) -> QPixmap:
    """The icon as a square picture of `size` logical pixels in that colour ("#RRGGBB")."""
    from PySide6.QtSvg import QSvgRenderer

    picture = QPixmap(round(size * dpr), round(size * dpr))
    picture.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(dpr)
    return picture


def widened(picture: QPixmap, gap: int) -> QPixmap:
    """The picture with `gap` clear logical pixels at its right: Qt puts the text of a button too close."""
    if gap == 0:
        return picture
    ratio = picture.devicePixelRatio()
    wide = QPixmap(picture.width() + round(gap * ratio), picture.height())
    wide.setDevicePixelRatio(ratio)
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return wide


def icon(name: str, token: str = "ink2", size: int = 20, gap: int = 0) -> QIcon:
    """The icon for a button, in the palette's colour of that name; ask again after Theme.changed.

    gap: clear pixels at its right for words that would stand too close (set the icon size to match).
    """
    color = getattr(current(), token)
    made = QIcon()
    ratios = {1.0, 2.0} | {screen.devicePixelRatio() for screen in QGuiApplication.screens()}
    for ratio in sorted(ratios):
        made.addPixmap(widened(pixmap(name, color, size, ratio), gap))
        made.addPixmap(widened(pixmap(name, current().ink3, size, ratio), gap), QIcon.Mode.Disabled)
    return made
