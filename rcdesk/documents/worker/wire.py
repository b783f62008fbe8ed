"""What the program and its renderer say to each other: frames over a pipe, JSON and bytes.

A frame is four bytes of length, a JSON object, and as many bytes after it as its "body" says. The renderer
reads hostile files, so what comes from it is checked as if it were one: sizes are limited, values are read
one by one, nothing is unpickled. Pure apart from the streams given. Read next: render_worker.py, worker.py.
"""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import to_builtins

from rcdesk.core.errors import Cancelled, RcdeskError, StoreUnavailable, UserError
from rcdesk.core.fax.fax import Resolution
from rcdesk.core.fax.paper import (
    Area,
    Dither,
    FaxFileFacts,
    Finding,
    FindingKind,
    Fix,
    NotDrawnHere,
    PagePlan,
    PageRef,
    PaperSize,
    PasswordNeeded,
)
from rcdesk.core.people.people import ImportedLine, ImportTable, ListedNumber, ListedPerson

Header = dict[str, Any]
MAX_HEADER_BYTES = 4_000_000
MAX_BODY_BYTES = 80_000_000
_LENGTH = struct.Struct(">I")
_UNREADABLE = "The program that draws pages answered nonsense. Try again."


class BrokenFrame(Exception):
    """The other side does not speak this language."""


def write_frame(stream: BinaryIO, header: Header, body: bytes = b"") -> None:
    """Write one frame and push it out. Raises OSError when nobody reads any more."""
    head = json.dumps({**header, "body": len(body)}).encode("ascii")
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
        """What came."""
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
        header: Header = json.loads(head)
        body_size = header["body"]
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise BrokenFrame("no header") from exc
    if not isinstance(body_size, int) or not 0 <= body_size <= MAX_BODY_BYTES:
        raise BrokenFrame("a body too long")
    return header


def path_to_text(path: Path) -> str:
    """How a file is named on the way: the renderer has another working directory."""
    return os.path.abspath(path)


def ref_to_json(ref: PageRef) -> Header:
    """A PageRef for the other side."""
    return {
        "path": path_to_text(ref.path),
        "media_type": ref.media_type,
        "page": ref.page,
        "digest": ref.digest,
    }


def ref_from_json(data: Header) -> PageRef:
    """The other end of ref_to_json."""
    return PageRef(
        path=Path(data["path"]), media_type=data["media_type"], page=data["page"], digest=data["digest"]
    )


def plan_to_json(plan: PagePlan) -> Header:
    """A PagePlan for the other side."""
    return {
        "source": ref_to_json(plan.source),
        "rotate": plan.rotate,
        "dither": plan.dither.value,
        "fixes": sorted(fix.value for fix in plan.fixes),
        "is_removed": plan.is_removed,
    }


def plan_from_json(data: Header) -> PagePlan:
    """The other end of plan_to_json."""
    return PagePlan(
        source=ref_from_json(data["source"]),
        rotate=data["rotate"],
        dither=Dither(data["dither"]),
        fixes=frozenset(Fix(value) for value in data["fixes"]),
        is_removed=data["is_removed"],
    )


def sheet_to_json(resolution: Resolution, paper: PaperSize) -> Header:
    """Resolution and paper for the other side."""
    return {"resolution": resolution.value, "paper": paper.value}


def sheet_from_json(data: Header) -> tuple[Resolution, PaperSize]:
    """The other end of sheet_to_json."""
    return Resolution(data["resolution"]), PaperSize(data["paper"])


def finding_to_json(finding: Finding) -> Header:
    """A Finding for the other side."""
    place = finding.place
    return {
        "kind": finding.kind.value,
        "page": finding.page,
        "place": None if place is None else [place.x, place.y, place.width, place.height],
        "words": finding.words,
        "sentence": finding.sentence,
        "fix": None if finding.fix is None else finding.fix.value,
    }


def finding_from_json(data: Header) -> Finding:
    """The other end of finding_to_json."""
    place = None
    if data["place"] is not None:
        x, y, width, height = (float(value) for value in data["place"])
        place = Area(x=x, y=y, width=width, height=height)
    return Finding(
        kind=FindingKind(data["kind"]),
        page=int(data["page"]),
        place=place,
        words=str(data["words"]),
        sentence=str(data["sentence"]),
        fix=None if data["fix"] is None else Fix(data["fix"]),
    )


