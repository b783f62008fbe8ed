"""What the forms of the sign-in card share: title, fields with captions, one problem line, two buttons.

A form only collects: it says what is missing in place, keeps what was typed when the service refuses, and
hands profile and credentials on by asked. Secrets leave the fields once somebody is signed in. GUI thread.
Read next: sign_in_forms.py, sign_in_page.py.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from rcdesk.core.account.account import ServerProfile
from rcdesk.ui.kit.look import Button, across, down, fill, label, named
from rcdesk.ui.kit.theme import repolish

FIELD_HEIGHT_PX = 38


class SignInForm(QWidget):
    """asked(ServerProfile, Credentials) when all is there; back_asked() on Back and Esc."""

    asked = Signal(object, object)
    back_asked = Signal()

    def __init__(self, title: str, words: str, act_words: str, icon_name: str) -> None:
        super().__init__()
        self._profile = ServerProfile(name="")
        self._act_words = act_words
        self._fields: list[QLineEdit] = []
        self._captions: dict[QLineEdit, QLabel] = {}
        self._secrets: list[QLineEdit] = []
        self.problem = label("", "bad", wraps=True, name="signInProblem")
        self.problem.hide()
        self.act = Button(act_words, kind="primary", icon_name=icon_name, name="signInButton")
        self.back = Button(self.tr("Back"), name="signInBack", act=self.back_asked)
        for button in (self.act, self.back):
            button.setMinimumHeight(42)
        self.words = label(words, "muted", wraps=True)
        self.words.setVisible(bool(words))
        self.body = down(spacing=6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label(title, "cardTitle"))
        layout.addWidget(self.words)
        layout.addSpacing(4)
        layout.addLayout(self.body)
        layout.addWidget(self.problem)
        layout.addSpacing(4)
        layout.addLayout(across(self.back, (self.act, 1), spacing=10))
        self.setAccessibleName(title)
        self.act.clicked.connect(self.submit)

    def add_field(
        self, object_name: str, name: str, *, is_secret: bool = False, hint: str = "", shown: str = ""
    ) -> QLineEdit:
        """A captioned field; hint stands in it while it is empty, shown is a caption other than its name."""
        field = named(QLineEdit(), object_name, name)
        field.setPlaceholderText(hint)
        field.setAccessibleDescription(hint)
        field.setMinimumHeight(FIELD_HEIGHT_PX)
        field.setAcceptDrops(False)
        if is_secret:
            field.setEchoMode(QLineEdit.EchoMode.Password)
            self._secrets.append(field)
        caption = label(shown or name, "label")
        caption.setBuddy(field)
        fill(self.body, caption, field)
        self._fields.append(field)
        self._captions[field] = caption
        field.returnPressed.connect(self.submit)
        field.textEdited.connect(self._typed)
        return field

    def show_field(self, field: QLineEdit, *, is_shown: bool) -> None:
        field.setVisible(is_shown)
        self._captions[field].setVisible(is_shown)

    def take(self, profile: ServerProfile) -> None:
        self._profile = profile

    def begin(self) -> None:
        """The form is shown: the cursor goes to the first empty field."""
        shown = [field for field in self._fields if not field.isHidden()]
        first = next((field for field in shown if not field.text()), None)
        (first or self.act).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_problem(self, sentence: str, field: QLineEdit | None = None) -> None:
        """One sentence on why it did not work, "" for nothing; the cursor goes to the field that is wrong."""
        self.problem.setText(sentence)
        self.problem.setAccessibleName(sentence)
        self.problem.setVisible(bool(sentence))
        for one in self._fields:
            self._mark(one, is_wrong=one is field)
        if field is not None:
            field.setFocus(Qt.FocusReason.OtherFocusReason)
            field.selectAll()

    def show_refusal(self, sentence: str) -> None:
        """What the service or the network said; everything typed stays."""
        wrong = self.blamed(sentence)
        self.show_problem(sentence, wrong)
        if wrong is None and self.isVisible():
            self.act.setFocus(Qt.FocusReason.OtherFocusReason)

    def blamed(self, sentence: str) -> QLineEdit | None:
        """The field to look at again after this refusal; None when none of them is wrong."""
        return None

    def set_busy(self, *, is_busy: bool) -> None:
        """While the service is asked nothing can be changed; Back gives up."""
        for field in self._fields:
            field.setReadOnly(is_busy)
        self.act.setEnabled(not is_busy)
        self.act.setText(self.tr("Signing in…") if is_busy else self._act_words)
        self.back.setText(self.tr("Cancel") if is_busy else self.tr("Back"))
        self.back.setAccessibleName(self.back.text())
        if is_busy:
            self.show_problem("")

    def show_wait(self, words: str) -> None:
        """What is waited for, on the button that was pressed; only while it is busy."""
        if not self.act.isEnabled():
            self.act.setText(words)

    def forget_secrets(self) -> None:
        """Somebody is signed in: no secret stays in the window."""
        for field in self._secrets:
            field.clear()

    @Slot()
    def submit(self) -> None:
        """Hand everything on, or name what is missing."""
        if not self.act.isEnabled():
            return
        missing = next((field for field in self.needed() if not field.text().strip()), None)
        if missing is not None:
            words = self.tr("{0} is missing.").replace("{0}", missing.accessibleName())
            self.show_problem(words, missing)
            return
        self.show_problem("")
        self.hand_on()

    def needed(self) -> tuple[QLineEdit, ...]:
        """The fields that may not be empty."""
        return ()

    def hand_on(self) -> None:
        """Emit asked; all needed fields are filled in."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back_asked.emit()
            return
        super().keyPressEvent(event)

    @Slot()
    def _typed(self) -> None:
        """What is being corrected is not wrong any more."""
        field = self.sender()
        if isinstance(field, QLineEdit):
            self._mark(field, is_wrong=False)

    def _mark(self, field: QLineEdit, *, is_wrong: bool) -> None:
        if bool(field.property("problem")) != is_wrong:
            field.setProperty("problem", is_wrong)
            repolish(field)


def is_about_app(sentence: str) -> bool:
    """True when a refusal speaks of the app's registration and not of the person."""
    low = sentence.lower()
    return "client id" in low or "client secret" in low or "this app" in low
