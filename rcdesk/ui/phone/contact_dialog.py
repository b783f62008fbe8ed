"""Somebody written down, new or changed: name, company and numbers, in the account's contacts or here only.

While RingCentral is asked the dialog stays, and what is wrong is said in it, beside the number it is about,
with nothing lost. What the account or the app may not do is greyed, with the reason. GUI thread. Read next:
bridge/people/people_desk.py, services/people/contact_book.py.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from rcdesk.bridge.desk import Desk
from rcdesk.core.account.capability import Capability
from rcdesk.core.errors import RcdeskError
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.core.people.people import NUMBER_KINDS, BadField, PersonForm, PersonNumber, PersonSource
from rcdesk.ui.kit.boxes import ChoiceBox
from rcdesk.ui.kit.lacks import why_not
from rcdesk.ui.kit.look import Button, IconButton, across, down, label, named, scrolling
from rcdesk.ui.phone.placing import region_of

OWN_KINDS = (*NUMBER_KINDS[:3], "Fax", *NUMBER_KINDS[3:])
"""People of one's own may also have just a fax."""

MOST_NUMBERS = 12
_ROWS_SEEN = 4
_LONGEST_NAME = 80


def kind_words(kind: str) -> str:
    """What a kind of number is called in the window; others as they are."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("NumberKinds", text)

    known = {
        "Business": tr("Business"),
        "Mobile": tr("Mobile"),
        "Business fax": tr("Business fax"),
        "Fax": tr("Fax"),
        "Home": tr("Home"),
        "Company": tr("Company"),
        "Other": tr("Other"),
        "Other fax": tr("Other fax"),
        "Business 2": tr("Business 2"),
        "Home 2": tr("Home 2"),
        "Assistant": tr("Assistant"),
        "Callback": tr("Callback"),
        "Car": tr("Car"),
    }
    return known.get(kind, kind)


class _NumberRow(QWidget):
    """A number and its kind; removed() on its cross, resized() when its problem went."""

    removed = Signal()
    resized = Signal()

    def __init__(self, place: int, shown: str, number: PersonNumber, kinds: tuple[str, ...]) -> None:
        super().__init__()
        self._is_fax = {number.label: number.is_fax} if number.label else {}
        self.kind = ChoiceBox(f"contactKind_{place}", self.tr("Kind of number"))
        self.kind.setMinimumWidth(150)
        self.number = named(QLineEdit(shown), f"contactNumber_{place}", self.tr("Number"))
        self.number.setPlaceholderText(self.tr("Phone or fax number"))
        self.number.setMaxLength(200)
        remove = IconButton("x", self.tr("Remove this number"), act=self.removed)
        remove.setObjectName(f"contactRemove_{place}")
        self._problem = label("", "bad", wraps=True, name=f"contactProblem_{place}")
        self._problem.hide()
        self.number.textEdited.connect(self._edited)
        self.offer(kinds, number.label)
        row = across(self.kind, (self.number, 1), remove, spacing=8)
        down(row, self._problem, of=self, margins=0, spacing=4)

    @property
    def value(self) -> PersonNumber:
        kind = str(self.kind.currentData())
        is_fax = self._is_fax.get(kind, kind.casefold().endswith("fax"))
        return PersonNumber(number=self.number.text(), label=kind, is_fax=is_fax)

    def offer(self, kinds: tuple[str, ...], chosen: str) -> None:
        """These are the kinds to choose from; one that is none of them is offered too."""
        self.kind.clear()
        for kind in dict.fromkeys((*kinds, chosen) if chosen else kinds):
            self.kind.addItem(kind_words(kind), kind)
        self.kind.setCurrentIndex(max(0, self.kind.findData(chosen)))

    def say(self, sentence: str) -> None:
        """What is wrong with this number, "" for nothing."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self.number.setAccessibleDescription(sentence)

    @Slot()
    def _edited(self) -> None:
        self.say("")
        self.resized.emit()


