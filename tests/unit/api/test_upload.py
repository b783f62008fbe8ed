"""The streaming body: right bytes, announced length, little memory, honest progress."""

from __future__ import annotations

import tracemalloc
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from rcdesk.api.rest.fax import clean_name
from rcdesk.api.upload import Encoding, MultipartBody, file_part, form_data, mixed
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, UserError


def drained(body: MultipartBody, size: int = 65536) -> bytes:
    return b"".join(iter(lambda: body.read(size), b""))


def parsed(body: MultipartBody, content: bytes) -> list[Any]:
    message = BytesParser().parsebytes(f"Content-Type: {body.content_type}\r\n\r\n".encode() + content)
    assert message.is_multipart() and not message.defects
    return list(message.get_payload())


@pytest.mark.parametrize("encoding", ["octets", "base64"])
@pytest.mark.parametrize("size", [0, 1, 2, 56, 57, 58, 65535, 65536, 65537, 47880, 200_001])
def test_length_and_content(tmp_path: Path, encoding: Encoding, size: int) -> None:
    path = tmp_path / "f.bin"
    path.write_bytes(bytes(i % 10 + 65 for i in range(size)))
    part = file_part(path, name="f.pdf", media_type="application/pdf", encoding=encoding)
    body = mixed('{"to":[]}', [part], token=CancelToken())
    content = drained(body)
    assert len(content) == len(body) == body.bytes_sent and body.is_complete
    first, second = parsed(body, content)
    assert first.get_content_type() == "application/json" and first.get_payload() == '{"to":[]}'
    assert second.get_payload(decode=True) == path.read_bytes()
    assert second.get_filename() == "f.pdf" and second.get_content_disposition() == "attachment"
    assert max(map(len, content.split(b"\r\n"))) <= 76 or encoding == "octets"


@pytest.mark.parametrize("size", [1, 7, 8192, -1])
def test_any_read_size_gives_the_same(tmp_path: Path, size: int) -> None:
    path = tmp_path / "f.txt"
    path.write_bytes(b"text" * 999)
    part = file_part(path, name="f.txt", media_type="text/plain", field="attachment")
    body = form_data([("to", "+1"), ("to", "+2")], [part], token=CancelToken())
    parts = parsed(body, drained(body, size))
    names = [p.get_param("name", header="content-disposition") for p in parts]
    assert names == ["to", "to", "attachment"]


@pytest.mark.parametrize("encoding", ["octets", "base64"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, encoding: Encoding) -> None:
    path = tmp_path / "big.pdf"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    part = file_part(path, name="big.pdf", media_type="application/pdf", encoding=encoding)
    body = mixed("{}", [part], token=CancelToken())
    tracemalloc.start()
    total = 0
    largest = 0
    while chunk := body.read(65536):
        total += len(chunk)
        largest = max(largest, len(chunk))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == len(body) and largest <= 65536
    assert peak < 1_500_000


def test_progress_counts_what_was_passed_on(tmp_path: Path) -> None:
    path = tmp_path / "f.pdf"
    path.write_bytes(b"x" * 200_000)
    seen: list[tuple[int, int]] = []
    body = mixed(
        "{}",
        [file_part(path, name="f.pdf", media_type="application/pdf")],
        token=CancelToken(),
        progress=lambda sent, total: seen.append((sent, total)),
    )
    assert body.read(65536) and body.bytes_sent == 0 and not body.is_complete
    drained(body)
    assert seen == sorted(seen) and seen[-1] == (len(body), len(body))


def test_cancelling_stops_at_the_next_chunk_but_not_after_the_end(tmp_path: Path) -> None:
    token = CancelToken()
    body = mixed("{}", [], token=token)
    assert body.read(10)
    token.cancel()
    with pytest.raises(Cancelled):
        body.read(10)
    token = CancelToken()
    body = mixed("{}", [], token=token)
    while body.bytes_sent + 65536 < len(body) or body.read(65536):
        if body.is_complete:
            break
    token.cancel()
    assert body.read(10) == b"" and body.is_complete


def test_a_file_that_shrinks_or_goes_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "f.pdf"
    path.write_bytes(b"x" * 1000)
    part = file_part(path, name="f.pdf", media_type="application/pdf")
    path.write_bytes(b"x" * 10)
    with pytest.raises(UserError, match="changed"):
        drained(mixed("{}", [part], token=CancelToken()))
    path.unlink()
    with pytest.raises(UserError, match="cannot be read"):
        drained(mixed("{}", [part], token=CancelToken()))
    with pytest.raises(UserError, match="cannot be found"):
        file_part(path, name="f.pdf", media_type="application/pdf")


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("letter.pdf", "letter.pdf"),
        ("a&b@c#d$e%f^g*.pdf", "a_b_c_d_e_f_g.pdf"),
        ("Zürich ñ.TIFF", "Zurich n.TIFF"),
        ("文書.pdf", "document.pdf"),
        ('quo"te\r\nX: y.txt', "quo_te_X_ y.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\y.doc", "y.doc"),
        ("", "document"),
        (".pdf", "document.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_names_the_service_accepts(name: str, clean: str) -> None:
    assert clean_name(name) == clean
