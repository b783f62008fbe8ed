"""vCards as phones, Outlook and Apple write them: who it is, every number, and which one is the fax."""

from __future__ import annotations

import pytest

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled
from rcdesk.core.people.people import ListedNumber, ListedPerson
from rcdesk.documents.lists.vcards import MOST_PROPERTIES, read_vcards

FAX = "+1 650 555 0142"


def people(*lines: str | bytes, encoding: str = "utf-8") -> list[ListedPerson]:
    """The people of these lines."""
    data = b"\r\n".join(line if isinstance(line, bytes) else line.encode(encoding) for line in lines)
    return list(read_vcards(data, CancelToken(), 1000))


def one(*lines: str | bytes, version: str = "3.0", encoding: str = "utf-8") -> ListedPerson:
    """The person of a card with these lines."""
    (person,) = people("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", encoding=encoding)
    return person


@pytest.mark.parametrize(
    ("lines", "label"),
    [
        (("TEL;TYPE=WORK,FAX:" + FAX,), "Business fax"),
        (("TEL;TYPE=home;TYPE=fax:" + FAX,), "Home fax"),
        (("TEL;WORK;FAX;ENCODING=QUOTED-PRINTABLE:=2B1 650 555 0142",), "Business fax"),
        (('TEL;VALUE=uri;TYPE="fax,work":tel:' + FAX,), "Business fax"),
        (("TEL;TYPE=X-FAX:" + FAX,), "Fax"),
        (("TEL;X-Praxis-Telefax:" + FAX,), "Praxis-Telefax"),
        (("item1.TEL:" + FAX, "item1.X-ABLabel:_$!<WorkFAX>!$_"), "Business fax"),
        (("item1.X-ABLabel:Work Fax", "item1.TEL;type=pref:" + FAX), "Business fax"),
        (("A.TEL:" + FAX, "a.X-ABLABEL:Télécopie du bureau"), "Télécopie du bureau"),
        (("item7.TEL:" + FAX, "item7.X-ABLabel:ファックス"), "ファックス"),
        (("TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=D0=A4=D0=B0=D0=BA=D1=81):" + FAX,), "Факс"),
        (("TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,a=3A=20fax):" + FAX,), "A: fax"),
        (("X-FAX:" + FAX,), "Fax"),
        (("X-MS-TEL;FAX;COMPANY:" + FAX,), "Fax"),
    ],
)
def test_the_fax_number_is_the_fax_number(lines: tuple[str, ...], label: str) -> None:
    person = one("FN:Ines", "TEL;TYPE=CELL,PREF:+1 650 555 0111", *lines)
    assert [(n.text, n.label, n.is_fax) for n in person.to_fax] == [(FAX, label, True)]
    assert len(person.numbers) == 2


@pytest.mark.parametrize("label", ["Halifax office", "_$!<Main>!$_", "Praxis", "Hotel"])
def test_what_is_no_fax_is_none(label: str) -> None:
    person = one("FN:Ines", "item1.TEL:" + FAX, f"item1.X-ABLabel:{label}")
    assert [number.is_fax for number in person.numbers] == [False]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("TEL;PREF=2:1", "TEL;PREF=1:2"),
        ("TEL;TYPE=work:1", "TEL;PREF=50:2"),
        ("TEL;WORK:1", "TEL;HOME;PREF:2"),
        ("TEL;TYPE=WORK:1", "TEL;TYPE=HOME,pref:2"),
    ],
)
def test_the_preferred_number_comes_first(first: str, second: str) -> None:
    assert [n.text for n in one("FN:A", first, second).numbers] == ["2", "1"]


def test_an_extension_stays() -> None:
    person = one('TEL;VALUE=uri;TYPE="work,voice":tel:+1-650-555-0161;ext=102', "FN:Rosa", version="4.0")
    assert person.numbers == (ListedNumber(text="+1-650-555-0161;ext=102", label="Business"),)


def test_a_missing_end_costs_nobody() -> None:
    card = ("BEGIN:VCARD", "FN:{0}", "TEL;FAX:{0}")
    lines = [line.format(n) for n in range(4) for line in card] + ["END:VCARD"]
    assert [(p.line, p.name, p.to_fax[0].text) for p in people(*lines)] == [
        (n + 1, str(n), str(n)) for n in range(4)
    ]


