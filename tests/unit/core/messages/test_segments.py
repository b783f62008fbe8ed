"""Segments against tables made by hand, and against a slow count that places every unit one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.core.messages.segments import (
    GSM_BASIC,
    GSM_EXTENDED,
    Alphabet,
    count_segments,
    utf16_units,
)

GSM, UCS = Alphabet.GSM7, Alphabet.UCS2
EMOJI = "\N{GRINNING FACE}"
FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}"


def test_the_tables_are_those_of_the_standard() -> None:
    assert len(GSM_BASIC) == 127  # 128 places, one of which is the escape
    assert len(GSM_EXTENDED) == 10
    assert not GSM_BASIC & GSM_EXTENDED


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "segments", "left"),
    [
        ("", GSM, 0, 0, 160),
        ("Hello", GSM, 5, 1, 155),
        ("a" * 160, GSM, 160, 1, 0),
        ("a" * 161, GSM, 161, 2, 145),
        ("a" * 306, GSM, 306, 2, 0),
        ("a" * 307, GSM, 307, 3, 152),
        ("a" * 459, GSM, 459, 3, 0),
        ("€", GSM, 2, 1, 158),
        ("[x]", GSM, 5, 1, 155),
        ("{}" * 40, GSM, 160, 1, 0),
        ("{}" * 40 + "a", GSM, 161, 2, 144),  # 76 pairs make 152: the last place of the first stays empty
        ("a" * 152 + "€" + "a" * 10, GSM, 164, 2, 141),
        ("a" * 153 + "€" + "a" * 10, GSM, 165, 2, 141),
        ("àèìòùéÄÖÑÜ", GSM, 10, 1, 150),
        ("line\r\nbreak", GSM, 11, 1, 149),
        ("ç", UCS, 1, 1, 69),
        ("`", UCS, 1, 1, 69),
        ("\t", UCS, 1, 1, 69),
        ("“quoted”", UCS, 8, 1, 62),
        ("я" * 70, UCS, 70, 1, 0),
        ("я" * 71, UCS, 71, 2, 63),
        ("я" * 134, UCS, 134, 2, 0),
        ("я" * 135, UCS, 135, 3, 66),
        (EMOJI, UCS, 2, 1, 68),
        (EMOJI * 35, UCS, 70, 1, 0),
        (EMOJI * 36, UCS, 72, 2, 61),  # 33 of them in the first, 66 units
        (FAMILY, UCS, 5, 1, 65),
        ("a" * 69 + EMOJI, UCS, 71, 2, 63),
        ("a" * 66 + EMOJI + "a" * 10, UCS, 78, 2, 55),
    ],
)
def test_counted_by_hand(text: str, alphabet: Alphabet, units: int, segments: int, left: int) -> None:
    found = count_segments(text)
    assert (found.alphabet, found.units, found.segments, found.left) == (alphabet, units, segments, left)


def test_what_makes_it_longer_is_said_once() -> None:
    assert count_segments("“a” – “b”").outside == "“”–"
    assert count_segments("plain [text] €").outside == ""


def slow(text: str) -> tuple[int, int]:
    """Units and segments, placed one character after the other into boxes."""
    is_gsm = all(c in GSM_BASIC | GSM_EXTENDED for c in text)
    sizes = [
        (2 if c in GSM_EXTENDED else 1) if is_gsm else len(c.encode("utf-16-le", "surrogatepass")) // 2
        for c in text
    ]
    whole, each = (160, 153) if is_gsm else (70, 67)
    if sum(sizes) <= whole:
        return sum(sizes), int(bool(sizes))
    boxes = [0]
    for size in sizes:
        if boxes[-1] + size > each:
            boxes.append(0)
        boxes[-1] += size
    return sum(sizes), len(boxes)


TEXTS = st.one_of(
    st.text(alphabet=sorted(GSM_BASIC | GSM_EXTENDED), max_size=700),
    st.text(alphabet=st.sampled_from("aя€[" + EMOJI), max_size=400),
    st.text(max_size=300),
)


@given(TEXTS)
def test_like_a_slow_count(text: str) -> None:
    found = count_segments(text)
    assert (found.units, found.segments) == slow(text)
    assert 0 <= found.left <= found.alphabet.whole
    assert utf16_units(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(TEXTS, st.characters())
def test_a_longer_text_never_takes_fewer(text: str, more: str) -> None:
    assert count_segments(text + more).segments >= count_segments(text).segments


@given(st.text(alphabet=sorted(GSM_BASIC), max_size=700))
def test_what_is_left_is_left(text: str) -> None:
    found = count_segments(text)
    assert count_segments(text + "a" * found.left).segments == max(1, found.segments)
    assert count_segments(text + "a" * (found.left + 1)).segments > found.segments
