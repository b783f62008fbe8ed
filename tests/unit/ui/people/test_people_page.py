"""The People page on the stage: the list and its keys, favourites and their order, the person beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QScrollArea

from rcdesk.bridge.people.people_desk import MOST_PEOPLE
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.people.people import Caller, Favourite, ImportedLine, ImportTable, PersonSource, TimelineItem
from rcdesk.ui.compose.import_dialog import ImportDialog
from rcdesk.ui.kit.row_list import ITEM_ROLE
from rcdesk.ui.kit.theme import theme
from rcdesk.ui.people.people_list import PeopleList, PeopleModel, detail_of, title_of
from rcdesk.ui.people.people_page import PeoplePage
from rcdesk.ui.phone.contact_dialog import ContactDialog
from tests.now import now
from tests.patient_bot import ModelTester, QtBot
from tests.unit.ui.people_stage import BOOK, FRONT, LENA, LENA_FAX, PINE, open_page, part, past_call, person
from tests.unit.ui.stage import Stage

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def page(qtbot: QtBot, stage: Stage) -> PeoplePage:
    """The page with three people."""
    stage.people.book = BOOK
    made = open_page(qtbot, PeoplePage(stage.desk))
    made.focus_list()
    return made


def heard(signal: Any) -> list[Any]:
    """What a signal brings from now on."""
    found: list[Any] = []
    signal.connect(lambda *what: found.append(what))
    return found


def names(page: PeoplePage) -> list[str]:
    """The rows as they are read."""
    return [str(page.model.index(row, 0).data()) for row in range(page.model.rowCount())]


def are_shown(page: PeoplePage, wanted: list[str]) -> bool:
    """These rows and no others."""
    return names(page) == wanted


def starred(page: PeoplePage) -> list[str]:
    """Numbers whose star is full."""
    stars = [b for b in page.person.findChildren(QAbstractButton) if b.objectName().startswith("star_")]
    return [b.objectName()[5:] for b in stars if b.accessibleName().startswith("Take ")]


def show_favourites(page: PeoplePage) -> None:
    part(page, QAbstractButton, "people_favourites").click()


def test_the_model_is_a_good_model(qtmodeltester: ModelTester) -> None:
    model = PeopleModel()
    model.can_move = True
    model.show_rows(BOOK)
    qtmodeltester.check(model)
    assert not model.moveRow(QModelIndex(), 0, QModelIndex(), 0)
    assert model.moveRow(QModelIndex(), 0, QModelIndex(), 3)
    assert [model.index(row, 0).data() for row in range(3)] == [
        "Front desk",
        "Pine Street Pharmacy",
        "Dr. Lena Ortiz",
    ]
    assert not model.moveRows(QModelIndex(), 0, 2, QModelIndex(), 3), "one row at a time"
    model.can_move = False
    model.show_rows(BOOK)
    assert not model.moveRow(QModelIndex(), 0, QModelIndex(), 2), "only favourites have an order"


def test_words_of_a_row() -> None:
    lena, front, _ = BOOK
    assert title_of(lena, "US") == "Dr. Lena Ortiz"
    assert detail_of(lena, "US") == "Ortiz Clinic · (650) 555-0142 · mobile · +1"
    assert detail_of(front, "US") == "102 · extension"
    nobody = person("", (PINE, "Business"))
    assert (title_of(nobody, "US"), detail_of(nobody, "US")) == ("(650) 555-0119", "business")
    firm = person("Ortiz Clinic", (PINE, ""), company="Ortiz Clinic")
    assert detail_of(firm, "US") == "(650) 555-0119", "a company's own entry does not say its name twice"


def test_the_first_one_is_chosen_and_shown(page: PeoplePage) -> None:
    assert names(page) == ["Dr. Lena Ortiz", "Front desk", "Pine Street Pharmacy"]
    assert page.list.chosen() == BOOK[0]
    assert part(page, QLabel, "personName").text() == "Dr. Lena Ortiz"
    index = page.model.index(0, 0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).startswith("Dr. Lena Ortiz, Ortiz Clinic")
    buttons = {b.objectName(): b.accessibleName() for b in page.person.findChildren(QAbstractButton)}
    assert buttons[f"call_{LENA}"] == "Call (650) 555-0142"
    assert buttons[f"fax_{LENA_FAX}"] == "Fax (650) 555-0143"


def test_keys_call_the_phone_and_fax_the_fax(qtbot: QtBot, page: PeoplePage) -> None:
    called, faxed = heard(page.call_asked), heard(page.fax_asked)
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    qtbot.keyClick(page.list, Qt.Key.Key_F)
    assert (called, faxed) == ([(LENA, "Dr. Lena Ortiz")], [(LENA_FAX,)])
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    qtbot.keyClick(page.list, Qt.Key.Key_Enter)
    qtbot.keyClick(page.list, Qt.Key.Key_F)
    assert called[-1] == (FRONT, "Front desk")
    assert len(faxed) == 1, "an extension cannot be faxed"


def test_an_extension_offers_no_fax(qtbot: QtBot, page: PeoplePage) -> None:
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert part(page.person, QAbstractButton, f"fax_{FRONT}").isHidden()
    assert part(page.person, QAbstractButton, f"call_{FRONT}").isVisible()


def test_buttons_beside_a_number(page: PeoplePage) -> None:
    called, faxed = heard(page.call_asked), heard(page.fax_asked)
    part(page.person, QAbstractButton, f"call_{LENA_FAX}").click()
    part(page.person, QAbstractButton, f"fax_{LENA}").click()
    part(page.person, QAbstractButton, f"copy_{LENA}").click()
    assert (called, faxed) == ([(LENA_FAX, "Dr. Lena Ortiz")], [(LENA,)])
    assert QApplication.clipboard().text() == LENA


def test_the_right_key_goes_to_the_numbers_and_esc_back(qtbot: QtBot, page: PeoplePage) -> None:
    qtbot.keyClick(page.list, Qt.Key.Key_Right)
    focused = QApplication.focusWidget()
    assert focused is not None and focused.objectName() == f"call_{LENA}"
    qtbot.keyClick(focused, Qt.Key.Key_Escape)
    assert page.list.hasFocus()


def test_tab_goes_in_reading_order(qtbot: QtBot, page: PeoplePage) -> None:
    part(page, QLineEdit, "peopleSearch").setFocus()
    seen: list[str] = []
    for _ in range(15):
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.append(focused.objectName())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert seen[:5] == ["peopleSearch", "peopleImport", "peopleNew", "people_all", "peopleList"]
    of_number = [
        f"{what}_{number}" for number in (LENA, LENA_FAX) for what in ("star", "call", "fax", "copy")
    ]
    assert seen[5:] == [*of_number, "personEdit", "personDelete"]


def test_a_star_pressed_with_the_keyboard_keeps_the_keyboard(
    qtbot: QtBot, page: PeoplePage, stage: Stage
) -> None:
    star = part(page.person, QAbstractButton, f"star_{LENA}")
    star.setFocus()
    qtbot.keyClick(star, Qt.Key.Key_Space)
    assert now(stage.people.favourites) == (Favourite(number=LENA, name="Dr. Lena Ortiz"),)
    assert starred(page) == [LENA]
    assert QApplication.focusWidget() is star
    qtbot.keyClick(star, Qt.Key.Key_Space)
    assert (stage.people.favourites, starred(page)) == ((), [])


def test_s_stars_and_takes_whichever_number_is_a_favourite(
    qtbot: QtBot, page: PeoplePage, stage: Stage
) -> None:
    qtbot.keyClick(page.list, Qt.Key.Key_S)
    assert [f.number for f in stage.people.favourites] == [LENA]
    qtbot.keyClick(page.list, Qt.Key.Key_S)
    stage.people.set_favourites((Favourite(number=LENA_FAX, name="Lena's fax", is_fax=True),))
    assert starred(page) == [LENA_FAX]
    qtbot.keyClick(page.list, Qt.Key.Key_S)
    assert stage.people.favourites == ()


def test_favourites_are_put_in_order_with_keys(qtbot: QtBot, page: PeoplePage, stage: Stage) -> None:
    kept = tuple(Favourite(number=n, name=name) for n, name in ((LENA, "Lena"), (FRONT, ""), (PINE, "Pine")))
    stage.people.callers_known[FRONT] = Caller(number=FRONT, name="Front desk", label="Extension")
    stage.people.set_favourites(kept)
    show_favourites(page)
    assert names(page) == ["Lena", "Front desk", "Pine"]
    page.focus_list()
    qtbot.keyClick(page.list, Qt.Key.Key_End)
    qtbot.keyClick(page.list, Qt.Key.Key_Up, ALT)
    assert [f.number for f in stage.people.favourites] == [LENA, PINE, FRONT]
    chosen = page.list.chosen()
    assert chosen is not None and chosen.numbers[0].number == PINE
    qtbot.keyClick(page.list, Qt.Key.Key_Up, ALT)
    qtbot.keyClick(page.list, Qt.Key.Key_Up, ALT)
    qtbot.keyClick(page.list, Qt.Key.Key_Down, ALT)
    assert [f.number for f in stage.people.favourites] == [LENA, PINE, FRONT]
    assert [f.name for f in stage.people.favourites][:2] == ["Lena", "Pine"]


def test_a_favourite_shows_the_whole_person(page: PeoplePage, stage: Stage) -> None:
    stage.people.set_favourites((Favourite(number=LENA_FAX, name="Lena", is_fax=True),))
    show_favourites(page)
    assert part(page, QLabel, "personName").text() == "Dr. Lena Ortiz"
    assert part(page.person, QAbstractButton, f"call_{LENA}").isVisible()


def test_favourites_are_searched(qtbot: QtBot, page: PeoplePage, stage: Stage) -> None:
    stage.people.set_favourites(
        (Favourite(number=LENA, name="Lena"), Favourite(number=PINE, name="Pine Street"))
    )
    show_favourites(page)
    for text, found in (("pine", ["Pine Street"]), ("555-0142", ["Lena"]), ("nobody", [])):
        page.search.setText(text)
        qtbot.waitUntil(partial(are_shown, page, found))
    assert part(page, QLabel, "peopleEmpty").text() == "Nobody matches “nobody”."
    assert not page.list.isVisible()
    qtbot.keyClick(page.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: names(page) == ["Lena", "Pine Street"])
    stage.people.set_favourites(())
    assert "star" in part(page, QLabel, "peopleEmpty").text()


def test_a_new_look_keeps_who_is_chosen(qtbot: QtBot, page: PeoplePage, stage: Stage) -> None:
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    stage.people.book = (person("Aaron", ("+16505550101", "")), *BOOK)
    stage.people.people_changed.emit()
    assert page.list.chosen() == BOOK[1]
    assert part(page, QLabel, "personName").text() == "Front desk"
    stage.people.book = BOOK[2:]
    stage.people.people_changed.emit()
    assert page.list.chosen() == BOOK[2]
    assert part(page, QLabel, "personName").text() == "Pine Street Pharmacy"
    stage.people.book = ()
    stage.people.people_changed.emit()
    assert part(page, QLabel, "personNobody").isVisible()
    assert "vCard" in part(page, QLabel, "peopleEmpty").text()


def test_the_timeline_is_of_all_numbers_and_read_again(page: PeoplePage, stage: Stage) -> None:
    assert stage.people.asked_timelines[-1] == (LENA, LENA_FAX)
    assert page.person.timeline.rows.rowCount() == 0
    call = past_call(LENA)
    stage.people.happened = (TimelineItem(at=call.at, what=call),)
    stage.history.changed.emit()
    assert page.person.timeline.rows.rowCount() == 1
    page.person.timeline.setCurrentIndex(page.person.timeline.rows.index(0, 0))
    newer = past_call(LENA, 1)
    stage.people.happened = (TimelineItem(at=newer.at, what=newer), *stage.people.happened)
    stage.history.changed.emit()
    assert page.person.timeline.currentIndex().row() == 1, "the same call stays chosen"


def test_somebody_with_many_numbers_leaves_room_for_what_happened(
    qtbot: QtBot, page: PeoplePage, stage: Stage
) -> None:
    many = person("Many", *((f"+1650555{n:04}", "Business") for n in range(12)))
    stage.people.book = (many,)
    stage.people.people_changed.emit()
    area = page.person.findChild(QScrollArea)
    assert area is not None
    lines = [part(page.person, QAbstractButton, f"call_{n.number}") for n in many.numbers]
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    assert area.height() < 5 * lines[0].height() * 2


def test_in_a_narrow_window_one_of_both_is_shown(qtbot: QtBot, page: PeoplePage, stage: Stage) -> None:
    page.resize(560, 520)
    assert page.body.is_folded and not page.person.isVisible()
    asked = len(stage.people.asked_timelines)
    qtbot.keyClick(page.list, Qt.Key.Key_Right)
    assert page.person.isVisible() and not page.list.isVisible()
    assert len(stage.people.asked_timelines) == asked + 1, "read when somebody looks"
    qtbot.keyClick(part(page.person, QAbstractButton, f"call_{LENA}"), Qt.Key.Key_Escape)
    assert page.list.hasFocus()


def test_numbers_fit_beside_their_buttons_or_above_them(page: PeoplePage) -> None:
    call = part(page.person, QAbstractButton, f"call_{LENA}")
    words = next(w for w in page.person.findChildren(QLabel) if w.text() == "(650) 555-0142")
    for width in (1400, 836, 720):
        page.resize(width, 600)
        right = words.mapTo(page, words.rect().topLeft()).x() + words.sizeHint().width()
        is_beside = right <= call.mapTo(page, call.rect().topLeft()).x()
        is_above = (
            words.mapTo(page, words.rect().bottomLeft()).y() <= call.mapTo(page, call.rect().center()).y()
        )
        assert is_beside or is_above, width


def test_more_people_than_are_listed_is_said(page: PeoplePage, stage: Stage) -> None:
    assert not part(page, QLabel, "peopleMore").isVisible()
    stage.people.book = tuple(person(f"P{n}", (f"+1650{n:07}", "")) for n in range(MOST_PEOPLE))
    stage.people.people_changed.emit()
    assert f"{MOST_PEOPLE}" in part(page, QLabel, "peopleMore").text()
    assert part(page, QLabel, "peopleMore").isVisible()


def test_rows_grow_with_the_font_and_show_a_ring_for_keys(
    qtbot: QtBot, qapp: QApplication, page: PeoplePage
) -> None:
    small = page.list.sizeHintForRow(0)
    theme().scale = 1.5
    theme().changed.emit()
    assert page.list.sizeHintForRow(0) == round(small * 1.5)
    theme().set_scheme("light")
    qtbot.keyClick(page.list, Qt.Key.Key_Home)
    assert now(page.list.has_ring)
    qtbot.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=page.list.rect().center())
    assert not page.list.has_ring
    qtbot.keyClick(page.list, Qt.Key.Key_Up)
    assert page.list.has_ring


def test_a_ring_is_painted_around_the_current_row(qtbot: QtBot, page: PeoplePage) -> None:
    def picture() -> bytes:
        return bytes(page.list.viewport().grab().toImage().constBits())

    qtbot.keyClick(page.list, Qt.Key.Key_Home)
    with_ring = picture()
    qtbot.mouseClick(
        page.list.viewport(),
        Qt.MouseButton.LeftButton,
        pos=page.list.visualRect(page.model.index(0, 0)).center(),
    )
    assert page.list.chosen() == BOOK[0]
    assert picture() != with_ring


def test_an_import_is_asked_about_and_said(
    qtbot: QtBot, page: PeoplePage, stage: Stage, tmp_path: Path
) -> None:
    table = ImportTable(
        columns=("Name", "Number"), rows=(("Ann", PINE), ("Bob", LENA)), name_column=0, number_column=1
    )
    stage.people.table = table
    page._read_import(str(tmp_path / "people.vcf"))
    dialog = page.findChild(ImportDialog)
    assert dialog is not None and dialog.windowTitle() == "Import people"
    good = tuple(
        ImportedLine(line=n, text=number, recipient=Recipient(number=number))
        for n, number in enumerate((PINE, LENA))
    )
    dialog.taken.emit(good)
    assert stage.people.imported == [good]
    assert part(page, QLabel, "footWords").text() == "2 people were added."
    assert part(page, QLabel, "footWords").isVisible()
    stage.people.problem.emit("There is no number in this list that can be called.")
    assert part(page, QLabel, "footWords").text().startswith("There is no number")


def test_the_list_knows_its_rows(page: PeoplePage) -> None:
    assert isinstance(page.list, PeopleList)
    assert page.list.accessibleName() == "People"
    assert page.list.uniformItemSizes()
    assert page.model.index(1, 0).data(ITEM_ROLE) == BOOK[1]
    assert page.model.data(QModelIndex()) is None


def test_somebody_is_made_edited_and_deleted_by_mouse_and_keyboard(
    qtbot: QtBot, page: PeoplePage, stage: Stage
) -> None:
    ways: tuple[tuple[Callable[[], None], str], ...] = (
        (lambda: part(page, QAbstractButton, "peopleNew").click(), "New person"),
        (lambda: qtbot.keyClick(page.list, Qt.Key.Key_N), "New person"),
        (lambda: part(page, QAbstractButton, "personEdit").click(), "Edit person"),
        (lambda: qtbot.keyClick(page.list, Qt.Key.Key_E), "Edit person"),
    )
    for ask, title in ways:
        ask()
        (dialog,) = [found for found in page.findChildren(ContactDialog) if found.isVisible()]
        assert dialog.windowTitle() == title
        dialog.reject()
    deletes: tuple[Callable[[], None], ...] = (
        lambda: part(page, QAbstractButton, "personDelete").click(),
        lambda: qtbot.keyClick(page.list, Qt.Key.Key_Delete),
    )
    for number, delete in enumerate(deletes, start=1):
        shown = page.person.person
        assert shown is not None
        delete()
        assert page.model.rowCount() == len(BOOK) - number
        assert part(page, QLabel, "footWords").text() == f"{shown.name} was deleted."
        part(page, QAbstractButton, "footUndo").click()
        assert [found.form.key for found in stage.people.restored][-1] == shown.key
        assert not part(page, QAbstractButton, "footUndo").isVisible()


@pytest.mark.parametrize(
    ("source", "words"),
    [(PersonSource.DIRECTORY, "company directory"), (PersonSource.RECENT, "your calls and faxes")],
)
def test_who_cannot_be_changed_is_greyed_with_the_reason(
    qtbot: QtBot, stage: Stage, source: PersonSource, words: str
) -> None:
    stage.people.book = (person("Dele", (FRONT, "Extension"), source=source),)
    page = open_page(qtbot, PeoplePage(stage.desk))
    page.focus_list()
    for name in ("personEdit", "personDelete"):
        link = part(page, QAbstractButton, name)
        assert link.isVisible() and not link.isEnabled() and words in link.toolTip()
    for key in (Qt.Key.Key_E, Qt.Key.Key_Delete):
        qtbot.keyClick(page.list, key)
        assert words in part(page, QLabel, "footWords").text()
    assert page.model.rowCount() == 1
