"""Pages as the service draws them: how text is broken into rows, and how much work that is."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from rcdesk.simulator.fax.render import COLUMNS, LINES_PER_PAGE, MAX_PAGES, RenderFailed, RenderJob, draw

Drawn = Callable[[str], tuple[int, bytes]]
FULL = LINES_PER_PAGE * MAX_PAGES * COLUMNS
"""The most characters that a fax of one line can have."""


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    """Draws a text file: how many pages, and the TIFF."""

    def draw_text(text: str) -> tuple[int, bytes]:
        file, output = tmp_path / "uploaded.txt", tmp_path / "drawn.tiff"
        file.write_text(text, encoding="utf-8")
        job = RenderJob(
            output=str(output),
            media_type="image/tiff",
            resolution="Low",
            cover=None,
            documents=((str(file), file.name, "txt"),),
        )
        return draw(job), output.read_bytes()

    return draw_text


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The characters textwrap may copy in each call: for every row of a long word, all that is left of it."""
    done: list[int] = []
    wrap = textwrap.wrap

    def counted(text: str, width: int, *, drop_whitespace: bool) -> list[str]:
        rows = wrap(text, width, drop_whitespace=drop_whitespace)
        done.append(len(text) * len(rows))
        return rows

    monkeypatch.setattr(textwrap, "wrap", counted)
    return done


def total(work: list[int]) -> int:
    """What was done since the last time."""
    copied = sum(work)
    work.clear()
    return copied


@pytest.mark.parametrize("word", ["word ", "x", "it is well-known, they said; "])
def test_a_long_line_is_broken_as_a_short_one_is(drawn: Drawn, word: str) -> None:
    line = (word * 10_000)[: LINES_PER_PAGE * COLUMNS * 3]
    rows = textwrap.wrap(line, COLUMNS, drop_whitespace=False)
    assert drawn(line) == drawn("\n".join(rows))


def test_empty_lines_are_rows(drawn: Drawn) -> None:
    assert drawn("")[0] == 1
    assert drawn("a\n" + "\n" * LINES_PER_PAGE)[0] == 2


def test_twice_the_text_is_twice_the_work(drawn: Drawn, work: list[int]) -> None:
    pages, _ = drawn("x" * 20_000)
    once = total(work)
    more_pages, _ = drawn("x" * 40_000)
    twice = total(work)
    assert (pages, more_pages) == (4, 8)
    assert 0 < twice < 2.5 * once


@pytest.mark.parametrize("word", ["x", "word ", "-"])
def test_text_that_fills_too_many_pages_is_not_laid_out_to_its_end(
    drawn: Drawn, work: list[int], word: str
) -> None:
    with pytest.raises(RenderFailed) as failed:
        drawn(word * (12_000_000 // len(word)))
    assert failed.value.error_code == "TooManyPages"
    assert 0 < total(work) < 2 * FULL * LINES_PER_PAGE
