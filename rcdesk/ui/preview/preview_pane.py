"""As it will arrive: every page of the fax as the other machine will print it, and what to do about it.

The pane shows the pages its PageArranger holds and asks PagesDesk for pictures and for what the page doctor
found; nothing waits for an answer. Whoever sends gives `outgoing` to make_documents(). GUI thread. Read next:
preview_face.py, shown_page.py, page_arranger.py, page_questions.py, outgoing_pages.py,
bridge/fax/pages_desk.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import Signal, Slot

from rcdesk.bridge.fax.page_requests import PageAnswer, PageRefusal, PageRequest, RequestKind
from rcdesk.bridge.fax.pages_desk import PagesDesk
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.fax.cover import CoverChoice, CoverFields
from rcdesk.core.fax.fax import Document, Resolution
from rcdesk.core.fax.paper import Finding, PagePlan, PageRef, PaperSize
from rcdesk.render.own_covers import usual_paper
from rcdesk.ui.preview.outgoing_pages import Outgoing
from rcdesk.ui.preview.page_arranger import PageArranger
from rcdesk.ui.preview.page_list import PageList
from rcdesk.ui.preview.page_pictures import PagePictures
from rcdesk.ui.preview.page_questions import Viewing, first_questions, further_questions
from rcdesk.ui.preview.preview_face import PreviewFace
from rcdesk.ui.preview.shown_page import CoverDrawing, ShownCover, ShownPage
from rcdesk.ui.preview.strip_model import Place, StripModel, cover_item, page_item

WHO = "preview"
REDRAW_MS = 120
REST_MS = 250


class PreviewPane(PreviewFace):
    """plans_changed(): pages, order or exactness; resolution_changed(); findings_changed();
    estimate_changed(); counted(Path, int): the pages of a file became known."""

    plans_changed = Signal()
    resolution_changed = Signal()
    findings_changed = Signal()
    estimate_changed = Signal()
    counted = Signal(object, int)

    def __init__(self, desk: PagesDesk) -> None:
        super().__init__()
        self._desk = desk
        self._pictures = PagePictures(desk)
        self._cover: CoverChoice = None
        self._fields = CoverFields()
        self.wants_exact = self._shows_exact = False
        """True when the user asked for exact pages."""
        self.paper = usual_paper()
        self._shown = ShownPage(self, self._pictures)
        self._asked_about: PagePlan | None = None
        self.arranger = PageArranger(self.strip, self)
        # Files come with many pages: the strip and then the page are shown in turns of their own.
        self._strip_soon = single_shot(self, self._show_strip_first, 0)
        self._page_soon = single_shot(self, self._show_rest, 0)
        self._redraw = single_shot(self, self._refresh_page, REDRAW_MS)
        self._ask_rest = single_shot(self, self._ask_all, REST_MS)
        self._drawing = CoverDrawing(desk, self)
        self._connect()
        self._refresh()

    # What it is told

    def set_documents(self, documents: Sequence[Document]) -> None:
        """Show the pages of these files; decisions about files that stay are kept."""
        if tuple(documents) == self.pages.documents:
            return
        self.arranger.put(self.pages.with_documents(documents))
        if not documents:
            self.wants_exact = False
        self._show_soon()

    def set_cover(self, cover: CoverChoice, fields: CoverFields) -> None:
        """Which cover comes first and what it says; fields.pages is counted here."""
        is_other, is_news = cover != self._cover, fields != self._fields
        self._cover, self._fields = cover, fields
        if is_other:
            self._refresh()
        elif is_news and cover is not None:
            self._drawing.want(cover, self._counted_fields, self.paper)
            if self.strip.current_row == 0:
                self._show_answer()

    def set_paper(self, paper: PaperSize) -> None:
        self.view.paper = paper
        if paper is not self.paper:
            self.paper = paper
            self._refresh()

    def set_exact(self, is_exact: bool) -> None:
        """Send these very pages instead of the files."""
        if is_exact != self.wants_exact:
            self.wants_exact = is_exact
            self._changed()

    def set_pages(self, pages: PageList, *, is_exact: bool = False) -> None:
        """Show this arrangement, as it was read from `pages` before."""
        self.arranger.put(pages)
        self.wants_exact = is_exact
        self._changed()

    # What it says

    @property
    def pages(self) -> PageList:
        return self.arranger.pages

    @property
    def plans(self) -> tuple[PagePlan, ...]:
        """The pages that are sent, in order, without the cover."""
        return self.pages.sent

    @property
    def is_exact(self) -> bool:
        """True when these very pages are sent: it was asked for, or the files would not do."""
        return bool(self.pages.plans) and (self.wants_exact or self._must_be_exact)

    @property
    def _must_be_exact(self) -> bool:
        """Pages were changed, or a file opens with a password only, which is never sent."""
        unlocked = self._desk.unlocked
        is_unlocked = bool(unlocked) and any(plan.source.path in unlocked for plan in self.plans)
        return is_unlocked or self.pages.is_changed

    @property
    def resolution(self) -> Resolution:
        return self.resolution_choice.value

    @property
    def page_total(self) -> int | None:
        """Pages that arrive, cover included; None while a file is not counted."""
        return None if self.pages.whole_files else len(self.plans) + self.arranger.offset

    @property
    def transmission_s(self) -> float | None:
        """About how long the pages take on the line, without a cover of the service; None while unknown."""
        if self.pages.whole_files:
            return None
        return self._pictures.transmission_s(self.plans, self._looking)

    def findings_of(self, path: Path) -> tuple[Finding, ...]:
        """What is known to be wrong with the pages of a file that are sent."""
        looking, plans = self._looking, (plan for plan in self.plans if plan.source.path == path)
        return tuple(finding for plan in plans for finding in self._pictures.findings(plan, looking))

    def fix_file(self, path: Path) -> None:
        """Mend everything that one click can mend on the pages of a file."""
        pages = self.pages
        for row, plan in enumerate(pages.rows):
            if isinstance(plan, PagePlan) and plan.source.path == path and plan.is_sent:
                for finding in self._pictures.findings(plan, self._looking):
                    pages = pages.fixed(row, finding.fix) if finding.fix is not None else pages
        self.arranger.arrange(pages)

    @property
    def outgoing(self) -> Outgoing:
        """What is to be uploaded, for make_documents()."""
        return Outgoing(
            pages=self.pages,
            is_exact=self.is_exact,
            cover=self._cover,
            fields=self._counted_fields,
            resolution=self.resolution,
            paper=self.paper,
        )

    # How it is put together

    def _connect(self) -> None:
        arranger, tools, view = self.arranger, self.tools, self.view
        self.resolution_choice.changed.connect(self._resolution_chosen)
        arranger.changed.connect(self._changed)
        arranger.refused.connect(self._range_refused)
        self._drawing.changed.connect(self._refresh)
        view.zoomed.connect(self._zoomed)
        view.stepped.connect(self._step)
        view.paper_asked.connect(self.set_paper)
        self.strip.shown.connect(self._refresh_page)
        self.strip.scrolled.connect(self._redraw.start)
        tools.turned.connect(arranger.turn)
        tools.removal_asked.connect(arranger.remove_chosen)
        tools.dithered.connect(arranger.dither)
        tools.zoom_in_asked.connect(view.zoom_in)
        tools.zoom_out_asked.connect(view.zoom_out)
        tools.fit_asked.connect(view.fit)
        self.advice.fix_asked.connect(arranger.fix)
        self.advice.unfix_asked.connect(arranger.unfix)
        self.advice.password_given.connect(self._give_password)
        self.exact_row.exact_asked.connect(self.set_exact)
        self.exact_row.ranges_given.connect(arranger.keep_ranges)
        self._desk.answered.connect(self._answered)
        self._desk.refused.connect(self._answered)
        self._desk.opened.connect(self._refresh)

    # What it shows

    @property
    def _looking(self) -> Viewing:
        return Viewing(
            resolution=self.resolution,
            paper=self.paper,
            width_px=self.view.wanted_width_px,
            ratio=self.devicePixelRatioF(),
            is_exact=self._shows_exact,
        )

    @property
    def _counted_fields(self) -> CoverFields:
        total = self.page_total
        return replace(self._fields, pages="" if total is None else str(total))

    @Slot()
    def _changed(self) -> None:
        """Pages are others now: show and tell."""
        self._refresh()
        self._tell_changed()

    def _show_soon(self) -> None:
        """Tell at once, and show in turns of their own."""
        self._shows_exact = self.is_exact
        self._strip_soon.start()
        self._tell_changed()

    def _tell_changed(self) -> None:
        self.plans_changed.emit()
        self.estimate_changed.emit()

    @Slot()
    def _refresh(self) -> None:
        self._show_strip()
        self._show_rest()

    @Slot()
    def _show_strip_first(self) -> None:
        self._show_strip()
        self._page_soon.start()

    def _show_strip(self) -> None:
        self._strip_soon.stop()
        self._shows_exact = self.is_exact
        self._drawing.want(self._cover, self._counted_fields, self.paper)
        self.arranger.offset = 1 if self._cover is not None else 0
        row = max(0, self.strip.current_row)
        self._places.fill(self.strip.strip, self._pictures, self._looking)
        if self.strip.current_row < 0 and self.strip.strip.count:
            was_blocked = self.strip.blockSignals(True)  # the page is shown below
            self.strip.choose(min(row, self.strip.strip.count - 1))
            self.strip.blockSignals(was_blocked)

    @Slot()
    def _show_rest(self) -> None:
        self._page_soon.stop()
        self.exact_row.show_state(
            is_exact=self._shows_exact,
            is_forced=self._must_be_exact,
            has_pages=bool(self.pages.plans),
            ranges=self.arranger.ranges,
        )
        names = self._pictures.drawn_elsewhere(self.pages.whole_files, self._looking)
        words = self.tr("Only RingCentral can draw {0}: its pages are counted when it is sent.")
        self.show_remark(words.format(", ".join(names)) if names else "")
        self.strip.can_undo = self.arranger.can_undo
        self._refresh_page()

    @property
    def _places(self) -> StripPlaces:
        return StripPlaces(cover=self._cover, cover_plan=self._drawing.plan, rows=self.pages.rows)

    @Slot()
    def _refresh_page(self, _row: int = 0) -> None:
        """Show what is chosen in the strip, and ask for what is not known."""
        self._ask(self._show_answer())

    def _show_answer(self) -> PagePlan | None:
        """Show what is chosen as far as it is known; the page that is shown, None when it is none."""
        cover, chosen = self._cover, self.arranger.current
        if cover is None or self.strip.current_row != 0:
            return self._shown.show(chosen, self._looking)
        fields, plan = self._counted_fields, self._drawing.plan
        return self._shown.show(ShownCover(choice=cover, fields=fields, plan=plan), self._looking)

    def _ask(self, plan: PagePlan | None, *, is_all: bool = False) -> None:
        """Ask for what is seen, and a moment later for the rest."""
        looking, rows = self._looking, self.pages.rows
        seen = [place - self.arranger.offset for place in self.strip.visible_rows()]
        asks = first_questions(rows, plan, self._drawing.plan, seen, looking)
        if is_all:
            asks += further_questions(rows, looking)
        else:
            self._ask_rest.start()
        self._asked_about = plan
        self._desk.want(WHO, asks)

    @Slot()
    def _ask_all(self) -> None:
        self._ask(self._asked_about, is_all=True)

    # What happens

    @Slot(object, object)
    def _answered(self, ask: PageRequest, answer: PageAnswer | PageRefusal) -> None:
        ref = ask.plan.source
        match ask.kind:
            case RequestKind.COUNT:
                if isinstance(answer, PageRefusal):
                    self._refresh()
                elif isinstance(answer, int) and any(d.path == ref.path for d in self.pages.whole_files):
                    self.arranger.put(self.pages.with_count(ref.path, answer))
                    self.counted.emit(ref.path, answer)
                    self._show_soon()
            case RequestKind.THUMBNAIL:
                self._fill_place(ref)
            case RequestKind.PREVIEW:
                self._fill_place(ref, is_for_page=True)
                if ref == self._shown.ref:
                    self._redraw.start()  # fitted in its true shape, another size of it may be wanted
            case RequestKind.FINDINGS:
                self._fill_place(ref, is_for_page=True)
                self.findings_changed.emit()
            case RequestKind.SECONDS:
                self.estimate_changed.emit()

    def _fill_place(self, ref: PageRef, *, is_for_page: bool = False) -> None:
        """Something is known of this page now; a strip that is filled anew in a moment shows it by itself."""
        if self._strip_soon.isActive():
            return
        self._places.fill_one(self.strip.strip, ref, self._pictures, self._looking)
        if is_for_page and ref == self._shown.ref:
            self._show_answer()

    @Slot()
    def _resolution_chosen(self) -> None:
        self._refresh()
        self.resolution_changed.emit()
        self.estimate_changed.emit()

    @Slot()
    def _zoomed(self) -> None:
        self.tools.show_zoom(self.view.percent)
        self._redraw.start()

    @Slot(int)
    def _step(self, by: int) -> None:
        self.strip.choose(self.strip.current_row + by)

    @Slot(str)
    def _range_refused(self, problem: str) -> None:
        self.show_remark(problem)
        self.exact_row.show_problem(problem)

    @Slot(str)
    def _give_password(self, password: str) -> None:
        if self._shown.ref is not None:
            self._desk.give_password(self._shown.ref, password)


class StripPlaces(Struct, frozen=True, kw_only=True):
    """cover_plan is the page of an own cover once it is drawn."""

    cover: CoverChoice
    cover_plan: PagePlan | None
    rows: tuple[PagePlan | Document, ...]

    def fill(self, model: StripModel, pictures: PagePictures, looking: Viewing) -> None:
        pages = self._pages
        model.set_places(len(pages), partial(self._place, pages, pictures, looking))

    def fill_one(self, model: StripModel, ref: PageRef, pictures: PagePictures, looking: Viewing) -> None:
        """Something became known about this page."""
        pages = self._pages
        make = partial(self._place, pages, pictures, looking)
        for place, page in enumerate(pages):
            if isinstance(page, PagePlan) and page.source.page == ref.page and page.source == ref:
                model.renew(place, make)

    @property
    def _pages(self) -> tuple[PagePlan | Document | None, ...]:
        """None is a cover without a picture."""
        return (self.cover_plan, *self.rows) if self.cover is not None else self.rows

    def _place(
        self,
        pages: Sequence[PagePlan | Document | None],
        pictures: PagePictures,
        looking: Viewing,
        place: int,
    ) -> Place:
        page = pages[place]
        picture = pictures.thumbnail(page, looking)
        if self.cover is not None and place == 0:
            return cover_item(self.cover, is_drawn=page is not None), picture
        assert page is not None
        return page_item(place + 1, page, pictures.findings(page, looking)), picture
