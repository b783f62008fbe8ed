"""Prefixes that countries have given up, in front of numbers that are still written with them.

A prefix is left out only where the number cannot be dialled with it and is a valid one without: nothing is
guessed. phonenumbers knows those that are still in use, Argentina's 9 and 15 among them. Pure; phonenumbers
is imported at first use. Read next: phone_number.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rcdesk.core.numbers.text import parsed

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber as ParsedNumber

_RETIRED = {
    "MX": "01|04[45]",  # long distance and mobile, until August 2019
    "CL": "0",  # until 2016
    "PL": "0(?:10[0-9]{2})?",  # long distance and the carrier's digits, until 2010
    "CZ": "0",  # until 2002
    "EE": "0",  # until 2004
    "UA": "80",  # 8 before the area code's 0, until 2009
    "GE": "8",  # until 2011
    "AM": "8",
    "AZ": "8",  # 0 since 2011
    "KG": "8",
    "MD": "8",
    "UZ": "8",  # until 2019
}
_RETIRED_ABROAD = {"MX": "1|01|04[45]"}
"""Behind a country code, where that is another: the 1 of Mexican mobiles, at home a call to the US."""
_BRACKETED_ZERO = re.compile(r"\(\s*0\s*\)")
_WITH_CARRIER = re.compile(r"\(?\b0[xX]{2}\s*\(?(?=\d{2}\D)")


def without_placeholders(text: str) -> str:
    """Brazil's "(0xx11) 3456-7890" without the two letters that stand for a carrier of one's choice."""
    return _WITH_CARRIER.sub("(0", text)


def without_retired(number: ParsedNumber, written: str) -> ParsedNumber | None:
    """The valid number behind a prefix that is out of use, None when there is none.

    number: as phonenumbers reads it with the prefix, not valid. written: the digits and marks it comes from.
    """
    import phonenumbers

    code = number.country_code
    is_abroad = re.match(r"[\s(]*(?:\+|00|011)", written) is not None
    if is_abroad and "(0)" in _BRACKETED_ZERO.sub("(0)", written):
        bare = _valid(_BRACKETED_ZERO.sub(" ", written.replace("(+", "+")), code)
        if bare is not None:
            return bare
    region = phonenumbers.region_code_for_country_code(code or 0)
    prefixes = _RETIRED_ABROAD.get(region) if is_abroad else None
    prefix = re.match(
        prefixes or _RETIRED.get(region, "(?!)"), phonenumbers.national_significant_number(number)
    )
    if prefix is None:
        return None
    rest = phonenumbers.national_significant_number(number)[prefix.end() :]
    return _valid(f"+{code}{rest}", code)


def _valid(text: str, code: int | None) -> ParsedNumber | None:
    import phonenumbers

    number = parsed(text)
    is_same = number is not None and number.country_code == code and phonenumbers.is_valid_number(number)
    return number if is_same else None
