"""What an office file is by its own bytes: its kind, its weight, and whether it opens with a password only.

LibreOffice takes what it does not know for plain text, and what it cannot open it refuses without saying why;
so a file is looked at here before and after. Nothing is decoded: first bytes, a zip's list of contents, and
names that are searched for. Any thread but the GUI's. Read next: conversion.py.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.paper import NotDrawnHere
from rcdesk.core.regular_file import open_regular, reading

MAX_UNPACKED_BYTES = 400_000_000
MAX_ENTRIES = 20_000
MAX_FILE_BYTES = 100_000_000
PASSWORD = "This file opens with a password only. Save it without one, or print it to a PDF, and add that."
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How .doc, .xls, .ppt and all files with a password begin (MS-CFB 2.2)."""
_ZIP = b"PK\x03\x04"
_STARTS = (
    (b"{\\rtf", "rtf"),
    (b"\x31\xbe\x00\x00\x00\xab", "wri"),
    (b"\x32\xbe\x00\x00\x00\xab", "wri"),
    (b"\xfe\x37\x00", "mcw"),
    (b"\x00\x00\x02\x00\x06\x04", "wk1"),
    (b"\x00\x00\x02\x00\x05\x04", "wk1"),
    (b"\x00\x00\x1a\x00", "wk3"),
    (b"\x00\x00\x02\x00\x20\x51", "wq1"),
)
_UNKNOWN = (
    "These pages cannot be shown here. The file can be faxed as it is: RingCentral draws it, pages counted "
    "by RingCentral."
)
_DAMAGED = "This file is damaged and cannot be opened. Choose another."
_BOMB = (
    "This file unpacks to far more than a fax can hold. Choose another, or print it to a PDF and add that."
)
_CHUNK_BYTES = 1024 * 1024
_OVERLAP_BYTES = 256
_ENTRY_POINTS = tuple(
    name.encode("utf-16-le")
    for name in (
        *("WordDocument", "Workbook", "Book", "PowerPoint Document", "PP40", "VisioDocument"),
        *("Quill", "CONTENTS", "MM", "MatOST", "EncryptedPackage"),
    )
)
"""Streams of which every compound office file has one."""
_LOCKED_NAMES = ("EncryptedPackage".encode("utf-16-le"), "EncryptedSummary".encode("utf-16-le"))
"""Streams of a locked .docx, .xlsx and .pptx (MS-OFFCRYPTO 2.3.1) and of a locked .ppt."""
_WORD_START, _WORD_FLAGS_AT, _WORD_IS_LOCKED = b"\xec\xa5", 11, 0x01
"""A Word stream's FIB and its fEncrypted (MS-DOC 2.5.2)."""
_BOOK_START = bytes.fromhex("0908100000060500")
"""A workbook's first record, BOF of BIFF8; FilePass is among the next when it is locked (MS-XLS 2.4.117)."""
_FILE_PASS, _MOST_RECORDS = 0x2F, 8


def weigh(path: Path) -> None:
    """Refuse what is too large, or would be once unpacked. Raises UserError."""
    try:
        with reading(), open_regular(path) as file:
            if os.fstat(file.fileno()).st_size > MAX_FILE_BYTES:
                raise UserError("This file is too large to be faxed. Send it in parts.")
            if file.read(len(_ZIP)) != _ZIP:
                return
            with zipfile.ZipFile(file) as packed:
                entries = packed.infolist()
                unpacked_bytes = sum(entry.file_size for entry in entries)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as exc:
        raise UserError(_DAMAGED) from exc
    if len(entries) > MAX_ENTRIES or unpacked_bytes > MAX_UNPACKED_BYTES:
        raise UserError(_BOMB)


def ending_of(path: Path, called: str, token: CancelToken) -> str:
    """The ending (with its dot) LibreOffice is to see, by what the file is rather than by what it is called.

    called: the ending of its name, taken where first bytes do not tell more; "" lets LibreOffice find out.
    Raises NotDrawnHere for what LibreOffice would take for text or a web page, UserError when the file is
    damaged for certain or opens with a password only, Cancelled.
    """
    with open_regular(path) as file:
        head = file.read(16)
    for start, ending in _STARTS:
        if head.startswith(start):
            return f".{ending}"
    if head.startswith(_ZIP):
        return called.lower()
    if not head.startswith(COMPOUND):
        raise NotDrawnHere(_UNKNOWN)
    if not _has_any(path, _ENTRY_POINTS, token):
        raise UserError(_DAMAGED)
    if is_locked_package(path, token):
        raise UserError(PASSWORD)
    return called.lower()


def is_locked_package(path: Path, token: CancelToken) -> bool:
    """True for a .docx, .xlsx or .pptx that opens with a password only. Raises OSError, Cancelled."""
    with open_regular(path) as file:
        if file.read(len(COMPOUND)) != COMPOUND:
            return False
    return _has_any(path, _LOCKED_NAMES[:1], token)


def is_locked(path: Path, token: CancelToken) -> bool:
    """True when a file that LibreOffice could not open asks for a password. Raises OSError."""
    with open_regular(path) as file:
        head = file.read(len(COMPOUND))
    if head.startswith(_ZIP):
        return _is_locked_open_document(path)
    if head != COMPOUND:
        return False
    for piece in _pieces(path, token):
        if any(name in piece for name in _LOCKED_NAMES) or _is_locked_word(piece) or _is_locked_book(piece):
            return True
    return False


def _is_locked_open_document(path: Path) -> bool:
    """True when the list of contents names how something is encrypted (OpenDocument 1.3, part 2, 4.7)."""
    try:
        with zipfile.ZipFile(path) as packed, packed.open("META-INF/manifest.xml") as manifest:
            return b"encryption-data" in manifest.read(_CHUNK_BYTES)
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, EOFError):
        return False


def _has_any(path: Path, names: tuple[bytes, ...], token: CancelToken) -> bool:
    return any(name in piece for piece in _pieces(path, token) for name in names)


def _pieces(path: Path, token: CancelToken) -> Iterator[bytes]:
    """A file in pieces that overlap, so that nothing short is cut in two everywhere."""
    with open_regular(path) as file:
        last = b""
        while piece := file.read(_CHUNK_BYTES):
            token.check()
            yield last + piece
            last = piece[-_OVERLAP_BYTES:]


def _is_locked_word(piece: bytes) -> bool:
    at = piece.find(_WORD_START)
    while at >= 0:
        fib = piece[at : at + _WORD_FLAGS_AT + 1]
        if len(fib) > _WORD_FLAGS_AT and fib[3] <= 1 and fib[_WORD_FLAGS_AT] & _WORD_IS_LOCKED:
            return True
        at = piece.find(_WORD_START, at + 1)
    return False


def _is_locked_book(piece: bytes) -> bool:
    at = piece.find(_BOOK_START)
    if at < 0:
        return False
    for _ in range(_MOST_RECORDS):
        record = piece[at : at + 4]
        if len(record) < 4:
            return False
        if int.from_bytes(record[:2], "little") == _FILE_PASS:
            return True
        at += 4 + int.from_bytes(record[2:], "little")
    return False
