"""100,000 ways people, web pages and programs write valid numbers of 30 countries, and typing them.

Every formatting is read as the number phonenumbers itself reads, or refused with a reason, and nothing else
is ever raised. While a number is typed and changed, the digits left of the caret stay the same. Seeded: the
same texts in every run.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import quote

import phonenumbers
import pytest
from phonenumbers import PhoneNumber as ParsedNumber
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from rcdesk.core.errors import UserError
from rcdesk.core.numbers.phone_number import parse
from rcdesk.core.numbers.text import clean, edit

REGIONS = (
    *("US", "CA", "GB", "DE", "FR", "IT", "ES", "NL", "BE", "CH", "AT", "PT", "IE", "SE", "NO"),
    *("DK", "FI", "PL", "CZ", "AU", "NZ", "JP", "KR", "CN", "IN", "SG", "BR", "MX", "ZA", "AR"),
)
FORMATTINGS = 100_000
PER_REGION = -(-FORMATTINGS // len(REGIONS))
NUMBERS = 160
TYPED = 24
CHANGES = 25
MOST_REFUSED = 0.002
LEAST_GROUPED = 7
"""A number this long cannot be meant as an extension."""

KINDS = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.VOIP,
)
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212\uff0d"
SPACES = " \u00a0\u2009\u202f\u3000"
MARKS = "\u200b\u200e\u200f\u202a\u202c\u2066\u2069\ufeff\u00ad\u2060"
LETTERS = {"2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ"}
EXTENSIONS = (" ext. {}", " ext {}", " extension {}", " x{}", "x{}", " #{}", ";ext={}", ",,{}", " Ext: {}")
DIGIT_ROWS = (0xFF10, 0x0660, 0x06F0, 0x0966)

Write = Callable[[ParsedNumber, str, random.Random], str]


def seeded(*what: object) -> random.Random:
    """A source that is the same in every run and other for every test."""
    return random.Random(zlib.crc32(repr(what).encode()))


def numbers_of(region: str) -> list[ParsedNumber]:
    """Valid numbers of a country, of several kinds, other than its example numbers."""
    source = seeded("numbers", region)
    examples = [n for kind in KINDS if (n := phonenumbers.example_number_for_type(region, kind)) is not None]
    found: dict[str, ParsedNumber] = {}
    while len(found) < NUMBERS:
        example = source.choice(examples)
        national = phonenumbers.national_significant_number(example)
        kept = source.randint(1, len(national) - 3)
        digits = national[:kept] + "".join(source.choices("0123456789", k=len(national) - kept))
        number = phonenumbers.parse(f"+{example.country_code}{digits}")
        if phonenumbers.is_valid_number_for_region(number, region) and len(digits) >= LEAST_GROUPED:
            found[digits] = number
    return list(found.values())


def national(number: ParsedNumber, region: str, source: random.Random) -> str:
    """As at home."""
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)


def international(number: ParsedNumber, region: str, source: random.Random) -> str:
    """With + and spaces."""
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def e164(number: ParsedNumber, region: str, source: random.Random) -> str:
    """Bare."""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def bare_national(number: ParsedNumber, region: str, source: random.Random) -> str:
    """The digits of the national form."""
    return re.sub(r"\D", "", national(number, region, source))


def double_zero(number: ParsedNumber, region: str, source: random.Random) -> str:
    """With the prefix for calls abroad that this country dials, or 00."""
    code = source.choice(("00", "00", "011"))
    return international(number, region, source).replace("+", code)


def from_abroad(number: ParsedNumber, region: str, source: random.Random) -> str:
    """As somebody in this country dials it, or somebody elsewhere."""
    return phonenumbers.format_out_of_country_calling_number(number, source.choice((region, "US", "DE")))


def respaced(number: ParsedNumber, region: str, source: random.Random) -> str:
    """Other separators than usual, and in other places."""
    written = source.choice((national, international))(number, region, source)
    digits = re.sub(r"[^+\d]", "", written)
    every = source.randint(2, 4)
    parts = [digits[i : i + every] for i in range(0, len(digits), every)]
    return source.choice((" ", ".", "-", "/", "  ", " - ")).join(parts)


def bracketed(number: ParsedNumber, region: str, source: random.Random) -> str:
    """An area code in brackets."""
    digits = bare_national(number, region, source)
    cut = source.randint(2, 4)
    return f"({digits[:cut]}){source.choice((' ', '', '/', '-'))}{digits[cut:]}"


def extended(number: ParsedNumber, region: str, source: random.Random) -> str:
    """With an extension behind it."""
    written = source.choice((national, international, e164))(number, region, source)
    return written + source.choice(EXTENSIONS).format(source.randint(1, 99_999))


def linked(number: ParsedNumber, region: str, source: random.Random) -> str:
    """A link of a web page."""
    written = source.choice((e164, international, national))(number, region, source)
    if source.random() < 0.5:
        written = quote(written, safe=source.choice(("", "+", "+-()")))
    written += source.choice(("", "", ";ext=204", "?call", ";isub=12", "?a=1&b=2"))
    return source.choice(("tel:", "TEL:", "callto:", "callto://", "tel: ", "sip:")) + written


def with_context(number: ParsedNumber, region: str, source: random.Random) -> str:
    """A link whose country stands in ;phone-context=."""
    digits = phonenumbers.national_significant_number(number)
    return f"tel:{digits};phone-context=+{number.country_code}"


def pasted(number: ParsedNumber, region: str, source: random.Random) -> str:
    """Out of a web page or a letter: smart dashes, odd spaces, invisible marks."""
    written = source.choice((national, international, respaced))(number, region, source)
    shown = ""
    for char in written:
        char = source.choice(DASHES) if char == "-" else source.choice(SPACES) if char == " " else char
        shown += char + (source.choice(MARKS) if source.random() < 0.15 else "")
    return source.choice(MARKS) + shown


def other_digits(number: ParsedNumber, region: str, source: random.Random) -> str:
    """Digits of another script or width."""
    row = source.choice(DIGIT_ROWS)
    written = source.choice((national, international))(number, region, source)
    return "".join(chr(row + int(c)) if c.isdigit() else c for c in written)


def vanity(number: ParsedNumber, region: str, source: random.Random) -> str:
    """Its last digits as a word, where they have letters."""
    written = source.choice((national, international))(number, region, source)
    tail = re.search(r"[2-9]{4,}$", written)
    if tail is None:
        return written
    return written[: tail.start()] + "".join(source.choice(LETTERS[d]) for d in tail[0])


def among_words(number: ParsedNumber, region: str, source: random.Random) -> str:
    """In a line of text."""
    written = source.choice((national, international))(number, region, source)
    return source.choice(("Tel. {}", "T: {}", "  {}  ", "{}.", "<{}>", "Fax {}", "{}\n")).format(written)


KNOWN: tuple[Write, ...] = (
    national,
    international,
    e164,
    bare_national,
    respaced,
    bracketed,
    extended,
    other_digits,
    vanity,
    among_words,
)
"""What phonenumbers reads too."""
OWN: tuple[Write, ...] = (double_zero, from_abroad, linked, with_context, pasted)
"""What the desk reads by its own rules: as the number that was written."""


def theirs(text: str, region: str) -> str:
    """What phonenumbers makes of it, "" when nothing that can be called."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def ours(text: str, region: str) -> str:
    """What the desk makes of it, "" when it is refused; a refusal is a sentence."""
    try:
        return parse(text, region).e164
    except UserError as refusal:
        assert len(str(refusal)) > 10 and str(refusal).endswith("."), text
        return ""


