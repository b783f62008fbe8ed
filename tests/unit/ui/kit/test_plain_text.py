"""Names that look like HTML, turn the writing round or never end: every widget shows them letter by letter.

A window full of hostile names is walked, page by page and dialog by dialog: each label, each document, each
tool tip, those of rows in lists too. A picture that such a name points to is watched by the system (inotify),
so that "nothing is opened" is seen and not believed.
"""

from __future__ import annotations

import ast
import ctypes
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QImage, QTextDocument
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QLabel,
    QMenu,
    QMessageBox,
    QSystemTrayIcon,
    QTextEdit,
    QToolTip,
    QWidget,
)

from rcdesk.bridge.account.notices import Bar, NoticeKind
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.calls.call import Call, CallRequest
from rcdesk.core.fax.fax import FaxState, Recipient
from rcdesk.core.fax.send_checks import RecipientFacts
from rcdesk.core.people.people import (
    Favourite,
    Group,
    ImportedLine,
    ImportTable,
    PersonForm,
    PersonSource,
    Suggestion,
)
from rcdesk.render.rich_text import ClosedText
from rcdesk.ui.account.server_dialog import ServerDialog
from rcdesk.ui.compose.chips import RecipientEntry
from rcdesk.ui.compose.fax_page import FaxPage
from rcdesk.ui.compose.group_menu import ManageGroups
from rcdesk.ui.compose.recipient_list import RecipientList
from rcdesk.ui.compose.review_dialog import ReviewDialog
from rcdesk.ui.kit import plain_text
from rcdesk.ui.kit.plain_text import PlainLabel, menu_words, one_line, plain, without_tags
from rcdesk.ui.phone.contact_dialog import ContactDialog
from rcdesk.ui.phone.quick_dial import QuickDial
from rcdesk.ui.preview.page_viewer import PageViewer
from rcdesk.ui.shell.bug_report import BugReports
from rcdesk.ui.shell.main_window import MainWindow
from rcdesk.ui.shell.places import KEYS
from rcdesk.ui.shell.settings_dialog import SettingsDialog
from rcdesk.ui.tray.tray import Tray
from tests.patient_bot import QtBot
from tests.places import REPOSITORY
from tests.unit.ui.folder_stage import received_fax
from tests.unit.ui.people_stage import missed_call, past_call, person
from tests.unit.ui.stage import ACCOUNT, Stage, checked, document, job

NUMBER, OTHER = "+16505550142", "+16505550143"
UI = REPOSITORY / "rcdesk" / "ui"
TURNED = "in\u202efdp.exe\u2066\x07\x1b[31m\ttwo\nlines"


@dataclass(kw_only=True)
class Bait:
    """A picture whose opening is told by the kernel."""

    path: Path
    watch: int = field(default=-1)

    def __post_init__(self) -> None:
        image = QImage(40, 40, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.red)
        assert image.save(str(self.path))
        if sys.platform.startswith("linux"):
            system = ctypes.CDLL(None, use_errno=True)
            self.watch = system.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
            if self.watch < 0:
                pytest.skip(f"the system watches no more files: {os.strerror(ctypes.get_errno())}")
            in_open = 0x20
            assert system.inotify_add_watch(self.watch, os.fsencode(self.path), in_open) > 0

    @property
    def was_opened(self) -> bool:
        """Whether anybody opened it since it was asked last."""
        if self.watch < 0:
            return False
        try:
            return bool(os.read(self.watch, 65536))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """End the watch."""
        if self.watch >= 0:
            os.close(self.watch)


@pytest.fixture
def bait(qapp: QApplication, tmp_path: Path) -> Iterator[Bait]:
    """A picture that nobody may open."""
    made = Bait(path=tmp_path / "bait.png")
    yield made
    made.close()


HOSTILE = {
    "a picture": '<img src="{0}">',
    "a picture by address": "<b>Bold</b> <img src='file://{0}' width=9000 height=9000>",
    "escaped": "&lt;b&gt; &amp; <a href='file://{0}'>Bell & Sons</a>",
    "long": "<table>" + "<td>x " * 1_600 + "<img src='{0}'>",
    "turned": TURNED,
}


@pytest.fixture(params=HOSTILE)
def name(request: pytest.FixtureRequest, bait: Bait) -> str:
    """A name as somebody far away chose it."""
    return HOSTILE[request.param].replace("{0}", str(bait.path))


