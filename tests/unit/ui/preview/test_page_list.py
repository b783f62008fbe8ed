"""How pages are arranged: ranges, order across files, turned, left out, mended; and what is sent of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcdesk.core.fax.fax import Document
from rcdesk.core.fax.paper import Dither, Fix, PagePlan
from rcdesk.ui.preview.page_list import BadRange, PageList, range_words, read_ranges


def doc(name: str, pages: int | None) -> Document:
    """A file with this many pages."""
    return Document(path=Path(name), name=name, size_bytes=9, media_type="application/pdf", pages=pages)


A, B, SHEET = doc("a.pdf", 3), doc("b.pdf", 1), doc("table.xls", None)


def names(pages: PageList) -> list[str]:
    """The rows in short: "a1" is the first page of a.pdf, "-a1" when it is left out."""
    return [
        ("" if row.is_sent else "-") + f"{row.source.path.stem}{row.source.page + 1}"
        if isinstance(row, PagePlan)
        else row.name
        for row in pages.rows
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1-3, 5", {1, 2, 3, 5}),
        ("5;1", {1, 5}),
        (" 4 - ", {4, 5, 6}),
        ("2–3", {2, 3}),
        ("3-99", {3, 4, 5, 6}),
        ("", set()),
        ("6,6", {6}),
    ],
)
def test_ranges_are_read(text: str, numbers: set[int]) -> None:
    assert read_ranges(text, 1, 6) == numbers


@pytest.mark.parametrize("text", ["7", "0", "3-2", "x", "1-2-3", "-4", "1,,x", "9" * 30])
def test_a_range_that_makes_no_sense_is_named(text: str) -> None:
    with pytest.raises(BadRange) as bad:
        read_ranges(text, 1, 6)
    assert bad.value.part and bad.value.part in text


def test_ranges_are_written_as_they_are_read() -> None:
    for numbers in ({1}, {1, 2}, {1, 2, 3, 7, 9, 10}):
        assert read_ranges(range_words(numbers), 1, 10) == numbers
    assert range_words({3, 1, 2, 5}) == "1-3, 5"


def test_pages_move_across_files() -> None:
    pages = PageList().with_documents((A, B))
    assert names(pages) == ["a1", "a2", "a3", "b1"] and not pages.is_changed
    moved = pages.moved((3,), 1)
    assert names(moved) == ["a1", "b1", "a2", "a3"] and moved.is_changed
    assert names(pages.moved((0, 2), 4)) == ["a2", "b1", "a1", "a3"]
    assert names(pages.moved((0, 1), 1)) == names(pages), "put where they are already"
    assert not moved.moved((1,), 4).is_changed, "brought back by hand"


def test_decisions_stay_with_files_that_stay() -> None:
    pages = PageList().with_documents((A, B)).turned((1,), 90).removed((0,), True).moved((3,), 0)
    more = pages.with_documents((A, B, doc("c.pdf", 2)))
    assert names(more) == ["b1", "-a1", "a2", "a3", "c1", "c2"]
    assert names(more.with_documents((A,))) == ["-a1", "a2", "a3"]
    assert [plan.rotate for plan in more.plans] == [0, 0, 90, 0, 0, 0]


def test_a_plain_list_follows_the_files() -> None:
    assert names(PageList().with_documents((A, B)).with_documents((B, A))) == ["b1", "a1", "a2", "a3"]


def test_what_is_left_out_comes_back() -> None:
    pages = PageList().with_documents((A,))
    out = pages.removed((0, 2), True)
    assert names(out) == ["-a1", "a2", "-a3"] and [p.source.page for p in out.sent] == [1]
    assert out.removed((0, 2), False) == pages
    blank = pages.fixed(1, Fix.DROP_BLANK)
    assert names(blank) == ["a1", "-a2", "a3"]
    assert blank.removed((1,), False) == pages, "put back, whatever it was left out for"
    assert names(pages.only((1,))) == ["-a1", "a2", "-a3"]


def test_fixes_and_dots_are_for_the_chosen_pages() -> None:
    pages = PageList().with_documents((A,)).fixed(1, Fix.WHITEN_GREY).dithered((0, 1), Dither.DIFFUSE)
    first, second, third = pages.plans
    assert (first.dither, second.dither, third.dither) == (Dither.DIFFUSE, Dither.DIFFUSE, Dither.AUTO)
    assert second.fixes == {Fix.WHITEN_GREY} and not first.fixes
    assert not pages.fixed(1, Fix.WHITEN_GREY, is_on=False).plans[1].fixes


def test_a_file_only_the_service_draws_is_one_row_until_it_is_counted() -> None:
    pages = PageList().with_documents((A, SHEET, B))
    assert names(pages) == ["a1", "a2", "a3", "table.xls", "b1"]
    assert [len(part) if isinstance(part, tuple) else part.name for part in pages.parts] == [
        3,
        "table.xls",
        1,
    ]
    assert pages.turned((3,), 90) == pages, "nothing can be done to it"
    counted = pages.with_count(SHEET.path, 2)
    assert names(counted) == ["a1", "a2", "a3", "table1", "table2", "b1"]
    assert not counted.is_changed
    assert names(counted.with_documents((SHEET,))) == ["table1", "table2"]


def test_nothing_but_what_is_left_out_is_no_part() -> None:
    pages = PageList().with_documents((B, SHEET)).removed((0,), True)
    assert pages.parts == (SHEET,)
    assert pages.as_added().parts[1] == SHEET and not pages.as_added().is_changed
