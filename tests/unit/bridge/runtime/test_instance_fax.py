"""A whole fax handed over to the program that runs, through the real socket."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket

from rcdesk.bridge.runtime.instance import FaxOrder, Instance
from rcdesk.bridge.runtime.socket_place import SOCKET_NAME
from rcdesk.core.fax.fax import Document, FaxDraft, Recipient
from rcdesk.core.orders.asked_fax import AskedFax, AskedOutcome, asked_fax_json
from tests.patience import PATIENCE_S
from tests.patient_bot import QtBot
from tests.places import REPOSITORY

WISH = AskedFax(
    draft=FaxDraft(
        recipients=(Recipient(number="+16505550110", name="Valley Imaging"),),
        documents=(
            Document(
                path=Path("/tmp/a letter.pdf").absolute(),
                name="a letter.pdf",
                size_bytes=9,
                media_type="application/pdf",
                pages=2,
            ),
        ),
        cover_index=None,
        note="Grüße",
        send_at=datetime(2030, 1, 31, 16, 45, tzinfo=UTC),
    ),
    is_yes=True,
)

SECOND = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from rcdesk.bridge.runtime.instance import Instance
from rcdesk.core.orders.asked_fax import read_asked_fax
application = QCoreApplication([])
print(Instance(Path(sys.argv[1])).send_fax(read_asked_fax(json.loads(sys.argv[2]))), flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A short path, so that the socket lies in it."""
    found = tmp_path / "d"
    found.mkdir()
    return found


@pytest.mark.parametrize("outcome", list(AskedOutcome))
def test_the_running_program_gets_the_fax_and_says_what_became_of_it(
    qtbot: QtBot, folder: Path, outcome: AskedOutcome
) -> None:
    first = Instance(folder)
    first.listen()
    faxes: list[AskedFax] = []
    others: list[object] = []

    def take(order: FaxOrder) -> None:
        faxes.append(order.asked_fax)
        order.tell(outcome)

    first.fax_asked.connect(take)
    first.asked.connect(others.append)
    second = _second_start(folder)
    qtbot.waitUntil(lambda: bool(faxes) and second.poll() is not None, timeout=30_000)
    said, _ = second.communicate()
    assert said == f"{outcome}\n" and faxes == [WISH] and others == []
    first.close()


def test_a_program_that_ends_before_it_says_is_no_answer(qtbot: QtBot, folder: Path) -> None:
    first = Instance(folder)
    first.listen()
    orders: list[FaxOrder] = []
    first.fax_asked.connect(orders.append)
    second = _second_start(folder)
    qtbot.waitUntil(lambda: bool(orders), timeout=30_000)
    first.close()
    said, _ = second.communicate(timeout=PATIENCE_S)
    assert said == "None\n"
    orders[0].tell(AskedOutcome.QUEUED)


def _second_start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SECOND, str(folder), asked_fax_json(WISH)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )


def test_a_fax_of_another_version_is_not_guessed_at(
    qtbot: QtBot, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = Instance(folder)
    first.listen()
    heard: list[object] = []
    first.fax_asked.connect(heard.append)
    first.asked.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(str(folder / SOCKET_NAME))
    assert socket.waitForConnected(5_000)
    with qtbot.waitSignal(socket.disconnected, timeout=10_000):
        socket.write(asked_fax_json(WISH).replace('"version": 1', '"version": 2').encode() + b"\n")
    assert heard == [] and "makes no sense" in caplog.text
    assert "0110" not in caplog.text and "letter" not in caplog.text
    first.close()
