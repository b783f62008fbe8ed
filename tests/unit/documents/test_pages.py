"""Pages drawn, converted and bound: real PDFs and fax TIFFs, the disk's refusals, memory with 200 pages."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, StoreUnavailable, UserError
from rcdesk.documents.convert import bind, save_as, tiff_writer
from rcdesk.documents.kinds import DRAWN_HERE, MEDIA_TYPES
from rcdesk.documents.page_image import page_count, page_png
from tests.patience import PATIENCE_S
from tests.places import REPOSITORY

PDF, TIFF = "application/pdf", "image/tiff"


def fax_page(number: int, height: int = 2156) -> Image.Image:
    """A page that differs from every other: a bar at a place of its own, and a frame."""
    page = Image.new("1", (1728, height), 1)
    draw = ImageDraw.Draw(page)
    draw.rectangle((20, 20, 1707, height - 21), outline=0, width=6)
    draw.rectangle((100, 100 + 40 * number, 1500, 120 + 40 * number), fill=0)
    return page


def fax_tiff(path: Path, pages: int, down_dpi: int = 196) -> Path:
    drawn = [fax_page(n, 2156 if down_dpi == 196 else 1078) for n in range(pages)]
    drawn[0].save(
        path, save_all=True, append_images=drawn[1:], compression="group4", dpi=(204, down_dpi), format="TIFF"
    )
    return path


def report_pdf() -> bytes:
    page = Image.new("L", (850, 1100), 200)
    written = io.BytesIO()
    page.save(written, "PDF", resolution=100)
    return written.getvalue()


def sizes(path: Path) -> list[tuple[int, int]]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [(round(w), round(h)) for w, h in map(document.get_page_size, range(len(document)))]
    finally:
        document.close()


@pytest.mark.parametrize("down_dpi", [196, 98])
def test_tiff_to_pdf_and_back_keeps_every_fax_pixel(tmp_path: Path, down_dpi: int) -> None:
    source = fax_tiff(tmp_path / "in.tif", 3, down_dpi)
    pdf, back = tmp_path / "out.pdf", tmp_path / "back.tif"
    save_as(source, TIFF, pdf, "pdf")
    assert b"CCITTFaxDecode" in pdf.read_bytes()
    assert sizes(pdf) == [(610, 792)] * 3
    save_as(pdf, PDF, back, "tiff")
    with Image.open(back) as after, Image.open(source) as before:
        assert page_count(back, TIFF) == 3
        for page in range(3):
            after.seek(page)
            before.seek(page)
            assert after.mode == "1"
            assert after.info["compression"] == "group4"
            assert tuple(map(round, after.info["dpi"])) == (204, 196)
            assert after.size == (1728, 2156)
            if down_dpi == 196:
                assert ImageChops.difference(after.convert("L"), before.convert("L")).getbbox() is None


def test_pages_of_unlike_resolution_keep_their_shape(tmp_path: Path) -> None:
    with tiff_writer(tmp_path / "mixed.tif") as tiff:
        for height, down in ((2156, 196), (1078, 98)):
            fax_page(1, height).save(tiff, "TIFF", compression="group4", dpi=(204, down))
            tiff.newFrame()
    assert tiff.closed  # or the collector would close it, on a file that is not open any more
    save_as(tmp_path / "mixed.tif", TIFF, tmp_path / "mixed.pdf", "pdf")
    assert sizes(tmp_path / "mixed.pdf") == [(610, 792)] * 2


def test_the_same_kind_is_copied_byte_for_byte(tmp_path: Path) -> None:
    source = fax_tiff(tmp_path / "in.tif", 1)
    save_as(source, TIFF, tmp_path / "copy.tif", "tiff")
    assert (tmp_path / "copy.tif").read_bytes() == source.read_bytes()


def test_a_colour_picture_becomes_a_page(tmp_path: Path) -> None:
    Image.new("RGBA", (850, 1100), (255, 0, 0, 128)).save(tmp_path / "a.png")
    save_as(tmp_path / "a.png", "image/png", tmp_path / "a.pdf", "pdf")
    assert sizes(tmp_path / "a.pdf") == [(610, 789)], "it says no size, so it fills a page"
    save_as(tmp_path / "a.png", "image/png", tmp_path / "a.tif", "tiff")
    assert page_count(tmp_path / "a.tif", TIFF) == 1


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
def test_a_picture_in_the_folders_lies_as_in_the_composer(tmp_path: Path, ending: str) -> None:
    """Turned by its tag, and what is transparent is paper."""
    upright = Image.new("L", (85, 110), 255)
    upright.paste(0, (0, 0, 85, 22))
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    turned = Image.Exif()
    turned[274] = 6
    path, media_type = tmp_path / f"a.{ending}", MEDIA_TYPES.get(ending) or DRAWN_HERE[ending]
    if ending in ("png", "webp"):
        clear = Image.merge("LA", (Image.new("L", stored.size, 0), ImageChops.invert(stored))).convert("RGBA")
        clear.save(path, exif=turned, lossless=True)
    elif ending == "tif":
        stored.save(path, tiffinfo={274: 6})
    else:
        stored.save(path, exif=turned)
    save_as(path, media_type, tmp_path / "a.pdf", "pdf")
    for shown, kind in ((path, media_type), (tmp_path / "a.pdf", PDF)):
        with Image.open(io.BytesIO(page_png(shown, kind, 0, 85))) as picture:
            assert abs(picture.height - 110) <= 1
            grey = picture.convert("L")
        assert max(grey.crop((5, 3, 80, 18)).tobytes()) < 60
        assert min(grey.crop((5, 28, 80, 105)).tobytes()) > 200


def test_a_page_is_drawn_in_the_shape_of_the_paper(tmp_path: Path) -> None:
    standard = fax_tiff(tmp_path / "in.tif", 2, 98)
    save_as(standard, TIFF, tmp_path / "in.pdf", "pdf")
    drawn = {}
    for kind, path in ((TIFF, standard), (PDF, tmp_path / "in.pdf")):
        assert page_count(path, kind) == 2
        with Image.open(io.BytesIO(page_png(path, kind, 1, 400))) as picture:
            assert picture.width == 400
            assert abs(picture.height - 519) <= 1
            drawn[kind] = picture.convert("L").resize((40, 52))
    difference = ImageChops.difference(drawn[TIFF], drawn[PDF]).histogram()
    assert not any(difference[120:])
    with pytest.raises(UserError, match="no page 3"):
        page_png(standard, TIFF, 2, 400)
    with pytest.raises(UserError, match="no page 3"):
        page_png(tmp_path / "in.pdf", PDF, 2, 400)


def test_bound_the_report_comes_first(tmp_path: Path) -> None:
    source = fax_tiff(tmp_path / "in.tif", 2)
    save_as(source, TIFF, tmp_path / "in.pdf", "pdf")
    for pages, kind in ((source, TIFF), (tmp_path / "in.pdf", PDF)):
        bind(report_pdf(), pages, kind, tmp_path / "proof.pdf")
        assert sizes(tmp_path / "proof.pdf") == [(612, 792), (610, 792), (610, 792)]
    bind(report_pdf(), None, "", tmp_path / "alone.pdf")
    assert sizes(tmp_path / "alone.pdf") == [(612, 792)]


@pytest.mark.parametrize("kind", ["pdf", "tiff"])
@pytest.mark.parametrize(("media_type", "content"), [(PDF, b"%PDF-1.4 nothing"), (TIFF, b"II*\x00 nothing")])
def test_damaged_pages_are_said_and_the_target_is_untouched(
    tmp_path: Path, kind: str, media_type: str, content: bytes
) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    source = tmp_path / "in"
    source.write_bytes(content)
    same = (media_type == PDF) is (kind == "pdf")
    with pytest.raises(UserError, match=r"damaged|cannot be opened"):
        if same:
            page_count(source, media_type)
        save_as(source, media_type, target, "pdf" if kind == "pdf" else "tiff")
    with pytest.raises(UserError, match="not there"):
        page_count(tmp_path / "gone", media_type)
    assert target.read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "out"]


def test_a_truncated_tiff_is_a_sentence(tmp_path: Path) -> None:
    whole = fax_tiff(tmp_path / "in.tif", 3).read_bytes()
    (tmp_path / "cut.tif").write_bytes(whole[: len(whole) // 3])
    with pytest.raises(UserError, match=r"damaged|no page"):
        save_as(tmp_path / "cut.tif", TIFF, tmp_path / "out.pdf", "pdf")
    assert not (tmp_path / "out.pdf").exists()


def test_places_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    source = fax_tiff(tmp_path / "in.tif", 1)
    with pytest.raises(StoreUnavailable, match=r"a\.pdf could not be saved in .*: this folder is not there"):
        save_as(source, TIFF, tmp_path / "gone" / "a.pdf", "pdf")
    (tmp_path / "b.pdf").mkdir()
    with pytest.raises(StoreUnavailable, match="a folder has this name"):
        bind(report_pdf(), source, TIFF, tmp_path / "b.pdf")
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]
    if os.geteuid() != 0:
        (tmp_path / "shut").mkdir(mode=0o500)
        with pytest.raises(StoreUnavailable, match="you may not write there"):
            save_as(source, TIFF, tmp_path / "shut" / "a.pdf", "pdf")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    source = fax_tiff(tmp_path / "in.tif", 40)
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from rcdesk.documents.convert import save_as\n"
        "from rcdesk.core.errors import StoreUnavailable\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000))\n"
        "for kind in ('pdf', 'tiff'):\n"
        "    try:\n"
        "        save_as(Path(sys.argv[1]), 'image/tiff', Path(sys.argv[2]) / 'out', kind)\n"
        "    except StoreUnavailable as exc:\n"
        "        print(exc)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(source), str(tmp_path)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert done.stdout.count("the disk is full") == 2, done.stdout + done.stderr
    assert not done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["in.tif"]


def test_cancelled_between_pages(tmp_path: Path) -> None:
    source = fax_tiff(tmp_path / "in.tif", 2)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        save_as(source, TIFF, tmp_path / "out", "pdf", token)
    with pytest.raises(Cancelled):
        bind(report_pdf(), source, TIFF, tmp_path / "out", token)
    assert not (tmp_path / "out").exists()


_MEMORY = r"""
import re, sys
from pathlib import Path
from rcdesk.documents.convert import bind, save_as
source, folder = Path(sys.argv[1]), Path(sys.argv[2])
save_as(source, "image/tiff", folder / "a.pdf", "pdf")
save_as(folder / "a.pdf", "application/pdf", folder / "a.tif", "tiff")
bind(Path(sys.argv[3]).read_bytes(), source, "image/tiff", folder / "b.pdf")
print(int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from Linux's /proc")
def test_memory_stays_flat_at_200_pages(tmp_path: Path) -> None:
    """One page of pixels is 3.7 MB: 200 of them at once would be 700 MB."""
    (tmp_path / "report.pdf").write_bytes(report_pdf())
    used_mb = []
    for pages in (10, 200):
        folder = tmp_path / str(pages)
        folder.mkdir()
        source = fax_tiff(folder / "in.tif", pages)
        done = subprocess.run(
            [sys.executable, "-c", _MEMORY, source, folder, tmp_path / "report.pdf"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=True,
        )
        used_mb.append(int(done.stdout))
        assert page_count(folder / "b.pdf", PDF) == pages + 1
        assert page_count(folder / "a.tif", TIFF) == pages
    assert used_mb[1] - used_mb[0] < 40, used_mb


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), junk=st.binary(min_size=1, max_size=40), kind=st.sampled_from([TIFF, PDF]))
def test_altered_bytes_are_pages_or_a_sentence(tmp_path: Path, at: int, junk: bytes, kind: str) -> None:
    source = tmp_path / "whole.tif"
    if not source.exists():
        Image.new("1", (64, 80), 1).save(
            source, save_all=True, append_images=[Image.new("1", (64, 80))], compression="group4"
        )
        save_as(source, TIFF, tmp_path / "whole.pdf", "pdf")
    content = bytearray((tmp_path / ("whole.tif" if kind == TIFF else "whole.pdf")).read_bytes())
    at %= len(content)
    content[at : at + len(junk)] = junk
    altered = tmp_path / "altered"
    altered.write_bytes(content)
    try:
        for page in range(page_count(altered, kind)):
            assert page_png(altered, kind, page, 40).startswith(b"\x89PNG")
        save_as(altered, kind, tmp_path / "out", "tiff" if kind == PDF else "pdf")
    except UserError as exc:
        assert str(exc).endswith(".")
