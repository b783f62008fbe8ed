"""Reading what people type or paste as a number, and showing numbers as people write them.

Parsing is phonenumbers' work in the account's home country; this module adds the desk's rules: links and
short extensions, star codes and words refused with a reason, emergency numbers intercepted. Pure;
phonenumbers is imported at first use because nothing slow may run before the first paint, and warm() does
that on a lane. Read next: text.py, emergency.py, ui/phone/number_field.py.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec import Struct

from rcdesk.core.errors import UserError
from rcdesk.core.numbers.emergency import begins_as_emergency, is_emergency
from rcdesk.core.numbers.labels import WORD, Label, labels_of
from rcdesk.core.numbers.parts import FEWEST_OF_A_NUMBER, Written, chosen, numbers_in
from rcdesk.core.numbers.prefixes import without_placeholders, without_retired
from rcdesk.core.numbers.text import MOST_CHARACTERS, clean, group, parsed
from rcdesk.core.numbers.vanity import vanity_number

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber as ParsedNumber

_EMERGENCY_ADVICE = "This is an emergency number. Use your phone: RingOut cannot call emergency services."
_NOT_A_NUMBER = "This is not a phone number. Use digits, for example (650) 555-0142."
_TOO_SHORT = "This number is too short."
_TOO_LONG = "This number is too long."
_NO_COUNTRY = "There is no such country code."
_NO_EXTENSION_FOR_FAX = "This number has an extension, which a fax cannot dial."
_SHORT_FOR_FAX = "This number is too short: a fax needs the whole number, not an extension."
LONGEST_EXTENSION = 6
_HOME = "US"

_LINK = re.compile(r"^[\s<\"']*(?:tel|callto|sms|sips?|skype)\s*:\s*(?://)?", re.IGNORECASE)
_DIALS = re.compile(r"^[\s<\"']*(?:tel|callto):", re.IGNORECASE)
_PARAMETER = re.compile(r";\s*(?=[a-z-]+(?:=|;|$))", re.IGNORECASE)
_SHORT = re.compile(r"(?P<mark>#\s*|[^\W\d_][^\d#*+]*)?(?P<digits>\d{1,6})")
_STAR = re.compile(r"^[\s(]*(?P<code>[*#]{1,2}\s*(?:\d{1,3}(?:[*#]|$)|\d{0,2}))")
_PAUSE = re.compile(r"(?<=\d)\s*[pw]+\s*(\d{1,9})$", re.IGNORECASE)
_FEWEST_DIGITS = 3
_EXTENSION_BEHIND = re.compile(
    r"(?<=[A-Za-z\d])\s*(?:;ext=|[,;]?\s*\bext(?:ension|n)?\b[\s.:]*|\s[x#]\s*|,+)(\d{1,7})$", re.IGNORECASE
)


class PhoneNumber(Struct, frozen=True, kw_only=True):
    """A dialable number.

    e164: "+16505550142", or the digits themselves when is_short: an extension of the own company. national:
    as people write it at home; place: the country (ISO 3166, "" when none); extension: "" when none.
    is_valid: False when it has the right length only and no such number is given out, as far as is known:
    asked about before it is called or faxed.
    """

    e164: str
    national: str
    place: str = ""
    extension: str = ""
    is_short: bool = False
    is_valid: bool = True


def parse(text: str, region: str = _HOME) -> PhoneNumber:
    """Read a typed or pasted number in the given home country (ISO 3166).

    Accepts spaces, dots, brackets, slashes, tel: and callto: links, extensions, vanity letters, 00 and 011,
    words around it, and two to six digits as an extension of the own company. Of a telephone and a fax the
    telephone. Raises UserError with the reason when it cannot be called.
    """
    return _parse(text, region.upper() or _HOME, False)


@lru_cache(maxsize=1024)
def _parse(text: str, home: str, for_fax: bool) -> PhoneNumber:
    written = " ".join(_unlinked(clean(text.strip())).split()).rstrip("# ")
    written = _PAUSE.sub(r" ext. \1", written)
    if not written:
        raise UserError("Type a number to call.")
    if not any(c.isdigit() for c in written):
        raise UserError("This is not a phone number: it has no digits.")
    if is_emergency(written, home):
        raise UserError(_EMERGENCY_ADVICE)
    short = _short(written, home)
    if short is not None:
        return short
    _refuse_star_codes(written)
    if len(text.strip()) > MOST_CHARACTERS:
        raise UserError("This is not one phone number: the text is too long.")
    return _among_words(without_placeholders(written), home, for_fax)


def as_written(text: str, region: str = _HOME) -> str:
    """The number to call in a text that parse() reads, without the words around it. Raises UserError."""
    home = region.upper() or _HOME
    if _parse(text, home, False).is_short or not any(map(str.isalpha, _unlinked(clean(text)))):
        return text.strip()
    written = without_placeholders(" ".join(_unlinked(clean(text.strip())).split()))
    if _spelled(written, home)[0] is not None:
        return text.strip()
    number = _chosen(written, home, False)
    return f"{number.text} ext. {number.extension}" if number.extension else number.text


def _among_words(written: str, home: str, for_fax: bool) -> PhoneNumber:
    """The one number in a text: letters are its digits where the whole spells it, else they are words."""
    has_words = any(map(str.isalpha, written))
    if has_words:
        spelled, extension = _spelled(written, home)
        if spelled is not None:
            return _of(spelled, "", home, extension)
    number = _chosen(written, home, for_fax)
    if is_emergency(number.text, home):
        raise UserError(_EMERGENCY_ADVICE)
    if has_words and number.count < FEWEST_OF_A_NUMBER and not _whole(number.text, home):
        raise UserError(_TOO_SHORT)
    return _of(_read(number.text, home), number.text, home, number.extension)


def _chosen(written: str, home: str, for_fax: bool) -> Written:
    found = numbers_in(written, partial(_whole, home=home), partial(_groups, home=home))
    return chosen(found, for_fax=for_fax)


def _spelled(written: str, home: str) -> tuple[ParsedNumber | None, str]:
    """(the vanity number that the text is, its extension); words may stand before it."""
    body, _, extension = _EXTENSION_BEHIND.sub(r"\n\1", written, count=1).partition("\n")
    return vanity_number(re.sub(r"^[^\d+(]+", "", body), home), extension


def _whole(written: str, home: str) -> str:
    """E.164 of these digits and marks when they are a valid number as they stand, "" otherwise."""
    import phonenumbers

    try:
        number = _read(written, home)
    except UserError:
        return ""
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.E164) if phonenumbers.is_valid_number(number) else ""


def _groups(written: str, home: str) -> frozenset[str]:
    """The groups in which a number is written at home and abroad."""
    import phonenumbers

    try:
        number = _read(written, home)
    except UserError:
        return frozenset()
    style = phonenumbers.PhoneNumberFormat
    shown = (phonenumbers.format_number(number, one) for one in (style.NATIONAL, style.INTERNATIONAL))
    return frozenset(re.findall(r"\d+", " ".join(shown)))


@lru_cache(maxsize=8192)
def is_given_out(e164: str) -> bool:
    """False for a number of the right length that nobody can have, as far as is known."""
    import phonenumbers

    if not e164.startswith("+"):
        return True
    number = parsed(e164)
    return number is not None and bool(phonenumbers.is_valid_number(number))


def parse_for_fax(text: str, region: str = _HOME) -> PhoneNumber:
    """As parse(), for a number a fax can dial: raises UserError for short extensions and extensions too.

    Of a telephone and a fax the fax.
    """
    try:
        number = _parse(text, region.upper() or _HOME, True)
    except UserError as exc:
        raise UserError(str(exc).replace("RingOut cannot call", "rcdesk cannot reach")) from exc
    if number.is_short:
        raise UserError(_SHORT_FOR_FAX)
    if number.extension:
        raise UserError(_NO_EXTENSION_FOR_FAX)
    return number


def is_link(text: str) -> bool:
    """True for a tel: or callto: link, as web pages and other programs hand them over."""
    return _DIALS.match(text) is not None


@lru_cache(maxsize=4096)
def pretty(e164: str, region: str = _HOME) -> str:
    """Show an E.164 number as people in that region write it; what is none is returned as it is."""
    if e164.isdigit() and len(e164) <= LONGEST_EXTENSION:
        return e164
    number = parsed(e164, region or _HOME)
    return e164 if number is None else _national(number, region or _HOME)


def as_typed(text: str, region: str = _HOME) -> str:
    """The digits and pluses of a half-typed number with the spaces and brackets people would write."""
    bare = re.sub(r"[^+\d]", "", clean(text))
    return group(bare, region) if bare else text


def warm(region: str = _HOME) -> None:
    """Import phonenumbers and load what the first number of this country needs; takes 0.1 s, for a lane."""
    import phonenumbers

    home = region.upper() or _HOME
    example = phonenumbers.example_number(home)
    if example is not None:
        written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
        for length in range(1, len(written) + 1):
            as_typed(written[:length], home)
        parse(written, home)
    for text in ("1-800-FLOWERS ext. 9", "tel:+1650;ext=1", "0011"):
        try:
            parse(text, home)
        except UserError:
            continue


def _unlinked(text: str) -> str:
    """A link without scheme, query and percent signs; ;ext= stays, ;phone-context= goes before the number."""
    link = _LINK.match(text)
    if link is None:
        return _without_parameters(text)
    rest = clean(unquote(text[link.end() :].strip(" <>\"'").partition("?")[0]))
    number = _without_parameters(rest.partition("@")[0].rstrip("/"))
    # "Tel: 650… Fax: 651…" is no link but begins like one.
    return f"Tel: {number}" if any(Label.FAX in labels_of(word) for word in WORD.findall(number)) else number


def _without_parameters(text: str) -> str:
    number, *parameters = _PARAMETER.split(text)
    extension = ""
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        value = value.strip()
        if key.strip().lower() == "ext" and value:
            extension = f";ext={value}"
        elif key.strip().lower() == "phone-context" and value.startswith("+") and "+" not in number:
            number = f"{value} {number}"
    return f"{number}{extension}"


def _short(written: str, home: str) -> PhoneNumber | None:
    """Two to six bare digits are an extension, except where a whole number of the country is as short."""
    import phonenumbers

    match = _SHORT.fullmatch(written.strip("() ").rstrip("."))
    mark = match["mark"] or "" if match is not None else ""
    words = WORD.findall(mark)
    if match is None or (words and not any(Label.EXTENSION in labels_of(word) for word in words)):
        return None
    if match["digits"].startswith("0") and not mark:
        return None
    digits = match["digits"]
    if len(digits) == 1:
        raise UserError(_TOO_SHORT)
    if not mark and not phonenumbers.ndd_prefix_for_region(home, True):
        number = parsed(digits, home)
        if number is not None and phonenumbers.is_valid_number(number):
            return None
    return PhoneNumber(e164=digits, national=digits, is_short=True)


def _refuse_star_codes(written: str) -> None:
    star = _STAR.match(written)
    if star is not None:
        code = star["code"].replace(" ", "")
        raise UserError(
            f"Codes such as {code} work on your phone itself; RingOut cannot dial them. "
            "Take the code away, or dial this number on your phone."
        )
    if "*" in written:
        raise UserError("RingOut cannot dial a * inside a number. Take it away.")


def _read(written: str, home: str) -> ParsedNumber:
    """The number these digits and marks are, possible or with a better reading. Raises UserError."""
    try:
        number = _possible(written, home)
    except UserError:
        for other in _other_readings(written):
            try:
                return _possible(other, home)
            except UserError:
                continue
        raise
    return _as_international(number, written, home)


def _other_readings(written: str) -> list[str]:
    """The same number behind another country's prefix for calls abroad: foreign 00 or 011."""
    foreign = re.match(r"^[\s(+]*(?:00|011)(?=\D*[1-9])", written)
    return [] if foreign is None else ["+" + written[foreign.end() :]]


