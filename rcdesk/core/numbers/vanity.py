"""Numbers written as words, "1-800-FLOWERS": only where the whole is a valid one, and its digits are none.

A word beside a number, "234-5678 fax", must never be read as the keys it would be on a telephone. Pure;
phonenumbers is imported at first use. Read next: parts.py, phone_number.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rcdesk.core.errors import UserError
from rcdesk.core.numbers.labels import labels_of
from rcdesk.core.numbers.text import parsed

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber as ParsedNumber

_NOT_PLAIN = "The letters may be part of this number or not. Type its digits only."
_FEWEST_LETTERS = 3
_FEWEST_ALONE = 4
_FEWEST_DIGITS = 3
_USUAL_DIGITS = 11
"""More digits are no number that somebody would spell."""
_LONGEST_WORD = 10
_VANITY = re.compile(
    r"(?P<digits>\+?[\d\s().\-/]*\d)(?P<joint>[\s().\-]*)(?P<word>[A-Za-z][A-Za-z\d]*(?:[ .\-][A-Za-z\d]+)*)"
)
_FREE = re.compile(r"(?:(?:\+?1)?(?:8(?:00|33|44|55|66|77|88)|900)|0800|1800|1300|13)(\d*)")


def vanity_number(text: str, home: str) -> ParsedNumber | None:
    """The number this text spells, None when it is no valid vanity number or its letters are words.

    Raises UserError where letters stand so close to a whole number that they may be meant as digits.
    """
    import phonenumbers

    match = _VANITY.fullmatch(text.strip())
    if match is None:
        return None
    digits = re.sub(r"[^+\d]", "", match["digits"])
    words = re.split(r"[ .\-]", match["word"])
    spelled = "".join(words)
    if sum(map(str.isalpha, spelled)) < _FEWEST_LETTERS or any(map(labels_of, words)):
        return None
    if not _may_be_spelled(digits, match["joint"], words, home):
        return None
    number = parsed(phonenumbers.convert_alpha_characters_in_number(digits + spelled), home)
    if number is None:
        return None
    if _is_number_alone(digits, home):
        is_close = not match["joint"].strip("-.") or len(str(number.national_number)) <= _USUAL_DIGITS
        if is_close and phonenumbers.is_valid_number(number):
            raise UserError(_NOT_PLAIN)
        return None
    if phonenumbers.is_valid_number(number):
        return number
    # A word may be longer than its number: telephones dial its beginning.
    is_long = len(words) == 1 and len(spelled) <= _LONGEST_WORD and spelled.isalpha()
    if is_long and _FREE.fullmatch(digits) and phonenumbers.truncate_too_long_number(number):
        return number
    return None


def _may_be_spelled(digits: str, joint: str, words: list[str], home: str) -> bool:
    """How people write such numbers: several words and small letters only behind a free number's prefix."""
    free = _FREE.fullmatch(digits)
    if free is not None and (len(free[1]) in (0, 3) or (len(words) == 1 and not joint.strip("-"))):
        return True
    word = words[0]
    is_word = len(words) == 1 and word.isalpha() and word.isupper() and len(word) >= _FEWEST_ALONE
    return is_word and sum(map(str.isdigit, digits)) >= _FEWEST_DIGITS


def _is_number_alone(digits: str, home: str) -> bool:
    """True when the digits before the word are a number without it, at home or in its town."""
    import phonenumbers
    from phonenumbers import ValidationResult

    number = parsed(digits, home)
    if number is None:
        return False
    reason = phonenumbers.is_possible_number_with_reason(number)
    is_local = reason == ValidationResult.IS_POSSIBLE_LOCAL_ONLY and number.country_code == 1
    is_local = is_local and _FREE.fullmatch(digits) is None
    return is_local or phonenumbers.is_valid_number(number)
