"""A few thousand of tests/endurance/written_numbers.py, and the kinds it is made of, one by one."""

from __future__ import annotations

import pytest

from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.fax.recipient_text import recipient_in
from rcdesk.core.numbers.phone_number import parse, parse_for_fax
from tests.endurance.written_numbers import MOST_REFUSED_PLAIN, run

FAX = "+16505550143"
TELEPHONE = "+16505550142"


@pytest.mark.slow
def test_a_number_among_words_is_the_one_that_was_written_or_refused() -> None:
    outcome = run(4_000, seed=20261128)
    assert outcome.wrong == [], outcome.table()
    assert outcome.share_refused_plain <= MOST_REFUSED_PLAIN, outcome.table()
    assert min(outcome.read[kind] for kind in ("words", "label", "extension", "telephone and fax")) > 200


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("+49 30 123456 (Praxis)", "US", "+4930123456"),
        ("030 123456 fax", "DE", "+4930123456"),
        ("030 123456 PRAXIS", "DE", "+4930123456"),
        ("650-555-0143 (fax)", "US", FAX),
        ("fax: 650-555-0143", "US", FAX),
        ("Fax-Nr. 650-555-0143", "US", FAX),
        ("Fax 2: 650-555-0143", "US", FAX),
        ("1) 030 123456", "DE", "+4930123456"),
        ("Halifax: 902 555 0143", "CA", "+19025550143"),
        ("ＦＡＸ　６５０－５５５－０１４３", "US", FAX),
        ("传真：010-62345678", "CN", "+861062345678"),
    ],
)
def test_words_beside_a_number_are_no_digits(text: str, region: str, e164: str) -> None:
    assert parse_for_fax(text, region).e164 == e164
    assert parse(text, region).e164 == e164


@pytest.mark.parametrize(
    ("text", "region", "words"),
    [
        ("234-5678 fax", "US", "area code"),
        ("555-0142 LENA", "US", "area code"),
        ("030 12345-TAXI", "DE", "letters may be part"),
        ("65O-555-0142", "US", "digits"),
        ("030 12345O", "DE", "letter among"),
        ("〇三-1234-5678", "JP", "cannot be read"),
        ("0664 Mobil 1234567", "AT", "more than one number"),
        ("650-555-0142 Room 12", "US", "more than one number"),
        ("030 123456 8-17 Uhr", "DE", "more than one number"),
        ("030 123456 030 654321", "DE", "two numbers"),
        ("030 123456/57", "DE", "two numbers"),
        ("650-555-0142/0143", "US", "two numbers"),
        ("T: +43 1 234567-0 F: DW 99", "AT", "more than one number"),
        ("Tel 01 234567-0, Fax ext. 99", "AT", "more than one number"),
        ("650-555-0142 Fax 650-555-0143", "US", "two numbers"),
        ("Fax 650-555-0142 or 650-555-0143", "US", "two numbers"),
        ("M 0171 1234567 F 030 123456", "DE", "two numbers"),
        ("911 fax", "US", "emergency"),
    ],
)
def test_what_cannot_be_told_apart_is_refused_with_the_reason(text: str, region: str, words: str) -> None:
    for read in (parse, parse_for_fax):
        with pytest.raises(UserError, match=words):
            read(text, region)


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("Call 1 800 flowers", "US", "+18003569377"),
        ("1-800-GO-FEDEX", "US", "+18004633339"),
        ("650-555-CALL", "US", "+16505552255"),
        ("1300 FLOWERS", "AU", "+611300356937"),
        ("13 CABS", "AU", "+61132227"),
    ],
)
def test_a_valid_vanity_number_is_dialled(text: str, region: str, e164: str) -> None:
    assert parse(text, region).e164 == e164


