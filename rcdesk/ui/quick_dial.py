"""Quick dial: a small window with one number field, filled with the clipboard's number when there is one.

Opened from the tray. GUI thread. Read next: tray.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from rcdesk.core.errors import UserError
from rcdesk.ui.look import Button, dress, label

_LONGEST_CLIP = 60


class QuickDial(QDialog):
    """call_asked(e164) and fax_asked(e164)."""

    call_asked = Signal(str)
    fax_asked = Signal(str)

    def __init__(self, region: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._region = region
        self.setObjectName("quickDial")
        self.setWindowTitle(self.tr("Quick dial"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(440)
        dress(self, "#quickDial { background: $surface; }")
        self._origin = label("", "small")
        self.field = QLineEdit()
        self.field.setObjectName("quickDialField")
        self.field.setAccessibleName(self.tr("Number to call"))
        self.field.setPlaceholderText(self.tr("Type a number"))
        self.field.setMinimumHeight(48)
        dress(self.field, "font-size: 20px; font-weight: 600;")
        self._hint = label(" ", "label", wraps=True)
        self._hint.setObjectName("quickDialHint")
        self.call = Button(self.tr("Call"), kind="call", icon_name="phone", token="ongood")
        self.call.setObjectName("quickDialCall")
        self.fax = Button(self.tr("Fax it"), icon_name="compose")
        self._build()
        self.field.textChanged.connect(self._changed)
        self.field.returnPressed.connect(self._call)
        self.call.clicked.connect(self._call)
        self.fax.clicked.connect(self._fax)
        self._prefill()
        self._changed()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Quick dial"), "section"), 1)
        head.addWidget(self._origin)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addStretch(1)
        foot.addWidget(self.fax)
        foot.addWidget(self.call)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self.field)
        layout.addWidget(self._hint)
        layout.addSpacing(6)
        layout.addLayout(foot)

    def _read(self) -> tuple[str, str]:
        """(E.164, what to say); E.164 is "" when the text is no number."""
        from rcdesk.core.phone_number import parse

        if not self.field.text().strip():
            return "", " "
        try:
            number = parse(self.field.text(), self._region)
        except UserError as exc:
            return "", str(exc)
        return number.e164, f"{number.e164} · {number.place}" if number.place else number.e164

    def _prefill(self) -> None:
        text = QGuiApplication.clipboard().text().strip()
        if text and len(text) <= _LONGEST_CLIP and "\n" not in text:
            self.field.setText(text)
            if self._read()[0]:
                self._origin.setText(self.tr("from the clipboard"))
                self.field.selectAll()
            else:
                self.field.clear()

    @Slot()
    def _changed(self) -> None:
        e164, words = self._read()
        self._hint.setText(words)
        self.call.setEnabled(bool(e164))
        self.fax.setEnabled(bool(e164))

    @Slot()
    def _call(self) -> None:
        e164, _ = self._read()
        if e164:
            self.call_asked.emit(e164)
            self.accept()

    @Slot()
    def _fax(self) -> None:
        e164, _ = self._read()
        if e164:
            self.fax_asked.emit(e164)
            self.accept()
