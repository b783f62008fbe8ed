"""Tracked changes of a text document are accepted before it is drawn, and what its pages leave out is named.

LibreOffice prints deleted text beside what replaced it; nobody faxes that on purpose. Word and OpenDocument
files are XML in a zip: what was deleted is taken out of a copy, what was inserted stays. In a .doc or an RTF
changes are only seen and said. Nothing is parsed, a part that is too large is left as it is. Any thread but
the GUI's. Read next: conversion.py.
"""

from __future__ import annotations

import mmap
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from rcdesk.core.fax.paper import AS_PDF, Finding, FindingKind, PageRef
from rcdesk.core.regular_file import open_regular
from rcdesk.documents.office.file import COMPOUND

_MOST_BYTES = 8_000_000
_WORD_STREAM = "WordDocument".encode("utf-16-le")
_IS_COMMENTS = re.compile(r"(word|xl)/comments\d*\.xml|ppt/comments/.*\.xml")
_WORD_TEXT = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_BROKEN_ZIP = (zipfile.BadZipFile, OSError, KeyError, ValueError, NotImplementedError, EOFError, RuntimeError)
_OLD_LOOKS = "rPr|pPr|sectPr|tblPr|tblPrEx|tcPr|trPr|tblGrid"
_DELETED_ROW = re.compile(
    rb"<w:tr[ >](?:(?!<w:tr[ >]|</w:tr>).)*?<w:trPr>(?:(?!</w:trPr>).)*?<w:del\b(?:(?!<w:tr[ >]).)*?</w:tr>",
    re.DOTALL,
)
_WORD_GONE = re.compile(
    rb"<w:(del|moveFrom)(?: [^>]*)?(?<!/)>.*?</w:\1>"
    rb"|<w:((?:" + _OLD_LOOKS.encode() + rb")Change)\b[^>]*>.*?</w:\2>"
    rb"|</?w:(?:ins|moveTo|del|cellIns|numberingChange)(?: [^>]*)?/?>",
    re.DOTALL,
)
_WORD_CHANGED = re.compile(rb"<w:(?:del|ins|moveFrom|moveTo)[ >]")
_ODF_GONE = re.compile(
    rb"<text:tracked-changes\b[^>]*(?<!/)>.*?</text:tracked-changes>|<text:change(?:-start|-end)?\b[^>]*/>",
    re.DOTALL,
)
_ODF_CHANGED = b"<text:changed-region"
_RTF_CHANGED = re.compile(rb"(?<!\\)\\(?:deleted|revised|mvf|mvt)(?![a-z0])")
_RTF_COMMENTED = re.compile(rb"(?<!\\)\\annotation(?![a-z])")
_DOC_CHANGED = re.compile(
    rb"\x01\x08\x01.{0,24}?\x04\x48|\x04\x48.{2,24}?\x01\x08\x01"
    rb"|\x00\x08\x01.{0,24}?\x63\x48|\x63\x48.{2,24}?\x00\x08\x01",
    re.DOTALL,
)
"""A run that was inserted (sprmCFRMark) or deleted (sprmCFRMarkDel), beside who did it (MS-DOC 2.6.1)."""
_BOTH_SHOWN = (
    "This document has tracked changes, and its pages may show deleted text beside what replaced it. Accept "
    "the changes in it first."
)
_FINAL_SENT = "This document has tracked changes. Its final text is shown and sent."
_FINAL_SHOWN = (
    "This document has tracked changes. Its final text is shown here, but RingCentral may draw the changes "
    "too: send exactly these pages, or accept the changes first."
)
_COMMENTS = "The comments in this document are not on its pages."
_HIDDEN_TEXT = "Hidden text in this document is not on its pages."
_HIDDEN_SHEETS = "Hidden sheets of this file are not on its pages. Show them in the file if they are to go."
_HIDDEN_SLIDES = "Hidden slides of this file are not on its pages. Show them in the file if they are to go."


