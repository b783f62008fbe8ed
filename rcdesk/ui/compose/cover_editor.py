"""Writing a cover of one's own: rich text with fields at the left, the page as it will look at the right.

The page is drawn on the pages lane a moment after the last key. Saving goes through CoversDesk; saved(cover)
tells the opener. An HTML file from the office is imported here too. GUI thread. Read next: own_covers.py.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QFont, QImage, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from rcdesk.bridge.fax.covers_desk import CoversDesk
from rcdesk.bridge.fax.pages_desk import PagesDesk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.fax.cover import FIELDS, MAX_NAME_CHARACTERS, STARTER_HTML, CoverFields, CoverTemplate
from rcdesk.render.own_covers import confidentiality_words, cover_png, picture_html, usual_paper
from rcdesk.render.rich_text import ClosedText
from rcdesk.ui.kit.fit import fit_to_screen
from rcdesk.ui.kit.look import Button, across, down, dress, fill, label, named
from rcdesk.ui.preview.page_questions import paper_ratio
from rcdesk.ui.preview.paper_view import PaperView

_tr = partial(QCoreApplication.translate, "CoverEditor")

DRAW_MS = 180
SIZES = (10, 12, 14, 18, 24, 36)
_SHEET = """
#coverText { background: $paper; color: $paperink; border: 1px solid $border; border-radius: 8px;
    padding: 8px; }
