"""What a command says on the terminal: one line of plain letters, whoever named the thing it speaks of.

Names of files, people, companies and answers of a service are foreign: an escape sequence in one of them
would recolour, retitle or overwrite the terminal, a line break would say a line of its own. Everything that
commands print for people goes through here. Read next: output.py.
"""

from __future__ import annotations

import sys
import unicodedata
from typing import TextIO

from rcdesk.core.file_name import readable

_INSTEAD = "\ufffd"
_JOINERS = "\u200c\u200d"
"""They shape the letters of Persian and Indian names."""


def plain(words: str) -> str:
    """The same words without what a terminal takes for a command, and without what turns the line around."""
    return words if words.isascii() and words.isprintable() else "".join(map(_plain, readable(words)))


def say(words: str, *, on_error: bool = False, end: str = "\n") -> None:
    """Print one line at once, on standard error when on_error; letters it cannot show become "?"."""
    stream = sys.stderr if on_error else sys.stdout
    if stream is not None:
        print(_showable(plain(words), stream), file=stream, end=end, flush=True)


def _plain(letter: str) -> str:
    if letter.isspace():
        return letter if unicodedata.category(letter) == "Zs" else " "
    is_odd = unicodedata.category(letter)[0] == "C"
    return _INSTEAD if is_odd and letter not in _JOINERS else letter


def _showable(words: str, stream: TextIO) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return words.encode(encoding, "replace").decode(encoding)
