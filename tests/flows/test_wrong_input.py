"""What a person or a network can do wrong: one clear sentence in the window each time, and nothing lost.

The cases of the issue one by one: letters and nothing as a number; files that are missing, unreadable, empty,
too large, programs, or too many pages; no network, a network lost during an upload or a call; a wrong
credential. A traceback or an ERROR in the log fails every one of them (see tests/conftest.py).
"""

from __future__ import annotations

import os
import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from PIL import Image

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import Credentials
from rcdesk.core.calls.call import CallState
from rcdesk.core.fax.fax import FaxState
from tests.flows.conftest import OpenDesk, Opened, is_at_rest, press_send, profile_of, sign_in
from tests.flows.test_desk_flow import ANSWERS, FAX_SENT, call_state, fax_states, ring_outs

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

NOBODY = 65534


def free_port() -> int:
    """A port of this machine where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def uploads(simulator: RunningSimulator) -> int:
    """How many fax uploads the simulator saw, finished or not."""
    return sum(r.method == "POST" and r.path.endswith("/fax") for r in simulator.requests)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Files are opened without root's rights, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def photo(path: Path, side: int = 500) -> Path:
    """A picture of noise, so that its file is as large as it looks."""
    Image.frombytes("L", (side, side), os.urandom(side * side)).save(path)
    return path


# The number


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("hello", "not a phone number"),
        ("", "type a number"),
        ("555-01", "too short"),
        ("555 0142", "area code is missing"),
        ("911", "emergency"),
        ("9-911", "emergency"),
        ("*67 650 555 0142", "work on your phone itself"),
        ("+999 650 555 0142", "no such country code"),
    ],
)
def test_a_number_that_cannot_be_called_says_why(
    signed_in: Opened, simulator: RunningSimulator, typed: str, said: str
) -> None:
    screen = signed_in.screen
    screen.type("numberField", typed, enter=True)
    screen.wait_for(said)
    assert call_state(signed_in) is None
    assert ring_outs(simulator) == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [("hello", "not a phone number"), ("12", "too short"), ("650 555 0110 x9", "extension")],
)
def test_a_recipient_that_cannot_be_faxed_says_why_and_stays(
    signed_in: Opened, simulator: RunningSimulator, tmp_path: Path, typed: str, said: str
) -> None:
    screen = signed_in.screen
    screen.drop([photo(tmp_path / "Photo.png")])
    screen.wait_for("Photo.png")
    screen.type("recipientField", typed, enter=True)
    screen.wait_for(said)
    screen.wait_for(typed)
    screen.find("sendFaxButton").setFocus()
    assert uploads(simulator) == 0 and fax_states(signed_in) == []


def test_no_recipient_at_all(signed_in: Opened, simulator: RunningSimulator, tmp_path: Path) -> None:
    screen = signed_in.screen
    screen.drop([photo(tmp_path / "Photo.png")])
    screen.wait_for("Photo.png")
    screen.press("sendFaxButton")
    screen.wait_for("recipient")
    assert screen.find("faxProblem").isVisible()
    assert fax_states(signed_in) == []


# The files


def old_word_file(path: Path, size_bytes: int) -> Path:
    """A .doc by its first bytes, of any size without filling the disk."""
    with path.open("wb") as file:
        file.write(bytes.fromhex("D0CF11E0A1B11AE1"))
        file.truncate(size_bytes)
    return path


def make_bad_file(kind: str, folder: Path) -> Path:
    """One of the files that cannot be faxed."""
    path = folder / f"{kind}.pdf"
    match kind:
        case "missing":
            pass
        case "empty":
            path.touch()
        case "program":
            path = folder / "program.exe"
            path.write_bytes(b"MZ\x90\x00" + bytes(400))
        case "disguised program":
            path.write_bytes(b"MZ\x90\x00" + bytes(400))
        case "folder":
            path = folder / "A folder"
            path.mkdir()
        case "60 MB":
            path = old_word_file(folder / "60 MB.doc", 60_000_000)
        case "300 pages":
            document = pypdfium2.PdfDocument.new()
            for _ in range(300):
                document.new_page(612, 792)
            document.save(path)
            document.close()
    return path


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("missing", ("missing.pdf",)),
        ("empty", ("empty", "0 bytes")),
        ("program", (".exe",)),
        ("disguised program", ("disguised program.pdf", "something else inside")),
        ("folder", ("folder",)),
        ("60 MB", ("60", "50 MB")),
        ("300 pages", ("300", "200")),
    ],
)
def test_a_file_that_cannot_be_faxed_says_why(
    signed_in: Opened, simulator: RunningSimulator, tmp_path: Path, kind: str, said: tuple[str, ...]
) -> None:
    screen = signed_in.screen
    good = photo(tmp_path / "Good.png")
    screen.drop([make_bad_file(kind, tmp_path), good])
    screen.wait_for("Good.png", *said)
    screen.type("recipientField", FAX_SENT, enter=True)
    assert uploads(simulator) == 0
    if kind in ("60 MB", "300 pages"):
        assert not screen.find("sendFaxButton").isEnabled() or not fax_states(signed_in)
        return
    press_send(signed_in)
    screen.wait(lambda: fax_states(signed_in) == [FaxState.HANDED_OVER])
    ((name,),) = [r.file_names for r in simulator.requests if r.path.endswith("/fax")]
    assert re.fullmatch(r"Good \(rc-\w{8}\)\.png", name), "by its mark it is known at the service"


def test_an_unreadable_file_says_why(signed_in: Opened) -> None:
    screen = signed_in.screen
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = photo(Path(folder) / "Private.png")
        path.chmod(0)
        # Nothing may be read for a while: what checks files has all it needs by then, and no thread is at it.
        screen.drop([photo(Path(folder) / "Open.png", 400)])
        screen.wait_for("Open.png", "1 page")
        screen.wait(lambda: is_at_rest(signed_in))
        with as_nobody():
            screen.drop([path])
            screen.wait_for("Private.png", "read")
    assert fax_states(signed_in) == []


def test_a_file_that_vanishes_after_it_was_dropped(signed_in: Opened, tmp_path: Path) -> None:
    screen = signed_in.screen
    path = photo(tmp_path / "Short-lived.png")
    screen.drop([path])
    screen.wait_for("Short-lived.png")
    screen.type("recipientField", FAX_SENT, enter=True)
    path.unlink()
    press_send(signed_in)

    def is_refused() -> bool:
        return screen.find("faxProblem").isVisible() and screen.shows("Short-lived.png")

    # Refused by its name; or sent, when its draft had put a copy in safety just before.
    screen.wait(lambda: fax_states(signed_in) or is_refused())
    if fax_states(signed_in):
        screen.wait(lambda: fax_states(signed_in)[0] in (FaxState.HANDED_OVER, FaxState.SENT))
        assert not screen.shows("Nothing was sent")


# The network and the service


def test_no_network_at_start(open_desk: OpenDesk) -> None:
    base_url = f"http://127.0.0.1:{free_port()}"
    desk = open_desk(profile_of(base_url, "id"), Credentials(client_id="id", client_secret="s", jwt="jwt"))
    desk.screen.wait_for("no connection")
    assert desk.running.desk.session.state in (SessionState.SIGNED_OUT, SessionState.OFFLINE)


def test_a_wrong_jwt(open_desk: OpenDesk, simulator: RunningSimulator) -> None:
    wrong = Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt="not.the.one"
    )
    desk = open_desk(profile_of(simulator.base_url, simulator.client_id), wrong)
    said: list[str] = []
    desk.running.desk.session.failed.connect(said.append)
    desk.screen.wait(lambda: said)
    desk.screen.wait_for(said[0])
    assert desk.running.desk.session.state is SessionState.SIGNED_OUT
    assert "not.the.one" not in desk.screen.words()
    assert sum(r.path.endswith("/oauth/token") for r in simulator.requests) == 1


def test_the_network_is_lost_during_an_upload(
    signed_in: Opened, simulator: RunningSimulator, tmp_path: Path
) -> None:
    screen = signed_in.screen
    simulator.fault("cut-during", path="/fax", method="POST", times=1)
    screen.drop([photo(tmp_path / "Large.png", side=4000)])
    screen.wait_for("Large.png")
    screen.type("recipientField", FAX_SENT, enter=True)
    press_send(signed_in)
    screen.wait(lambda: fax_states(signed_in) == [FaxState.WAITING], 30)
    screen.wait(lambda: screen.shows("Large.png") or screen.shows("connection"))
    screen.wait(lambda: fax_states(signed_in) == [FaxState.HANDED_OVER], 30)
    assert len(simulator.state()["faxes"]) == 1


def test_an_answer_lost_after_the_upload_is_not_repeated(
    signed_in: Opened, simulator: RunningSimulator, tmp_path: Path
) -> None:
    screen = signed_in.screen
    simulator.fault("answer-lost", path="/fax", method="POST", times=1)
    screen.drop([photo(tmp_path / "Photo.png")])
    screen.wait_for("Photo.png")
    screen.type("recipientField", FAX_SENT, enter=True)
    press_send(signed_in)
    honest = (FaxState.INTERRUPTED, FaxState.NEEDS_YOU, FaxState.HANDED_OVER, FaxState.SENT)
    screen.wait(lambda: fax_states(signed_in) and fax_states(signed_in)[0] in honest, 30)
    simulator.advance(10)
    assert uploads(simulator) == 1
    assert len(simulator.state()["faxes"]) == 1


@pytest.mark.parametrize(("kind", "status"), [("status", 503), ("429", 0), ("garbage", 0)])
def test_a_service_in_trouble_keeps_the_fax(
    signed_in: Opened, simulator: RunningSimulator, tmp_path: Path, kind: str, status: int
) -> None:
    screen = signed_in.screen
    simulator.fault(kind, path="/fax", method="POST", status=status or 503, seconds=1, times=1)
    screen.drop([photo(tmp_path / "Photo.png")])
    screen.wait_for("Photo.png")
    screen.type("recipientField", FAX_SENT, enter=True)
    press_send(signed_in)
    kept = (FaxState.WAITING, FaxState.INTERRUPTED, FaxState.NEEDS_YOU, FaxState.FAILED, FaxState.HANDED_OVER)
    screen.wait(lambda: fax_states(signed_in) and fax_states(signed_in)[0] in kept, 30)
    assert len(fax_states(signed_in)) == 1
    assert len(simulator.state()["faxes"]) <= 1


def test_the_service_disappears_during_a_call(open_desk: OpenDesk) -> None:
    from rcdesk.simulator import RunningSimulator

    simulator = RunningSimulator.start(clock="manual")
    try:
        desk = sign_in(open_desk, simulator)
        desk.screen.type("numberField", ANSWERS, enter=True)
        desk.screen.wait(lambda: call_state(desk) is CallState.RINGING_YOU)
    finally:
        simulator.stop()
    desk.screen.wait_for("no connection")

    def is_left_unknown() -> bool:
        call = desk.running.desk.calls.calls[0]
        return call.is_unreachable or call.state is CallState.ENDED_UNKNOWN

    desk.screen.wait(is_left_unknown)
    assert desk.running.desk.session.state is SessionState.OFFLINE


def test_a_fax_queued_without_a_network_goes_out_when_it_is_back(open_desk: OpenDesk, tmp_path: Path) -> None:
    from rcdesk.simulator import RunningSimulator

    port = free_port()
    with RunningSimulator.start(port=port, clock="manual") as simulator:
        desk = sign_in(open_desk, simulator)
    screen = desk.screen
    screen.drop([photo(tmp_path / "Photo.png")])
    screen.wait_for("Photo.png")
    screen.type("recipientField", FAX_SENT, enter=True)
    press_send(desk)
    screen.wait(lambda: fax_states(desk) == [FaxState.WAITING], 30)
    screen.wait_for("no connection")
    assert desk.running.stop()
    assert list((tmp_path / "desk").rglob("*.sqlite*")) or list((tmp_path / "desk").rglob("*.db*"))
    with RunningSimulator.start(port=port, clock="manual") as simulator:
        again = sign_in(open_desk, simulator)
        again.screen.wait(lambda: fax_states(again) == [FaxState.HANDED_OVER], 30)
        assert len(simulator.state()["faxes"]) == 1
