"""A multipart body that streams its files from disk: memory does not grow with the fax.

requests reads it 64 KB at a time (exchange.py); each read checks the CancelToken and reports progress, so an
upload stops within one chunk. Used by one lane thread at a time. Builders: mixed() for `multipart/mixed`
(JSON part and documents, docs/wire.md 1.5) and form_data() for `multipart/form-data`. Read next:
rest/fax.py.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Generator, Iterator, Sequence
from io import FileIO
from pathlib import Path
from typing import Literal

from msgspec import Struct

from rcdesk.api.exchange import CHUNK_BYTES
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError

Encoding = Literal["octets", "base64"]
_LINE_BYTES = 57
_LINE_CHARACTERS = 78
_FILE_BYTES = {"octets": CHUNK_BYTES, "base64": _LINE_BYTES * (CHUNK_BYTES // _LINE_CHARACTERS)}


class Part(Struct, frozen=True, kw_only=True):
    """One part: its header lines, and either bytes or a file of size_bytes to stream."""

    headers: tuple[tuple[str, str], ...]
    content: bytes | Path
    encoding: Encoding = "octets"
    size_bytes: int = 0

    def head(self) -> bytes:
        """The header lines and the empty line after them."""
        lines = list(self.headers)
        if self.encoding == "base64":
            lines.append(("Content-Transfer-Encoding", "base64"))
        return "".join(f"{name}: {value}\r\n" for name, value in lines).encode() + b"\r\n"

    def length(self) -> int:
        """How many bytes the content takes on the wire."""
        size_bytes = len(self.content) if isinstance(self.content, bytes) else self.size_bytes
        return size_bytes if self.encoding == "octets" else _encoded_length(size_bytes)

    def chunks(self) -> Iterator[bytes]:
        """The content as it goes on the wire, about 64 KB at a time."""
        if isinstance(self.content, bytes):
            yield self.content if self.encoding == "octets" else _encode(self.content)
            return
        try:
            with self.content.open("rb", buffering=0) as file:
                left = self.size_bytes
                while left:
                    chunk = _read_exactly(file, min(left, _FILE_BYTES[self.encoding]))
                    left -= len(chunk)
                    yield chunk if self.encoding == "octets" else _encode(chunk)
        except OSError as exc:
            raise UserError("One of the files cannot be read any more. Nothing was sent.") from exc


class MultipartBody:
    """File-like: read(n) and a length, as requests wants it. Built once, read once.

    bytes_sent counts what has been passed on completely: a chunk counts when the next one is asked for.
    on_last_byte, when set, is called after everything else was passed on and before the last chunk is.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        subtype: str,
        token: CancelToken,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._boundary = f"rcdesk-{secrets.token_hex(16)}"
        self.content_type = f"multipart/{subtype}; boundary={self._boundary}"
        self._parts = tuple(parts)
        self._token = token
        self._progress = progress
        self._stream = self._chunks()
        self._ready = memoryview(b"")
        self._handed_out = 0
        self.bytes_sent = 0
        self.on_last_byte: Callable[[], None] | None = None
        self.is_complete = False
        overhead = sum(len(self._opening()) + len(part.head()) + 2 for part in self._parts)
        self._length = overhead + sum(part.length() for part in self._parts) + len(self._closing())

    def __len__(self) -> int:
        return self._length

    def read(self, size: int = -1) -> bytes:
        """Up to size bytes (all of a chunk when negative); b"" at the end. Raises Cancelled, UserError."""
        if self.bytes_sent != self._handed_out:
            self.bytes_sent = self._handed_out
            if self._progress is not None:
                self._progress(self.bytes_sent, self._length)
        if self.bytes_sent == self._length:
            self.is_complete = True
            return b""
        self._token.check()
        if not self._ready:
            self._ready = memoryview(next(self._stream, b""))
        take = len(self._ready) if size < 0 else size
        chunk, self._ready = bytes(self._ready[:take]), self._ready[take:]
        self._handed_out += len(chunk)
        if self._handed_out == self._length and self.on_last_byte is not None:
            self.on_last_byte()
        return chunk

    def close(self) -> None:
        self._stream.close()

    def _opening(self) -> bytes:
        return f"--{self._boundary}\r\n".encode()

    def _closing(self) -> bytes:
        return f"--{self._boundary}--\r\n".encode()

    def _chunks(self) -> Generator[bytes, None, None]:
        """Never yields an empty chunk, which would look like the end."""
        for part in self._parts:
            yield self._opening() + part.head()
            yield from (chunk for chunk in part.chunks() if chunk)
            yield b"\r\n"
        yield self._closing()


def file_part(
    path: Path, *, name: str, media_type: str, encoding: Encoding = "octets", field: str = ""
) -> Part:
    """A document. `name` must be clean already; `field` is the form field, "" in multipart/mixed.

    Raises UserError when the file cannot be found.
    """
    try:
        size_bytes = path.stat().st_size
    except OSError as exc:
        raise UserError("One of the files cannot be found any more. Nothing was sent.") from exc
    disposition = f'form-data; name="{field}"' if field else "attachment"
    headers = (
        ("Content-Type", media_type),
        ("Content-Disposition", f'{disposition}; filename="{name}"'),
    )
    return Part(headers=headers, content=path, encoding=encoding, size_bytes=size_bytes)


def mixed(
    json_text: str,
    documents: Sequence[Part],
    *,
    token: CancelToken,
    progress: Callable[[int, int], None] | None = None,
) -> MultipartBody:
    """`multipart/mixed`: the JSON part first, then the documents."""
    first = Part(headers=(("Content-Type", "application/json"),), content=json_text.encode())
    return MultipartBody([first, *documents], subtype="mixed", token=token, progress=progress)


def form_data(
    fields: Sequence[tuple[str, str]],
    documents: Sequence[Part],
    *,
    token: CancelToken,
    progress: Callable[[int, int], None] | None = None,
) -> MultipartBody:
    """`multipart/form-data`: fields in order (names may repeat), then the documents."""
    parts = [
        Part(headers=(("Content-Disposition", f'form-data; name="{name}"'),), content=value.encode())
        for name, value in fields
    ]
    return MultipartBody([*parts, *documents], subtype="form-data", token=token, progress=progress)


def _read_exactly(file: FileIO, size: int) -> bytes:
    """That many bytes; a file that has become shorter is an error, for its length was announced."""
    parts: list[bytes] = []
    missing = size
    while missing:
        chunk = file.read(missing)
        if not chunk:
            raise UserError("One of the files changed while it was being sent. Nothing was sent.")
        parts.append(chunk)
        missing -= len(chunk)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _encode(octets: bytes) -> bytes:
    """Base64 in lines of 76 characters, each ended by CRLF (RFC 2045, 6.8)."""
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")


def _encoded_length(size_bytes: int) -> int:
    lines, rest = divmod(size_bytes, _LINE_BYTES)
    return lines * _LINE_CHARACTERS + ((rest + 2) // 3 * 4 + 2 if rest else 0)