def fill(stage: Stage, name: str) -> None:
    """Everybody and everything on the desk has this name."""
    stage.session.account = replace(
        ACCOUNT,
        name=name,
        company=name,
        forwarding_numbers=tuple(replace(phone, label=name) for phone in ACCOUNT.forwarding_numbers),
        numbers=tuple(replace(number, label=name) for number in ACCOUNT.numbers),
        cover_pages=tuple(replace(cover, name=name) for cover in ACCOUNT.cover_pages[:3]),
    )
    stage.session.profile = stage.profiles.put(
        ServerProfile(name=name, base_url="https://one.example", id="a")
    )
    stage.preferences.value = replace(stage.preferences.value, watched_folder=f"/nowhere/{name}")
    somebody = person(name, (NUMBER, name), (OTHER, "Business fax"), company=name)
    stage.people.book = (somebody, person(f"{name} 2", (OTHER, name)))
    stage.people.favourites = (Favourite(number=NUMBER, name=name, is_fax=False),)
    recipient = Recipient(number=NUMBER, name=name)
    stage.people.groups = (Group(id=1, name=name, members=(recipient,)),)
    stage.people.known = (
        Suggestion(
            name=name, number=NUMBER, label=name, source=PersonSource.CONTACT, recipients=(recipient,)
        ),
    )
    stage.people.table = ImportTable(
        columns=(name, name), rows=((name, name),), name_column=0, number_column=1
    )
    stage.people.lines = (ImportedLine(line=1, text=name, recipient=None, problem=name),)
    known = Recipient(number=OTHER, name=name)
    stage.faxes.facts[NUMBER] = RecipientFacts(recipient=recipient, is_known=False, near=known)


def happen(stage: Stage, name: str) -> None:
    """Calls and faxes of every kind, with and from somebody of this name."""
    stage.history.have(past_call(NUMBER, 5, name=name), missed_call(OTHER, 9, name=name))
    stage.faxes.have(*(job(n, state, name, note=name) for n, state in enumerate(FaxState, start=1)))
    stage.receive(received_fax(90, name), received_fax(91, name, is_read=True))
    request = CallRequest(from_number="+16505550101", from_label=name, to_number=NUMBER, to_name=name)
    call = Call(id="c1", request=request, started_at=datetime.now(UTC), started_s=0.0, reason=name)
    stage.calls.have(call)
    stage.watched.show(Path("/nowhere") / name.replace("/", "_"))
    stage.notices.show(Bar(kind=NoticeKind.WARNING, name="", text=name))
    stage.faxes.problem.emit(name)
    stage.faxes.said.emit(name)


def hover(widget: QWidget, at: QPoint) -> None:
    """Let the mouse rest there until the tool tip comes, which is looked at and hidden."""
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
    for tip in QApplication.topLevelWidgets():
        if isinstance(tip, QLabel) and tip.metaObject().className() == "QTipLabel":
            assert tip.textFormat() is Qt.TextFormat.PlainText, tip.text()
            tip.grab()
    QToolTip.hideText()


def indexes(model: QAbstractItemModel, most: int = 20) -> Iterator[QModelIndex]:
    """The first rows of a model."""
    for row in range(min(most, model.rowCount(QModelIndex()))):
        found = (model.index(row, column, QModelIndex()) for column in range(3))
        yield from (index for index in found if index.isValid())


def walk() -> int:
    """Look at every widget there is; how many tool tips there were."""
    tips = 0
    for widget in QApplication.allWidgets():
        if isinstance(widget, QLabel):
            assert widget.textFormat() is Qt.TextFormat.PlainText, (widget.objectName(), widget.text())
        if isinstance(widget, QTextEdit):
            assert isinstance(widget.document(), ClosedText), widget.objectName()
        if widget.toolTip() and widget.isVisible():
            tips += 1
            hover(widget, widget.rect().center())
        if isinstance(widget, QAbstractItemView) and widget.isVisible() and widget.model() is not None:
            for index in indexes(widget.model()):
                tips += bool(index.data(Qt.ItemDataRole.ToolTipRole))
                hover(widget.viewport(), widget.visualRect(index).center())
        if widget.isWindow() and widget.isVisible():
            widget.grab()
    return tips


def test_every_page_shows_names_letter_by_letter(qtbot: QtBot, stage: Stage, name: str, bait: Bait) -> None:
    fill(stage, name)
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    window.show()
    stage.session.become(stage.session.state, stage.session.account)
    tips = 0
    for page in KEYS:
        window.show_page(page)
        happen(stage, name)
        if page == "fax":
            stage.faxes.checked.emit(checked(document(name)))
            window.desk_side.fax_page.recipients.add_recipients((Recipient(number=NUMBER, name=name),))
        for view in window.findChildren(QAbstractItemView):
            if view.isVisible() and view.model().rowCount(QModelIndex()):
                view.setCurrentIndex(view.model().index(0, 0))
        QApplication.processEvents()
        tips += walk()
    assert tips > 20
    assert "\n" not in window.windowTitle() and "\u202e" not in window.windowTitle()
    assert not bait.was_opened


