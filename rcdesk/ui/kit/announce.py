"""Sentences for screen readers about something that changed without the focus going there.

GUI thread. Read next: suggestions.py, number_hint.py.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, sentence: str) -> None:
    """Let a screen reader say it once, politely: it does not interrupt. Nothing happens without one."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    if sentence and QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, sentence))
