"""What people paste as a number, and why some of it cannot be called."""

from __future__ import annotations

import phonenumbers
import pytest
from phonenumbers.phonemetadata import PhoneMetadata
from phonenumbers.shortdata import _AVAILABLE_REGION_CODES

from rcdesk.core.errors import UserError
from rcdesk.core.numbers.phone_number import as_typed, is_link, parse, parse_for_fax, pretty, warm

LENA = "+16505550142"


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("(650) 555-0142", "US", LENA),
        ("650.555.0142", "US", LENA),
        ("650/555/0142", "US", LENA),
        ("6505550142#", "US", LENA),
        ("  +1 650 555 0142 ", "GB", LENA),
        ("+1 (650) 555.0142", "", LENA),
        ("00 1 650 555 0142", "DE", LENA),
        ("011 1 650 555 0142", "DE", LENA),
        ("011 44 20 7946 0018", "US", "+442079460018"),
        ("0044 20 7946 0018", "US", "+442079460018"),
        ("00 49 30 1234", "US", "+49301234"),
        ("+44 (0)20 7946 0018", "US", "+442079460018"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("1-800-MATTRESS", "US", "+18006288737"),
        ("1-800-555-HELP ext. 9", "US", "+18005554357"),
        ("Call me at 650.555.0142!", "US", LENA),
        ("6505550142 Lena", "US", LENA),
        ("650 555 0142 (mobile)", "US", LENA),
        ("٦٥٠٥٥٥٠١٤٢", "US", LENA),
        ("（６５０）５５５－０１４２", "US", LENA),
        ("\u202a+1\u00a0650\u2011555\u20130142\u202c", "US", LENA),
        ("650\u200b555\u00ad0142", "US", LENA),
        ("0112345678", "IT", "+390112345678"),
        ("011 234 5678", "IT", "+390112345678"),
        ("0114 496 0000", "GB", "+441144960000"),
    ],
)
def test_anything_pasted_is_read(text: str, region: str, e164: str) -> None:
    assert parse(text, region).e164 == e164


@pytest.mark.parametrize(
    "link",
    [
        "tel:+16505550142",
        "TEL:+1-650-555-0142",
        "callto://6505550142",
        "callto:6505550142?call",
        "tel:%2B1%20(650)%20555-0142",
        "tel:+1%E2%80%90650%E2%80%90555%E2%80%900142",
        "tel:5550142;phone-context=+1650",
        "tel:650-555-0142;phone-context=example.com",
        "tel:+1-650-555-0142;isub=12;phone-context=+44",
        "callto://+16505550142/",
        "<tel:+16505550142>",
        "sip:+16505550142@pbx.example.com;user=phone",
        "sms:6505550142?body=hello%20911",
    ],
)
def test_links_are_read(link: str) -> None:
    assert parse(link, "US").e164 == LENA


def test_only_links_that_dial_are_links() -> None:
    assert is_link("tel:911") and is_link("CallTo://x") and is_link(" tel:+1")
    assert not is_link("650 555 0142") and not is_link("telephone: 650") and not is_link("sip:a@b")


@pytest.mark.parametrize(
    "text",
    [
        "650-555-0142 ext. 9",
        "650-555-0142 extension 9",
        "650-555-0142x9",
        "650-555-0142 x 9",
        "650-555-0142 #9",
        "650-555-0142;ext=9",
        "tel:+1-650-555-0142;ext=9",
        "tel:%2B16505550142%3Bext%3D9?x=y",
        "650-555-0142,,9",
        "650-555-0142,9#",
        "650 555 0142 p9",
        "650 555 0142 ext. 9 Lena",
    ],
)
def test_an_extension_survives(text: str) -> None:
    number = parse(text, "US")
    assert (number.e164, number.extension, number.national) == (LENA, "9", "(650) 555-0142")


@pytest.mark.parametrize("text", ["204", " 204 ", "x204", "ext. 204", "Ext 204", "#204", "(204)", "２０４"])
def test_a_short_extension_is_called_as_it_is(text: str) -> None:
    number = parse(text, "US")
    assert (number.e164, number.national, number.is_short, number.place) == ("204", "204", True, "")


