"""Pasted things as real files: written on the lane, private, named by time, removed when not needed."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from rcdesk.bridge.fax.pasted_desk import PastedDesk
from rcdesk.bridge.runtime.lane import Lane
from rcdesk.core.errors import UserError
from rcdesk.core.fax.incoming import Clip, ClipKind
from rcdesk.documents import clips
from rcdesk.documents.inspect import inspect
from rcdesk.services.fax.pasted import PastedFiles
from tests.patient_bot import QtBot

NOW = datetime(2026, 11, 22, 10, 15)


@pytest.fixture
def files(tmp_path: Path) -> PastedFiles:
    """The private folder, not made yet."""
    return PastedFiles(tmp_path / "pasted", lambda: NOW)


def _encoded(kind: str, mode: str = "RGB") -> Clip:
    made = io.BytesIO()
    Image.new(mode, (4, 3), (10, 20, 30, 128)[: len(mode)]).save(made, kind)
    return Clip(kind=ClipKind.IMAGE, content=made.getvalue())


TEXT = Clip(kind=ClipKind.TEXT, content="Grüße".encode())


def test_names_tell_what_and_when(files: PastedFiles) -> None:
    rich = Clip(kind=ClipKind.RICH_TEXT, content=b"<html><b>a</b></html>")
    paths = files.keep((_encoded("PNG"), TEXT, rich, TEXT))
    assert [path.name for path in paths] == [
        "Pasted image 2026-11-22 10.15.png",
        "Pasted text 2026-11-22 10.15.txt",
        "Pasted text 2026-11-22 10.15.html",
        "Pasted text 2026-11-22 10.15 (2).txt",
    ]
    assert [inspect(path).media_type for path in paths] == [
        "image/png",
        "text/plain",
        "text/html",
        "text/plain",
    ]


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_nobody_else_can_read_them(files: PastedFiles) -> None:
    (path,) = files.keep((TEXT,))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("kind", ["PNG", "BMP", "JPEG", "TIFF"])
def test_pictures_become_png(files: PastedFiles, kind: str) -> None:
    (path,) = files.keep((_encoded(kind),))
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", (4, 3))


def test_what_is_transparent_becomes_white(files: PastedFiles) -> None:
    pixels = Clip(
        kind=ClipKind.IMAGE, content=bytes((0, 0, 0, 0)) * 2 + bytes((0, 0, 0, 255)), width=3, height=1
    )
    (path,) = files.keep((pixels,))
    with Image.open(path) as picture:
        assert [picture.getpixel((x, 0)) for x in range(3)] == [(255, 255, 255), (255, 255, 255), (0, 0, 0)]


@pytest.mark.parametrize(
    ("layout", "pixel"),
    [
        ("RGBA", (10, 20, 30, 255)),
        ("BGRA", (30, 20, 10, 255)),
        ("BGRX", (30, 20, 10, 0)),
        ("BGRa", (30, 20, 10, 255)),
    ],
)
def test_pixels_in_every_order(files: PastedFiles, layout: str, pixel: tuple[int, ...]) -> None:
    clip = Clip(kind=ClipKind.IMAGE, content=bytes(pixel) * 6, width=3, height=2, layout=layout)
    (path,) = files.keep((clip,))
    with Image.open(path) as picture:
        assert picture.size == (3, 2)
        assert picture.getpixel((2, 1)) == (10, 20, 30)


def test_colours_multiplied_by_alpha_come_out_on_white(files: PastedFiles) -> None:
    half_black = bytes((0, 0, 0, 128))
    (path,) = files.keep((Clip(kind=ClipKind.IMAGE, content=half_black, width=1, height=1, layout="BGRa"),))
    with Image.open(path) as picture:
        assert picture.getpixel((0, 0)) == (127, 127, 127)


def test_rich_text_keeps_its_look_and_loses_what_lies_in_the_web(files: PastedFiles) -> None:
    html = (
        "<html><head><title>No words</title><style>.a { font-weight: bold }</style>"
        "<style>@import 'https://example.com/x.css'</style>"
        '<link rel="stylesheet" href="https://example.com/y.css"></head><body onload="alert(2)">'
        '<p class="a" style="color:red" onclick="alert(3)">Dear &lt;Dr&gt; Hale'
        '<img src="https://example.com/pixel.gif"><br/><script>alert(1)</script>'
        '<span style="background: u\\72l(https://example.com/b.png)">ä</span> '
        '<a href="https://example.com/">here</a><iframe src="https://example.com/">no</iframe></p>'
    )
    (path,) = files.keep((Clip(kind=ClipKind.RICH_TEXT, content=html.encode()),))
    written = path.read_text(encoding="utf-8")
    assert '<meta charset="utf-8">' in written and "<style>.a { font-weight: bold }</style>" in written
    assert '<p class="a" style="color:red">Dear &lt;Dr&gt; Hale<br><span>ä</span> <a>here</a></p>' in written
    assert "example.com" not in written and "alert" not in written and "No words" not in written


@pytest.mark.parametrize(
    "html", ["<b>never closed", "</b></p>", "<script><b>x", "<!-- ", "<a <b>", "&#xFFFFFFFF;", ""]
)
def test_broken_rich_text_is_written_all_the_same(files: PastedFiles, html: str) -> None:
    (path,) = files.keep((Clip(kind=ClipKind.RICH_TEXT, content=html.encode()),))
    assert path.read_text(encoding="utf-8").endswith("</body></html>\n")


@pytest.mark.parametrize(
    ("clip", "sentence"),
    [
        (Clip(kind=ClipKind.IMAGE, content=b"\x89PNG\r\n\x1a\nbroken"), "damaged"),
        (Clip(kind=ClipKind.IMAGE, content=b"1234", width=9, height=9), "damaged"),
        (Clip(kind=ClipKind.IMAGE, content=b"", width=20_000, height=20_000), "too large"),
    ],
)
def test_pictures_that_cannot_be_faxed(files: PastedFiles, clip: Clip, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        files.keep((clip,))


def test_a_bomb_is_not_unpacked(files: PastedFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "MOST_PIXELS", 11)
    with pytest.raises(UserError, match="too large"):
        files.keep((_encoded("PNG"),))


def test_only_what_lies_there_is_removed(files: PastedFiles, tmp_path: Path) -> None:
    (pasted,) = files.keep((TEXT,))
    own = tmp_path / "letter.txt"
    own.write_text("mine")
    files.remove((own, pasted, pasted))
    assert own.exists() and not pasted.exists()


def test_the_desk_keeps_and_lets_go(lane: Lane, qtbot: QtBot, files: PastedFiles, tmp_path: Path) -> None:
    left_behind = files.keep((TEXT,))[0]
    desk = PastedDesk(lane, files)
    desk.start()
    qtbot.waitUntil(lambda: not left_behind.exists())
    kept: list[Path] = []
    desk.keep((_encoded("PNG"), TEXT), kept.extend)
    qtbot.waitUntil(lambda: len(kept) == 2)
    assert all(path.exists() for path in kept)
    desk.let_go((kept[0], tmp_path / "a letter of mine.txt"))
    qtbot.waitUntil(lambda: not kept[0].exists())
    assert kept[1].exists()


def test_the_end_of_the_program_removes_everything(
    make_lane: Callable[[str], Lane], qtbot: QtBot, files: PastedFiles
) -> None:
    lane = make_lane("disk")
    desk = PastedDesk(lane, files)
    desk.start()
    kept: list[Path] = []
    desk.keep((TEXT,), kept.extend)
    qtbot.waitUntil(lambda: bool(kept))
    assert lane.stop()
    assert not kept[0].exists()


def test_what_cannot_be_kept_is_said(lane: Lane, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "pasted").write_text("a file where the folder would be")
    desk = PastedDesk(lane, PastedFiles(tmp_path / "pasted"))
    with qtbot.waitSignal(desk.problem) as told:
        desk.keep((TEXT,), lambda paths: pytest.fail("nothing was kept"))
    assert "could not be kept" in told.args[0]