def test_every_dialog_shows_names_letter_by_letter(
    qtbot: QtBot, stage: Stage, name: str, bait: Bait, tmp_path: Path
) -> None:
    fill(stage, name)
    page = FaxPage(stage.desk)
    qtbot.addWidget(page)
    page.show()
    recipient = Recipient(number=NUMBER, name=name)
    entry = RecipientEntry(text=NUMBER, recipient=recipient, problem="", shown=name)
    facts = stage.faxes.facts
    page.card.importing.read(tmp_path / "people.csv")
    page.recipients.add_recipients((recipient,))
    stage.faxes.checked.emit(checked(document(name)))
    page.send()
    assert any(isinstance(w, ReviewDialog) for w in QApplication.topLevelWidgets())
    dialogs: list[QDialog] = [
        SettingsDialog(stage.desk),
        ServerDialog(stage.desk),
        ContactDialog(stage.desk, PersonForm(source=PersonSource.CONTACT, name=name, company=name)),
        ManageGroups(stage.desk),
        RecipientList([entry], facts),
        PageViewer(stage.desk.proofs, tmp_path / "a.pdf", "application/pdf", title=name),
        QuickDial(stage.desk),
    ]
    for dialog in dialogs:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.open()
    reports = BugReports(page, name)
    reports.show_once(f"{name}: {name}")
    box = page.findChild(QMessageBox)
    assert box is not None
    QApplication.processEvents()
    walk()
    box.close()
    assert not bait.was_opened


def test_the_tray_says_names_without_tags(qtbot: QtBot, stage: Stage, name: str) -> None:
    fill(stage, name)
    window = MainWindow(stage.desk)
    qtbot.addWidget(window)
    tray = Tray(stage.desk, window)
    happen(stage, name)
    tray.refresh()
    (icon,) = tray.findChildren(QSystemTrayIcon)
    assert "rcdesk" in icon.toolTip() and not {"<", "\x1b", "\u202e"} & set(icon.toolTip())


def test_a_label_that_renders_would_be_seen(qtbot: QtBot, bait: Bait) -> None:
    rich = QLabel(f"<img src='{bait.path}'>")
    qtbot.addWidget(rich)
    rich.show()
    rich.grab()
    if bait.watch >= 0:
        assert bait.was_opened
    with pytest.raises(AssertionError):
        walk()


def test_the_text_of_a_cover_opens_nothing(qtbot: QtBot, bait: Bait) -> None:
    page = f"<link rel=stylesheet href='{bait.path}'><img src='{bait.path}'><img src='file://{bait.path}'>"
    edit = QTextEdit()
    qtbot.addWidget(edit)
    edit.setDocument(ClosedText(edit))
    edit.setHtml(page)
    edit.show()
    edit.grab()
    assert not bait.was_opened


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Bell & Sons <b>", "Bell & Sons <b>"),
        ("in\u202efdp.exe", "infdp.exe"),
        ("a\x00\x1b[31mb\x9f", "a[31mb"),
        ("two\nlines", "two\nlines"),
        ("x" * 10_000, "x" * 4_000 + "…"),
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown
    label = PlainLabel(text)
    assert label.text() == shown


def test_what_goes_elsewhere() -> None:
    assert one_line("a\r\n\tb\nc") == "a b c"
    assert without_tags("<b>A & B</b>") == "‹b›A & B‹/b›"
    menu = QMenu()
    action = menu.addAction(menu_words("Bell & Sons\tCtrl+Q"))
    assert action.text() == "Bell && Sons Ctrl+Q"
    assert action.iconText() == "Bell & Sons Ctrl+Q"


def test_labels_are_made_in_one_place() -> None:
    """A bare QLabel guesses whether its text is HTML; so would a QTextBrowser, and it opens what it names."""
    allowed = {
        "QLabel": {"plain_text.py"},
        "QTextDocument": {"rich_text.py"},
        "QTextEdit": {"cover_editor.py"},
        # On a ClosedText, its text put in by a cursor and its links opened by nobody.
        "QTextBrowser": {"said_text.py"},
    }
    forbidden = {"QErrorMessage", "QWhatsThis", "QSplashScreen"}
    broken = []
    for path in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            made = [node.func] if isinstance(node, ast.Call) else []
            made += node.bases if isinstance(node, ast.ClassDef) else []
            for one in made:
                what = one.id if isinstance(one, ast.Name) else ""
                if what in forbidden or path.name not in allowed.get(what, {path.name}):
                    broken.append(f"{path.name}:{one.lineno} makes a {what}")
    assert not broken, "\n".join(broken)
    assert issubclass(ClosedText, QTextDocument) and "QToolTip" in plain_text.PLAIN
