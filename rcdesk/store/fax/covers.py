"""Covers of one's own as files: one HTML file a cover in the data folder, named as the cover is called.

A person may put files there or take them out while the program runs: list() reads the folder each time. The
office default is one more file that was imported. Disk lane. Read next: core/fax/cover.py,
bridge/fax/covers_desk.py.
"""

from __future__ import annotations

import logging
import os
import re
import unicodedata
from pathlib import Path

from rcdesk.core.errors import StoreUnavailable, UserError
from rcdesk.core.fax.cover import MAX_COVER_CHARACTERS, MAX_NAME_CHARACTERS, CoverTemplate, problem_of
from rcdesk.core.regular_file import open_regular

_log = logging.getLogger(__name__)

ENDING = ".html"
MAX_COVERS = 200
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


class Covers:
    """The folder of covers; a cover's id is its file name without the ending."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list(self) -> tuple[CoverTemplate, ...]:
        """All covers that can be read, by name. Raises StoreUnavailable."""
        found = []
        try:
            files = sorted(self._folder.glob(f"*{ENDING}"))[:MAX_COVERS] if self._folder.is_dir() else []
        except OSError as exc:
            raise _unavailable(exc) from exc
        for file in files:
            try:
                found.append(CoverTemplate(id=file.stem, name=_name_of(file.stem), html=_read(file)))
            except (UserError, OSError):
                _log.warning("A cover page in the data folder cannot be read; it is left alone.")
        return tuple(sorted(found, key=lambda cover: cover.name.casefold()))

    def save(self, cover: CoverTemplate) -> CoverTemplate:
        """Write a cover in one step, with the id it has from now on; a new name is a new file.

        Raises UserError when it makes no sense, StoreUnavailable when it cannot be written.
        """
        problem = problem_of(cover)
        if problem:
            raise UserError(problem)
        stem = self._free_stem(cover)
        target = self._folder / f"{stem}{ENDING}"
        unfinished = target.with_name(target.name + ".new")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with unfinished.open("w", encoding="utf-8", newline="\n") as file:
                file.write(cover.html)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, target)
            if cover.id and cover.id != stem:
                self._file(cover.id).unlink(missing_ok=True)
        except OSError as exc:
            raise _unavailable(exc) from exc
        return CoverTemplate(id=stem, name=_name_of(stem), html=cover.html)

    def delete(self, cover_id: str) -> None:
        """Take a cover away; one that is gone already is no problem. Raises StoreUnavailable."""
        try:
            self._file(cover_id).unlink(missing_ok=True)
        except OSError as exc:
            raise _unavailable(exc) from exc

    def import_file(self, source: Path) -> CoverTemplate:
        """Keep a copy of an HTML file under its own name. Raises UserError and StoreUnavailable."""
        try:
            content = _read(source)
        except OSError as exc:
            raise UserError(
                f"This file cannot be read ({exc.strerror}). Choose another HTML file as the cover page."
            ) from exc
        return self.save(CoverTemplate(id="", name=_tidy(source.stem) or "Cover", html=content))

    def _file(self, cover_id: str) -> Path:
        """The file of an id, which never leads out of the folder."""
        return self._folder / f"{_tidy(cover_id) or 'Cover'}{ENDING}"

    def _free_stem(self, cover: CoverTemplate) -> str:
        wanted = _tidy(cover.name) or "Cover"
        stem, number = wanted, 1
        while stem.casefold() != cover.id.casefold() and self._file(stem).exists():
            number += 1
            stem = f"{wanted} ({number})"
        return stem


def _read(file: Path) -> str:
    """The text of an HTML file. Raises UserError when it is too large or no text, OSError."""
    if file.stat().st_size > 4 * MAX_COVER_CHARACTERS:
        raise UserError("This file is larger than 2 MB. Choose a smaller HTML file as the cover page.")
    with open_regular(file) as opened:
        data = opened.read()
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        content = data.decode(encoding)
    except UnicodeDecodeError:
        content = data.decode("latin-1")
    if "\0" in content or len(content) > MAX_COVER_CHARACTERS or not content.strip():
        raise UserError("This file is no HTML page. Choose an HTML file as the cover page.")
    return content


def _tidy(name: str) -> str:
    """A name that every file system takes: no separators, no leading dot, not too long."""
    plain = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in name)
    plain = re.sub(r'[<>:"/\\|?*]+', " ", plain)
    return " ".join(plain.split()).strip(". ")[:MAX_NAME_CHARACTERS].strip()


def _name_of(stem: str) -> str:
    return stem[:MAX_NAME_CHARACTERS]


def _unavailable(exc: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"Your cover pages cannot be read or written ({exc.strerror}). They stay as they are: make the data "
        "folder writable, then try again."
    )
