"""Text laid out: lines, words, form feeds, every encoding, the letters of Europe.

Whatever the text, every letter of it stands on a page, in its order.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rcdesk.documents.text_pages import (
    COLUMNS,
    LINES_PER_PAGE,
    TextPages,
    laid_out,
    missing_letters,
    page_starts,
)
from tests.unit.documents.one_page import ink, page_of
from tests.unit.documents.sample_files import (
    TEXT,
)


def test_text_is_laid_out_by_lines_words_and_form_feeds(tmp_path: Path) -> None:
    assert laid_out("a\r\nb\rc\n") == ["a", "b", "c"]
    assert laid_out("") == [""]
    long = laid_out("word " * 40)
    assert all(len(line) <= COLUMNS for line in long) and " ".join(long).split() == ["word"] * 40
    assert laid_out("x" * (COLUMNS * 2 + 1)) == ["x" * COLUMNS] * 2 + ["x"]
    assert laid_out("一" * COLUMNS) == ["一" * (COLUMNS // 2)] * 2
    path = tmp_path / "a.txt"
    path.write_text("first\fsecond\n" + "line\n" * LINES_PER_PAGE, encoding="utf-8")
    with TextPages(path) as pages:
        assert pages.count == 3
        assert pages.lines(0) == ("first",) and pages.lines(1)[0] == "second"
        assert pages.lines(2) == ("line",)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=2000))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_text_has_pages_that_hold_all_its_lines(text: str) -> None:
    lines = laid_out(text)
    starts = page_starts(lines)
    assert starts[0] == 0 and starts[-1] == len(lines) and len(starts) >= 2
    for first, end in itertools.pairwise(starts):
        assert 0 <= end - first <= LINES_PER_PAGE + 1
        assert sum(line != "\f" for line in lines[first:end]) <= LINES_PER_PAGE
    letters = [c for c in text if c.isprintable() and c != " "]
    assert [c for line in lines for c in line if c.isprintable() and c != " "] == letters


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Grüße, Ελληνικά, Русский"),
        ("utf-8-sig", "Grüße, Ελληνικά, Русский"),
        ("utf-16", "Grüße, Ελληνικά, Русский"),
        ("utf-32", "Grüße, Ελληνικά, Русский"),
        ("utf-16-be", "\ufeffGrüße"),
        ("latin-1", "Grüße, déjà vu"),
        ("cp1252", "“Grüße” – 5 €"),
    ],
)
def test_text_of_every_encoding_is_read(tmp_path: Path, encoding: str, text: str) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    with TextPages(tmp_path / "a.txt") as pages:
        assert pages.lines(0) == (text.removeprefix("\ufeff"),)


def test_the_font_has_the_letters_of_europe(tmp_path: Path) -> None:
    assert not missing_letters("éèêëßñçøåÆœŁżžğşΑΒΓαβγΔЖЩЯжщя€–—„“”…•™£½")
    assert missing_letters("a 漢") == {"漢"}
    (tmp_path / "a.txt").write_text("é ß Ω Ж", encoding="utf-8")
    page = page_of(tmp_path / "a.txt", TEXT)
    left, top, right, bottom = ink(page)
    assert bottom - top > 20 and right - left > 90, "ten point type, four letters"
