"""The recipient field: many at once, suggestions, groups, and what is odd shown early."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QListView,
    QListWidget,
    QPushButton,
    QTreeWidget,
    QWidget,
)

from rcdesk.core.fax.fax import Recipient
from rcdesk.core.fax.send_checks import RecipientFacts
from rcdesk.core.people.people import Group, PersonSource, Suggestion
from rcdesk.ui.compose.chips import Chip, MoreChip, read_entries
from rcdesk.ui.compose.fax_page import FaxPage
from rcdesk.ui.compose.group_menu import GroupName, ManageGroups
from rcdesk.ui.compose.recipient_field import FOLD_ABOVE, RecipientField
from rcdesk.ui.compose.recipient_list import RecipientList
from rcdesk.ui.kit.suggestions import SuggestionModel
from tests.now import now
from tests.patient_bot import ModelTester, QtBot
from tests.unit.ui.stage import Stage, shoot

VALLEY = Recipient(number="+16505550110", name="Valley Imaging")
ORTIZ = Recipient(number="+14155550160", name="Dr. Ortiz")
KNOWN = (
    Suggestion(
        name="Valley Imaging",
        number=VALLEY.number,
        label="Business fax",
        source=PersonSource.CONTACT,
        recipients=(VALLEY,),
        is_fax=True,
    ),
    Suggestion(
        name="Vale Dental",
        number="+16505550119",
        label="",
        source=PersonSource.RECENT,
        recipients=(Recipient(number="+16505550119", name="Vale Dental"),),
    ),
    Suggestion(
        name="Vale practices", number="", label="", source=PersonSource.GROUP, recipients=(VALLEY, ORTIZ)
    ),
)


@pytest.fixture
def page(qtbot: QtBot, stage: Stage) -> FaxPage:
    """A composer in an active window."""
    stage.people.known = KNOWN
    made = FaxPage(stage.desk)
    qtbot.addWidget(made)
    made.resize(1072, 760)
    made.show()
    made.activateWindow()
    made.recipients.line.setFocus()
    qtbot.waitUntil(made.recipients.line.hasFocus)
    return made


@pytest.fixture
def field(page: FaxPage) -> RecipientField:
    """Its recipient field."""
    return page.recipients


def _numbers(field: RecipientField) -> list[str]:
    return [r.number for r in field.recipients]


def _said(field: QWidget, name: str) -> str:
    found = field.findChild(QLabel, name)
    assert found is not None
    return found.text() if found.isVisible() else ""


def _dialog(kind: type[QDialog]) -> QDialog:
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("pasted", "numbers", "names"),
    [
        ("Practice 7 <650 555 0110>", ["+16505550110"], ["Practice 7"]),
        ("Valley Imaging\t650 555 0110\nDr. Ortiz\t415 555 0160", ["+16505550110", "+14155550160"], None),
        ("650 555 0110; 415 555 0160, 510 555 0177", ["+16505550110", "+14155550160", "+15105550177"], None),
        ("650 555 0110, Valley Imaging", ["+16505550110"], ["Valley Imaging"]),
        ("Smith, John <650 555 0110>", ["+16505550110"], ["Smith, John"]),
        ("650 555 0110\r\n\r\n650 555 0111\r\n", ["+16505550110", "+16505550111"], ["", ""]),
    ],
)
def test_pasted_lists_are_read(
    field: RecipientField, pasted: str, numbers: list[str], names: list[str] | None
) -> None:
    field.add_text(pasted)
    assert _numbers(field) == numbers
    assert field.problems == ()
    if names is not None:
        assert [r.name for r in field.recipients] == names


def test_what_is_typed_is_looked_up_once_after_a_pause(
    qtbot: QtBot, field: RecipientField, stage: Stage
) -> None:
    qtbot.keyClicks(field.line, "val")
    qtbot.waitUntil(field.offered.isVisible)
    assert stage.people.asked == ["val"]
    assert field.offered.model.rowCount() == 3
    first = field.offered.model.index(0, 0)
    assert "Address book" in str(first.data(Qt.ItemDataRole.AccessibleTextRole))


def test_keys_choose_and_take_a_suggestion(qtbot: QtBot, field: RecipientField) -> None:
    qtbot.keyClicks(field.line, "val")
    qtbot.waitUntil(field.offered.isVisible)
    qtbot.keyClick(field.line, Qt.Key.Key_Down)
    qtbot.keyClick(field.line, Qt.Key.Key_Return)
    assert [r.name for r in field.recipients] == ["Vale Dental"]
    assert field.line.text() == "" and not field.offered.isVisible()


def test_a_click_takes_a_suggestion(qtbot: QtBot, field: RecipientField) -> None:
    qtbot.keyClicks(field.line, "val")
    qtbot.waitUntil(field.offered.isVisible)
    rows = field.offered.findChild(QListView, "suggestionList")
    assert rows is not None
    place = rows.visualRect(field.offered.model.index(1, 0)).center()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [r.name for r in field.recipients] == ["Vale Dental"]
    assert field.line.hasFocus()


def test_escape_closes_and_keeps_what_was_typed(qtbot: QtBot, field: RecipientField) -> None:
    qtbot.keyClicks(field.line, "val")
    qtbot.waitUntil(field.offered.isVisible)
    qtbot.keyClick(field.line, Qt.Key.Key_Escape)
    assert not field.offered.isVisible()
    assert field.line.text() == "val"


def test_enter_before_the_answer_takes_the_first_one(qtbot: QtBot, field: RecipientField) -> None:
    qtbot.keyClicks(field.line, "valley")
    qtbot.keyClick(field.line, Qt.Key.Key_Return)
    assert field.recipients == (VALLEY,)


def test_enter_after_a_name_nobody_has_says_so(qtbot: QtBot, field: RecipientField) -> None:
    qtbot.keyClicks(field.line, "hello")
    qtbot.keyClick(field.line, Qt.Key.Key_Return)
    assert field.recipients == ()
    assert "no digits" in _said(field, "recipientProblem")


def test_a_typed_number_is_not_replaced_by_a_suggestion(qtbot: QtBot, field: RecipientField) -> None:
    qtbot.keyClicks(field.line, "+165055501")
    qtbot.waitUntil(field.offered.isVisible)
    qtbot.keyClicks(field.line, "77")
    qtbot.keyClick(field.line, Qt.Key.Key_Return)
    assert _numbers(field) == ["+16505550177"]


def test_down_in_the_empty_line_offers_people(qtbot: QtBot, field: RecipientField, stage: Stage) -> None:
    qtbot.keyClick(field.line, Qt.Key.Key_Down)
    assert field.offered.isVisible()
    assert stage.people.asked == [""]


def test_a_group_becomes_chips_without_doubles(qtbot: QtBot, field: RecipientField) -> None:
    field.add_text("650 555 0110")
    qtbot.keyClicks(field.line, "practices")
    qtbot.keyClick(field.line, Qt.Key.Key_Return)
    assert _numbers(field) == [VALLEY.number, ORTIZ.number]


def test_late_answers_are_thrown_away(
    qtbot: QtBot, field: RecipientField, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Callable[[tuple[Suggestion, ...]], None]]] = []
    monkeypatch.setattr(field.offered, "_ask", lambda text, done: asked.append((text, done)))
    qtbot.keyClicks(field.line, "val")
    qtbot.waitUntil(lambda: len(asked) == 1)
    qtbot.keyClicks(field.line, "l")
    qtbot.waitUntil(lambda: len(asked) == 2)
    asked[0][1](KNOWN)
    assert not field.offered.isVisible()
    asked[1][1](KNOWN[:1])
    assert field.offered.isVisible() and field.offered.model.rowCount() == 1


def test_the_model_keeps_the_rules(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    model = SuggestionModel()
    model.show_rows(KNOWN)
    qtmodeltester.check(model)
    model.show_rows(())
    qtmodeltester.check(model)


def test_odd_numbers_are_shown_early(qtbot: QtBot, field: RecipientField, stage: Stage) -> None:
    odd = Recipient(number="+16505550111")
    stage.faxes.facts[odd.number] = RecipientFacts(recipient=odd, is_known=False, near=VALLEY)
    field.add_text("650 555 0110, 650 555 0111, 555-01")
    qtbot.waitUntil(lambda: bool(_said(field, "recipientNotice")))
    assert _said(field, "recipientNotice") == "First fax to (650) 555-0111 — one digit from Valley Imaging."
    assert [c.family for c in field.findChildren(Chip)] == ["accent", "wait", "bad"]
    assert "one digit" in field.findChildren(Chip)[1].accessibleName()
    (asked,) = stage.faxes.fact_questions
    assert len(asked.recipients) == 2


def test_facts_are_asked_once_for_each_number(qtbot: QtBot, field: RecipientField, stage: Stage) -> None:
    field.add_text("650 555 0110")
    qtbot.waitUntil(lambda: len(stage.faxes.fact_questions) == 1)
    field.add_text("650 555 0111")
    qtbot.waitUntil(lambda: len(stage.faxes.fact_questions) == 2)
    assert [r.number for r in stage.faxes.fact_questions[1].recipients] == ["+16505550111"]


def test_f2_and_a_double_click_edit_a_chip(qtbot: QtBot, field: RecipientField) -> None:
    field.add_text("Bob <650 555 0110>, 415 555 0160")
    chips = field.findChildren(Chip)
    qtbot.keyClick(chips[0], Qt.Key.Key_F2)
    assert field.line.text() == "Bob <650 555 0110>"
    assert _numbers(field) == ["+14155550160"]
    qtbot.keyClick(field.line, Qt.Key.Key_Return)
    chip = next(c for c in field.findChildren(Chip) if c.isVisible() and "415" in c.entry.shown)
    qtbot.mouseDClick(chip, Qt.MouseButton.LeftButton, pos=chip.rect().center())
    assert field.line.text() == "415 555 0160"


def test_only_the_cross_of_a_chip_removes(qtbot: QtBot, field: RecipientField) -> None:
    field.add_text("650 555 0110")
    (chip,) = field.findChildren(Chip)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=chip.rect().center())
    assert len(now(field.recipients)) == 1
    cross = chip.rect().center()
    cross.setX(chip.width() - 12)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=cross)
    assert field.recipients == ()


def test_three_hundred_recipients_stay_usable(qtbot: QtBot, field: RecipientField) -> None:
    lines = [f"Practice {i}\t650 555 {i:04}" for i in range(299)]
    QGuiApplication.clipboard().setText("\n".join([*lines[:150], "Wrong\t555-01", *lines[150:]]))
    qtbot.keyClick(field.line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(field.recipients) == 299
    chips = [c for c in field.findChildren(Chip) if c.isVisible()]
    assert len(chips) <= FOLD_ABOVE
    more = field.findChild(MoreChip)
    assert more is not None and more.text() == f"+ {300 - len(chips)} more"
    assert [c.family for c in chips].count("bad") == 1
    assert chips[-1].entry.shown.startswith("Practice 298")
    qtbot.keyClick(field.line, Qt.Key.Key_Backspace)
    assert len(field.recipients) == 298


def test_the_list_of_all_recipients_removes_some(qtbot: QtBot, field: RecipientField) -> None:
    field.add_text("\n".join(f"Practice {i} <650 555 {i:04}>" for i in range(40)) + "\n555-01")
    more = field.findChild(MoreChip)
    assert more is not None
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    dialog = _dialog(RecipientList)
    rows = dialog.findChild(QTreeWidget, "recipientRows")
    assert rows is not None and rows.topLevelItemCount() == 41
    first = rows.topLevelItem(0)
    assert first is not None and "too short" in first.text(1)
    first.setSelected(True)
    remove = dialog.findChild(QPushButton, "removeRecipients")
    assert remove is not None
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert field.problems == () and len(field.recipients) == 40
    shoot(dialog, "recipient-list")
    dialog.close()


def test_groups_are_saved_inserted_renamed_and_brought_back(
    qtbot: QtBot, page: FaxPage, stage: Stage
) -> None:
    page.recipients.add_recipients((VALLEY, ORTIZ))
    page.card.groups.save_these()
    naming = _dialog(GroupName)
    name = naming.findChild(QWidget, "groupName")
    assert name is not None
    qtbot.keyClicks(name, "Labs")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert [(g.name, g.members) for g in stage.people.groups] == [("Labs", (VALLEY, ORTIZ))]
    page.recipients.clear()
    page.card.groups.open_menu()
    menu = page.findChild(QWidget, "groupsMenu")
    assert menu is not None
    actions = menu.actions()
    assert actions[0].text() == "Labs (2)"
    actions[0].trigger()
    assert page.recipients.recipients == (VALLEY, ORTIZ)
    menu.close()
    page.card.groups.manage()
    dialog = _dialog(ManageGroups)
    rows = dialog.findChild(QListWidget, "groupList")
    assert rows is not None
    item = rows.item(0)
    assert item is not None
    item.setText("Laboratories")
    assert [g.name for g in stage.people.groups] == ["Laboratories"]
    for button in ("groupDelete", "groupUndo"):
        found = dialog.findChild(QPushButton, button)
        assert found is not None
        qtbot.mouseClick(found, Qt.MouseButton.LeftButton)
        assert len(stage.people.groups) == (0 if button == "groupDelete" else 1)
    assert stage.people.groups[0].members == (VALLEY, ORTIZ)
    dialog.close()


def test_a_group_name_that_is_taken_is_not_given_twice(qtbot: QtBot, page: FaxPage, stage: Stage) -> None:
    stage.people.groups = (
        Group(id=1, name="Labs", members=(VALLEY,)),
        Group(id=2, name="Practices", members=(ORTIZ,)),
    )
    page.card.groups.manage()
    dialog = _dialog(ManageGroups)
    rows = dialog.findChild(QListWidget, "groupList")
    assert rows is not None
    item = rows.item(1)
    assert item is not None
    item.setText("Labs")
    assert [g.name for g in stage.people.groups] == ["Labs", "Practices"]
    dialog.close()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tel 650-555-0142, Fax 650-555-0143", [("", "+16505550143")]),
        ("Valley Imaging\nTel: 650-555-0142\nFax: 650-555-0143", [("Valley Imaging", "+16505550143")]),
        ("T 650-555-0142 F 650-555-0143", [("", "+16505550143")]),
        ("Dr. Müller Fax: 650-555-0143", [("Dr. Müller", "+16505550143")]),
        ("Sales Office: 650-555-0143", [("Sales Office", "+16505550143")]),
        (
            "A Tel 650-555-0142 Fax 650-555-0143\nB Fax 650-555-0145, Tel 650-555-0144",
            [("A", "+16505550143"), ("B", "+16505550145")],
        ),
    ],
)
def test_a_card_s_fax_is_taken_and_its_telephone_is_not(text: str, found: list[tuple[str, str]]) -> None:
    entries = read_entries(text, "US")
    assert [(e.recipient.name, e.recipient.number) for e in entries if e.recipient is not None] == found
    assert not any(entry.problem for entry in entries)


def test_a_telephone_beside_faxes_is_no_recipient() -> None:
    entries = read_entries("Tel 650-555-0142\nFax 650-555-0143\nFax 650-555-0144", "US")
    assert [entry.recipient is None for entry in entries] == [True, False, False]
    assert entries[0].problem.startswith("This is a telephone")
