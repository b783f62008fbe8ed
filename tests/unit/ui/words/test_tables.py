"""Every value has its words: the tables of the window leave nothing out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from rcdesk.core.fax.fax import FaxState
from rcdesk.core.fax.folder import Folder
from rcdesk.core.fax.send_checks import Oddity
from rcdesk.core.people.people import PersonSource
from rcdesk.ui.compose.chips import _count_words
from rcdesk.ui.folders.tidying import Tidy
from rcdesk.ui.kit.suggestions import source_icon, source_words
from rcdesk.ui.words import fax_words, folder_words


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (fax_words.state_badge, FaxState),
        (folder_words.title, Folder),
        (folder_words.empty_words, Folder),
        (source_words, PersonSource),
        (source_icon, PersonSource),
        (_count_words, Oddity),
        (lambda tidy: tidy.shelf, Tidy),
    ],
)
def test_no_value_is_without_words(words: Callable[[Any], Any], values: Iterable[Any]) -> None:
    for value in values:
        words(value)
