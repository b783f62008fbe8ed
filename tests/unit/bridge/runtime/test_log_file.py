"""What stands in the log file: everything but the numbers of people."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from rcdesk.bridge.runtime.log_file import LogFile, without_numbers


@pytest.fixture
def logger(tmp_path: Path) -> Iterator[logging.Logger]:
    logger, file = logging.Logger("rcdesk.test"), LogFile(tmp_path / "rcdesk.log")
    logger.addHandler(file)
    yield logger
    file.close()


def test_the_file_comes_with_the_first_line(logger: logging.Logger, tmp_path: Path) -> None:
    assert not (tmp_path / "rcdesk.log").exists()
    logger.info("the window was shown")
    assert "INFO MainThread rcdesk.test: the window was shown" in (tmp_path / "rcdesk.log").read_text("utf-8")


def test_a_number_in_an_unexpected_error_is_cut(logger: logging.Logger, tmp_path: Path) -> None:
    try:
        raise ValueError("no such number: '+1 (650) 555-0142'")
    except ValueError:
        logger.exception("work failed for %s", "6505550199")
    said = (tmp_path / "rcdesk.log").read_text("utf-8")
    assert "…0199" in said and "…0142" in said and "ValueError" in said
    assert "555" not in said


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("+16505550142", "…0142"),
        ("650-555-0142 and 020 7946 0109", "…0142 and …0109"),
        ("(650) 555.0142", "(…0142"),
        ("refused: 429 CMN-301, request 7a9f-12345678", "refused: 429 CMN-301, request 7a9f-12345678"),
        ('File "pump.py", line 1234, in work', 'File "pump.py", line 1234, in work'),
        ("12 of 5000 records", "12 of 5000 records"),
    ],
)
def test_what_may_be_a_number(said: str, kept: str) -> None:
    assert without_numbers(said) == kept
