"""Reading what people type or paste as a number, and showing numbers as people write them.

Parsing is phonenumbers' work in the account's home country; this module adds the desk's rules: words
refused with a reason, emergency numbers intercepted. Pure; phonenumbers is imported at first use because
nothing slow may run before the first paint. Read next: ui/number_field.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rcdesk.core.errors import UserError

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber as ParsedNumber

_EMERGENCY_ADVICE = "This is an emergency number. Use your phone: RingOut cannot call emergency services."


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNumber:
    """A dialable number.

    e164: "+16505550142"; national: as people write it at home; place and extension: "" when unknown or none.
    """

    e164: str
    national: str
    place: str = ""
    extension: str = ""


@lru_cache(maxsize=512)
def parse(text: str, region: str = "US") -> PhoneNumber:
    """Read a typed or pasted number in the given home country.

    Accepts spaces, dots, brackets, tel: and callto: links, extensions and vanity letters inside a number.
    Raises UserError with the reason when it cannot be called.
    """
    import phonenumbers

    cleaned = re.sub(r"^\s*(tel|callto|sms):(//)?", "", text.strip(), flags=re.IGNORECASE).strip()
    if not cleaned:
        raise UserError("Type a number to call.")
    if not any(c.isdigit() for c in cleaned):
        raise UserError("This is not a phone number: it has no digits.")
    compact = re.sub(r"[\s().\-/]", "", cleaned)
    if phonenumbers.is_emergency_number(compact, region):
        raise UserError(_EMERGENCY_ADVICE)
    try:
        number = phonenumbers.parse(cleaned, region)
    except phonenumbers.NumberParseException as exc:
        raise UserError("This is not a phone number. Use digits, for example (650) 555-0142.") from exc
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.TOO_SHORT:
        raise UserError("This number is too short.")
    if reason == phonenumbers.ValidationResult.TOO_LONG:
        raise UserError("This number is too long.")
    if reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        raise UserError("The area code is missing.")
    if reason == phonenumbers.ValidationResult.INVALID_COUNTRY_CODE:
        raise UserError("There is no such country code.")
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise UserError("This number has the wrong length for its country.")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return PhoneNumber(
        e164=e164,
        national=pretty(e164, region),
        place=_place(number),
        extension=number.extension or "",
    )


@lru_cache(maxsize=4096)
def pretty(e164: str, region: str = "US") -> str:
    """Show an E.164 number as people in that region write it; text that is no number is returned as it is."""
    import phonenumbers

    try:
        number = phonenumbers.parse(e164, region)
    except phonenumbers.NumberParseException:
        return e164
    home = phonenumbers.country_code_for_region(region)
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == home
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return str(phonenumbers.format_number(number, style))


def as_typed(text: str, region: str = "US") -> str:
    """The digits and pluses of a half-typed number with the spaces and brackets people would write."""
    from phonenumbers import AsYouTypeFormatter

    formatter = AsYouTypeFormatter(region)
    shown = ""
    for char in text:
        if char.isdigit() or char == "+":
            shown = formatter.input_digit(char)
    return shown or text


def last_four(number: str) -> str:
    """The only form of a number that may be logged: "…0142"."""
    digits = re.sub(r"\D", "", number)
    return f"…{digits[-4:]}" if len(digits) > 4 else "…"


def _place(number: ParsedNumber) -> str:
    """A country name is enough here; the full geocoder costs 20 MB of memory."""
    import phonenumbers

    region = phonenumbers.region_code_for_number(number)
    return str(region or "")
