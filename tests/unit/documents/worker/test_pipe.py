"""Waiting for frames: in any pieces, with a time-out, until the end; both ways of waiting do the same."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from rcdesk.core.errors import UserError
from rcdesk.core.fax.paper import PageRef
from rcdesk.documents.worker import render_process as rooms
from rcdesk.documents.worker import wire
from rcdesk.documents.worker.pipe import Hearing, Polled, Threaded
from rcdesk.documents.worker.worker import PageWorker
from tests.unit.documents.sample_files import make

WAYS = ("polled", "threaded")


class Pipe:
    """A room's side to write to, and the program's to hear."""

    def __init__(self, way: str) -> None:
        read, write = os.pipe()
        incoming = cast(BinaryIO, os.fdopen(read, "rb"))
        self.room = os.fdopen(write, "wb", buffering=0)
        self.hearing: Hearing = Polled(incoming) if way == "polled" else Threaded(incoming, "test")

    def close(self) -> None:
        self.room.close()
        self.hearing.close()


@pytest.fixture(params=WAYS)
def pipe(request: pytest.FixtureRequest) -> Iterator[Pipe]:
    if request.param == "polled" and os.name != "posix":
        pytest.skip("a pipe cannot be waited for here")
    made = Pipe(request.param)
    yield made
    made.close()


def frame(number: int, body: bytes = b"") -> bytes:
    written = io.BytesIO()
    wire.write_frame(written, {"id": number}, body)
    return written.getvalue()


def test_frames_come_one_by_one_whatever_the_pieces(pipe: Pipe) -> None:
    assert pipe.hearing.next(0.01) is None
    pipe.room.write(frame(1) + frame(2, b"abc") + frame(3)[:7])
    assert pipe.hearing.next(5) == ({"id": 1, "body": 0}, b"")
    assert pipe.hearing.next(5) == ({"id": 2, "body": 3}, b"abc")
    assert pipe.hearing.next(0.01) is None, "half a frame is none"
    pipe.room.write(frame(3)[7:])
    assert pipe.hearing.next(5) == ({"id": 3, "body": 0}, b"")


@pytest.mark.parametrize("last", [b"", frame(2, b"abc")[:-1], b"\xff\xff\xff\xff", b"\x00\x00\x00\x02[]"])
def test_the_end_is_told_after_what_was_said(pipe: Pipe, last: bytes) -> None:
    pipe.room.write(frame(1) + last)
    pipe.room.close()
    assert pipe.hearing.next(5) == ({"id": 1, "body": 0}, b"")
    with pytest.raises((EOFError, wire.BrokenFrame)):
        pipe.hearing.next(5)


def test_a_large_body_in_single_bytes() -> None:
    frames, body, seen = wire.Frames(), bytes(range(256)) * 40, []
    for byte in frame(1, body) + frame(2):
        frames.feed(bytes([byte]))
        while (found := frames.next()) is not None:
            seen.append(found)
    assert seen == [({"id": 1, "body": len(body)}, body), ({"id": 2, "body": 0}, b"")]


@pytest.mark.parametrize("way", WAYS)
def test_a_room_works_either_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    if way == "threaded":
        monkeypatch.setattr(rooms, "hearing", Threaded)
    path, media_type = make("letter.pdf", tmp_path)
    worker = PageWorker(tmp_path / "cache", quick_timeout_s=20)
    try:
        ref = PageRef(path=path, media_type=media_type)
        assert worker.count(ref) == 2 and worker.counts([ref, ref]) == (2, 2)
        assert worker.thumbnail(ref, 400).startswith(b"\x89PNG")
        with pytest.raises(UserError, match="no page 10"):
            worker.thumbnail(PageRef(path=path, media_type=media_type, page=9), 100)
    finally:
        worker.close()
    assert worker.process_ids == ()
