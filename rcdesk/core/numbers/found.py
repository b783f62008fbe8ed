"""Telephone numbers inside a text, such as what was said in a voicemail. Pure; phonenumbers at first use."""

from __future__ import annotations

from msgspec import Struct

MOST_CHARACTERS = 20_000


class FoundNumber(Struct, frozen=True, kw_only=True):
    """Where it stands in the text, and what it is in E.164."""

    start: int
    end: int
    number: str


def numbers_in(text: str, region: str) -> tuple[FoundNumber, ...]:
    """The numbers somebody could call, in order; those without a country are read as in region."""
    import phonenumbers

    found = phonenumbers.PhoneNumberMatcher(text[:MOST_CHARACTERS], region)
    return tuple(
        FoundNumber(
            start=one.start,
            end=one.end,
            number=phonenumbers.format_number(one.number, phonenumbers.PhoneNumberFormat.E164),
        )
        for one in found
    )
