"""The program as a person uses it: another process, a real display, keys, the mouse and files dropped on it.

What the desk did is judged by what the simulator, a third process, saw. Pictures of every panel, light and
dark, are left in the folder of the `shots` fixture. Read next: program.py, display.py.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end2end.display import Area, Display
from tests.end2end.program import DeskProcess, DragSource, SimulatorProcess
from tests.end2end.waiting import stays, until

pytestmark = pytest.mark.end2end

ANSWERS, SLOW = "6505550200", "6505550207"
FAX_SENT, FAX_WRONG, FAX_AT_ONCE = "6505554000", "6505554023", "6505554042"
StartDesk = Callable[..., DeskProcess]
StartDragSource = Callable[[list[Path]], DragSource]


def write_pdf(path: Path, pages: int = 2, padding_bytes: int = 4000) -> Path:
    """A small real PDF with a line of text on each page, and a stream of noise to give it some weight."""
    contents = [f"BT /F1 20 Tf 72 700 Td (Page {n + 1} of {pages}) Tj ET" for n in range(pages)]
    noise = bytes(zlib.crc32(n.to_bytes(4, "big")) & 0xFF for n in range(padding_bytes))
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(pages))
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * n} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream".encode())
    objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(noise), noise))
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    data += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    path.write_bytes(data)
    return path


def is_signed_in(simulator: SimulatorProcess) -> bool:
    """The desk has read the account and the address book, about whose fax numbers it asks nothing."""
    seen = {r["path"].rsplit("/", 1)[-1] for r in simulator.control("requests") if r["status"] == 200}
    return {"forwarding-number", "phone-number", "fax-cover-page", "contact"} <= seen


def calls(simulator: SimulatorProcess) -> list[dict[str, Any]]:
    """The ring-outs the simulator knows."""
    found: list[dict[str, Any]] = simulator.control("state")["calls"]
    return found


def faxes(simulator: SimulatorProcess) -> list[dict[str, Any]]:
    """The faxes the simulator knows."""
    found: list[dict[str, Any]] = simulator.control("state")["faxes"]
    return found


def uploads(simulator: SimulatorProcess) -> list[dict[str, Any]]:
    """Every fax upload the simulator took."""
    return [r for r in simulator.control("requests") if r["method"] == "POST" and r["path"].endswith("/fax")]


def sent_names(upload: dict[str, Any]) -> list[str]:
    """The names of its files without the mark by which an upload is known again."""
    return [re.sub(r" \(rc-\w{8}\)", "", name, count=1) for name in upload["fileNames"]]


def asked_again(simulator: SimulatorProcess, path: str) -> None:
    """Wait until the desk has had one more answer from here on, so that it shows what is true now."""

    def answers() -> int:
        found = simulator.control("requests")
        return sum(r["method"] == "GET" and path in r["path"] and r["status"] == 200 for r in found)

    known = answers()
    until(lambda: answers() > known, 20, f"the desk to ask about {path}")


def sign_in(simulator: SimulatorProcess, start_desk: StartDesk, *options: str, **where: Any) -> DeskProcess:
    """A desk signed in to the simulator."""
    desk = start_desk("--sign-in", str(simulator.sign_in_file), *options, **where)
    until(lambda: is_signed_in(simulator), 30, "the desk to read its account")
    return desk


def quit_by_key(display: Display, desk: DeskProcess) -> None:
    """Ctrl+Q ends the program with exit code 0 and without a traceback."""
    display.activate(desk.window)
    display.key("ctrl+q")
    assert desk.wait(20) == 0, desk.said()
    assert "Traceback" not in desk.said(), desk.said()


def compose_by_drop(
    display: Display, desk: DeskProcess, source: DragSource, number: str, hover_shot: Path | None = None
) -> None:
    """New fax, drop the other window's files on this one, type the recipient; ready to be sent."""
    display.activate(desk.window)
    display.key("ctrl+n")
    here, there = display.area(source.window), display.area(desk.window)
    assert here is not None and there is not None
    display.drag(here.centre, there.centre, lambda: source.is_taken, hover_shot)
    source.line_with("drag source: CopyAction", 15)
    display.activate(desk.window)
    display.type(number)
    display.key("Return")


