"""Tab order for what comes later: Qt puts a new widget at the end of the window's chain, wherever it is seen.

Whoever adds widgets to a page that is shown says here after which one they are read. GUI thread. Read next:
phone_page.py, dialer.py.
"""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtWidgets import QWidget


def in_reading_order(*stops: QWidget) -> None:
    """Tab goes from each of these, all in one window, to the next one."""
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)
