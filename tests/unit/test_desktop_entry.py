"""The desktop entry: "Open with" offers rcdesk for what it can fax, and for links to numbers."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from rcdesk.cli.main import parse
from rcdesk.core.orders.order import is_link
from rcdesk.documents.kinds import ALL_TYPES
from tests.patience import PATIENCE_S
from tests.places import REPOSITORY

ENTRY = REPOSITORY / "packaging" / "rcdesk.desktop"
METAINFO = REPOSITORY / "packaging" / "rcdesk.metainfo.xml"
LINKS = {"x-scheme-handler/tel", "x-scheme-handler/callto"}
ANYTHING = "application/octet-stream"
"""A kind nothing tells from any other file: offering rcdesk for it would offer it for everything."""


@pytest.fixture
def entry() -> configparser.SectionProxy:
    """The entry's keys."""
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ENTRY, encoding="utf-8")
    return parser["Desktop Entry"]


def test_it_opens_what_can_be_faxed_and_nothing_else(entry: configparser.SectionProxy) -> None:
    offered = entry["MimeType"].rstrip(";").split(";")
    assert len(offered) == len(set(offered))
    assert set(offered) == (set(ALL_TYPES.values()) - {ANYTHING}) | LINKS


def test_it_starts_an_installed_program_with_all_the_files_and_links(
    entry: configparser.SectionProxy,
) -> None:
    program, *arguments = entry["Exec"].split()
    assert arguments == ["%U"]
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert program in project["gui-scripts"]


def test_what_it_hands_over_is_understood(entry: configparser.SectionProxy, tmp_path: Path) -> None:
    letter = tmp_path / "Brief an Müller 50%.pdf"
    found = parse([letter.as_uri(), (tmp_path / "b.pdf").as_uri()])
    assert found.files == (letter, tmp_path / "b.pdf") and found.link == ""
    for handler in LINKS:
        link = f"{handler.rpartition('/')[2]}:+1-650-555-0142"
        assert handler in entry["MimeType"].split(";")
        assert is_link(link) and parse([link]).link == link


def test_the_metadata_names_the_same_links() -> None:
    provided = {found.text for found in ET.parse(METAINFO).iter("mediatype")}
    assert provided == LINKS


def test_the_desktop_accepts_it() -> None:
    validator = shutil.which("desktop-file-validate")
    if validator is None:
        pytest.skip("needs desktop-file-validate (desktop-file-utils)")
    done = subprocess.run(
        [validator, str(ENTRY)], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0 and not done.stdout, done.stdout
