"""What the account cannot do is greyed, with the reason, instead of failing later.

grey() takes one control out of use and says why, in the tool tip and to screen readers; Lacking keeps a
control that way for as long as the account lacks a capability. Pages say the same sentence where they would
be empty. GUI thread. Read next: core/account/capability.py.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from rcdesk.bridge.account.session_desk import SessionDesk
from rcdesk.core.account.capability import Capability
from rcdesk.ui.kit.plain_text import PlainLabel

_TIP = "tipWithoutLack"
_SAID = "saidWithoutLack"


def why_not(session: SessionDesk, *wanted: Capability) -> str:
    """One sentence why the account cannot do all of these; "" when it can, or when nobody is signed in."""
    account = session.account
    if account is None:
        return ""
    return next((reason for one in wanted if (reason := account.why_not(one))), "")


def why_no_fax(session: SessionDesk) -> str:
    """One sentence why no fax can be sent, "" when it can."""
    return why_not(session, Capability.FAX_SEND)


def grey(widget: QWidget, reason: str) -> None:
    """Take a control out of use and say why; "" puts it back as it was."""
    if widget.property(_TIP) is None:
        if not reason:
            return
        widget.setProperty(_TIP, widget.toolTip())
        widget.setProperty(_SAID, widget.accessibleDescription())
    widget.setEnabled(not reason)
    widget.setToolTip(reason or str(widget.property(_TIP)))
    widget.setAccessibleDescription(reason or str(widget.property(_SAID)))
    if not reason:
        widget.setProperty(_TIP, None)
        widget.setProperty(_SAID, None)


def grey_action(action: QAction, reason: str) -> None:
    """The same for a line of a menu, which is made afresh each time it opens."""
    if reason:
        action.setEnabled(False)
        action.setToolTip(reason)
        action.setStatusTip(reason)


class Lacking(QObject):
    """Keeps a control greyed while the account lacks one of these capabilities; a child of the control."""

    def __init__(self, session: SessionDesk, widget: QWidget, *wanted: Capability) -> None:
        super().__init__(widget)
        self._session = session
        self._widget = widget
        self._wanted = wanted
        session.account_changed.connect(self._look)
        self._look()

    @Slot()
    def _look(self) -> None:
        grey(self._widget, why_not(self._session, *self._wanted))


class LackLine(PlainLabel):
    """A small line that says what is missing, and what is there all the same; hidden while nothing is."""

    def __init__(self, object_name: str, session: SessionDesk, *wanted: Capability, rest: str = "") -> None:
        super().__init__(role="small")
        self.setObjectName(object_name)
        self.setWordWrap(True)
        self._session = session
        self._wanted = wanted
        self._rest = rest
        session.account_changed.connect(self._look)
        if not self._say():
            self.hide()  # never shown here: without a parent it would be a window

    def _say(self) -> str:
        reason = why_not(self._session, *self._wanted)
        self.setText(" ".join(part for part in (reason, self._rest) if part) if reason else "")
        return reason

    @Slot()
    def _look(self) -> None:
        self.setVisible(bool(self._say()))
