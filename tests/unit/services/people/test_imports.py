"""From a file to recipients and people: the fax number is the fax number, and nobody goes missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.people.people import ImportedLine, ImportTable
from rcdesk.documents.lists.address_list import read_address_list
from rcdesk.documents.lists.number_labels import tidy_label
from rcdesk.services.people.imports import contacts_of, people_of, recipients_of


def table_of(folder: Path, text: str, name: str = "list.csv") -> ImportTable:
    """A list of these lines."""
    path = folder / name
    path.write_bytes(text.encode())
    return read_address_list(path, CancelToken())


def to_fax(table: ImportTable, region: str = "US") -> list[tuple[int, str, str]]:
    """Row, name and number of whoever is faxed with the columns that were guessed; "!" where nobody is."""
    assert table.number_column is not None
    lines = recipients_of(table, table.name_column, table.number_column, region)
    return [
        (line.line, line.recipient.name, line.recipient.number)
        if line.recipient is not None
        else (line.line, "!", line.problem)
        for line in lines
    ]


def to_keep(table: ImportTable, region: str = "US") -> tuple[ImportedLine, ...]:
    """Everybody with all numbers."""
    return contacts_of(table, table.name_column, None, region)


GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Organization Name,Labels,E-mail 1 - Label,"
    "E-mail 1 - Value,Phone 1 - {0},Phone 1 - Value,Phone 2 - {0},Phone 2 - Value\n"
    "Nora,,Quist,,Quist Dental,* myContacts,* Work,n@example.org,"
    "Mobile,+1 650-555-0201,Work Fax,+1 650-555-0202\n"
    ",,,,Hill Pharmacy,,,,Work Fax,+1 650-555-0203 ::: +1 650-555-0204,,\n"
    "Ann,B,Cole,,,,,,Work,+1 650-555-0205,Mobile,+1 650-555-0206\n"
    "No,,Number,,,,,,,,,\n"
)


@pytest.mark.parametrize("word", ["Label", "Type"])
def test_what_a_number_is_stands_in_googles_own_columns(tmp_path: Path, word: str) -> None:
    table = table_of(tmp_path, GOOGLE.replace("{0}", word))
    assert to_fax(table) == [
        (2, "Nora Quist", "+16505550202"),
        (3, "Hill Pharmacy", "+16505550203"),
        (3, "Hill Pharmacy", "+16505550204"),
        (4, "Ann B Cole", "+16505550205"),
        (5, "!", "There is no number in this line."),
    ]
    kept = people_of(to_keep(table))
    assert [(r.name, r.company, r.number[-4:], r.label, r.is_fax) for r in kept] == [
        ("Nora Quist", "Quist Dental", "0201", "Mobile", False),
        ("Nora Quist", "Quist Dental", "0202", "Business fax", True),
        ("Hill Pharmacy", "Hill Pharmacy", "0203", "Business fax", True),
        ("Hill Pharmacy", "Hill Pharmacy", "0204", "Business fax", True),
        ("Ann B Cole", "", "0205", "Work", False),
        ("Ann B Cole", "", "0206", "Mobile", False),
    ]


@pytest.mark.parametrize(
    "headings",
    [
        "First Name,Last Name,Company,Business Phone,Mobile Phone,Business Fax",
        "Vorname,Nachname,Firma,Telefon geschäftlich,Mobiltelefon,Fax geschäftlich",
        "Prénom,Nom,Société,Téléphone (bureau),Tél. mobile,Télécopie (bureau)",
        "Nombre,Apellidos,Organización,Teléfono del trabajo,Móvil,Fax del trabajo",
        "Nome,Cognome,Società,Telefono (uff.),Cellulare,Fax (uff.)",
        "Nome,Apelido,Empresa,Telefone do emprego,Telemóvel,Número de fax do emprego",
        "Voornaam,Achternaam,Bedrijf,Telefoon op werk,Mobiele telefoon,Fax op werk",
        "Imię,Nazwisko,Firma,Telefon służbowy,Telefon komórkowy,Faks służbowy",
        'Förnamn,Efternamn,Företag,"Telefon, arbete",Mobiltelefon,"Fax, arbete"',
        "Fornavn,Efternavn,Firma,Telefon (arb.),Mobiltelefon,Fax (arb.)",
        "Etunimi,Sukunimi,Yritys,Työpuhelin,Matkapuhelin,Työfaksi",
        "Fornavn,Etternavn,Firma,Telefon arbeid,Mobiltelefon,Telefaks arbeid",
        "Jméno,Příjmení,Společnost,Telefon do zaměstnání,Mobilní telefon,Fax do zaměstnání",
        "Имя,Фамилия,Организация,Рабочий телефон,Мобильный телефон,Рабочий факс",
        "名,姓,会社名,会社電話,携帯電話,会社 FAX",
        "名字,姓氏,公司,商務電話,行動電話,商務傳真",
        "名,姓,单位,商务电话,移动电话,商务传真",
        "이름,성,회사,근무처 전화,휴대폰,근무처 팩스",
        "Ad,Soyadı,Şirket,İş Telefonu,Cep Telefonu,İş Faksı",
        "Keresztnév,Vezetéknév,Cég,Hivatali telefon,Mobiltelefon,Hivatali fax",
    ],
)
def test_outlooks_columns_in_its_languages(tmp_path: Path, headings: str) -> None:
    row = "Ann,Bell,Oak,650 555 0100,650 555 0101,650 555 0102"
    lone = ",,Elm Clinic,650 555 0103,,"
    table = table_of(tmp_path, f"{headings}\n{row}\n{lone}\n")
    assert to_fax(table) == [(2, "Ann Bell", "+16505550102"), (3, "Elm Clinic", "+16505550103")]
    kept = people_of(to_keep(table))
    assert [(r.company, r.number[-4:], r.is_fax) for r in kept] == [
        ("Oak", "0102", True),
        ("Oak", "0100", False),
        ("Oak", "0101", False),
        ("Elm Clinic", "0103", False),
    ]


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'Name,Fax\n\n"Two\nlines",650 555 0100\n,\nBad,12\nAnn,650 555 0100\nBob,\n')
    assert to_fax(table) == [
        (3, "Two lines", "+16505550100"),
        (5, "!", "This number is too short: a fax needs the whole number, not an extension."),
        (6, "!", "Left out: the same number as row 3."),
        (7, "!", "There is no number in this line."),
    ]


def test_a_shared_number_is_everybodys_and_an_extension_stays(tmp_path: Path) -> None:
    card = (
        "BEGIN:VCARD\nFN:{0}\nORG:Oak\nTEL;WORK:+1 650 555 0100;ext=7\nTEL;FAX:+1 650 555 0101\nEND:VCARD\n"
    )
    table = table_of(tmp_path, card.replace("{0}", "Ann") + card.replace("{0}", "Bob"), "a.vcf")
    kept = people_of(to_keep(table))
    assert [(r.name, r.number) for r in kept] == [
        ("Ann", "+16505550100;ext=7"),
        ("Ann", "+16505550101"),
        ("Bob", "+16505550100;ext=7"),
        ("Bob", "+16505550101"),
    ]
    assert to_fax(table) == [
        (1, "Ann", "+16505550101"),
        (2, "!", "Left out: the same number as card 1."),
    ]


def test_the_same_number_written_twice_is_one(tmp_path: Path) -> None:
    table = table_of(tmp_path, "Name,Business Fax,Home Fax\nAnn,650 555 0100,(650) 555-0100\n")
    assert to_fax(table) == [(2, "Ann", "+16505550100")]
    assert len(to_keep(table)) == 1


def test_outlooks_whole_heading_brings_every_number(tmp_path: Path) -> None:
    headings = (
        "Anrede,Vorname,Weitere Vornamen,Nachname,Suffix,Firma,Abteilung,Straße geschäftlich,"
        "Postleitzahl geschäftlich,Fax geschäftlich,Telefon geschäftlich,Telefon geschäftlich 2,Rückmeldung,"
        "Autotelefon,Telefon Firma,Fax privat,Telefon privat,ISDN,Mobiltelefon,Weiteres Fax,Pager,"
        "Haupttelefon,Telex,Kundennummer,Geburtstag"
    )
    phones = [f"030 23125{n:03}" for n in range(13)]
    row = [
        "Dr.",
        "Eva",
        "M.",
        "Lind",
        "",
        "Praxis",
        "",
        "Oak 1",
        "10115",
        *phones,
        "4711",
        "20260101",
        "1.1.70",
    ]
    table = table_of(tmp_path, f"{headings}\n{','.join(row)}\n")
    kept = [line for line in contacts_of(table, table.name_column, None, "DE") if line.recipient]
    assert {line.recipient.number for line in kept if line.recipient} == {
        f"+493023125{n:03}" for n in range(13)
    }
    assert {line.label for line in kept if line.is_fax} == {"Fax geschäftlich", "Fax privat", "Weiteres Fax"}
    assert kept[0].company == "Praxis" and kept[0].recipient and kept[0].recipient.name == "Eva M. Lind"


def test_namesakes_of_two_companies_stay_two(tmp_path: Path) -> None:
    table = table_of(
        tmp_path, "Name,Company,Phone\nAnn,Oak,650 555 0100\nAnn,Elm,650 555 0101\nAnn,Oak,650 555 0102\n"
    )
    assert len({record.source_id for record in people_of(to_keep(table))}) == 2


def test_a_chosen_column_is_taken_alone(tmp_path: Path) -> None:
    table = table_of(tmp_path, "Name,Mobile,Fax\nAnn,650 555 0100,650 555 0101\nBob,,650 555 0102\n")
    lines = recipients_of(table, 0, 1, "US")
    assert [(line.recipient and line.recipient.number, line.is_without) for line in lines] == [
        ("+16505550100", False),
        (None, True),
    ]


def table(*rows: tuple[str, str]) -> ImportTable:
    return ImportTable(columns=("Name", "Fax"), rows=rows, name_column=0, number_column=1)


def test_numbers_are_read_at_home_and_doubles_are_left_out_with_a_line() -> None:
    found = recipients_of(
        table(("Anna", "(650) 555-0142"), ("Bob", "tel:+44 20 7946 0018"), ("Anna again", "+1 650.555.0142")),
        0,
        1,
        "US",
    )
    assert [line.recipient for line in found] == [
        Recipient(number="+16505550142", name="Anna"),
        Recipient(number="+442079460018", name="Bob"),
        None,
    ]
    assert found[2].problem == "Left out: the same number as row 1."
    assert [line.line for line in found] == [1, 2, 3]
    assert recipients_of(table(("", "020 7946 0018")), 0, 1, "GB")[0].recipient == Recipient(
        number="+442079460018"
    )


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("", "no number in this line"),
        ("call them", "no digits"),
        ("1.65056E+10", "shortened this number"),
        ("1,65056E+10", "shortened this number"),
        ("650 555 0142 x12", "extension"),
        ("123", "too short"),
        ("911", "emergency"),
    ],
)
def test_a_line_that_cannot_be_faxed_says_why_and_keeps_its_text(cell: str, words: str) -> None:
    (line,) = recipients_of(table(("Anna", cell)), 0, 1, "US")
    assert line.recipient is None
    assert words in line.problem
    assert line.text.startswith("Anna")
    assert cell in line.text


def test_what_exports_wrap_around_a_number() -> None:
    rows = table(("A", "Fax: (650) 555-0142"), ("B", "6505550143 ::: 6505550144"), ("C", "1-650-555-0145"))
    found = [line.recipient.number for line in recipients_of(rows, 0, 1, "US") if line.recipient]
    assert found == ["+16505550142", "+16505550143", "+16505550144", "+16505550145"]


def test_no_name_column_and_columns_that_are_not_there() -> None:
    rows = table(("Anna", "6505550142"))
    assert recipients_of(rows, None, 1, "US")[0].recipient == Recipient(number="+16505550142")
    for name, number in ((0, 2), (5, 1), (0, -1)):
        with pytest.raises(UserError, match="column"):
            recipients_of(rows, name, number, "US")


def test_a_number_nobody_can_have_is_taken_and_marked(tmp_path: Path) -> None:
    table = table_of(tmp_path, "Name,Fax\nA,01632 960001\nB,020 7946 0018\n")
    for lines in (recipients_of(table, 0, 1, "GB"), contacts_of(table, 0, None, "GB")):
        assert [bool(line.doubt) for line in lines] == [True, False]
        assert all(line.recipient is not None for line in lines)


def test_words_in_a_cell_are_no_digits(tmp_path: Path) -> None:
    rows = "A,650-555-0241 (fax)\nB,fax: 650-555-0242\nC,+49 30 123456 (Praxis)\nD,234-5678 fax\n"
    assert [number for _, _, number in to_fax(table_of(tmp_path, f"Name,Fax\n{rows}"))] == [
        "+16505550241",
        "+16505550242",
        "+4930123456",
        "The area code is missing.",
    ]


@pytest.mark.parametrize(
    "words",
    [
        "Telefon {n} – Label,Telefon {n} – Wert,Mobil,Fax (geschäftlich)",
        "Téléphone {n} - Libellé,Téléphone {n} - Valeur,Portable,Télécopie (travail)",
        "Teléfono {n} - Etiqueta,Teléfono {n} - Valor,Móvil,Fax del trabajo",
        "電話 {n} - ラベル,電話 {n} - 値,携帯,FAX（勤務先）",
        "Phone {n}: kind,Phone {n}: number,Cell,Work Fax",
        "Phone {n} - Type,Phone {n},Cell,Work Fax",
    ],
)
def test_the_column_beside_a_number_says_what_it_is_in_any_language(tmp_path: Path, words: str) -> None:
    label, value, mobile, fax = words.split(",")
    titles = ",".join(title.replace("{n}", str(n)) for n in (1, 2) for title in (label, value))
    rows = f"A,{mobile},+1 650-555-0101,{fax},+1 650-555-0102\nB,,,{mobile},+1 650-555-0103\n"
    table = table_of(tmp_path, f"Name,{titles}\n{rows}")
    assert to_fax(table) == [(2, "A", "+16505550102"), (3, "B", "+16505550103")]
    assert [line.label for line in to_keep(table)] == [mobile, tidy_label(fax), mobile]


@pytest.mark.parametrize(
    "titles",
    [
        "Home Fax,Work Fax",
        "Fax privat,Fax geschäftlich",
        "Télécopie (domicile),Télécopie (bureau)",
        "Fax (ab.),Fax (uff.)",
        "Домашний факс,Рабочий факс",
        "自宅 FAX,会社 FAX",
        "Other Fax,Business Fax",
        "Ev Faksı,İş Faksı",
        "Home Fax,Fax",
    ],
)
def test_who_has_two_faxes_is_faxed_once_at_work_and_that_is_said(tmp_path: Path, titles: str) -> None:
    rows = "A,650-555-0101,650-555-0102\nB,650-555-0103,\n"
    table = table_of(tmp_path, f"Name,{titles}\n{rows}")
    left_out = "Left out: another fax of the same person, who gets it at 650-555-0102."
    assert to_fax(table) == [(2, "!", left_out), (2, "A", "+16505550102"), (3, "B", "+16505550103")]
    assert len(to_keep(table)) == 3
    chosen = table.columns.index(titles.split(",")[0])
    by_hand = recipients_of(table, table.name_column, chosen, "US")
    assert [line.recipient.number for line in by_hand if line.recipient] == ["+16505550101", "+16505550103"]


def test_a_fax_that_is_preferred_comes_before_the_one_at_work(tmp_path: Path) -> None:
    card = "BEGIN:VCARD\nVERSION:4.0\nFN:A\nTEL;TYPE=work,fax{0}:+1 650-555-0101\n"
    card += "TEL;TYPE=home,fax{1}:+1 650-555-0102\nTEL;TYPE=cell;PREF=1:+1 650-555-0103\nEND:VCARD\n"
    for first, second, number in (("", "", "0101"), ("", ";PREF=1", "0102"), (";PREF=5", ";PREF=2", "0102")):
        found = to_fax(table_of(tmp_path, card.replace("{0}", first).replace("{1}", second), "a.vcf"))
        assert [found_number[-4:] for _, name, found_number in found if name == "A"] == [number]
        assert len(found) == 2


def test_two_numbers_of_one_cell_are_both_taken_and_marked(tmp_path: Path) -> None:
    table = table_of(tmp_path, "Name,Fax\nA,+1 650-555-0101 ::: +1 650-555-0102\nB,+1 650-555-0103\n")
    assert table.number_column is not None
    found = recipients_of(table, table.name_column, table.number_column, "US")
    assert [(line.is_further, bool(line.doubt)) for line in found] == [
        (False, False),
        (True, True),
        (False, False),
    ]


def test_a_number_that_a_spreadsheet_took_for_one_and_dates_of_faxes(tmp_path: Path) -> None:
    rows = "A,2026-11-27,16505550101.0,\nB,28/11/2026 10:15,,650-555-0102\n"
    table = table_of(tmp_path, f"Name,Last fax,Fax,Phone\n{rows}")
    assert to_fax(table) == [(2, "A", "+16505550101"), (3, "B", "+16505550102")]


def test_a_fax_link_is_a_fax(tmp_path: Path) -> None:
    card = "BEGIN:VCARD\nFN:A\nTEL;PREF=1:tel:+16505550101\nTEL;VALUE=uri:fax:+16505550102\nEND:VCARD\n"
    assert to_fax(table_of(tmp_path, card, "a.vcf")) == [(1, "A", "+16505550102")]


@pytest.mark.parametrize(
    ("charset", "heading", "row", "name"),
    [
        ("cp1254", "Ad,Soyadı,İş Faksı", "Ali,Can", "Ali Can"),
        ("cp1254", "Name,Fax", "Güneş Barış", "Güneş Barış"),
        ("cp1252", "Name,Fax", "Hafþór Sigþrúðarson", "Hafþór Sigþrúðarson"),
    ],
)
def test_turkish_and_icelandic_letters_are_told_apart(
    tmp_path: Path, charset: str, heading: str, row: str, name: str
) -> None:
    (tmp_path / "a.csv").write_bytes(f"{heading}\n{row},+1 650-555-0101\n".encode(charset))
    table = read_address_list(tmp_path / "a.csv")
    assert to_fax(table) == [(2, name, "+16505550101")]
