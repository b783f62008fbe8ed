"""Fax files: any picture coded and decoded again, nothing half written, the time on the line.

The decoder here is Pillow's libtiff; test_exact_pages.py has others.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.documents.fax_file import coded, page_seconds, write_pdf, write_tiff
from tests.unit.documents.one_page import page_of, same
from tests.unit.documents.sample_files import (
    PDF,
    drawn_page,
    photo,
    text_pdf,
)


@given(
    st.integers(1, 300),
    st.integers(1, 40),
    st.binary(min_size=1, max_size=400),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_picture_is_coded_and_decoded(tmp_path: Path, width: int, height: int, dots: bytes) -> None:
    page = Image.frombytes("1", (width, height), (dots * (width * height))[: -(-width // 8) * height])
    write_tiff([page, page], tmp_path / "a.tif", Resolution.FINE)
    with Image.open(tmp_path / "a.tif") as back:
        assert getattr(back, "n_frames", 1) == 2
        for frame in (0, 1):
            back.seek(frame)
            assert same(back.convert("1"), page)


def test_nothing_is_written_when_a_page_fails(tmp_path: Path) -> None:
    def pages() -> object:
        yield drawn_page(0)
        raise UserError("Page 2 is damaged.")

    for write in (write_tiff, write_pdf):
        with pytest.raises(UserError, match="Page 2"):
            write(pages(), tmp_path / "a.bin", Resolution.FINE)  # type: ignore[arg-type]
        with pytest.raises(UserError, match="No page is left"):
            write([], tmp_path / "a.bin", Resolution.FINE)
    assert list(tmp_path.iterdir()) == []


def test_the_line_time_is_what_the_guide_says(tmp_path: Path) -> None:
    """Guide: about a minute for a page of text, five for pictures."""
    path = tmp_path / "letter.pdf"
    path.write_bytes(text_pdf(1, lines=48))
    text_s = coded(page_of(path, PDF)).seconds
    photo((1400, 1300)).convert("L").save(tmp_path / "photo.png", dpi=(200, 200))
    photo_s = coded(page_of(tmp_path / "photo.png", "image/png")).seconds
    blank_s = coded(Image.new("1", (1728, 2156), 1)).seconds
    assert 25 <= text_s <= 90 and 200 <= photo_s <= 900 and blank_s <= 6
    assert page_seconds(0) == page_seconds(-5) == 5.0