@pytest.mark.parametrize(
    "text",
    [
        "Tel {0} Fax {1}",
        "Tel: {0}, Fax: {1}",
        "Fax {1} Tel {0}",
        "PH {0} FX {1}",
        "T {0} F {1}",
        "(T) {0} (F) {1}",
        "{0} (Tel), {1} (Fax)",
        "{0}, Fax {1}",
        "{1} (Telefax) / {0}",
        "Téléphone : {0} - Télécopie : {1}",
        "тел. {0} факс {1}",
        "电话{0}传真{1}",
        "TEL{0} FAX{1}",
        "電話: {0} ファックス: {1}",
        "Valley Imaging, Telefon {0}, Telefax {1}",
        "Tel {0}\nFax {1}",
    ],
)
def test_a_telephone_and_a_fax_are_told_apart(text: str) -> None:
    written = text.format("650-555-0142", "650-555-0143")
    assert parse_for_fax(written).e164 == FAX
    assert parse(written).e164 == TELEPHONE


WORDS_FOR_EXTENSION = [
    "ext.",
    "x",
    "#",
    "poste",
    "int.",
    "Durchwahl",
    "DW",
    "anexo",
    "ramal",
    "wewn.",
    "tlačítko",
    "kl.",
    "доб.",
    "вн.",
    "内線",
    "分机",
    "interno",
    "toestel",
    "anknytning",
    "lokal",
    "alanumero",
    "melléklet",
    "dahili",
    "내선",
    "Nebenstelle",
    "klapka",
]


@pytest.mark.parametrize("word", WORDS_FOR_EXTENSION)
def test_every_language_s_extension_is_known_and_never_dropped(word: str) -> None:
    text = f"514-555-0123 {word} 123"
    number = parse(text, "CA")
    assert (number.e164, number.extension) == ("+15145550123", "123")
    with pytest.raises(UserError, match="has an extension, which a fax cannot dial"):
        parse_for_fax(text, "CA")
    assert parse(f"{word} 123", "CA").e164 == "123", "alone it is one of the own company"


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("+52 1 55 1234 5678", "US", "+525512345678"),
        ("044 55 1234 5678", "MX", "+525512345678"),
        ("045 55 1234 5678", "MX", "+525512345678"),
        ("01 55 1234 5678", "MX", "+525512345678"),
        ("+52 (01) 55 1234 5678", "US", "+525512345678"),
        ("03 300 123 4567", "CO", "+573001234567"),
        ("09 6123 4567", "CL", "+56961234567"),
        ("0 22 123 45 67", "PL", "+48221234567"),
        ("02 24123456", "CZ", "+420224123456"),
        ("8 044 123 4567", "UA", "+380441234567"),
        ("8 32 2 12 34 56", "GE", "+995322123456"),
        ("0xx11 3456-7890", "BR", "+551134567890"),
        ("+34 (0)91 123 45 67", "US", "+34911234567"),
        ("+54 9 11 2345-6789", "US", "+5491123456789"),
    ],
)
def test_retired_prefixes_are_understood(text: str, region: str, e164: str) -> None:
    number = parse(text, region)
    assert (number.e164, number.is_valid) == (e164, True)


def test_a_prefix_that_may_be_another_country_s_is_not_guessed() -> None:
    with pytest.raises(UserError, match="digits"):
        parse("1 55 1234 5678", "MX")


def test_a_number_that_is_only_possible_is_marked() -> None:
    assert not parse("01632 960001", "GB").is_valid
    assert not parse("+44 1632 960001").is_valid
    assert parse("020 7946 0018", "GB").is_valid
    assert parse("204").is_valid, "a colleague's extension"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("callto:+16505550143", ""),
        ("sip:+16505550143@example.com", ""),
        ("fax:+16505550143", ""),
        ("fax# 650-555-0143", ""),
        ("Fax No. 650-555-0143", ""),
        ("Lena Brandt Fax Nr. 650-555-0143", "Lena Brandt"),
        ("Tel: Lena 650-555-0143", "Lena"),
        ("Dr. No 650-555-0143", "Dr. No"),
        ("传真：650-555-0143", ""),
        ("Lena <fax:+16505550143>", "Lena"),
    ],
)
def test_what_a_number_is_called_is_no_part_of_a_name(text: str, name: str) -> None:
    assert recipient_in(text, "US") == Recipient(number=FAX, name=name)
