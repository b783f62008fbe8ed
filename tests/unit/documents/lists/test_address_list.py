"""Address lists as spreadsheets and phones write them."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, UserError
from rcdesk.core.people.people import ImportTable
from rcdesk.documents.lists.address_list import MAX_LINES, read_address_list
from rcdesk.documents.worker.wire import table_from_body, table_to_body


def read(folder: Path, content: str | bytes, name: str = "list.csv") -> ImportTable:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_address_list(path)


def pairs(table: ImportTable) -> list[tuple[str, str]]:
    assert table.number_column is not None
    name = table.name_column
    return [("" if name is None else row[name], row[table.number_column]) for row in table.rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("cp1252", b""),
    ],
)
@pytest.mark.parametrize("has_header", [True, False])
def test_dialects_and_encodings(
    tmp_path: Path, delimiter: str, encoding: str, mark: bytes, has_header: bool
) -> None:
    rows = [["Jörg Müller", "Oak St 4", "(650) 555-0142"], ["Café Élan", "", "650.555.0143"]]
    if has_header:
        rows.insert(0, ["Name", "Street", "Fax"])
    text = "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    table = read(tmp_path, mark + text.encode(encoding))
    assert pairs(table) == [("Jörg Müller", "(650) 555-0142"), ("Café Élan", "650.555.0143")]
    assert table.columns == (
        ("Name", "Street", "Fax") if has_header else ("Column 1", "Column 2", "Column 3")
    )


@pytest.mark.parametrize(
    ("heading", "number_column"),
    [
        ("Name,Phone,Fax Number", 2),
        ("Fax,Name,Phone", 0),
        ("Recipient;Telefon;Telefax", 2),
        ("Contact Name,Business Phone,Business Fax", 2),
        ("fullname,PHONE NUMBER,note", 1),
        ("Name\tMobile\tcity", 1),
        ("Nom;Numéro;Ville", 1),
        ("Name,Unlabelled,What", 1),
    ],
)
def test_the_columns_are_guessed_by_heading_then_by_content(
    tmp_path: Path, heading: str, number_column: int
) -> None:
    delimiter = next(d for d in ",;\t" if d in heading)
    cells = ["Bell", "Bell", "Bell"]
    for n, word in enumerate(heading.split(delimiter)):
        if n == number_column or any(w in word.casefold() for w in ("phone", "tel")):
            cells[n] = f"+1 650 555 014{n}"
    table = read(tmp_path, heading + "\n" + delimiter.join(cells) + "\n")
    assert table.number_column == number_column
    assert table.name_column == next(n for n, cell in enumerate(cells) if cell == "Bell")


def test_an_empty_fax_column_gives_way_to_the_phones(tmp_path: Path) -> None:
    table = read(tmp_path, "Name,Fax,Phone\nAnna,,6505550142\nBob,,6505550143\n")
    assert pairs(table) == [("Anna", "6505550142"), ("Bob", "6505550143")]


def test_first_and_last_names_become_one(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        "First Name,Last Name,Company,Business Fax\nAnna,Bell,Oak,+16505550142\n,,Elm Clinic,+16505550143\n",
    )
    assert pairs(table) == [("Anna Bell", "+16505550142"), ("Elm Clinic", "+16505550143")]
    assert table.columns[0] == "Name"


def test_what_spreadsheets_do_to_numbers(tmp_path: Path) -> None:
    table = read(tmp_path, 'sep=;\nName;Fax\n"Bell; Anna";="6505550142"\nBob;\'6505550143\n"A ""B"" C";1\n')
    assert table.rows[0] == ("Bell; Anna", "6505550142")
    assert table.rows[1] == ("Bob", "6505550143")
    assert table.rows[2][0] == 'A "B" C'


def test_numbers_alone_one_a_line(tmp_path: Path) -> None:
    table = read(tmp_path, "(650) 555-0142\n\n+1 650 555 0143\n   \n650-555-0144")
    assert table.name_column is None
    assert pairs(table) == [("", "(650) 555-0142"), ("", "+1 650 555 0143"), ("", "650-555-0144")]


def test_a_stray_quote_eats_nothing(tmp_path: Path) -> None:
    lines = ["Name,Fax", '"Bell 5" pipes,+16505550100']
    lines += [f"N{n},+1650555{n:04}" for n in range(100, 160)]
    lines.insert(3, '"Open,+16505550199')
    assert len(read(tmp_path, "\n".join(lines)).rows) == len(lines) - 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"Name,Fax\n", "heading and no lines"),
        (b"PK\x03\x04....", "Save it there as CSV"),
        (b"\xd0\xcf\x11\xe0....", "Save it there as CSV"),
        (b"%PDF-1.4", "not a list"),
        (bytes(range(256)) * 4, "not a list"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        read(tmp_path, content)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not there any more"):
        read_address_list(tmp_path / "gone.csv")
    with pytest.raises(UserError, match="folder"):
        read_address_list(tmp_path)
    (tmp_path / "a.csv").write_text("Anna,+16505550142\n", encoding="utf-8")
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        read_address_list(tmp_path / "a.csv", token)


def test_5000_lines_are_the_most(tmp_path: Path) -> None:
    lines = [f"Person {n};+1650{n:07}" for n in range(MAX_LINES)]
    assert len(read(tmp_path, "Name;Fax\n" + "\n".join(lines)).rows) == MAX_LINES
    with pytest.raises(UserError, match=r"more than 5,000 lines\. Split it"):
        read(tmp_path, "Name;Fax\n" + "\n".join([*lines, "One more;+16505550142"]))
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:A\nTEL;TYPE=FAX:+16505550142\nTEL;TYPE=FAX:+16505550143\nEND:VCARD\n"
    with pytest.raises(UserError, match="more than 5,000 lines"):
        read(tmp_path, card * (MAX_LINES + 1), "a.vcf")


CARDS = {
    "2.1": (
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg\r\n"
        "TEL;WORK;VOICE:650 555 0100\r\nTEL;WORK;FAX:(650) 555-0142\r\nEND:VCARD\r\n"
    ),
    "2.1 soft": (
        "BEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=B6rg=20=\nM=C3=BCller\n"
        "TEL;FAX:(650) 555-0142\nEND:VCARD\n"
    ),
    "3.0": (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jörg\r\n  Müller\r\nPHOTO;ENCODING=b;TYPE=JPEG:AAAA\r\n BBBB\r\n"
        "item1.TEL;TYPE=WORK,FAX:(650) 555-0142\r\nitem1.X-ABLabel:_$!<Work>!$_\r\nnot a line at all\r\n"
        "END:VCARD\r\n"
    ),
    "4.0": (
        'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Jörg Müller\r\nTEL;VALUE=uri;TYPE="fax,work":tel:(650) 555-0142\r\n'
        "TEL;VALUE=uri;TYPE=cell:tel:+16505550100\r\nEND:VCARD\r\n"
    ),
    "no version, no end": "BEGIN:VCARD\nFN:Jörg Müller\nTEL:(650) 555-0142\n",
    "lower case": "begin:vcard\nversion:3.0\nfn:Jörg Müller\ntel;type=fax:(650) 555-0142\nend:vcard\n",
}


@pytest.mark.parametrize("version", CARDS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_vcards_of_every_version(
    tmp_path: Path, version: str, encoding: str, caplog: pytest.LogCaptureFixture
) -> None:
    table = read(tmp_path, CARDS[version].encode(encoding), "a.vcf")
    assert pairs(table) == [("Jörg Müller", "(650) 555-0142")]
    assert table.left_out == ()
    assert "not a line" not in caplog.text


def test_many_cards_and_the_numbers_they_hold(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        CARDS["3.0"]
        + "BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nORG:Elm;Clinic\nTEL;CELL:1\nTEL;TYPE=HOME,PREF:2\nEND:VCARD\n"
        + "BEGIN:VCARD\nVERSION:3.0\nFN:Two\nTEL;TYPE=FAX:3\nTEL;TYPE=FAX:4\nTEL;TYPE=FAX:3\nEND:VCARD\n"
        + "BEGIN:VCARD\nVERSION:3.0\nFN:None\nEND:VCARD\n",
        "a.vcf",
    )
    assert pairs(table) == [
        ("Jörg Müller", "(650) 555-0142"),
        ("Elm, Clinic", "2"),
        ("Two", "3 ::: 4"),
        ("None", ""),
    ]
    assert [len(person.numbers) for person in table.people] == [1, 2, 2, 0]


def test_a_card_of_no_use_is_counted_and_named(tmp_path: Path) -> None:
    empty = "BEGIN:VCARD\nVERSION:3.0\nNOTE:only this\nEND:VCARD\n"
    table = read(tmp_path, empty + CARDS["4.0"] + empty, "a.vcf")
    assert len(table.rows) == 1
    assert [(line.line, line.problem) for line in table.left_out] == [
        (1, "This card holds neither a name nor a number that can be read."),
        (3, "This card holds neither a name nor a number that can be read."),
    ]
    with pytest.raises(UserError, match="no contact"):
        read(tmp_path, empty, "b.vcf")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(
        [b"", b"Name;Fax\n", b"BEGIN:VCARD\nVERSION:2.1\n", codecs.BOM_UTF16_LE, b"sep=;\n"]
    ),
    rest=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    end=st.sampled_from([b"", b"\nEND:VCARD\n", b"\nTEL;FAX:+16505550142\nEND:VCARD\n", b"\n+16505550142\n"]),
)
def test_any_bytes_are_a_table_or_a_sentence(tmp_path: Path, start: bytes, rest: bytes, end: bytes) -> None:
    try:
        table = read(tmp_path, start + rest + end)
    except UserError as exc:
        assert str(exc).endswith(".")
        return
    assert all(len(row) == len(table.columns) for row in table.rows)
    for column in (table.name_column, table.number_column):
        assert column is None or 0 <= column < len(table.columns)


def test_a_list_comes_out_of_the_page_room_as_it_was(tmp_path: Path) -> None:
    card = (
        "BEGIN:VCARD\nVERSION:4.0\nFN:A\nORG:B\nTEL;TYPE=home,fax;PREF=1:1\nTEL;TYPE=work,fax:2\nEND:VCARD\n"
    )
    for table in (read(tmp_path, card, "a.vcf"), read(tmp_path, "Name,Fax,Phone\nA,1 ::: 2,3\n")):
        assert table_from_body(table_to_body(table)) == table