def accept_changes(path: Path) -> None:
    """Leave only the final text in a copy of a document, if it has any other. Raises OSError."""
    try:
        with zipfile.ZipFile(path) as packed:
            changed = dict(_accepted(packed))
            if not changed:
                return
            made = path.with_suffix(".accepted")
            with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
                for entry in packed.infolist():
                    if entry.filename in changed:
                        written.writestr(entry, changed[entry.filename])
                    else:
                        written.writestr(entry, packed.read(entry))
    except _BROKEN_ZIP as exc:
        if isinstance(exc, OSError):
            raise
        return  # LibreOffice says what is wrong with it
    os.replace(made, path)


def left_out(ref: PageRef) -> Iterator[Finding]:
    """What is not on the pages of an office file, as findings of its first page; nothing for other files."""
    try:
        if zipfile.is_zipfile(ref.path):
            with zipfile.ZipFile(ref.path) as packed:
                found = tuple(_left_out(packed, is_sent_drawn=ref.media_type in AS_PDF))
        else:
            found = tuple(_said_in_old(ref.path))
    except _BROKEN_ZIP:
        return
    for words, sentence in found:
        yield Finding(kind=FindingKind.NOT_SHOWN, page=0, place=None, words=words, sentence=sentence)


def _said_in_old(path: Path) -> Iterator[tuple[str, str]]:
    """What a .doc or an RTF says of itself."""
    with open_regular(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        is_rtf = content[:5] == b"{\\rtf"
        is_word = content[: len(COMPOUND)] == COMPOUND and content.find(_WORD_STREAM) >= 0
        if (is_rtf and _RTF_CHANGED.search(content)) or (is_word and _DOC_CHANGED.search(content)):
            yield "Tracked changes", _BOTH_SHOWN
        if is_rtf and _RTF_COMMENTED.search(content):
            yield "Comments", _COMMENTS


def _left_out(packed: zipfile.ZipFile, *, is_sent_drawn: bool) -> Iterator[tuple[str, str]]:
    texts = [text for name in packed.namelist() if _is_text(name) and (text := _read(packed, name))]
    if any(_WORD_CHANGED.search(text) or _ODF_CHANGED in text for text in texts):
        yield "Tracked changes", _FINAL_SENT if is_sent_drawn else _FINAL_SHOWN
    names = packed.namelist()
    if any(map(_IS_COMMENTS.fullmatch, names)) or any(b"<office:annotation " in text for text in texts):
        yield "Comments", _COMMENTS
    if any(b"<w:vanish/>" in text for text in texts):
        yield "Hidden text", _HIDDEN_TEXT
    if re.search(rb'<sheet [^>]*state="(?:hidden|veryHidden)"', _read(packed, "xl/workbook.xml")):
        yield "Hidden sheets", _HIDDEN_SHEETS
    slides = (name for name in names if re.fullmatch(r"ppt/slides/slide\d+\.xml", name))
    if any(re.search(rb'<p:sld [^>]*show="(?:0|false)"', _read(packed, name)) for name in slides):
        yield "Hidden slides", _HIDDEN_SLIDES


def _accepted(packed: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for name in packed.namelist():
        text = _read(packed, name) if _is_text(name) else b""
        if _WORD_CHANGED.search(text):
            yield name, _WORD_GONE.sub(b"", _DELETED_ROW.sub(b"", text))
        elif _ODF_CHANGED in text:
            yield name, _ODF_GONE.sub(b"", text)


def _is_text(name: str) -> bool:
    return name in ("content.xml", "styles.xml") or _WORD_TEXT.fullmatch(name) is not None


def _read(packed: zipfile.ZipFile, name: str) -> bytes:
    """A part of the file, b"" when it is not there or very large."""
    try:
        return packed.read(name) if packed.getinfo(name).file_size <= _MOST_BYTES else b""
    except KeyError:
        return b""