def send(display: Display, simulator: SimulatorProcess) -> dict[str, Any]:
    """Press Send until the fax has arrived: Send refuses while its files are still being looked at."""
    known = len(faxes(simulator))

    def arrived() -> list[dict[str, Any]]:
        display.key("ctrl+Return")
        return faxes(simulator)[known:]

    return until(arrived, 20, "the fax to arrive", every_s=2)[0]


def test_starts_and_quits_by_keyboard(display: Display, start_desk: StartDesk, shots: Path) -> None:
    desk = start_desk("--color-scheme", "light")
    assert "rcdesk" in display.title(desk.window).lower()
    display.screenshot(shots / "light-welcome.png", desk.window)
    quit_by_key(display, desk)


def test_a_number_is_dialled_by_keyboard(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess
) -> None:
    desk = sign_in(simulator_process, start_desk)
    display.key("ctrl+l")
    display.type(ANSWERS)
    display.key("Return")
    call = until(lambda: calls(simulator_process), 15, "the ring-out to be made")[0]
    assert call["to"] == f"+1{ANSWERS}"
    until(
        lambda: [c["callerStatus"] for c in calls(simulator_process)] in (["Finished"], []),
        30,
        "the call to end by itself, and its record to go some time later",
    )
    quit_by_key(display, desk)


def test_return_without_a_number_calls_nobody(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess
) -> None:
    desk = sign_in(simulator_process, start_desk)
    display.key("ctrl+l", "Return")
    display.type("hello")
    display.key("Return")
    stays(lambda: not calls(simulator_process), 1.5, "no call was made")
    quit_by_key(display, desk)


def test_a_file_dragged_from_another_window_is_faxed(
    display: Display,
    start_desk: StartDesk,
    start_drag_source: StartDragSource,
    simulator_process: SimulatorProcess,
    tmp_path: Path,
    shots: Path,
) -> None:
    letter = write_pdf(tmp_path / "Referral letter.pdf", pages=3, padding_bytes=40_000)
    desk = sign_in(simulator_process, start_desk)
    source = start_drag_source([letter])
    compose_by_drop(display, desk, source, FAX_SENT, shots / "drag-hover.png")
    display.screenshot(shots / "drag-dropped.png")
    fax = send(display, simulator_process)
    assert fax["to"][0]["phoneNumber"] == f"+1{FAX_SENT}"
    upload = until(lambda: uploads(simulator_process), 5, "the upload to be recorded")
    assert len(upload) == 1
    assert sent_names(upload[0]) == [letter.name]
    assert 0 <= upload[0]["bodySize"] - letter.stat().st_size < 3000
    until(lambda: faxes(simulator_process)[0]["messageStatus"] == "Sent", 30, "the fax to go out")
    assert faxes(simulator_process)[0]["faxPageCount"] >= 3
    quit_by_key(display, desk)


def test_several_files_and_a_folder_dropped_at_once(
    display: Display,
    start_desk: StartDesk,
    start_drag_source: StartDragSource,
    simulator_process: SimulatorProcess,
    tmp_path: Path,
    shots: Path,
) -> None:
    folder = tmp_path / "A folder"
    folder.mkdir()
    notes = tmp_path / "Notes.txt"
    notes.write_text("Dear colleague,\n\nsee the letter.\n", encoding="utf-8")
    letter = write_pdf(tmp_path / "Letter.pdf")
    desk = sign_in(simulator_process, start_desk)
    source = start_drag_source([letter, folder, notes])
    compose_by_drop(display, desk, source, FAX_AT_ONCE)
    display.screenshot(shots / "drag-folder-refused.png")
    send(display, simulator_process)
    assert sent_names(uploads(simulator_process)[0]) == [letter.name, notes.name]
    quit_by_key(display, desk)