def _as_international(number: ParsedNumber, written: str, home: str) -> ParsedNumber:
    """00 and 011 are understood everywhere, unless the home country has a number that begins so."""
    import phonenumbers

    if not re.match(r"^[\s(]*(?:00|011)", written) or phonenumbers.is_valid_number(number):
        return number
    for other in _other_readings(written)[:1]:
        try:
            foreign = _possible(other, home)
        except UserError:
            return number
        return foreign if phonenumbers.is_valid_number(foreign) else number
    return number


def _possible(written: str, home: str) -> ParsedNumber:
    import phonenumbers
    from phonenumbers import NumberParseException, ValidationResult

    try:
        number = phonenumbers.parse(written, home)
    except NumberParseException as exc:
        match exc.error_type:
            case NumberParseException.INVALID_COUNTRY_CODE:
                sentence = _NO_COUNTRY
            case NumberParseException.TOO_SHORT_NSN | NumberParseException.TOO_SHORT_AFTER_IDD:
                sentence = _TOO_SHORT
            case NumberParseException.TOO_LONG:
                sentence = _TOO_LONG
            case _:
                is_short = len(re.sub(r"\D", "", written)) < _FEWEST_DIGITS
                sentence = _TOO_SHORT if is_short else _NOT_A_NUMBER
        raise UserError(sentence) from exc
    if not phonenumbers.is_valid_number(number):
        number = without_retired(number, written) or number
    if phonenumbers.is_valid_number(number):
        return number
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.IS_POSSIBLE:
            return number
        case ValidationResult.TOO_SHORT:
            raise UserError(_TOO_SHORT)
        case ValidationResult.TOO_LONG:
            raise UserError(_TOO_LONG)
        case ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            raise UserError("The area code is missing.")
        case ValidationResult.INVALID_COUNTRY_CODE:
            raise UserError(_NO_COUNTRY)
        case _:
            raise UserError("This number has the wrong length for its country.")


def _of(number: ParsedNumber, written: str, home: str, extension: str) -> PhoneNumber:
    import phonenumbers

    is_valid = phonenumbers.is_valid_number(number)
    digits = re.sub(r"\D", "", written)
    is_bare = digits == re.sub(r"\s", "", written)
    if is_bare and digits and not is_valid and begins_as_emergency(digits, home):
        raise UserError(_EMERGENCY_ADVICE)
    region = phonenumbers.region_code_for_number(number) or ""
    return PhoneNumber(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        national=_national(number, home),
        place=region if region.isalpha() else "",
        extension=extension,
        is_valid=is_valid,
    )


def _national(number: ParsedNumber, home: str) -> str:
    """As people in the home country write it, with its country code when it is another's."""
    import phonenumbers

    is_home = number.country_code == phonenumbers.country_code_for_region(home)
    style = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(number, style.NATIONAL if is_home else style.INTERNATIONAL))
