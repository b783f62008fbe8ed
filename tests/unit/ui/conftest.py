"""The stage and the theme for the tests of the window."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from rcdesk.ui.kit.theme import theme
from tests.unit.ui.stage import Stage


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest, qapp: QApplication) -> str:
    """Each scheme in turn, applied to the application."""
    name = str(request.param)
    theme().apply(qapp, name)
    return name


@pytest.fixture
def stage(qapp: QApplication) -> Stage:
    """A desk without threads."""
    if theme().tokens.is_dark or not qapp.styleSheet():
        theme().apply(qapp, "light")
    return Stage()
