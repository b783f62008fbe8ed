"""The palette keeps its promises: contrast, every token used by name, scheme followed, icons coloured."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from rcdesk.ui.kit.boxes import Switch
from rcdesk.ui.kit.icons import icon, pixmap, resources
from rcdesk.ui.kit.theme import apply, current, palette, style_sheet, theme
from rcdesk.ui.kit.tokens import DARK, LIGHT, ColorTokens
from tests.patient_bot import QtBot
from tests.places import REPOSITORY

UI = REPOSITORY / "rcdesk" / "ui"


def luminance(value: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4)

    color = QColor(value)
    red, green, blue = linear(color.redF()), linear(color.greenF()), linear(color.blueF())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "canvas"),
        ("ink2", "surface"),
        ("ink2", "sidebar"),
        ("ink3", "surface"),
        ("ink3", "well"),
        ("onaccent", "accent"),
        ("accent_ink", "accent_tint"),
        ("good_ink", "good_tint"),
        ("wait_ink", "wait_tint"),
        ("bad_ink", "bad_tint"),
    ],
)
def test_text_can_be_read(tokens: ColorTokens, ink: str, ground: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_the_style_sheet_is_complete(tokens: ColorTokens) -> None:
    sheet = style_sheet(tokens, 1.5)
    assert "$" not in sheet
    assert "font-size: 21px" in sheet
    assert palette(tokens).color(QPalette.ColorRole.Window) == QColor(tokens.canvas)


def test_a_scheme_can_be_chosen_and_changed_live(qtbot: QtBot, qapp: QApplication) -> None:
    look = apply(qapp, "light")
    assert look is theme()
    assert current() is LIGHT
    with qtbot.waitSignal(look.changed):
        look.set_scheme("dark")
    assert current() is DARK
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.canvas)
    look.set_scheme("light")


def test_no_raw_colour_outside_the_tokens() -> None:
    import re

    raw = re.compile(r"[\"'# ]#[0-9A-Fa-f]{6}\b")
    found = [
        path.name for path in UI.rglob("*.py") if path.name != "tokens.py" and raw.search(path.read_text())
    ]
    assert found == []


def test_icons_take_the_colour_they_are_given(qapp: QApplication) -> None:
    picture = pixmap("phone", "#FF0000", 20, 2.0)
    assert picture.deviceIndependentSize().width() == 20
    image = picture.toImage()
    colors = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 250
    }
    assert "#ff0000" in colors
    assert not icon("phone").isNull()


def test_every_icon_named_in_the_code_exists(qapp: QApplication) -> None:
    import re

    names = {
        name
        for path in UI.rglob("*.py")
        for name in re.findall(r"(?:icon|pixmap)\(\s*\"([a-z-]+)\"", path.read_text(encoding="utf-8"))
    }
    assert "phone" in names
    assert [name for name in sorted(names) if not (resources("icons") / f"{name}.svg").is_file()] == []


def test_the_switch_works_by_keyboard(qtbot: QtBot, qapp: QApplication) -> None:
    from PySide6.QtCore import Qt

    apply(qapp, "light")
    switch = Switch("Ask me to press 1 first")
    qtbot.addWidget(switch)
    with qtbot.waitExposed(switch):
        switch.show()
    switch.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(switch.toggled):
        qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert switch.isChecked()
    assert not switch.grab().isNull()
