"""The page doctor on the corpus: every planted fault found where it is, nothing said of clean pages.

Figures are printed: found of planted for every kind, false alarms on clean pages, time for a page.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import Area, Dither, Finding, FindingKind, Fix, PaperSize
from rcdesk.documents.doctor.doctor import examine
from rcdesk.documents.pages import open_pages
from rcdesk.documents.raster import fax_page
from tests.corpus.case import Case, pdf
from tests.corpus.clean import CLEAN, form, letter, text_file
from tests.corpus.planted import PLANTED
from tests.corpus.sheet import Sheet

# The corpus is made and examined within the first test.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
LEAST_CLEAN, LEAST_OF_A_KIND = 60, 10
MOST_TIMES_DRAWING = 10
SLACK = 0.02


@dataclass(frozen=True, slots=True)
class Visit:
    """A case, what was found, and what is still found after the fix that was offered."""

    case: Case
    found: tuple[Finding, ...]
    fix: Fix | None = None
    still: tuple[Finding, ...] = ()

    @property
    def is_found(self) -> bool:
        """True when the planted fault is among the findings, in its place."""
        return any(
            finding.kind is self.case.kind and _is_there(finding.place, self.case.place)
            for finding in self.found
        )


def findings(case: Case, folder: Path) -> tuple[Finding, ...]:
    return looked_at(case, case.make(folder))


def looked_at(case: Case, made: tuple[Path, str], *fixes: Fix) -> tuple[Finding, ...]:
    plan = case.plan(made)
    with open_pages(*made) as pages:
        return examine(pages, 0, replace(plan, fixes=plan.fixes | set(fixes)), case.resolution, case.paper)


def visited(case: Case, folder: Path) -> Visit:
    made = case.make(folder)
    found = looked_at(case, made)
    fix = next((finding.fix for finding in found if finding.kind is case.kind), None)
    if fix is None:
        return Visit(case, found)
    return Visit(case, found, fix, looked_at(case, made, fix))


OF_PAGES = [kind for kind in FindingKind if kind is not FindingKind.NOT_SHOWN]
"""What is not on any page belongs to the file: see test_pdf_kinds.py and test_office_changes.py."""


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[FindingKind, list[Visit]]]:
    """All planted pages, examined once and again after the fix."""
    folder = tmp_path_factory.mktemp("planted")
    done: dict[FindingKind, list[Visit]] = {kind: [] for kind in FindingKind}
    for case in PLANTED:
        assert case.kind is not None
        done[case.kind].append(visited(case, folder))
    yield done


@pytest.mark.parametrize("kind", OF_PAGES, ids=lambda kind: kind.value)
def test_every_planted_fault_is_found_in_its_place(
    kind: FindingKind, visits: dict[FindingKind, list[Visit]], capsys: pytest.CaptureFixture[str]
) -> None:
    missed = [visit.case.name for visit in visits[kind] if not visit.is_found]
    planted = len(visits[kind])
    with capsys.disabled():
        print(
            f"\n  page doctor: {kind.value:<10} {planted - len(missed):>3} found of {planted} planted", end=""
        )
    assert planted >= LEAST_OF_A_KIND
    assert missed == []


@pytest.mark.parametrize("kind", OF_PAGES, ids=lambda kind: kind.value)
def test_nothing_else_is_found_on_a_planted_page(
    kind: FindingKind, visits: dict[FindingKind, list[Visit]]
) -> None:
    for visit in visits[kind]:
        others = {finding.kind for finding in visit.found} - {kind} - visit.case.also
        assert others == set(), visit.case.name


@pytest.mark.parametrize("kind", OF_PAGES, ids=lambda kind: kind.value)
def test_a_fix_that_is_offered_mends(
    kind: FindingKind, visits: dict[FindingKind, list[Visit]], capsys: pytest.CaptureFixture[str]
) -> None:
    offered = [visit for visit in visits[kind] if visit.fix is not None]
    unmended = [visit.case.name for visit in offered if any(finding.kind is kind for finding in visit.still)]
    with capsys.disabled():
        print(
            f"\n  page doctor: {kind.value:<10} {len(offered):>3} of {len(visits[kind])} mended by a click",
            end="",
        )
    assert unmended == []
    if kind not in (FindingKind.LOW_SCAN, FindingKind.LETTERS):
        assert offered


def test_silence_on_clean_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alarms = {}
    for case in CLEAN:
        if found := findings(case, tmp_path):
            alarms[case.name] = [(finding.kind.value, finding.place) for finding in found]
    with capsys.disabled():
        print(f"\n  page doctor: {len(alarms)} false alarms on {len(CLEAN)} clean pages", end="")
    assert len(CLEAN) >= LEAST_CLEAN
    assert alarms == {}


@pytest.mark.parametrize(
    "name", ["letter serif 11", "contract serif 10 in 1", "scan of form", "scan of letter"]
)
def test_a_page_takes_little_time(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Measured beside what drawing it takes at the same moment: a loaded machine slows both."""
    case = next(case for case in CLEAN if case.name == name)
    made = case.make(tmp_path)
    plan = case.plan(made)
    with open_pages(*made) as pages:
        drew, took = [], []
        for _ in range(6):
            begun = time.process_time()
            fax_page(pages, 0, plan, Resolution.FINE, case.paper)
            between = time.process_time()
            examine(pages, 0, plan, Resolution.FINE, case.paper)
            drew.append(between - begun)
            took.append(time.process_time() - between)
    times = min(took) / min(drew)
    with capsys.disabled():
        print(
            f"\n  page doctor: {name}: {min(took) * 1000:.0f} ms a page, {times:.1f} times drawing it", end=""
        )
    assert times < MOST_TIMES_DRAWING