def test_files_on_the_command_line_wait_in_the_composer(
    display: Display,
    start_desk: StartDesk,
    simulator_process: SimulatorProcess,
    tmp_path: Path,
) -> None:
    letter = write_pdf(tmp_path / "Letter.pdf")
    desk = sign_in(simulator_process, start_desk, str(letter))
    display.type(FAX_AT_ONCE)
    display.key("Return")
    send(display, simulator_process)
    assert sent_names(uploads(simulator_process)[0]) == [letter.name]
    quit_by_key(display, desk)


def test_the_window_comes_back_as_it_was_left(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess
) -> None:
    left = Area(x=40, y=30, width=1010, height=700)
    desk = sign_in(simulator_process, start_desk, area=left)
    quit_by_key(display, desk)
    again = start_desk("--sign-in", str(simulator_process.sign_in_file), area=None)
    found = display.area(again.window)
    assert found is not None
    assert abs(found.width - left.width) <= 4 and abs(found.height - left.height) <= 4
    quit_by_key(display, again)


def test_a_terminated_desk_ends_in_order(start_desk: StartDesk, simulator_process: SimulatorProcess) -> None:
    desk = sign_in(simulator_process, start_desk)
    desk.process.terminate()
    assert desk.wait(20) == 0, desk.said()
    assert "Traceback" not in desk.said()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.timeout(180)
def test_pictures_of_every_panel(
    display: Display,
    start_desk: StartDesk,
    start_drag_source: StartDragSource,
    simulator_process: SimulatorProcess,
    tmp_path: Path,
    shots: Path,
    scheme: str,
) -> None:
    def picture(name: str) -> None:
        # Two equal frames in a row: nothing is being laid out or faded any more.
        path = shots / f"{scheme}-{name}.png"
        before = b""

        def is_still() -> bool:
            nonlocal before
            now = display.screenshot(path, desk.window).read_bytes()
            before, is_same = now, now == before
            return is_same

        if "call" in name:
            display.screenshot(path, desk.window)
        else:
            until(is_still, 10, f"the picture {name} to stand still")

    welcome = start_desk("--color-scheme", scheme, home="welcome")
    display.screenshot(shots / f"{scheme}-welcome.png", welcome.window)
    quit_by_key(display, welcome)
    letter = write_pdf(tmp_path / "Referral letter.pdf", pages=3)
    desk = sign_in(simulator_process, start_desk, "--color-scheme", scheme)
    display.key("ctrl+1")
    picture("phone")
    display.key("ctrl+l")
    display.type(SLOW)
    display.key("Return")
    until(lambda: calls(simulator_process), 15, "the ring-out to be made")
    picture("call-ringing-you")
    until(lambda: calls(simulator_process)[0]["callerStatus"] == "Success", 20, "your phone to be answered")
    asked_again(simulator_process, "/ring-out/")
    picture("call-ringing-them")
    until(lambda: calls(simulator_process)[0]["calleeStatus"] == "Success", 20, "them to answer")
    asked_again(simulator_process, "/ring-out/")
    picture("call-talking")
    source = start_drag_source([letter])
    for number in (FAX_SENT, FAX_WRONG):
        compose_by_drop(display, desk, source, number, shots / f"{scheme}-drop-hover.png")
        picture(f"new-fax-{number[-4:]}")
        send(display, simulator_process)
    display.key("ctrl+8")
    display.screenshot(shots / f"{scheme}-queue.png", desk.window)
    until(
        lambda: {f["messageStatus"] for f in faxes(simulator_process)} == {"Sent", "SendingFailed"},
        30,
        "both faxes to be decided",
    )
    asked_again(simulator_process, "/message-store")
    display.key("ctrl+9")
    picture("sent")
    display.key("ctrl+0")
    picture("failed")
    quit_by_key(display, desk)
