"""The town of a number: the same answer as phonenumbers' own geocoder gives, without loading it."""

from __future__ import annotations

import random
import sys

import phonenumbers
import pytest

from rcdesk.core.numbers.place import place_of


@pytest.mark.parametrize(
    ("e164", "language", "place"),
    [
        ("+16502530000", "en", "Mountain View, CA"),
        ("+442079460018", "en", "London"),
        ("+442079460018", "fr", "London"),
        ("+49891234567", "de", "München"),
        ("+49891234567", "en", "Munich"),
        ("+18003569377", "en", ""),
        ("+999123", "en", ""),
        ("204", "en", ""),
        ("nothing", "en", ""),
    ],
)
def test_places(e164: str, language: str, place: str) -> None:
    assert place_of(e164, language) == place


def test_the_tables_are_not_loaded() -> None:
    assert place_of("+16502530001") == "Mountain View, CA"
    if "phonenumbers.geocoder" not in sys.modules:
        assert "phonenumbers.geodata" not in sys.modules
        assert "phonenumbers.geodata.data0" not in sys.modules


@pytest.mark.slow
def test_agrees_with_the_geocoder() -> None:
    from phonenumbers import geocoder

    source = random.Random(5)
    tried = named = 0
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number(region)
        assert example is not None
        national = phonenumbers.national_significant_number(example)
        for _ in range(6):
            kept = source.randint(0, len(national))
            digits = national[:kept] + "".join(source.choices("0123456789", k=len(national) - kept))
            number = phonenumbers.parse(f"+{example.country_code}{digits}")
            if not phonenumbers.is_valid_number(number):
                continue
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            theirs = geocoder.description_for_number(number, "en")
            country = geocoder.country_name_for_number(number, "en")
            ours = place_of(e164)
            assert ours == theirs or (ours == "" and theirs == country), e164
            tried += 1
            named += bool(ours)
    assert tried > 400 and named > 100