def test_a_finding_says_what_happens_and_has_a_label(
    visits: dict[FindingKind, list[Visit]],
) -> None:
    for visit in (visit for kind in FindingKind for visit in visits[kind]):
        for finding in visit.found:
            assert 2 <= len(finding.words) <= 24
            assert finding.sentence[0].isupper() and finding.sentence.endswith(".")
            assert "delivered" not in finding.sentence
            assert len(visit.found) <= 14
            if finding.place is not None:
                assert 0 <= finding.place.x <= 1 and finding.place.x + finding.place.width <= 1.001
                assert 0 <= finding.place.y <= 1 and finding.place.y + finding.place.height <= 1.001


def test_a_page_that_is_left_out_is_not_examined(tmp_path: Path) -> None:
    case = Case(name="blank", make=pdf("blank", Sheet))
    made = case.make(tmp_path)
    plan = case.plan(made)
    with open_pages(*made) as pages:
        assert examine(pages, 0, plan, Resolution.FINE, PaperSize.LETTER)
        assert examine(pages, 0, replace(plan, is_removed=True), Resolution.FINE, PaperSize.LETTER) == ()


def test_a_drawing_of_thousands_of_hairlines_takes_no_minute(tmp_path: Path) -> None:
    """Ten times the lines take little more than ten times as long, never a hundred times."""

    def drawing(lines: int) -> Sheet:
        sheet = Sheet()
        for n in range(lines):
            x, y = 20 + (n * 37) % 560, 20 + (n * 53) % 750
            sheet.line(x, y, x + 12, y, 0.1)
        return sheet

    took: list[float] = []
    for lines in (1500, 15_000):
        case = Case(name=f"{lines}", make=pdf(f"{lines}", partial(drawing, lines)))
        begun = time.process_time()
        found = findings(case, tmp_path)
        took.append(time.process_time() - begun)
    assert took[1] < 40 * took[0]
    hairlines = [finding for finding in found if finding.kind is FindingKind.HAIRLINE]
    assert len(hairlines) == 1 and hairlines[0].place is not None and hairlines[0].place.height > 0.8


