"""The composer and its preview kept together: files and cover go one way, thumbnails and trouble the other.

The cards of the documents get a picture of their first page and a badge when something on their pages will
not arrive well, with one click to mend it. Own covers are written and chosen here too. GUI thread.
Read next: preview_pane.py, composer_card.py, cover_editor.py.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDate, QEvent, QLocale, QObject, Signal, Slot
from PySide6.QtGui import QImage, QKeySequence, QPixmap
from PySide6.QtWidgets import QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.fax.page_requests import (
    PageRefusal,
    PageRequest,
    RequestKind,
    count_request,
    thumbnail_request,
)
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.account import Account
from rcdesk.core.fax.cover import CoverFields, CoverTemplate
from rcdesk.core.fax.fax import Document
from rcdesk.core.fax.paper import PaperSize
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.render.own_covers import confidentiality_words, usual_paper
from rcdesk.ui.compose.attachments import AttachmentCard
from rcdesk.ui.compose.chips import RecipientEntry
from rcdesk.ui.compose.composed import Composed
from rcdesk.ui.compose.composer_card import ComposerCard
from rcdesk.ui.compose.cover_editor import CoverEditor
from rcdesk.ui.kit.look import Button, dress
from rcdesk.ui.preview.page_list import ref_of
from rcdesk.ui.preview.preview_pane import PreviewPane

_tr = partial(QCoreApplication.translate, "ComposerPreview")

WHO = "documents"
CARD_PX = 36
MARK_MS = 60
"""News of many pages come close together; looking through all of them for a card's badge waits so long."""


PREVIEW_MIN_WIDTH = 380
BESIDE_FROM_WIDTH = 890
"""Both cards need this much to show everything; a window of 1000 with the narrow side bar has more."""


