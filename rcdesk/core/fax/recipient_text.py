"""One recipient as it is typed or pasted: "Name <number>", "Name: number", "Name, Fax number" or a number.

The composer and the command line read it alike. Pure; any thread. Read next: phone_number.py.
"""

from __future__ import annotations

import re

from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.numbers.labels import WORD, Label, is_telephone, labels_in, labels_of
from rcdesk.core.numbers.phone_number import parse_for_fax

_BRACKETED = re.compile(r"^\s*(?P<name>[^<>]*?)\s*<(?P<number>[^<>]+)>\s*$")
_AROUND_NAMES = " \t\n<:;,|/&.-()[]•#\uff1a\uff03"
_SCHEME = re.compile(r"[\s<]*(?:tel|fax|callto|sms|sips?|skype)\s*:", re.IGNORECASE)
_NUMBER_WORD = re.compile(
    r"(?<=\w)[\s.]+(?:no|nr|num|number|nummer|numéro|número|numero|n°|№)$", re.IGNORECASE
)


def recipient_in(text: str, region: str) -> Recipient:
    """Whom this text means; national numbers are read in region. Raises UserError with the reason.

    The name is what stands before the number, without "Fax" and "Tel".
    """
    bracketed = _BRACKETED.match(text)
    if bracketed is not None:
        try:
            number = parse_for_fax(bracketed["number"], region)
        except UserError:
            if not any(map(str.isdigit, bracketed["name"])):
                raise
        else:
            return Recipient(number=number.e164, name=_tidy(bracketed["name"]))
    number = parse_for_fax(text, region)
    return Recipient(number=number.e164, name=_name_before(text))


def is_card(text: str) -> bool:
    """True when a text names a telephone and a fax, as a card or a letter's head does."""
    return Label.FAX in labels_in(text) and has_telephone(text)


def has_telephone(text: str) -> bool:
    """True when a word of the text says that a number is a telephone's."""
    return any(is_telephone(word) for word in WORD.findall(text))


def _name_before(text: str) -> str:
    """The words before the first digit, without those that say what the number is."""
    scheme = _SCHEME.match(text)
    name = _tidy(re.split(r"[\d+(]", text[scheme.end() :] if scheme is not None else text, maxsplit=1)[0])
    before = _NUMBER_WORD.sub("", name)
    if before != name and any(_is_label(word, 2) for word in WORD.findall(before)[-1:]):
        name = before  # "Fax No.", but "Dr. No"
    while name:
        words = list(WORD.finditer(name))
        last = words[-1] if words else None
        is_end = last is not None and not name[last.end() :].strip(_AROUND_NAMES)
        if last is None or not is_end or not _is_label(last[0], len(words)):
            return name if words else ""
        name = _tidy(name[: last.start()])
    return name


def _is_label(word: str, count: int) -> bool:
    is_letter = len(word) == 1 and word.casefold() in "tpmf" and count == 1
    return is_letter or Label.FAX in labels_of(word) or is_telephone(word)


def _tidy(name: str) -> str:
    return " ".join(name.split()).strip(_AROUND_NAMES)
