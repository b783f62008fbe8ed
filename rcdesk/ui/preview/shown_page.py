"""ShownPage: the page the preview shows large, what is wrong with it, and what can be done to it.

It puts what is known onto the parts of PreviewFace; asking for what is not known is PreviewPane's. GUI
thread. Read next: preview_pane.py, page_pictures.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from rcdesk.bridge.fax.pages_desk import PagesDesk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.account import CoverPage
from rcdesk.core.fax.cover import CoverChoice, CoverFields, CoverTemplate
from rcdesk.core.fax.fax import Document
from rcdesk.core.fax.paper import Dither, Finding, PagePlan, PageRef, PaperSize
from rcdesk.render.own_covers import write_cover
from rcdesk.ui.preview.cover_sketch import paint_cover_sketch
from rcdesk.ui.preview.page_list import ref_of
from rcdesk.ui.preview.page_pictures import PagePictures
from rcdesk.ui.preview.page_questions import Viewing, paper_ratio
from rcdesk.ui.preview.preview_face import PreviewFace

_tr = partial(QCoreApplication.translate, "PreviewPane")

DRAW_MS = 200


class CoverDrawing(QObject):
    """changed(): plan is another page now."""

    changed = Signal()

    def __init__(self, desk: PagesDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._wanted: tuple[CoverTemplate, CoverFields, PaperSize] | None = None
        self._soon = single_shot(self, self._draw, DRAW_MS)
        self.plan: PagePlan | None = None

    @property
    def is_waiting(self) -> bool:
        """True while a change is about to be drawn."""
        return self._soon.isActive()

    def want(self, cover: CoverChoice, fields: CoverFields, paper: PaperSize) -> None:
        """Draw this cover; any other than an own one needs no drawing."""
        wanted = (cover, fields, paper) if isinstance(cover, CoverTemplate) else None
        if wanted == self._wanted:
            return
        is_other = wanted is None or self._wanted is None or wanted[0] != self._wanted[0]
        self._wanted = wanted
        if is_other:
            self.plan = None
        if wanted is None:
            self._soon.stop()
        else:
            self._soon.start()

    @Slot()
    def _draw(self) -> None:
        if self._wanted is not None:
            cover, fields, paper = self._wanted
            folder = self._desk.exact_dir
            self._desk.draw("cover", lambda: write_cover(cover, fields, paper, folder), self._drawn)

    def _drawn(self, ref: PageRef) -> None:
        plan = PagePlan(source=ref)
        if self._wanted is not None and plan != self.plan:
            self.plan = plan
            self.changed.emit()


class ShownCover(Struct, frozen=True, kw_only=True):
    """A cover of the service, or an own one; plan: the page of an own one once it is drawn."""

    choice: CoverPage | CoverTemplate
    fields: CoverFields
    plan: PagePlan | None


class ShownPage:
    """ref: the page or file that is shown, None for a cover of the service or nothing."""

    def __init__(self, face: PreviewFace, pictures: PagePictures) -> None:
        self._face = face
        self._pictures = pictures
        self.ref: PageRef | None = None

    def show(self, shown: PagePlan | Document | ShownCover | None, looking: Viewing) -> PagePlan | None:
        """Show this as far as it is known; the page that is shown, None when it is none."""
        face = self._face
        page = shown if isinstance(shown, PagePlan) else None
        plan = shown.plan if isinstance(shown, ShownCover) else page
        findings: tuple[Finding, ...] = ()
        if plan is not None:
            findings = self._pictures.findings(plan, looking) if plan.is_sent else ()
            self._show_plan(plan, looking)
            self.ref = plan.source
        elif isinstance(shown, ShownCover) and isinstance(shown.choice, CoverPage):
            paint = partial(paint_cover_sketch, shown.choice.name, shown.fields)
            face.view.show_sketch(paint, paper_ratio(looking.paper))
            self.ref = None
        else:
            face.view.show_words(self._words_for(shown, looking))
            self.ref = ref_of(shown) if isinstance(shown, Document) else None
        face.view.set_findings(findings)
        refusal = self._pictures.refusal(shown if isinstance(shown, Document) else plan, looking)
        face.advice.show_page(
            findings if page is not None else (),
            page.fixes if page is not None else (),
            needs_password=refusal is not None and refusal.needs_password,
        )
        face.tools.show_page(
            can_change=page is not None,
            is_removed=page is not None and not page.is_sent,
            dither=page.dither if page is not None else Dither.AUTO,
        )
        face.tools.show_zoom(face.view.percent)
        self._name_page(findings)
        return plan

    def _show_plan(self, plan: PagePlan, looking: Viewing) -> None:
        """The page; until its picture is there, the last one of the same page or an empty sheet."""
        view = self._face.view
        found = self._pictures.picture(plan, looking)
        refusal = self._pictures.refusal(plan, looking)
        if found is not None:
            view.show_picture(*found, is_dimmed=not plan.is_sent)
        elif refusal is not None:
            view.show_words(refusal.sentence)
        elif self.ref != plan.source:
            view.show_empty(paper_ratio(looking.paper))

    def _words_for(self, shown: Document | ShownCover | PagePlan | None, looking: Viewing) -> str:
        if isinstance(shown, Document):
            refusal = self._pictures.refusal(shown, looking)
            if refusal is not None:
                return f"{shown.name}: {refusal.sentence}"
            words = _tr("{0} cannot be shown here. RingCentral draws it and counts its pages.")
            return words.format(shown.name)
        if isinstance(shown, ShownCover):
            return _tr("The cover page is being drawn…")
        return _tr("Add a document to see its pages as they will arrive.")

    def _name_page(self, findings: Sequence[Finding]) -> None:
        strip, view = self._face.strip, self._face.view
        places, row = strip.strip, strip.current_row
        words = places.item(row).spoken if 0 <= row < places.count else view.words
        view.setAccessibleName(words)
        view.setAccessibleDescription(" ".join(dict.fromkeys(f.sentence for f in findings)))
