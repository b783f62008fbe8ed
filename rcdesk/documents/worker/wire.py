"""What the program and its renderer say to each other: frames over a pipe, JSON and bytes.

A frame is four bytes of length, a JSON object, and as many bytes after it as its "body" says. The renderer
reads hostile files, so what comes from it is checked as if it were one: sizes are limited, values are of the
types that were asked for, nothing is unpickled. Pure apart from the streams given. Read next:
render_worker.py, worker.py.
"""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TypeVar

import msgspec
from msgspec import Meta, Struct

from rcdesk.core.errors import Cancelled, RcdeskError, StoreUnavailable, UserError
from rcdesk.core.fax.paper import NotDrawnHere, PasswordNeeded
from rcdesk.core.people.people import ImportTable

_T = TypeVar("_T")
Header = dict[str, Any]
MAX_HEADER_BYTES = 4_000_000
MAX_BODY_BYTES = 80_000_000
_LENGTH = struct.Struct(">I")
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]


class BrokenFrame(Exception):
    """The other side does not speak this language."""


class _Head(Struct):
    body: Annotated[int, Meta(ge=0, le=MAX_BODY_BYTES)]


def write_frame(stream: BinaryIO, header: Header, body: bytes = b"") -> None:
    """Write one frame and push it out. Raises OSError when nobody reads any more."""
    head = json.dumps(plain({**header, "body": len(body)})).encode("ascii")
    stream.write(_LENGTH.pack(len(head)) + head + body)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[Header, bytes] | None:
    """The next frame; None at the end. Raises BrokenFrame for anything else."""
    length = stream.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        return None
    size = _header_size(length)
    head = stream.read(size)
    if len(head) < size:
        return None
    header = _header_of(head)
    body_size = header["body"]
    body = stream.read(body_size) if body_size else b""
    return (header, body) if len(body) == body_size else None


class Frames:
    """Frames out of the pieces in which they come through a pipe. One thread at a time."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._header: Header | None = None
        self._needed = _LENGTH.size

    def feed(self, piece: bytes) -> None:
        self._pending += piece

    def next(self) -> tuple[Header, bytes] | None:
        """The next whole frame, None until more has come. Raises BrokenFrame."""
        while len(self._pending) >= self._needed:
            pending, needed = self._pending, self._needed
            if self._header is not None:
                header, self._header = self._header, None
                body, self._needed = bytes(pending[:needed]), _LENGTH.size
                del pending[:needed]
                return header, body
            if needed == _LENGTH.size:
                self._needed += _header_size(pending)
                continue
            self._header = _header_of(bytes(pending[_LENGTH.size : needed]))
            self._needed = self._header["body"]
            del pending[:needed]
        return None


def _header_size(start: bytes | bytearray) -> int:
    (size,) = _LENGTH.unpack_from(start)
    if not 0 < size <= MAX_HEADER_BYTES:
        raise BrokenFrame("a header too long, or none")
    return int(size)


def _header_of(head: bytes) -> Header:
    try:
        header: Header = json.loads(head, parse_constant=_no_number)
    except (ValueError, RecursionError) as exc:
        raise BrokenFrame("no header") from exc
    typed(header, _Head)
    return header


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def path_to_text(path: Path) -> str:
    """How a file is named on the way: the renderer has another working directory."""
    return os.path.abspath(path)


def plain(value: object) -> Any:
    """A value for the other side: Structs, enumerations and paths as what JSON has."""
    return msgspec.to_builtins(value, enc_hook=path_to_text)


def typed(data: object, kind: type[_T]) -> _T:
    """The other end of plain(). Raises BrokenFrame for anything else."""
    try:
        return msgspec.convert(data, kind, dec_hook=_decode)
    except (ValueError, RecursionError) as exc:
        raise BrokenFrame("another value than was asked for") from exc


def _decode(kind: type, value: Any) -> Path:
    if kind is not Path or type(value) is not str:
        raise ValueError("no path")
    return Path(value)


def table_to_body(table: ImportTable) -> bytes:
    """An address list for the other side; it is large, so it goes as the body of a frame."""
    return json.dumps(plain(table), ensure_ascii=False).encode("utf-8", "replace")


def table_from_body(body: bytes) -> ImportTable:
    """The other end of table_to_body. Raises BrokenFrame for anything else."""
    try:
        table = msgspec.json.decode(body, type=ImportTable)
    except (ValueError, RecursionError) as exc:
        raise BrokenFrame("no list") from exc
    width, places = len(table.columns), (table.name_column or 0, table.number_column or 0)
    if any(len(row) != width for row in table.rows) or not all(0 <= n < width for n in places):
        raise BrokenFrame("a table that is none")
    if len(table.people) not in (0, len(table.rows)) or any(line.recipient for line in table.left_out):
        raise BrokenFrame("people of other rows")
    return table


_ERRORS: dict[str, type[RcdeskError]] = {
    "password": PasswordNeeded,
    "not drawn": NotDrawnHere,
    "cancelled": Cancelled,
    "store": StoreUnavailable,
    "user": UserError,
}


class Trouble(Struct, frozen=True, kw_only=True):
    """An expected failure on its way: its kind and its sentence. bug: what the renderer did not expect."""

    kind: str = "user"
    sentence: str = "The program that draws pages answered nonsense. Try again."
    was_wrong: bool = False
    errno: Count | None = None
    bug: str = ""

    @property
    def error(self) -> RcdeskError:
        kind, sentence = _ERRORS.get(self.kind, UserError), self.sentence[:500]
        if kind is Cancelled:
            return Cancelled()
        if kind is PasswordNeeded:
            return PasswordNeeded(sentence, was_wrong=self.was_wrong)
        error = kind(sentence)
        if kind is StoreUnavailable and self.errno is not None:
            error.__cause__ = OSError(self.errno, os.strerror(self.errno))
        return error


def refused(error: RcdeskError, bug: str = "") -> Trouble:
    """An expected failure for the other side."""
    cause = error.__cause__
    return Trouble(
        kind=next((name for name, kind in _ERRORS.items() if isinstance(error, kind)), "user"),
        sentence=str(error),
        was_wrong=isinstance(error, PasswordNeeded) and error.was_wrong,
        errno=cause.errno if isinstance(cause, OSError) else None,
        bug=bug,
    )


class Said(Struct, frozen=True, kw_only=True):
    """What a renderer says of job `id` (0: its start): how far it is, that it failed, or what it found."""

    id: int
    done: Count | None = None
    of: Count = 0
    error: Trouble | None = None
    value: Any = None
    lacks: tuple[str, ...] = ()
