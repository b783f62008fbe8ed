"""Beside the strip: what can be done about the page that is shown, a button a fix; silence when all is well.

A fix that was made can be taken back in the same place. An encrypted file asks for its password here, which
goes to the page worker and nowhere else. GUI thread. Read next: preview_pane.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QWidget

from rcdesk.core.fax.paper import Finding, Fix
from rcdesk.ui.kit.look import Button, down, dress, label, named

_tr = partial(QCoreApplication.translate, "PageAdvice")

WIDTH = 168
"""More when the buttons need it: with large letters or in another language."""
_MARGIN = 14
_NO_LIMIT = 16_777_215


def fix_words(fix: Fix) -> tuple[str, str]:
    """What the button says, and one short sentence of what it does."""
    return {
        Fix.WHITEN_GREY: (_tr("Sharpen page"), _tr("Makes grey boxes white, keeps the lines and text.")),
        Fix.THICKEN_LINES: (
            _tr("Thicken lines"),
            _tr("Makes lines thinner than a dot wide enough to print."),
        ),
        Fix.ENLARGE: (_tr("Enlarge page"), _tr("Enlarges the print until it fills the width of the paper.")),
        Fix.DROP_BLANK: (
            _tr("Leave out page"),
            _tr("Nothing is printed on it; it costs a minute and a sheet."),
        ),
        Fix.ROTATE: (_tr("Keep upright"), _tr("Does not turn the wide page, but shrinks it to the width.")),
        Fix.FLATTEN: (_tr("Flatten form"), _tr("Sends the page as you see it, with all its fields.")),
        Fix.DESKEW: (_tr("Straighten page"), _tr("Turns the slanted scan back.")),
        Fix.SHRINK_TO_PAPER: (
            _tr("Shrink to paper"),
            _tr("Shrinks the page to one sheet, so that nothing is cut."),
        ),
    }[fix]


class PageAdvice(QScrollArea):
    """fix_asked(Fix), unfix_asked(Fix) and password_given(str) are for the pane."""

    fix_asked = Signal(object)
    unfix_asked = Signal(object)
    password_given = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        named(self, "pageAdvice", self.tr("What can be done about this page"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        dress(self, "#pageAdvice, #adviceColumn { background: transparent; border: none; }")
        self._shown: tuple[tuple[Finding, ...], frozenset[Fix], bool] = ((), frozenset(), False)
        self._password = QLineEdit()
        self._rows: dict[object, QWidget] = {}
        self._is_wide = False
        inner = named(QWidget(), "adviceColumn")
        self._column = down(..., of=inner, margins=(0, 2, 2, 2), spacing=4)
        self.setWidget(inner)
        self._fill()

    def set_wide(self, is_wide: bool) -> None:
        """Take all the width there is, below the strip instead of beside it."""
        self._is_wide = is_wide
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Other letters need another width."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_column"):
            self._fit()

    def show_page(
        self, findings: Sequence[Finding], fixes: Collection[Fix], *, needs_password: bool = False
    ) -> None:
        """What was found on this page and what was mended on it already."""
        wanted = (tuple(findings), frozenset(fixes), needs_password)
        if wanted != self._shown:
            self._shown = wanted
            self._fill()

    @property
    def is_silent(self) -> bool:
        """True when there is nothing to say."""
        return self._shown == ((), frozenset(), False)

    def _fill(self) -> None:
        findings, fixes, needs_password = self._shown
        for row in self._rows.values():
            row.hide()
        if needs_password:
            self._show("password", self._password_row)
        for fix in dict.fromkeys(f.fix for f in findings if f.fix is not None and f.fix not in fixes):
            self._show(("fix", fix), partial(self._fix_row, fix))
        for finding in {f.sentence: f for f in findings if f.fix is None}.values():
            self._show(("words", finding.words, finding.sentence), partial(self._words_row, finding))
        for fix in sorted(fixes, key=lambda f: f.value):
            self._show(("undo", fix), partial(self._unfix_row, fix))
        self._fit()
        self.verticalScrollBar().setValue(0)
        self.setVisible(not self.is_silent)

    def _fit(self) -> None:
        buttons = (b for row in self._rows.values() if not row.isHidden() for b in row.findChildren(Button))
        needed = max([WIDTH, *(button.sizeHint().width() + _MARGIN for button in buttons)])
        self.setMinimumWidth(needed)
        self.setMaximumWidth(_NO_LIMIT if self._is_wide else needed)

    def _show(self, key: object, make: Callable[[], QWidget]) -> None:
        """Show a row below the others; rows are made once and kept, because pages are turned quickly."""
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = make()
        self._column.removeWidget(row)
        self._column.insertWidget(self._column.count() - 1, row)
        row.show()

    def _fix_row(self, fix: Fix) -> QWidget:
        words, sentence = fix_words(fix)
        button = Button(words, icon_name="wand")
        dress(button, "QPushButton { padding: 5px 4px; }")
        button.setObjectName(f"fix_{fix.name.lower()}")
        button.setAccessibleDescription(sentence)
        button.setToolTip(sentence)
        button.clicked.connect(partial(self._ask_fix, fix))
        return _row(button, label(sentence, "small", wraps=True))

    def _words_row(self, finding: Finding) -> QWidget:
        title = label(finding.words, "wait", wraps=True)
        title.setToolTip(finding.sentence)
        return _row(title, label(finding.sentence, "small", wraps=True))

    def _unfix_row(self, fix: Fix) -> QWidget:
        words = fix_words(fix)[0]
        button = Button(self.tr("Undo"), kind="link", icon_name="undo")
        named(button, f"unfix_{fix.name.lower()}", self.tr("Undo: {0}").format(words))
        button.setToolTip(self.tr("Take it back: show the page as it was"))
        button.clicked.connect(partial(self._ask_unfix, fix))
        return _row(label(self.tr("Done: {0}").format(words), "small", wraps=True), button)

    def _password_row(self) -> QWidget:
        named(self._password, "documentPassword", self.tr("Password of this document"))
        self._password.setPlaceholderText(self.tr("Password"))
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._password.returnPressed.connect(self._give_password)
        button = Button(self.tr("Open"), icon_name="key")
        button.setObjectName("documentPasswordOpen")
        button.clicked.connect(self._give_password)
        return _row(
            self._password,
            button,
            label(self.tr("Used to draw the pages, never stored."), "small", wraps=True),
        )

    @Slot()
    def _give_password(self) -> None:
        if self._password.text():
            self.password_given.emit(self._password.text())
            self._password.selectAll()

    def _ask_fix(self, fix: Fix, _is_checked: bool = False) -> None:
        self.fix_asked.emit(fix)

    def _ask_unfix(self, fix: Fix, _is_checked: bool = False) -> None:
        self.unfix_asked.emit(fix)


def _row(*parts: QWidget) -> QWidget:
    row = QWidget()
    layout = down(of=row, margins=0, spacing=4)
    for part in parts:
        layout.addWidget(part)
    return row
