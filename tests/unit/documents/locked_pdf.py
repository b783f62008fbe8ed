"""A PDF that opens with a password only, made by hand (RC4, 40 bits; PDF 1.4, 7.6.3). No test is in here."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.unit.documents.sample_files import text_pdf


def locked_pdf(path: Path) -> Path:
    """A PDF that opens with the password "fax-me" only (RC4, 40 bits; PDF 1.4, 7.6.3)."""
    path.write_bytes(_encrypted(text_pdf(1), b"fax-me"))
    return path


def _encrypted(pdf: bytes, password: bytes) -> bytes:
    """The standard security handler, revision 2, over streams written by sample_files."""
    padding = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    padded = (password + padding)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    identity = b"0123456789abcdef"
    permissions = 0xFFFFFFFC
    key = hashlib.md5(padded + owner + permissions.to_bytes(4, "little") + identity).digest()[:5]
    user = _rc4(key, padding)
    head = pdf.rpartition(b"xref\n0")[0]
    objects = head.split(b" 0 obj\n")[1:]
    written, places = [b"%PDF-1.4\n"], []
    for number, body in enumerate(objects, 1):
        body = body.rpartition(b"\nendobj")[0]
        before, found, drawing = body.partition(b"stream\n")
        if found:
            drawing = drawing.removesuffix(b"\nendstream")
            own = hashlib.md5(key + number.to_bytes(3, "little") + b"\x00\x00").digest()[:10]
            body = before + found + _rc4(own, drawing) + b"\nendstream"
        places.append(sum(map(len, written)))
        written.append(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    start = sum(map(len, written))
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    written.append(b"xref\n0 %d\n0000000000 65535 f \n" % size + rows)
    written.append(
        b"trailer\n<< /Size %d /Root 1 0 R /ID [<%s> <%s>] /Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> "
        b"/U <%s> /P -4 >> >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, _hex(identity), _hex(identity), _hex(owner), _hex(user), start)
    )
    return b"".join(written)


def _rc4(key: bytes, content: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    result = bytearray()
    i = j = 0
    for byte in content:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        result.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(result)


def _hex(part: bytes) -> bytes:
    return part.hex().encode()
