"""The desktop entry: "Open with" offers rcdesk for what it can fax, and hands it files, not links."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from rcdesk.documents.kinds import MEDIA_TYPES

REPOSITORY = Path(__file__).resolve().parents[2]
ENTRY = REPOSITORY / "packaging" / "rcdesk.desktop"
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
    assert set(offered) == set(MEDIA_TYPES.values()) - {ANYTHING}


def test_it_starts_an_installed_program_with_all_the_files(entry: configparser.SectionProxy) -> None:
    program, *arguments = entry["Exec"].split()
    assert arguments == ["%F"]
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert program in project["gui-scripts"]


def test_the_desktop_accepts_it() -> None:
    validator = shutil.which("desktop-file-validate")
    if validator is None:
        pytest.skip("needs desktop-file-validate (desktop-file-utils)")
    done = subprocess.run([validator, str(ENTRY)], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0 and not done.stdout, done.stdout
