"""The places of the page strip: made when somebody looks, and told of only when they differ."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex

from rcdesk.ui.preview.page_strip import PageStrip
from rcdesk.ui.preview.strip_model import Place, StripItem, StripModel
from tests.patient_bot import QtBot


def maker(made: list[int], suffix: str = "", *, only: int = -1) -> Callable[[int], Place]:
    """Titles are numbers; suffix stands behind that of the row `only`. What is made is noted."""

    def make(row: int) -> Place:
        made.append(row)
        title = f"{row}{suffix if row == only else ''}"
        return StripItem(title=title, spoken=f"Page {title}"), None

    return make


def test_only_places_in_sight_are_made(qtbot: QtBot) -> None:
    strip, made = PageStrip(), list[int]()
    qtbot.addWidget(strip)
    strip.resize(400, 98)
    strip.strip.set_places(500, maker(made))
    strip.show()
    qtbot.waitUntil(lambda: bool(made))
    strip.grab()
    assert set(made) <= set(range(9)) and len(made) == len(set(made))
    made.clear()
    strip.choose(450)
    strip.grab()
    assert 450 in made and max(made) < 460 and min(made) > 440


def test_what_nobody_saw_is_not_told_of(qtbot: QtBot) -> None:
    model, made, told = StripModel(), list[int](), list[int]()
    model.set_places(5, maker(made))

    def tell(first: QModelIndex, _last: QModelIndex) -> None:
        told.append(first.row())

    model.dataChanged.connect(tell)
    assert model.item(1).title == "1" and model.item(3).title == "3" and made == [1, 3]
    model.renew(2, maker(made, "!", only=2))
    assert told == [] and made == [1, 3]
    assert model.item(2).title == "2!"
    model.renew(1, maker(made, "!", only=2))
    assert told == [], "it is as it was"
    model.set_places(5, maker(made, "?", only=3))
    assert sorted(told) == [2, 3]
    assert [item.title for item in model.items] == ["0", "1", "2", "3?", "4"]
    resets: list[bool] = []
    model.modelReset.connect(lambda: resets.append(True))
    model.set_places(0, maker(made))
    assert resets == [True] and model.items == () and model.rowCount() == 0
