"""Tracked changes are accepted in what is drawn, and what no page shows is named."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from rcdesk.core.fax.paper import PageRef
from rcdesk.documents.kinds import ALL_TYPES
from rcdesk.documents.office.changes import accept_changes, left_out
from rcdesk.documents.office.file import COMPOUND

WORD = (
    "<w:document><w:body><w:p><w:pPr><w:pPrChange w:id='9'><w:pPr><w:jc w:val='left'/></w:pPr></w:pPrChange>"
    "</w:pPr><w:r><w:t>Price: </w:t></w:r>{}</w:p></w:body></w:document>"
)


def packed(path: Path, parts: dict[str, str]) -> PageRef:
    with zipfile.ZipFile(path, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return PageRef(path=path, media_type=ALL_TYPES[path.suffix[1:]])


def text_of(path: Path, part: str) -> str:
    with zipfile.ZipFile(path) as found:
        assert found.testzip() is None
        return found.read(part).decode()


@pytest.mark.parametrize(
    ("changed", "gone", "kept"),
    [
        ('<w:del w:id="1"><w:r><w:delText>9500</w:delText></w:r></w:del>', "9500", "Price"),
        ('<w:ins w:id="2"><w:r><w:t>12000</w:t></w:r></w:ins>', "w:ins", "12000"),
        (
            '<w:ins w:id="1"><w:del w:id="2"><w:r><w:delText>no</w:delText></w:r></w:del></w:ins>',
            "no<",
            "Price",
        ),
        ('<w:moveFrom w:id="3"><w:r><w:t>here</w:t></w:r></w:moveFrom>', "here", "Price"),
        ('<w:moveTo w:id="4"><w:r><w:t>there</w:t></w:r></w:moveTo>', "w:moveTo", "there"),
        ('<w:moveFromRangeStart w:id="5"/><w:ins w:id="1"/>', "w:ins", "w:moveFromRangeStart"),
        (
            "<w:tbl><w:tr><w:tc>kept</w:tc></w:tr>"
            '<w:tr><w:trPr><w:del w:id="6"/></w:trPr><w:tc>old</w:tc></w:tr>'
            '<w:tr><w:trPr><w:ins w:id="7"/></w:trPr><w:tc>new</w:tc></w:tr></w:tbl>',
            "old",
            "new",
        ),
    ],
)
def test_only_the_final_text_of_a_word_file_is_left(
    tmp_path: Path, changed: str, gone: str, kept: str
) -> None:
    other = "<w:hdr>as it was</w:hdr>"
    ref = packed(tmp_path / "a.docx", {"word/document.xml": WORD.format(changed), "word/header1.xml": other})
    (finding,) = left_out(ref)
    assert finding.words == "Tracked changes" and "RingCentral may draw" in finding.sentence
    accept_changes(ref.path)
    text = text_of(ref.path, "word/document.xml")
    assert gone not in text and kept in text and "pPrChange" not in text and text.startswith("<w:document>")
    assert text_of(ref.path, "word/header1.xml") == other
    assert not list(left_out(ref))


def test_only_the_final_text_of_an_open_document_is_left(tmp_path: Path) -> None:
    text = (
        '<office:text><text:tracked-changes><text:changed-region text:id="c1"><text:deletion><text:p>9500'
        "</text:p></text:deletion></text:changed-region></text:tracked-changes><text:p>Price: "
        '<text:change text:change-id="c1"/><text:change-start text:change-id="c2"/>12000'
        '<text:change-end text:change-id="c2"/></text:p></office:text>'
    )
    ref = packed(tmp_path / "a.odt", {"mimetype": ref_type("odt"), "content.xml": text})
    (finding,) = left_out(ref)
    assert "shown and sent" in finding.sentence
    accept_changes(ref.path)
    assert text_of(ref.path, "content.xml") == "<office:text><text:p>Price: 12000</text:p></office:text>"


def ref_type(ending: str) -> str:
    return ALL_TYPES[ending]


@pytest.mark.parametrize(
    ("name", "parts", "words"),
    [
        ("a.docx", {"word/document.xml": "<w:rPr><w:vanish/></w:rPr>"}, "Hidden text"),
        ("a.docx", {"word/comments.xml": "<w:comments/>"}, "Comments"),
        (
            "a.xlsx",
            {"xl/workbook.xml": '<sheet sheetId="2" state="hidden" r:id="r2"/>'},
            "Hidden sheets",
        ),
        ("a.pptx", {"ppt/slides/slide2.xml": '<p:sld xmlns:p="p" show="0">'}, "Hidden slides"),
        ("a.ods", {"content.xml": "<office:annotation office:display='true'>"}, "Comments"),
    ],
)
def test_what_no_page_shows_is_named(tmp_path: Path, name: str, parts: dict[str, str], words: str) -> None:
    assert [finding.words for finding in left_out(packed(tmp_path / name, parts))] == [words]


def test_a_broken_file_is_left_to_libreoffice(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"PK\x03\x04 and no more")
    accept_changes(path)
    assert path.read_bytes() == b"PK\x03\x04 and no more"
    assert not list(left_out(PageRef(path=path, media_type=ALL_TYPES["docx"])))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"Price: {\deleted\revauthdel1 9500}{\revised\revauth1 12000}", ["Tracked changes"]),
        (r"Price: {\revised\revauth1\revdttm1 12000}", ["Tracked changes"]),
        (r"\deleted0 Price \\deleted \deletedmark", []),
        (r"{\*\annotation look here}Price", ["Comments"]),
    ],
)
def test_tracked_changes_of_an_rtf_are_named(tmp_path: Path, text: str, words: list[str]) -> None:
    path = tmp_path / "a.rtf"
    path.write_text(rf"{{\rtf1\ansi {text}\par}}", encoding="ascii")
    ref = PageRef(path=path, media_type=ALL_TYPES["rtf"])
    assert [finding.words for finding in left_out(ref)] == words


@pytest.mark.parametrize(
    ("run", "is_changed"),
    [
        (b"\x01\x08\x01\x04\x48\x01\x00\x05\x68\x00\x00\x00\x00", True),
        (b"\x63\x48\x01\x00\x64\x68\x00\x00\x00\x00\x00\x08\x01", True),
        (b"\x00\x08\x00\x63\x48", False),
        (b"\x01\x08\x01" + bytes(200) + b"\x04\x48", False),
    ],
)
def test_tracked_changes_of_a_word_document_are_named(tmp_path: Path, run: bytes, is_changed: bool) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(COMPOUND + bytes(500) + run + bytes(500) + "WordDocument".encode("utf-16-le") + bytes(9))
    ref = PageRef(path=path, media_type=ALL_TYPES["doc"])
    assert [finding.words for finding in left_out(ref)] == ["Tracked changes"] * is_changed