class ContactDialog(QDialog):
    """Asks who somebody is; open() it. form holds what is known, with a key when they are changed."""

    def __init__(self, desk: Desk, form: PersonForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._form = desk, form
        self._is_closed = False
        self._rows: list[_NumberRow] = []
        self.setObjectName("contactDialog")
        self.setWindowTitle(self.tr("Edit person") if form.key else self.tr("New person"))
        self.setMinimumWidth(500)
        self.name = self._line("contactName", self.tr("Name"), form.name if form.name != form.company else "")
        self.company = self._line("contactCompany", self.tr("Company"), form.company)
        self._place = ChoiceBox("contactPlace", self.tr("Keep in"))
        self._said = label("", "muted", wraps=True, name="contactSaid")
        self._said.hide()
        self.save = Button(self.tr("Save") if form.key else self.tr("Add"), kind="primary", act=self._save)
        self.save.setObjectName("contactSave")
        self.save.setDefault(True)
        self._build()
        self._fill_place()
        for number in form.numbers or (PersonNumber(number=""),):
            self._add_row(number)
        self.finished.connect(self._closed)
        self.name.setFocus()

    def _line(self, name: str, spoken: str, text: str) -> QLineEdit:
        made = named(QLineEdit(text), name, spoken)
        made.setMaxLength(_LONGEST_NAME)
        return made

    def _build(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.setColumnStretch(1, 1)
        self._place_words = label(self.tr("Keep in"), "label")
        for row, (words, field) in enumerate(
            (
                (label(self.tr("Name"), "label"), self.name),
                (label(self.tr("Company"), "label"), self.company),
                (self._place_words, self._place),
            )
        ):
            words.setBuddy(field)
            form.addWidget(words, row, 0)
            form.addWidget(field, row, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(label(self.windowTitle(), "section"))
        layout.addLayout(form)
        layout.addWidget(label(self.tr("Numbers"), "label"))
        layout.addWidget(self._make_numbers())
        layout.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._said)
        layout.addStretch(1)
        cancel = Button(self.tr("Cancel"), name="contactCancel", act=self.reject)
        layout.addLayout(across(..., cancel, self.save))

    def _make_numbers(self) -> QScrollArea:
        self._more = Button(self.tr("Add a number"), kind="link", icon_name="plus", name="contactMore")
        self._more.clicked.connect(self._add_empty)
        box = QWidget()
        self._numbers = down(..., of=box, margins=(0, 0, 4, 0), spacing=8)
        self._scroll = scrolling(box, is_clear=True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return self._scroll

    def _fill_place(self) -> None:
        """Where somebody new is kept; who is there already stays where they are."""
        self._place.addItem(self.tr("RingCentral contacts"), PersonSource.CONTACT)
        self._place.addItem(self.tr("This computer only"), PersonSource.IMPORT)
        lack = why_not(self._desk.session, Capability.CONTACTS_CHANGE)
        is_own = self._form.source is PersonSource.IMPORT or (bool(lack) and not self._form.key)
        self._place.setCurrentIndex(1 if is_own else 0)
        self._place.setEnabled(not self._form.key)
        model = self._place.model()
        if lack and isinstance(model, QStandardItemModel):
            model.item(0).setEnabled(False)
            model.item(0).setToolTip(lack)
            self._say(lack)
            self.save.setEnabled(is_own)
        self._place.currentIndexChanged.connect(self._place_changed)

    @property
    def _source(self) -> PersonSource:
        return PersonSource.IMPORT if self._place.currentIndex() == 1 else PersonSource.CONTACT

    @property
    def _kinds(self) -> tuple[str, ...]:
        return OWN_KINDS if self._source is PersonSource.IMPORT else NUMBER_KINDS

    @Slot()
    def _place_changed(self) -> None:
        for row in self._rows:
            chosen = row.value.label
            row.offer(self._kinds, chosen if chosen in self._kinds else "Business fax")

    @Slot()
    def _add_empty(self) -> None:
        taken = {row.value.label for row in self._rows}
        kind = next((kind for kind in self._kinds if kind not in taken), self._kinds[0])
        self._add_row(PersonNumber(number="", label=kind))
        self._rows[-1].number.setFocus()

    def _add_row(self, number: PersonNumber) -> None:
        shown = pretty(number.number, region_of(self._desk)) if number.number else ""
        place = 1 + max((int(row.number.objectName().partition("_")[2]) for row in self._rows), default=-1)
        row = _NumberRow(place, shown, number, self._kinds)
        row.removed.connect(self._remove_row)
        row.resized.connect(self._fit)
        self._rows.append(row)
        self._numbers.insertWidget(self._numbers.count() - 1, row)
        self._fit()

    @Slot()
    def _remove_row(self) -> None:
        row = self.sender()
        if not isinstance(row, _NumberRow):
            return
        self._rows.remove(row)
        row.hide()
        self._numbers.removeWidget(row)
        row.deleteLater()
        if not self._rows:
            self._add_row(PersonNumber(number=""))
        self._rows[-1].number.setFocus()
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """All numbers, or as many as fit well; the others scroll."""
        self._more.setEnabled(len(self._rows) < MOST_NUMBERS)
        heights = [row.sizeHint().height() for row in self._rows[:_ROWS_SEEN]]
        self._scroll.setFixedHeight(sum(heights) + self._numbers.spacing() * len(heights))

    @Slot()
    def _save(self) -> None:
        if not self.save.isEnabled():
            return
        form = PersonForm(
            key=self._form.key,
            source=self._source,
            name=self.name.text(),
            company=self.company.text(),
            numbers=tuple(row.value for row in self._rows),
        )
        for row in self._rows:
            row.say("")
        self.save.setEnabled(False)
        is_contact = self._source is PersonSource.CONTACT
        self._say(self.tr("Saving in your RingCentral contacts…") if is_contact else self.tr("Saving…"))
        self._desk.people.save_person(form, self._form if form.key else None, self._saved, self._failed)

    def _saved(self) -> None:
        if not self._is_closed:
            self.accept()

    def _failed(self, error: RcdeskError) -> None:
        if self._is_closed:
            return
        self.save.setEnabled(True)
        if not isinstance(error, BadField):
            self._say(self.tr("Not saved. {0}").replace("{0}", str(error)))
        elif isinstance(error.field, int):
            self._say("")
            row = self._rows[min(error.field, len(self._rows) - 1)]
            row.say(str(error))
            row.number.setFocus()
            self._fit()
            self._scroll.ensureWidgetVisible(row)
        else:
            self._say(str(error))
            self.name.setFocus()

    @Slot()
    def _closed(self) -> None:
        self._is_closed = True
        self.deleteLater()

    def _say(self, sentence: str) -> None:
        self._said.setText(sentence)
        self._said.setAccessibleName(sentence)
        self._said.setVisible(bool(sentence))
