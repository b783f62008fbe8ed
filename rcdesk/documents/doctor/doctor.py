"""The page doctor: what will go wrong with one page on its way through a fax machine, where, and what helps.

It looks at the grey fax page as raster.py lays it on the paper, fixes included, and asks a PDF about itself.
What a fix has mended is not found again; a fix is only offered when it will mend. A page without faults gives
nothing. Every finding is one mark: many places of a kind become few. Runs in the page worker.
Read next: view.py, grey.py, lines.py, type_size.py, skew.py, pdf.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import (
    DPI_X,
    FAX_WIDTH,
    Area,
    Dither,
    Finding,
    FindingKind,
    Fix,
    PagePlan,
    PaperSize,
    lines_per_inch,
)
from rcdesk.documents.doctor.fixes import apply, deskewed
from rcdesk.documents.doctor.grey import GreyArea, grey_areas, is_blank, is_lost_by_cutting
from rcdesk.documents.doctor.lines import hairlines
from rcdesk.documents.doctor.pdf import PdfFacts, Scan, Stroke, has_letters, pdf_facts, readable_runs
from rcdesk.documents.doctor.skew import skew_degrees
from rcdesk.documents.doctor.type_size import POINTS_PER_INCH, small_print
from rcdesk.documents.doctor.view import HEAVY_FROM, PageView, merged
from rcdesk.documents.pages import NotShown
from rcdesk.documents.raster import LINE_MM, PIXEL_FIXES, Placement, chosen_dither, grey_page, placement

if TYPE_CHECKING:
    from rcdesk.documents.pages import Pages

LEAST_POINTS = 8.0
_LIGHT = 0.3
LEAST_DPI = 125.0
_EXACT = 0.97
_LEAST_CHARACTERS = 8
_LEAST_RUN = 5
_THIN_DOTS = 0.95
_LEAST_LOW_AREA = 0.08
_WHOLE = 0.5
_IS_LARGER = 1.02
_NEAR = 0.03
_MARKS = 4


def examine(
    pages: Pages, index: int, plan: PagePlan, resolution: Resolution, paper: PaperSize
) -> tuple[Finding, ...]:
    """What is wrong with page number index (from 0), worst first; () when all is well or it is not sent.

    Raises UserError when the page cannot be read.
    """
    if not plan.is_sent:
        return ()
    spot = placement(pages, index, plan, resolution, paper)
    grey = grey_page(pages, index, plan, resolution, paper, spot)
    mended = apply(grey, plan.fixes & PIXEL_FIXES, resolution)
    how = chosen_dither(mended) if plan.dither is Dither.AUTO else plan.dither
    view = PageView(mended, resolution)
    facts = _facts(pages, index, spot, resolution)
    visit = _PageCheck(pages, index, plan, paper, spot, view, facts, is_cut=how is Dither.THRESHOLD)
    return tuple(visit.findings())


def _facts(pages: Pages, index: int, spot: Placement, resolution: Resolution) -> PdfFacts | None:
    """What a PDF says of its page; None for other files."""
    with pages.pdf_page(index) as pdf_page:
        if pdf_page is None:
            return None
        thin = _THIN_DOTS * POINTS_PER_INCH / lines_per_inch(resolution) / spot.scale
        small = LEAST_POINTS * _EXACT / spot.scale
        unit = pages.points_a_unit(index)
        return pdf_facts(pdf_page, small_points=small, thin_points=thin, points_a_unit=unit)


class _PageCheck(Struct):
    pages: Pages
    index: int
    plan: PagePlan
    paper: PaperSize
    spot: Placement
    view: PageView
    facts: PdfFacts | None
    is_cut: bool
    """The raster cuts grey to black and white; otherwise grey becomes dots."""

    def findings(self) -> Iterator[Finding]:
        """Every finding, those first that make a page unreadable."""
        yield from self._not_shown()
        yield from self._fonts()
        if is_blank(self.view) and not (self.facts and self.facts.notes) and not self._has_letters():
            yield self._finding(FindingKind.BLANK, None, "Blank page", _BLANK, Fix.DROP_BLANK)
            return
        yield from self._letters()
        degrees = self._degrees()
        low = self._low_scans()
        is_coarse = sum(scan.area for scan in low) >= _WHOLE
        areas = grey_areas(self.view)
        if is_coarse:
            areas = tuple(area for area in areas if not area.is_faint)
        yield from self._grey(areas)
        yield from self._small_type(is_crooked=bool(degrees))
        yield from self._hairline(is_coarse=is_coarse)
        yield from self._heavy(areas)
        yield from self._skew(degrees)
        yield from self._low_scan(low)
        yield from self._form()
        yield from self._too_large()
        yield from self._landscape()

    def _finding(
        self, kind: FindingKind, place: Area | None, words: str, sentence: str, fix: Fix | None
    ) -> Finding:
        return Finding(kind=kind, page=self.index, place=place, words=words, sentence=sentence, fix=fix)

    def _not_shown(self) -> Iterator[Finding]:
        match self.pages.not_shown():
            case NotShown.FORM:
                yield self._finding(FindingKind.NOT_SHOWN, None, "Form not drawn", _XFA, None)
            case NotShown.FILES_INSIDE:
                yield self._finding(FindingKind.NOT_SHOWN, None, "Files inside", _PORTFOLIO, None)
            case None:
                pass

    def _fonts(self) -> Iterator[Finding]:
        names = self.facts.missing_fonts if self.facts is not None else ()
        if names:
            more = "" if len(names) == 1 else f" and {len(names) - 1} more"
            sentence = _FONT.format(f"{names[0]}{more}")
            yield self._finding(FindingKind.LETTERS, None, "Font missing", sentence, None)

    def _has_letters(self) -> bool:
        """True when the page says something, seen or not: its font may only be missing here."""
        with self.pages.pdf_page(self.index) as pdf_page:
            return pdf_page is not None and has_letters(pdf_page)

    def _letters(self) -> Iterator[Finding]:
        count = self.pages.undrawn_letters(self.index)
        if count:
            sentence = _LETTER if count == 1 else _LETTERS.format(count)
            yield self._finding(FindingKind.LETTERS, None, "Letters missing", sentence, None)

    def _grey(self, areas: tuple[GreyArea, ...]) -> Iterator[Finding]:
        if self.is_cut:
            areas = tuple(area for area in areas if is_lost_by_cutting(area))
        pictures = [area.place for area in areas if area.is_picture]
        tints = [area.place for area in areas if not area.is_picture and not area.is_faint]
        faint = [area.place for area in areas if area.is_faint]
        is_whitened = Fix.WHITEN_GREY in self.plan.fixes
        fix = None if is_whitened else Fix.WHITEN_GREY
        words, sentence = ("Grey → black", _TINT_CUT) if self.is_cut else ("Grey → dots", _TINT)
        for place in merged(tints, _NEAR, _MARKS):
            yield self._finding(FindingKind.GREY, place, words, sentence, fix)
        for place in merged(faint, _NEAR, _MARKS):
            yield self._finding(FindingKind.GREY, place, "Faint → lost", _FAINT, fix)
        words, sentence = ("Picture → patches", _PICTURE_CUT) if self.is_cut else ("Picture → dots", _PICTURE)
        for place in merged(pictures, _NEAR, _MARKS):
            yield self._finding(FindingKind.GREY, place, words, sentence, None)

    def _small_type(self, *, is_crooked: bool) -> Iterator[Finding]:
        if self.facts is not None and not self.facts.is_scan and self.facts.text_objects:
            runs = [run for run in readable_runs(self.facts.small) if run[2] >= _LEAST_RUN]
            if sum(characters for _place, _points, characters in runs) < _LEAST_CHARACTERS:
                return
            points = min(points for _place, points, _characters in runs) * self.spot.scale
            places = [self._on_sheet(place) for place, _points, _characters in runs]
        else:
            view = self.view
            if is_crooked:
                view = PageView(deskewed(view.grey, view.resolution), view.resolution)
            found = small_print(view)
            if not found:
                return
            points = min(points for _place, points in found)
            places = [place for place, _points in found]
        sentence, fix = _SMALL, None
        if Fix.ENLARGE not in self.plan.fixes and points * self._growth() >= LEAST_POINTS:
            sentence, fix = _SMALL_ENLARGE, Fix.ENLARGE
        for place in merged(places, _NEAR, _MARKS):
            yield self._finding(
                FindingKind.SMALL_TYPE, place, "Small type", sentence.format(max(1, math.floor(points))), fix
            )

    def _growth(self) -> float:
        larger = placement(
            self.pages, self.index, self.plan.fixed(Fix.ENLARGE), self.view.resolution, self.paper
        )
        return larger.scale / self.spot.scale

    def _hairline(self, *, is_coarse: bool) -> Iterator[Finding]:
        is_thickened = Fix.THICKEN_LINES in self.plan.fixes
        places = [] if is_coarse else list(hairlines(self.view))
        if self.facts is not None and not is_thickened:
            places.extend(self._on_sheet(stroke.place) for stroke in self.facts.thin if self._is_thin(stroke))
        fix = None if is_thickened else Fix.THICKEN_LINES
        for place in merged(places, _NEAR, _MARKS):
            yield self._finding(FindingKind.HAIRLINE, place, "Hairline", _HAIRLINE, fix)

    def _is_thin(self, stroke: Stroke) -> bool:
        """Less than a dot across the line, as it stands on the fax page."""
        is_across = (stroke.runs == "across") != bool(self.spot.turn % 180)
        dots_an_inch = DPI_X if stroke.runs != "both" and not is_across else self.view.lines_per_inch
        return stroke.points * self.spot.scale / POINTS_PER_INCH * dots_an_inch < _THIN_DOTS

    def _heavy(self, areas: tuple[GreyArea, ...]) -> Iterator[Finding]:
        coverage = self.view.coverage(is_cut=self.is_cut)
        if coverage <= HEAVY_FROM:
            return
        has_picture = any(area.is_picture for area in areas)
        would_help = not has_picture and self.view.coverage_outside_areas <= _LIGHT
        fix = Fix.WHITEN_GREY if would_help and Fix.WHITEN_GREY not in self.plan.fixes else None
        percent = round(coverage * 100)
        sentence = (_HEAVY_MENDED if fix else _HEAVY).format(percent)
        yield self._finding(FindingKind.HEAVY, None, f"{percent} % black", sentence, fix)

    def _degrees(self) -> float:
        """The slant of a scan; 0.0 for a straight one and for a page that is none."""
        is_scan = self.facts.is_scan if self.facts else self.pages.scan_dpi(self.index) is not None
        return skew_degrees(self.view) if is_scan else 0.0

    def _skew(self, degrees: float) -> Iterator[Finding]:
        if degrees:
            fix = None if Fix.DESKEW in self.plan.fixes else Fix.DESKEW
            sentence = _SKEW.format(f"{abs(degrees):.0f}" if abs(degrees) >= 1.5 else "1")
            yield self._finding(FindingKind.SKEW, None, "Crooked", sentence, fix)

    def _low_scans(self) -> list[Scan]:
        """The pictures of this page that have too few dots."""
        scans: list[Scan] = []
        if self.facts is not None:
            scans = self.facts.scans
        elif (dpi := self.pages.scan_dpi(self.index)) and not self.pages.is_fax_page(self.index):
            whole = Area(x=0.0, y=0.0, width=1.0, height=1.0)
            scans = [Scan(whole, math.sqrt(dpi[0] * dpi[1]), 1.0)]
        return [scan for scan in scans if scan.dpi / self.spot.scale < LEAST_DPI]

    def _low_scan(self, low: list[Scan]) -> Iterator[Finding]:
        if sum(scan.area for scan in low) < _LEAST_LOW_AREA:
            return
        dpi_words = round(min(scan.dpi for scan in low) / self.spot.scale)
        for place in merged((self._on_sheet(scan.place) for scan in low), _NEAR, _MARKS):
            yield self._finding(
                FindingKind.LOW_SCAN, place, f"{dpi_words} dpi", _LOW_SCAN.format(dpi_words), None
            )

    def _form(self) -> Iterator[Finding]:
        if self.facts is None or not self.facts.notes or Fix.FLATTEN in self.plan.fixes:
            return
        for place in merged((self._on_sheet(note) for note in self.facts.notes), _NEAR, _MARKS):
            yield self._finding(FindingKind.FORM, place, "Fields, notes", _FORM, Fix.FLATTEN)

    def _too_large(self) -> Iterator[Finding]:
        sheet = self.paper.fax_size(self.view.resolution)[1]
        name = self.paper.words
        if self.spot.canvas[1] > sheet * _IS_LARGER:
            fix = None if Fix.SHRINK_TO_PAPER in self.plan.fixes else Fix.SHRINK_TO_PAPER
            yield self._finding(
                FindingKind.TOO_LARGE, None, f"Longer than {name}", _TOO_LONG.format(name), fix
            )
            return
        if {Fix.SHRINK_TO_PAPER, Fix.ENLARGE, Fix.ROTATE} & self.plan.fixes or self.spot.is_exact:
            return
        width, height = self.pages.size_mm(self.index)
        if self.spot.turn % 180:
            width, height = height, width
        if width > LINE_MM * 1.03:
            percent = round(self.spot.scale * 100)
            sentence = _TOO_WIDE.format(name, percent)
            yield self._finding(FindingKind.TOO_LARGE, None, f"Shrunk to {percent} %", sentence, None)

    def _landscape(self) -> Iterator[Finding]:
        if Fix.ROTATE in self.plan.fixes or self.plan.rotate % 180:
            return
        width, height = self.pages.size_mm(self.index)
        if width > height * _IS_LARGER and self.spot.turn % 180:
            yield self._finding(FindingKind.LANDSCAPE, None, "Lies sideways", _LANDSCAPE, Fix.ROTATE)

    def _on_sheet(self, place: Area) -> Area:
        """A place on the page as it is read, as a place on the fax page."""
        x, y, width, height = place.x, place.y, place.width, place.height
        match self.spot.turn % 360:
            case 90:
                x, y, width, height = 1 - y - height, x, height, width
            case 180:
                x, y = 1 - x - width, 1 - y - height
            case 270:
                x, y, width, height = y, 1 - x - width, height, width
            case _:
                pass
        crop, box = self.spot.crop, self.spot.box
        canvas_width, canvas_height = FAX_WIDTH, self.spot.canvas[1]
        left = box[0] + (x - crop.x) / crop.width * box[2]
        top = box[1] + (y - crop.y) / crop.height * box[3]
        right = left + width / crop.width * box[2]
        bottom = top + height / crop.height * box[3]
        left, right = max(0.0, left), min(float(canvas_width), right)
        top, bottom = max(0.0, top), min(float(canvas_height), bottom)
        return Area(
            x=left / canvas_width,
            y=top / canvas_height,
            width=max(0.0, right - left) / canvas_width,
            height=max(0.0, bottom - top) / canvas_height,
        )


_BLANK = "Nothing is printed on this page. It can be left out."
_XFA = "This form cannot be drawn here. Print it to PDF first, with Adobe's own program, and add that."
_PORTFOLIO = (
    "This PDF is a cover with other files inside it, which are not drawn. Open it, save those files, and add "
    "them."
)
_FONT = (
    "The font {} is neither in this file nor on this computer: its letters may be missing or look different. "
    "Save the PDF again with its fonts in it."
)
_LETTER = "A letter of this text has no shape in rcdesk's font and may arrive as a box. Send it as a PDF."
_LETTERS = "In this text {} letters have no shape in rcdesk's font and may arrive as boxes. Send it as a PDF."
_TINT = (
    "Grey and coloured areas arrive as coarse dots, and what is written on them is hard to read. "
    "They can be made white; text and lines stay."
)
_TINT_CUT = (
    "Dark grey and coloured areas arrive black, and what is written on them may be lost. "
    "They can be made white; text and lines stay."
)
_FAINT = "This print is so pale that it may not arrive. It can be made black."
_PICTURE = "This picture arrives as coarse dots. Send it another way if its details matter."
_PICTURE_CUT = "This picture arrives as black and white patches. Dots show more of it."
_SMALL = (
    "Type of about {} points is hard to read on a fax. Make it larger in the document, at least 8 points."
)
_SMALL_ENLARGE = (
    "Type of about {} points is hard to read on a fax. The page can be enlarged to fill the paper."
)
_HAIRLINE = "Lines thinner than a dot arrive broken or not at all. They can be made thicker."
_HEAVY = "So much of this page is black ({} %) that it takes long to send and uses much toner."
_HEAVY_MENDED = f"{_HEAVY} Large dark areas can be made white; what is written on them becomes black."
_SKEW = "This page was scanned at a slant of about {}°. It can be straightened."
_LOW_SCAN = "This was scanned at only {} dots an inch. Scan it again at 200 or more if it is hard to read."
_FORM = "Fields or notes lie on this page and may be missing when it arrives. They can be made part of it."
_TOO_LONG = "This page is longer than {} paper: it is cut or goes on on a second sheet. It can be shrunk."
_TOO_WIDE = "This page is larger than {} paper. It is shrunk to {} % to fit."
_LANDSCAPE = (
    "This page is wide and arrives lying on its side. It can stay upright and be shrunk to the width."
)
