"""The log file: opened with its first line, turned over when it is full, and without anybody's number.

Nothing of ours writes numbers there; what an unexpected error says may hold one. Any thread. Next: app.py.
"""

from __future__ import annotations

import logging
import re
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

_NUMBER = re.compile(r"(?<![\w.-])\+?\d(?:[ ().\-/]{0,2}\d){6,}(?![\w-])")
_MOST_BYTES, _OLD_ONES = 1_000_000, 2

_ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


def without_numbers(text: str) -> str:
    """The text with only the last four digits of what may be a telephone number."""
    return _NUMBER.sub(lambda found: "…" + re.sub(r"\D", "", found[0])[-4:], text)


class LogFile(logging.Handler):
    """Writes to path."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    @cached_property
    def _file(self) -> logging.Handler:
        from logging.handlers import RotatingFileHandler

        file = RotatingFileHandler(self._path, maxBytes=_MOST_BYTES, backupCount=_OLD_ONES, encoding="utf-8")
        file.setFormatter(_Private("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
        return file

    def emit(self, record: logging.LogRecord) -> None:
        self._file.emit(record)

    def close(self) -> None:
        if "_file" in self.__dict__:
            self._file.close()
        super().close()


class _Private(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = without_numbers(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: _ExcInfo) -> str:
        return without_numbers(super().formatException(ei))