def facts_to_json(facts: FaxFileFacts) -> Header:
    """FaxFileFacts for the other side."""
    return {
        "path": str(facts.path),
        "media_type": facts.media_type,
        "size_bytes": facts.size_bytes,
        "page_s": list(facts.page_s),
        "sha256": facts.sha256,
    }


def facts_from_json(data: Header) -> FaxFileFacts:
    """The other end of facts_to_json."""
    return FaxFileFacts(
        path=Path(data["path"]),
        media_type=str(data["media_type"]),
        size_bytes=int(data["size_bytes"]),
        page_s=tuple(float(value) for value in data["page_s"]),
        sha256=str(data["sha256"]),
    )


def table_to_body(table: ImportTable) -> bytes:
    """An address list for the other side; it is large, so it goes as the body of a frame."""
    return json.dumps(to_builtins(table), ensure_ascii=False).encode("utf-8", "replace")


def table_from_body(body: bytes) -> ImportTable:
    """The other end of table_to_body. Raises BrokenFrame for anything else."""
    try:
        data = json.loads(body)
        name_column, number_column = (
            None if data[name] is None else int(data[name]) for name in ("name_column", "number_column")
        )
        table = ImportTable(
            columns=tuple(map(str, data["columns"])),
            rows=tuple(tuple(map(str, row)) for row in data["rows"]),
            name_column=name_column,
            number_column=number_column,
            people=tuple(map(_person_from_json, data["people"])),
            left_out=tuple(
                ImportedLine(
                    line=int(o["line"]), text=str(o["text"]), recipient=None, problem=str(o["problem"])
                )
                for o in data["left_out"]
            ),
            is_cards=bool(data["is_cards"]),
        )
        width, places = len(table.columns), (table.name_column or 0, table.number_column or 0)
        if any(len(row) != width for row in table.rows) or not all(0 <= n < width for n in places):
            raise ValueError("a table that is none")
        if len(table.people) not in (0, len(table.rows)):
            raise ValueError("people of other rows")
        return table
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise BrokenFrame("no list") from exc


def _person_from_json(data: Header) -> ListedPerson:
    numbers = (
        ListedNumber(
            text=str(n["text"]),
            label=str(n["label"]),
            is_fax=bool(n["is_fax"]),
            is_preferred=bool(n["is_preferred"]),
        )
        for n in data["numbers"]
    )
    return ListedPerson(
        line=int(data["line"]),
        name=str(data["name"]),
        company=str(data["company"]),
        numbers=tuple(numbers),
    )


def count_from_json(data: object) -> int | UserError | None:
    """One of many counts: pages, a refusal, or None when the file has to be asked about alone."""
    if isinstance(data, int):
        return data
    error = error_from_json(data) if isinstance(data, dict) else None
    return error if isinstance(error, UserError) else None


def error_to_json(error: RcdeskError) -> Header:
    """An expected failure for the other side: its kind and its sentence."""
    match error:
        case PasswordNeeded():
            kind = "wrong password" if error.was_wrong else "password"
        case NotDrawnHere():
            kind = "not drawn"
        case Cancelled():
            kind = "cancelled"
        case StoreUnavailable():
            kind = "store"
        case _:
            kind = "user"
    cause = error.__cause__
    number = cause.errno if isinstance(cause, OSError) else None
    return {"kind": kind, "sentence": str(error), "errno": number}


def error_from_json(data: Header) -> RcdeskError:
    """The other end of error_to_json."""
    sentence = str(data.get("sentence", _UNREADABLE))[:500]
    match data.get("kind"):
        case "password":
            return PasswordNeeded(sentence)
        case "wrong password":
            return PasswordNeeded(sentence, was_wrong=True)
        case "not drawn":
            return NotDrawnHere(sentence)
        case "cancelled":
            return Cancelled()
        case "store":
            store = StoreUnavailable(sentence)
            if isinstance(number := data.get("errno"), int):
                store.__cause__ = OSError(number, os.strerror(number))
            return store
        case _:
            return UserError(sentence)