@pytest.mark.parametrize(("level", "is_said"), [(0.85, False), (0.7, False), (0.42, True)])
def test_what_is_said_of_grey_is_what_the_raster_does(tmp_path: Path, level: float, is_said: bool) -> None:
    def tinted() -> Sheet:
        sheet = form()
        sheet.box(60, 650, 200, 60, fill=level, line=None)
        return sheet

    case = Case(name="tinted", make=pdf("tinted", tinted), dither=Dither.AUTO)
    made = case.make(tmp_path)
    plan = case.plan(made)
    with open_pages(*made) as pages:
        said = examine(pages, 0, plan, Resolution.FINE, PaperSize.LETTER)
        in_dots = examine(pages, 0, replace(plan, dither=Dither.DIFFUSE), Resolution.FINE, PaperSize.LETTER)
        drawn = fax_page(pages, 0, plan, Resolution.FINE, PaperSize.LETTER)
    box = drawn.crop((260, 1800, 620, 1900)).convert("L").histogram()
    assert box[0] == (sum(box) if is_said else 0), "the raster cuts it"
    assert [finding.words for finding in said] == (["Grey → black"] if is_said else [])
    assert [finding.words for finding in in_dots] == ["Grey → dots"]


def test_letters_without_a_shape_are_counted(tmp_path: Path) -> None:
    said = [
        findings(Case(name=name, make=text_file(name, text)), tmp_path)
        for name, text in (
            ("none", "Grüße, Ελληνικά, Русский"),
            ("one", "The sign 漢"),
            ("five", "漢字漢字漢"),
        )
    ]
    assert said[0] == ()
    assert said[1][0].sentence.startswith("A letter of this text has no shape in rcdesk's font")
    assert said[2][0].sentence.startswith("In this text 5 letters have no shape")
    assert said[2][0].fix is None


def test_places_turn_with_the_page(tmp_path: Path) -> None:
    def tinted() -> Sheet:
        sheet = form()
        sheet.box(60, 650, 200, 60, fill=0.8, line=None)
        return sheet

    case = Case(name="tinted", make=pdf("tinted", tinted))
    made = case.make(tmp_path)
    plan = case.plan(made)
    with open_pages(*made) as pages:
        upright = examine(pages, 0, plan, Resolution.FINE, PaperSize.LETTER)[0].place
        over = examine(pages, 0, plan.turned(180), Resolution.FINE, PaperSize.LETTER)[0].place
    assert upright is not None and over is not None
    assert upright.x + upright.width / 2 == pytest.approx(1 - (over.x + over.width / 2), abs=0.02)
    assert upright.y + upright.height / 2 == pytest.approx(1 - (over.y + over.height / 2), abs=0.02)


def test_a_field_keeps_its_place_on_a_turned_page(tmp_path: Path) -> None:
    def with_field() -> Sheet:
        sheet = letter()
        sheet.field(60, 700, 100, 20, "place")
        return sheet

    case = Case(name="field", make=pdf("field", with_field))
    made = case.make(tmp_path)
    with open_pages(*made) as pages:
        for degrees, x, y in ((0, 0.18, 0.9), (180, 0.82, 0.1), (90, 0.1, 0.18), (270, 0.9, 0.82)):
            found = examine(pages, 0, case.plan(made).turned(degrees), Resolution.FINE, PaperSize.LEGAL)
            place = next(finding.place for finding in found if finding.kind is FindingKind.FORM)
            assert place is not None
            sheet = PaperSize.LEGAL.size_mm[1]
            high = 279.4 if degrees % 180 == 0 else 215.9 * 215.15 / 279.4
            assert place.x + place.width / 2 == pytest.approx(x, abs=0.08)
            assert place.y + place.height / 2 == pytest.approx(y * high / sheet, abs=0.08)


def _is_there(found: Area | None, planted: Area | None) -> bool:
    """True when the finding reaches the middle of what was planted, or lies within it."""
    if found is None or planted is None:
        return True
    middle_x, middle_y = planted.x + planted.width / 2, planted.y + planted.height / 2
    reaches = (
        found.x - SLACK <= middle_x <= found.x + found.width + SLACK
        and found.y - SLACK <= middle_y <= found.y + found.height + SLACK
    )
    lies_within = (
        planted.x - SLACK <= found.x
        and found.x + found.width <= planted.x + planted.width + SLACK
        and planted.y - SLACK <= found.y
        and found.y + found.height <= planted.y + planted.height + SLACK
    )
    return reaches or lies_within