def is_whole_without_word(text: str, region: str) -> bool:
    """True when the digits before the letters are a number by themselves, so that nobody can know."""
    digits = re.sub(r"[A-Z]+$", "", text)
    return digits != text and phonenumbers.is_valid_number(phonenumbers.parse(digits, region))


def test_there_are_enough() -> None:
    assert len(set(REGIONS)) == 30
    assert PER_REGION * len(REGIONS) >= FORMATTINGS


@pytest.mark.slow
@pytest.mark.parametrize("region", REGIONS)
def test_every_formatting_is_read_as_phonenumbers_does_or_refused(region: str) -> None:
    source = seeded("formattings", region)
    numbers = numbers_of(region)
    refused = 0
    for index in range(PER_REGION):
        number = source.choice(numbers)
        writes = (*KNOWN, *OWN)
        write = writes[index % len(writes)]
        text = write(number, region, source)
        written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        found = ours(text, region)
        refused += not found and not (write is vanity and is_whole_without_word(text, region))
        if found and write in KNOWN:
            assert found == theirs(text, region), (write.__name__, text)
        elif found:
            assert found in (written, theirs(text, region)), (write.__name__, text)
    assert refused <= MOST_REFUSED * PER_REGION, f"{refused} of {PER_REGION} valid numbers refused"


@pytest.mark.parametrize("region", REGIONS)
def test_nothing_but_a_refusal_is_raised_for_broken_text(region: str) -> None:
    source = seeded("broken", region)
    alphabet = "0123456789+-() .*#,;xXpwext=:/%&?@<>\"'abcé٣５\u200f\u00a0\n\t😀"
    for number in numbers_of(region)[:40]:
        text = list(source.choice((national, linked, extended, pasted))(number, region, source))
        for _ in range(source.randint(1, 8)):
            place = source.randint(0, len(text))
            text[place : place + source.randint(0, 2)] = source.choice(alphabet)
            found = ours("".join(text), region)
            assert not found or re.fullmatch(r"\+\d{3,17}|\d{2,6}", found), "".join(text)


def left_of(text: str, caret: int) -> str:
    """What counts left of the caret: digits, and the + that leads them."""
    return re.sub(r"[^+\d]", "", clean(text[:caret]))


def changes(region: str, source: random.Random) -> Iterator[str]:
    """What is pasted or typed into the middle of a number."""
    while True:
        yield source.choice(
            ("", "", "1", "5", "07", " ", "-", ")", "٣", "\u00a0", "+", "6505550142", "x9", "A")
        )


@pytest.mark.parametrize("region", REGIONS)
def test_the_caret_never_jumps(region: str) -> None:
    source = seeded("caret", region)
    pieces = changes(region, source)
    for number in numbers_of(region)[:TYPED]:
        shown = ""
        for char in source.choice((bare_national, e164, national))(number, region, source):
            after = shown + char
            grouped, caret = edit(shown, after, len(after), region)
            assert caret == len(grouped), (shown, char)
            assert left_of(grouped, caret) == left_of(after, len(after)), (shown, char)
            shown = grouped
        for _ in range(CHANGES):
            begin = source.randint(0, len(shown))
            end = min(len(shown), begin + source.choice((0, 0, 1, 1, 3)))
            piece = next(pieces)
            after, place = shown[:begin] + piece + shown[end:], begin + len(piece)
            grouped, caret = edit(shown, after, place, region)
            assert 0 <= caret <= len(grouped)
            said = (shown, after, place, grouped, caret)
            assert left_of(grouped, caret).replace("+", "") == left_of(after, place).replace("+", ""), said
            assert left_of(grouped, 99).replace("+", "") == left_of(after, 99).replace("+", ""), said
            shown = grouped