class PreviewFold(QObject):
    """button shows the preview in the composer's place while page is narrower than BESIDE_FROM_WIDTH."""

    def __init__(self, page: QWidget, composer: QWidget, preview: QWidget) -> None:
        super().__init__(page)
        self._page, self._composer, self._preview = page, composer, preview
        preview.setMinimumWidth(PREVIEW_MIN_WIDTH)
        self.button = Button(self.tr("Preview"), icon_name="file", name="previewButton")
        self.button.setShortcut(QKeySequence("Ctrl+P"))
        self.button.setToolTip(self.tr("Show how the pages will arrive (Ctrl+P)"))
        self.button.setCheckable(True)
        dress(self.button, "QPushButton:checked { background: $press; }")
        self.button.hide()
        self.button.toggled.connect(self._fold)
        page.installEventFilter(self)

    def show_composer(self) -> None:
        """The composer is needed now."""
        self.button.setChecked(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            is_narrow = self._page.width() < BESIDE_FROM_WIDTH
            if is_narrow is self.button.isHidden():
                self.button.setVisible(is_narrow)
                self._fold()
        return super().eventFilter(watched, event)

    @Slot()
    def _fold(self) -> None:
        is_narrow = not self.button.isHidden()
        is_shown = not is_narrow or self.button.isChecked()
        self._preview.setVisible(is_shown)
        self._composer.setVisible(not (is_narrow and is_shown))


class ComposerPreview(QObject):
    """changed(): pages, exactness or what is known about them."""

    changed = Signal()

    def __init__(self, desk: Desk, card: ComposerCard, preview: PreviewPane) -> None:
        super().__init__(preview)
        self._desk, self._card, self._preview = desk, card, preview
        self._has_covers = False
        self._mark_soon = single_shot(self, self._mark_cards, MARK_MS)
        card.attachments.fix_asked.connect(self._fix)
        card.covers.edit_asked.connect(self._edit_cover)
        desk.covers.changed.connect(self._covers_changed)
        desk.session.account_changed.connect(self._account_changed)
        desk.pages.answered.connect(self._answered)
        desk.pages.refused.connect(self._refused)
        preview.view.paper_asked.connect(self._paper_chosen)
        preview.plans_changed.connect(self._mark_cards_soon)
        preview.plans_changed.connect(self.changed)
        preview.findings_changed.connect(self._mark_cards_soon)
        preview.estimate_changed.connect(self.changed)
        preview.counted.connect(self._counted)
        self._account_changed()
        self._covers_changed()

    def show(self, composed: Composed) -> None:
        account = self._desk.session.account
        self._preview.set_documents(composed.documents)
        self._preview.set_cover(self._card.covers.choice, cover_fields(composed, account))
        self._ask_pictures()
        self._mark_cards_soon()

    def fill(self, composed: Composed) -> None:
        """Show another fax, with its pages as they were arranged."""
        self._preview.set_documents(())  # what was decided about pages is another fax's
        self.show(composed)
        if composed.pages is not None and composed.pages.documents == composed.documents:
            self._preview.set_pages(composed.pages, is_exact=composed.is_exact)

    @Slot()
    def _account_changed(self) -> None:
        """Their paper is the one chosen last, else most likely that of the account's country."""
        account = self._desk.session.account
        if account is not None:
            self._preview.set_paper(self._remembered_paper or usual_paper(account.home_country))
        elif self._remembered_paper is not None:
            self._preview.set_paper(self._remembered_paper)

    @property
    def _remembered_paper(self) -> PaperSize | None:
        kept = self._desk.preferences.value.paper
        return next((paper for paper in PaperSize if paper.value == kept), None)

    @Slot(object)
    def _paper_chosen(self, paper: PaperSize) -> None:
        """Remember it; the usual one is none of their own, so that it follows the account."""
        account = self._desk.session.account
        usual = usual_paper(account.home_country if account is not None else "")
        self._desk.preferences.update(paper="" if paper is usual else paper.value)

    # The cards

    @Slot(object, int)
    def _counted(self, path: Path, pages: int) -> None:
        """Pages of a file that was not counted when it was added; RingCentral may count others."""
        for card in self._cards:
            if card.document is not None and card.document.path == path:
                card.show_count(pages)

    @property
    def obstacle(self) -> str:
        """What must be done about the files before anybody can draw them, "" for nothing."""
        locked = [d.name for d in self._card.attachments.documents if self._needs_password(d)]
        if not locked:
            return ""
        words = self.tr("{0} opens with a password only. Enter it beside the preview or remove the file.")
        return words.format(locked[0])

    def _needs_password(self, document: Document) -> bool:
        found = self._desk.pages.known(count_request(ref_of(document)))
        return isinstance(found, PageRefusal) and found.needs_password

    @Slot(object, object)
    def _refused(self, ask: PageRequest, refusal: PageRefusal) -> None:
        """A file that needs a password cannot be sent before it has it."""
        if ask.kind is RequestKind.COUNT and refusal.needs_password:
            self._mark_cards()
            self.changed.emit()

    def _ask_pictures(self) -> None:
        pages = self._desk.pages
        asks = [self._ask(document) for document in self._card.attachments.documents]
        for ask in asks:
            picture = pages.known(ask)
            if isinstance(picture, bytes):
                self._answered(ask, picture)
        pages.want(WHO, asks)

    def _ask(self, document: Document) -> PageRequest:
        return thumbnail_request(ref_of(document), round(CARD_PX * self._preview.devicePixelRatioF()))

    @Slot(object, object)
    def _answered(self, ask: PageRequest, answer: object) -> None:
        if ask.kind is not RequestKind.THUMBNAIL or not isinstance(answer, bytes):
            return
        for card in self._cards:
            if card.document is not None and self._ask(card.document) == ask and not card.has_picture:
                picture = QPixmap.fromImage(QImage.fromData(answer))
                picture.setDevicePixelRatio(self._preview.devicePixelRatioF())
                card.show_picture(picture)

    @property
    def _cards(self) -> tuple[AttachmentCard, ...]:
        return self._card.attachments.cards

    @Slot()
    def _mark_cards_soon(self) -> None:
        if not self._mark_soon.isActive():
            self._mark_soon.start()

    @Slot()
    def _mark_cards(self) -> None:
        """The badge on each card: what is wrong, and whether a click mends it."""
        for card in self._cards:
            if card.document is not None and self._needs_password(card.document):
                sentence = self.tr("Enter its password beside the preview to see and fax its pages.")
                card.show_locked()
                card.show_trouble(self.tr("Needs its password"), sentence, can_fix=False)
            elif card.document is not None:
                found = self._preview.findings_of(card.document.path)
                words = list(dict.fromkeys(finding.words for finding in found))
                more = self.tr("{0} + {1}").format(words[0], len(words) - 1) if len(words) > 1 else ""
                sentences = "\n".join(dict.fromkeys(finding.sentence for finding in found))
                can_fix = any(finding.fix is not None for finding in found)
                card.show_trouble(more or "".join(words[:1]), sentences, can_fix=can_fix)

    @Slot(object)
    def _fix(self, document: Document) -> None:
        self._preview.fix_file(document.path)

    # Own covers

    @Slot()
    def _covers_changed(self) -> None:
        """The first time there are any, the one used last is chosen again."""
        covers = self._desk.covers.covers
        remembered = self._desk.preferences.value.own_cover if covers and not self._has_covers else ""
        self._has_covers = self._has_covers or bool(covers)
        self._card.covers.set_own(covers, remembered)

    @Slot(object)
    def _edit_cover(self, cover: CoverTemplate | None) -> None:
        editor = CoverEditor(self._desk.covers, self._desk.pages, cover, parent=self._card.window())
        editor.saved.connect(self._cover_saved)
        editor.open()

    @Slot(object)
    def _cover_saved(self, cover: CoverTemplate) -> None:
        self._card.covers.set_own(self._desk.covers.covers, cover.id)


def cover_fields(composed: Composed, account: Account | None) -> CoverFields:
    """What a cover says about this fax; with several recipients nobody learns who the others are."""
    region = account.home_country if account is not None else "US"
    number = pretty(account.fax_caller_id, region) if account is not None and account.fax_caller_id else ""
    sender = account.name if account is not None else ""
    return CoverFields(
        to=_to(composed.entries, region),
        sender="\n".join(part for part in (sender, number) if part),
        company=account.company if account is not None else "",
        date=QLocale().toString(QDate.currentDate(), QLocale.FormatType.LongFormat),
        subject=composed.subject,
        note=composed.note.strip(),
        confidentiality=confidentiality_words(),
    )


def _to(entries: tuple[RecipientEntry, ...], region: str) -> str:
    people = [entry.recipient for entry in entries if entry.recipient is not None]
    if len(people) != 1:
        return _tr("{0} recipients").format(len(people)) if people else ""
    shown = pretty(people[0].number, region)
    return f"{people[0].name}\n{shown}" if people[0].name else shown
