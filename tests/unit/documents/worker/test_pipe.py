"""Waiting for frames: in any pieces, with a time-out, until the end; both ways of waiting do the same."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import PagePlan, PageRef, PaperSize
from rcdesk.core.people.people import ImportTable
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


_HOSTILE = """
import struct, sys
from rcdesk.documents.worker.wire import read_frame, write_frame
outgoing = sys.stdout.buffer
write_frame(outgoing, {"id": 0})
while (frame := read_frame(sys.stdin.buffer)) is not None:
    head = sys.argv[1].replace("NUMBER", str(frame[0]["id"])).encode()
    outgoing.write(struct.pack(">I", len(head)) + head)
    outgoing.flush()
"""


@pytest.mark.parametrize(
    "said",
    [
        "[" * 100_000,
        '{"id": NUMBER, "body": 0, "value": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"id": NUMBER, "body": 0, "value": ' + "9" * 5_000 + "}",
        '{"id": NUMBER, "body": 0, "value": NaN}',
        *(
            json.dumps({"body": 0, **answer}).replace('"NUMBER"', "NUMBER")
            for answer in (
                {},
                {"id": None, "value": 1},
                {"id": "NUMBER"},
                {"id": "NUMBER", "value": True},
                {"id": "NUMBER", "value": -1},
                {"id": "NUMBER", "value": "2"},
                {"id": "NUMBER", "value": 2**70},
                {"id": "NUMBER", "value": {"kind": "a fault", "page": 0}},
                {"id": "NUMBER", "value": [{"kind": "SMALL_TYPE", "page": "0", "place": [1, 2]}]},
                {"id": "NUMBER", "value": [[1], 2, {}]},
                {"id": "NUMBER", "done": "all", "of": []},
                {"id": "NUMBER", "error": 5},
                {"id": "NUMBER", "error": {"kind": [], "sentence": 7}},
                {"id": "NUMBER", "error": {"kind": "store", "sentence": "No.", "errno": 2**70}},
            )
        ),
    ],
)
def test_whatever_a_renderer_says_becomes_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    (tmp_path / "hostile.py").write_text(_HOSTILE, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "hostile.py"), said]
    monkeypatch.setattr(rooms, "process_command", lambda is_background: command)
    path, media_type = make("letter.pdf", tmp_path)
    ref = PageRef(path=path, media_type=media_type)
    worker = PageWorker(tmp_path / "cache")
    try:
        with pytest.raises(UserError):
            worker.count(ref)
        assert all(isinstance(answer, UserError) for answer in worker.counts([ref, ref]))
        with pytest.raises(UserError):
            worker.findings(PagePlan(source=ref), Resolution.FINE, PaperSize.A4)
        with pytest.raises(UserError):
            worker.page_seconds(PagePlan(source=ref), Resolution.FINE, PaperSize.A4)
        with pytest.raises(UserError):
            worker.read_list(path)
    finally:
        worker.close()


@pytest.mark.parametrize(
    "change",
    [
        {"columns": "Name"},
        {"rows": [["a", "b"]]},
        {"rows": [[5]]},
        {"name_column": 1},
        {"number_column": "0"},
        {"people": [{"line": 1, "name": "Bo"}] * 2},
        {"left_out": [{"line": 1, "text": "x", "recipient": {"number": "+16505550110"}}]},
        {"left_out": [{}]},
        {"is_cards": "no"},
    ],
)
def test_a_list_that_is_none_is_refused(change: dict[str, object]) -> None:
    table = ImportTable(columns=("Name",), rows=(("Jürgen",),), name_column=0, number_column=None)
    body = wire.table_to_body(table)
    assert wire.table_from_body(body) == table
    with pytest.raises(wire.BrokenFrame):
        wire.table_from_body(json.dumps({**json.loads(body), **change}).encode())


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"[" * 100_000, b'{"columns": ' * 100_000])
def test_a_body_that_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(wire.BrokenFrame):
        wire.table_from_body(body)
