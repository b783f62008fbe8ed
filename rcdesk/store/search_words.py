"""What the search indexes and what it looks for: plain words of letters and digits.

Both sides pass through fold(), so that case, accents, punctuation and full-width forms make no difference
and nothing a user types can be FTS5 syntax. A number is indexed with every tail of three digits or more:
typing any run of its digits finds it, its last four as well. Pure; any thread. Read next: schema.py,
folders.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_SHORTEST_TAIL = 3
_LONGEST_NUMBER = 20
_MOST_WORDS = 200
_LONGEST_WORD = 40
_NUMBER = re.compile(r"[\s\d+()./\-]*")


def fold(text: str) -> str:
    """Lower case without accents, every sign that is no letter or digit replaced by a blank."""
    if text.isascii():
        return "".join(c if c.isalnum() else " " for c in text.lower())
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in plain)


def indexed_words(number: str, texts: Iterable[str]) -> str:
    """The words to index for a number and some texts, each once, separated by blanks."""
    words: dict[str, None] = {}
    for text in texts:
        for word in fold(text).split():
            words[word[:_LONGEST_WORD]] = None
            if len(words) >= _MOST_WORDS:
                break
    digits = digits_of(number)[:_LONGEST_NUMBER]
    for start in range(max(1, len(digits) - _SHORTEST_TAIL + 1)):
        words[digits[start:]] = None
    return " ".join(filter(None, words))


def digits_of(text: str) -> str:
    """The ASCII digits of a text in order."""
    return "".join(c for c in text if c in "0123456789")


def match_text(place: str, text: str) -> str:
    """The FTS5 expression for "in this place, with all these words begun"; "" when text holds no word.

    A text of digits and punctuation only may be one number: "(650) 555-01" looks for the run 65055501 too.
    """
    words = [word[:_LONGEST_WORD] for word in fold(text).split()]
    if not words:
        return ""
    wanted = " AND ".join(f'"{word}"*' for word in dict.fromkeys(words))
    digits = digits_of(text)
    if len(digits) > _SHORTEST_TAIL and _NUMBER.fullmatch(text) is not None:
        wanted = f'("{digits}"* OR ({wanted}))' if len(words) > 1 else f'"{digits}"*'
    return f'"{place}" AND {wanted}'


def place_of(owner_id: str, folder: str = "") -> str:
    """The word that stands for an owner and a folder in the index, as schema.py makes it."""
    owner = "\u00a7" + owner_id.encode("utf-8").hex().upper()
    return f"{owner}\u00a7{folder}" if folder else owner
