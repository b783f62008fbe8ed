"""The small question "who is this?": a number becomes a contact of the account's address book.

The contact is made by the service (spec: createContact) and known here at once; while that is under way the
dialog stays, and a failure is said in it with nothing lost. GUI thread. Read next: bridge/people_desk.py.
"""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.capability import Capability
from rcdesk.core.phone_number import pretty
from rcdesk.ui.boxes import ChoiceBox
from rcdesk.ui.lacks import grey, why_not
from rcdesk.ui.look import Button, label
from rcdesk.ui.placing import region_of

KINDS = ("Business", "Mobile", "Home", "Business fax", "Other")
"""Labels of a contact's numbers, as api/rest/contacts.py has them."""


class ContactDialog(QDialog):
    """Asks for a name; open() it. The number is E.164."""

    def __init__(self, desk: Desk, number: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._number = number
        self._is_closed = False
        self.setObjectName("contactDialog")
        self.setWindowTitle(self.tr("Add to contacts"))
        self.setMinimumWidth(420)
        self.name = QLineEdit()
        self.name.setObjectName("contactName")
        self.name.setMaxLength(100)
        self.name.setAccessibleName(self.tr("Name"))
        self.kind = ChoiceBox("contactKind", self.tr("Kind of number"))
        for kind, words in zip(KINDS, self._kind_words(), strict=True):
            self.kind.addItem(words, kind)
        self._said = label("", "muted", wraps=True)
        self._said.setObjectName("contactSaid")
        self._said.hide()
        self.save = Button(self.tr("Add"), kind="primary")
        self.save.setObjectName("contactSave")
        self.save.setDefault(True)
        self.save.clicked.connect(self._save)
        self._build(pretty(number, region_of(desk)))
        self.finished.connect(self._closed)
        lack = why_not(desk.session, Capability.CONTACTS_CHANGE)
        grey(self.save, lack)
        self._say(lack)
        self.name.setFocus()

    def _build(self, shown: str) -> None:
        """Question, form, what is said about it, buttons; shown: the number as it is read."""
        back = Button(self.tr("Back"))
        back.clicked.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(label(self.tr("Who is {0}?").replace("{0}", shown), "section"))
        layout.addLayout(self._make_form())
        layout.addWidget(self._said)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(back)
        foot.addWidget(self.save)
        layout.addLayout(foot)

    def _make_form(self) -> QGridLayout:
        form = QGridLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.setColumnStretch(1, 1)
        for row, (words, field) in enumerate(
            ((self.tr("Name"), self.name), (self.tr("This number is"), self.kind))
        ):
            name = label(words, "label")
            name.setBuddy(field)
            form.addWidget(name, row, 0)
            form.addWidget(field, row, 1)
        return form

    def _kind_words(self) -> tuple[str, ...]:
        return (
            self.tr("Business"),
            self.tr("Mobile"),
            self.tr("Home"),
            self.tr("Business fax"),
            self.tr("Other"),
        )

    @Slot()
    def _save(self) -> None:
        name = " ".join(self.name.text().split())
        if not name:
            self._say(self.tr("Type a name first."))
            self.name.setFocus()
            return
        self.save.setEnabled(False)
        self._say(self.tr("Adding to your RingCentral contacts…"))
        kind = str(self.kind.currentData())
        self._desk.people.add_contact(name, self._number, kind, self._added, self._failed)

    def _added(self) -> None:
        if not self._is_closed:
            self.accept()

    def _failed(self, sentence: str) -> None:
        if self._is_closed:
            return
        self.save.setEnabled(True)
        self._say(self.tr("Not added. {0}").replace("{0}", sentence))

    @Slot()
    def _closed(self) -> None:
        self._is_closed = True
        self.deleteLater()

    def _say(self, sentence: str) -> None:
        self._said.setText(sentence)
        self._said.setAccessibleName(sentence)
        self._said.setVisible(bool(sentence))