def test_two_to_six_digits_are_an_extension() -> None:
    assert parse("12", "US").is_short
    assert parse("301234", "DE").is_short, "Germans write 030 1234"
    assert not parse("0301234", "DE").is_short
    assert parse("4111", "NU").e164 == "+6834111", "a whole number there"
    assert parse("9110", "US").is_short


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Type a number"),
        ("   ", "Type a number"),
        ("\u202a\u202c", "Type a number"),
        ("tel:", "Type a number"),
        ("hello", "no digits"),
        ("+", "no digits"),
        ("1", "too short"),
        ("x9", "too short"),
        ("555-01", "too short"),
        ("011", "too short"),
        ("+1", "too short"),
        ("5550142", "area code"),
        ("555-0142", "area code is missing"),
        ("6505550142650555014265", "too long"),
        ("1" * 400, "too long"),
        ("+999 123456", "no such country code"),
        ("650-555-0142 & 650-555-0143", "two numbers"),
        ("650-555-0142 or 415 555 0160", "two numbers"),
        ("*67 650 555 0142", r"such as \*67 work on your phone itself"),
        ("*676505550142", r"such as \*67 work on your phone itself"),
        ("#31#6505550142", "such as #31# work on your phone itself"),
        ("##002#", "such as ##002 work on your phone itself"),
        ("650*5550142", r"cannot dial a \* inside"),
    ],
)
def test_a_refusal_says_why(text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        parse(text, "US")


@pytest.mark.parametrize(
    "text",
    [
        "911",
        "9-1-1",
        "9 1 1",
        "９１１",
        "tel:911",
        "tel:911;phone-context=+1",
        "tel:%39%31%31",
        "sip:911@pbx.example.com",
        "911#",
        "911 x2",
        "call 911",
        "9911",
        "9,911",
        "9-911",
        "8 911",
        "1911",
        "1-911",
        "+1911",
        "+1 911",
        "011 1 911",
        "00 1 911",
        "+44 999",
        "0044 112",
        "*67911",
        "*67 911",
        "#31#911",
        "112",
        "999",
        "9116666666",
    ],
)
def test_emergency_numbers_are_intercepted_whatever_is_around_them(text: str) -> None:
    with pytest.raises(UserError, match=r"emergency number\. Use your phone"):
        parse(text, "US")


def test_emergency_numbers_of_every_country_are_intercepted() -> None:
    tried = 0
    for region in sorted(_AVAILABLE_REGION_CODES):
        short = PhoneMetadata.short_metadata_for_region(region)
        assert short is not None
        pattern = short.emergency.national_number_pattern if short.emergency is not None else None
        found = {"112", "911", "999", "000"} | {
            str(n) for n in range(100, 1000) if phonenumbers.is_emergency_number(str(n), region)
        }
        assert pattern is None or found
        code = phonenumbers.country_code_for_region(region)
        for digits in sorted(found):
            local = {digits, f"9{digits}", f"0-{digits}", f"tel:{digits}", f"*67{digits}"}
            for text in local | ({f"+{code} {digits}", f"00{code}{digits}"} if code else set()):
                tried += 1
                with pytest.raises(UserError, match="emergency"):
                    parse(text, region)
    assert tried > 5000


def test_the_country_of_a_number() -> None:
    assert parse("020 7946 0018", "GB").place == "GB"
    assert parse("+1 416 555 0142").place == "CA"
    assert parse("+800 1234 5678").place == "", "of no country"


def test_a_fax_needs_a_whole_number_without_extension() -> None:
    assert parse_for_fax("(650) 555-0142").e164 == LENA
    for text, words in (("204", "too short"), ("650 555 0142 x9", "has an extension"), ("1", "too short")):
        with pytest.raises(UserError, match=words):
            parse_for_fax(text)
    with pytest.raises(UserError, match="rcdesk cannot reach emergency"):
        parse_for_fax("911")


def test_numbers_are_shown_as_people_write_them() -> None:
    assert pretty(LENA, "US") == "(650) 555-0142"
    assert pretty("+442079460018", "US") == "+44 20 7946 0018"
    assert pretty("no number") == "no number"
    assert pretty("204") == "204"


def test_half_typed_numbers_are_grouped() -> None:
    assert as_typed("6505550") == "650-5550"
    assert as_typed("020794", "GB") == "020 794"
    assert as_typed("6505") == "6505", "it may become an extension"


@pytest.mark.parametrize("region", ["US", "DE", "ZZ", ""])
def test_warming_up_never_fails(region: str) -> None:
    warm(region)