#coverText:focus { border: 2px solid $accent; padding: 7px; }
"""


def sample_fields() -> CoverFields:
    """What the fields say while a cover is written."""
    return CoverFields(
        to=_tr("Valley Imaging Center") + "\n(650) 555-0110",
        sender=_tr("Mara Okafor"),
        company=_tr("Okafor & Lee"),
        date=_tr("22 November 2026"),
        pages="5",
        subject=_tr("Referral"),
        note=_tr("Referral and films, as discussed by phone."),
        confidentiality=confidentiality_words(),
    )


class CoverEditor(QDialog):
    """saved(CoverTemplate) tells the opener; open() it."""

    saved = Signal(object)

    def __init__(
        self,
        covers: CoversDesk,
        pages: PagesDesk,
        cover: CoverTemplate | None,
        fields: CoverFields | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("coverEditor")
        self.setWindowTitle(self.tr("Cover page"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(980, 680)
        fit_to_screen(self)
        self._covers = covers
        self._pages = pages
        self._id = cover.id if cover is not None else ""
        self._fields = fields or sample_fields()
        self._is_over = False
        self.name = QLineEdit(cover.name if cover is not None else "")
        named(self.name, "coverName", self.tr("Name of the cover page"))
        self.name.setPlaceholderText(self.tr("Name, for example Our clinic"))
        self.name.setMaxLength(MAX_NAME_CHARACTERS)
        self.text = self._make_text(cover.html if cover is not None else STARTER_HTML)
        self.view = PaperView()
        self._problem = label("", "bad", wraps=True, name="coverProblem")
        self._problem.hide()
        self._draw_soon = single_shot(self, self._draw, DRAW_MS)
        self._build()
        self.text.textChanged.connect(self._draw_soon.start)
        self.view.zoomed.connect(self._draw_soon.start)
        covers.problem.connect(self._tell)
        self._draw_soon.start()
        (self.text if self._id else self.name).setFocus()

    @property
    def cover(self) -> CoverTemplate:
        """What stands here now."""
        return CoverTemplate(id=self._id, name=self.name.text().strip(), html=self.text.toHtml())

    def import_file(self, path: Path) -> None:
        """Keep a copy of an HTML file as a cover and go on with it."""
        self._covers.import_file(path, self._imported)

    @Slot()
    def save(self) -> None:
        """Keep it and close."""
        if not self.name.text().strip():
            self._tell(self.tr("Give the cover page a name, then save."))
            self.name.setFocus()
            return
        self._covers.save(self.cover, self._saved)

    def done(self, result: int) -> None:
        """Answers that come later find nobody."""
        self._is_over = True
        super().done(result)

    # How it is put together

    def _make_text(self, html: str) -> QTextEdit:
        text = named(QTextEdit(), "coverText", self.tr("Text of the cover page"))
        text.setDocument(ClosedText(text))
        text.setAcceptRichText(True)
        text.setTabChangesFocus(True)
        dress(text, _SHEET)
        text.setHtml(html)
        return text

    def _build(self) -> None:
        left = down(self.name, self._make_tools(), (self.text, 1), spacing=10)
        hint = self.tr("Words in braces are filled in when the fax is sent.")
        fill(left, label(hint, "small", wraps=True), self._problem)
        sides = across((left, 11), (self.view, 9), spacing=20)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 20)
        layout.setSpacing(14)
        layout.addWidget(label(self.tr("Your own cover page"), "section"))
        layout.addLayout(sides, 1)
        layout.addLayout(self._make_buttons())

    def _make_tools(self) -> QHBoxLayout:
        fields = Button(self.tr("Insert field"), icon_name="plus", name="coverField")
        menu = QMenu(fields)
        for field in FIELDS:
            menu.addAction(_field_words(field)).triggered.connect(partial(self._insert, f"{{{field}}}"))
        fields.setMenu(menu)
        bold = self._tool(self.tr("Bold"), "coverBold", self._bold)
        sizes = Button(self.tr("Size"), name="coverSize")
        size_menu = QMenu(sizes)
        for size in SIZES:
            size_menu.addAction(str(size)).triggered.connect(partial(self._resize_text, size))
        sizes.setMenu(size_menu)
        picture = self._tool(self.tr("Picture…"), "coverPicture", self._choose_picture)
        row = across(spacing=8)
        for button in (fields, bold, sizes, picture):
            dress(button, "QPushButton { padding: 5px 10px; }")
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _tool(self, words: str, name: str, act: object) -> Button:
        return Button(words, name=name, act=act)

    def _make_buttons(self) -> QHBoxLayout:
        importing = Button(self.tr("From HTML file…"), icon_name="file", name="coverImport")
        importing.clicked.connect(self._choose_file)
        delete = Button(self.tr("Delete"), kind="link", icon_name="trash", name="coverDelete")
        delete.setVisible(bool(self._id))
        delete.clicked.connect(self._delete)
        back = Button(self.tr("Cancel"), act=self.reject)
        save = Button(self.tr("Save"), kind="primary", name="coverSave", act=self.save)
        save.setDefault(True)
        return across(importing, delete, ..., back, save, spacing=8)

    # What happens

    @Slot()
    def _draw(self) -> None:
        cover, fields, paper = self.cover, self._fields, usual_paper()
        width_px = self.view.wanted_width_px
        self._pages.draw("cover editor", lambda: cover_png(cover, fields, paper, width_px), self._drawn)

    def _drawn(self, png: bytes) -> None:
        if not self._is_over:
            self.view.show_picture(QImage.fromData(png), paper_ratio(usual_paper()))
            self.view.setAccessibleName(self.tr("The cover page as it will look"))

    def _insert(self, words: str, _is_checked: bool = False) -> None:
        self.text.insertPlainText(words)
        self.text.setFocus()

    @Slot()
    def _bold(self) -> None:
        is_bold = self.text.fontWeight() > QFont.Weight.Medium
        self.text.setFontWeight(QFont.Weight.Normal if is_bold else QFont.Weight.Bold)
        self.text.setFocus()

    def _resize_text(self, size: int, _is_checked: bool = False) -> None:
        change = QTextCharFormat()
        change.setFontPointSize(size)
        cursor = self.text.textCursor()
        if not cursor.hasSelection():
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
        cursor.mergeCharFormat(change)
        self.text.setFocus()

    @Slot()
    def _choose_picture(self) -> None:
        dialog = self._file_dialog(
            self.tr("Picture on the cover page"), "*.png *.jpg *.jpeg *.gif *.bmp *.svg"
        )
        dialog.fileSelected.connect(self._picture_chosen)
        dialog.open()

    @Slot(str)
    def _picture_chosen(self, name: str) -> None:
        self._pages.draw(
            "cover picture", lambda: picture_html(Path(name)), self._put_picture, failed=self._tell
        )

    def _put_picture(self, html: str) -> None:
        if not self._is_over:
            self.text.insertHtml(html)

    @Slot()
    def _choose_file(self) -> None:
        dialog = self._file_dialog(self.tr("HTML file to use as a cover page"), "*.html *.htm")
        dialog.fileSelected.connect(self._file_chosen)
        dialog.open()

    def _file_dialog(self, title: str, patterns: str) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(f"{title} ({patterns})")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    @Slot(str)
    def _file_chosen(self, name: str) -> None:
        self.import_file(Path(name))

    def _imported(self, cover: CoverTemplate) -> None:
        if not self._is_over:
            self._id = cover.id
            self.name.setText(cover.name)
            self.text.setHtml(cover.html)
            self._tell("")
            self.saved.emit(cover)

    def _saved(self, cover: CoverTemplate) -> None:
        if not self._is_over:
            self.saved.emit(cover)
            self.accept()

    @Slot()
    def _delete(self) -> None:
        self._covers.delete(self._id)
        self.accept()

    @Slot(str)
    def _tell(self, problem: str) -> None:
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))


def _field_words(field: str) -> str:
    return {
        "to": _tr("To: name and number"),
        "from": _tr("From: your name"),
        "company": _tr("Your company"),
        "date": _tr("Date"),
        "pages": _tr("Number of pages"),
        "subject": _tr("Subject"),
        "note": _tr("Note"),
        "confidentiality": _tr("Confidentiality notice"),
    }[field]
