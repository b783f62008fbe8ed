"""Faxes that gave way to another one in the composer: kept whole, offered in the bar, newest first.

GUI thread. Read next: fax_page.py, composed.py.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from rcdesk.ui.composed import Composed


class SetAside:
    """A pile; nothing blank is kept."""

    def __init__(self) -> None:
        self._pile: list[Composed] = []

    def __bool__(self) -> bool:
        return bool(self._pile)

    def put(self, composed: Composed) -> None:
        """Keep it, unless nothing would be lost."""
        if not composed.is_blank:
            self._pile.append(composed)

    def take(self) -> Composed:
        """The one put here last."""
        return self._pile.pop()

    @property
    def words(self) -> str:
        """What is offered, "" for nothing."""
        if not self._pile:
            return ""
        entries = self._pile[-1].entries
        if not entries:
            return _tr("Another fax is kept here, without a recipient yet.")
        to = entries[0].shown if len(entries) == 1 else _tr("{0} people").format(len(entries))
        return _tr("Another fax is kept here, to {0}.").format(to)


def _tr(text: str) -> str:
    return QCoreApplication.translate("FaxPage", text)