@pytest.mark.parametrize(
    "bad",
    [
        "NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:horario de ma=C3",
        "NOTE;ENCODING=QUOTED-PRINTABLE:never ends=",
        "NOTE;CHARSET=no-such:x",
        "PHOTO;ENCODING=BASE64:!!!!",
        'X-A;"(":((((',
        ":::",
        "garbage without a colon",
        "N;ENCODING=BASE64:@@@",
        "END:SOMETHING",
        "BEGIN:SOMETHING",
        "TEL:",
        b"\xff\xfe\x00broken: \x80",
    ],
)
def test_a_bad_property_costs_that_property(bad: str | bytes) -> None:
    person = one(bad, "FN:Marta Ferrer", "TEL;WORK;FAX:" + FAX, version="2.1")
    assert (person.name, [n.text for n in person.to_fax]) == ("Marta Ferrer", [FAX])


def test_a_card_inside_a_card_is_passed_over() -> None:
    inner = ("AGENT:", "BEGIN:VCARD", "FN:Agent", "TEL:1", "END:VCARD")
    assert one("FN:Boss", *inner, "TEL:2").numbers == (ListedNumber(text="2"),)


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("windows-1251", "Вера Орлова"),
        ("koi8-r", "Вера Орлова"),
        ("windows-1252", "Jörg Müller"),
        ("windows-1250", "Jiří Dvořák"),
        ("iso-8859-2", "Lukáš Šťastný"),
        ("windows-1253", "Γιώργος Παπαδόπουλος"),
        ("windows-1254", "Şükrü Çağlar"),
        ("windows-1255", "דוד כהן"),
        ("windows-1256", "محمد علي"),
        ("windows-1257", "Jānis Bērziņš"),
        ("shift_jis", "山田 太郎"),
        ("gb2312", "王小明"),
        ("big5", "陳大文"),
        ("euc-kr", "김철수"),
    ],
)
@pytest.mark.parametrize("is_told", [True, False])
def test_a_charset_is_obeyed_or_guessed(charset: str, name: str, is_told: bool) -> None:
    told = f";CHARSET={charset}" if is_told else ""
    line = f"FN{told}:".encode() + name.encode(charset)
    assert one(line, "TEL;FAX:1", version="2.1").name == name
    quoted = "".join(f"={byte:02X}" for byte in name.encode(charset))
    half = len(quoted) // 6 * 3
    soft = f"FN{told};ENCODING=QUOTED-PRINTABLE:{quoted[:half]}=\r\n{quoted[half:]}"
    assert one(soft, "TEL;FAX:1", version="2.1").name == name


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_a_file_in_wide_characters(encoding: str) -> None:
    text = "BEGIN:VCARD\r\nFN:Żółć Вера 山田\r\nTEL;FAX:1\r\nEND:VCARD\r\n"
    (person,) = read_vcards(text.encode(encoding), CancelToken(), 9)
    assert person.name == "Żółć Вера 山田"


@pytest.mark.parametrize(
    ("lines", "name", "company"),
    [
        (("N:Ferrer;Marta;Lu;;",), "Marta Lu Ferrer", ""),
        (("N:山田;太郎;;;",), "山田太郎", ""),
        (("ORG:Elm\\, Oak;Clinic",), "Elm, Oak, Clinic", "Elm, Oak, Clinic"),
        (("FN:", "N:;;;;", "ORG:Elm"), "Elm", "Elm"),
        (("NICKNAME:Bo",), "Bo", ""),
        (("EMAIL:a@example.org",), "a@example.org", ""),
        (("FN:A\\nB\\;C", "ORG:Elm"), "A B;C", "Elm"),
        (("FN:Jö", " rg"), "Jörg", ""),
    ],
)
def test_names_and_companies(lines: tuple[str, ...], name: str, company: str) -> None:
    person = one(*lines, "TEL:1")
    assert (person.name, person.company) == (name, company)


def test_a_card_is_read_in_one_go_whatever_its_size() -> None:
    """Folded lines without end, properties without number: what is kept of a card is bounded."""
    for fold in ("NOTE:", "FN:x", "TEL:"):
        person = one("FN:Ann", fold, *[" " + "a" * 60] * 60_000, "TEL;FAX:" + FAX)
        assert person.name[:3] == "Ann"
        assert person.to_fax[0].text == FAX
        assert max(len(number.text) for number in person.numbers) < 20_000
    person = one("FN:Ann", *[f"TEL:{n}" for n in range(10 * MOST_PROPERTIES)])
    assert len(person.numbers) < MOST_PROPERTIES


def test_reading_can_be_called_off() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        list(read_vcards(b"BEGIN:VCARD\nFN:A\n", token, 9))
