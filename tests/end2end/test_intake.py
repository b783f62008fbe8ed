"""Files from everywhere, as a person brings them: the command line, the clipboard, the watched folder.

What became of them is judged by the simulator, a third process. Read next: test_desk.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.end2end.display import Display, merged
from tests.end2end.program import Child, DeskProcess, SimulatorProcess, desk_command, with_package
from tests.end2end.test_desk import FAX_SENT, StartDesk, faxes, quit_by_key, send, sign_in, uploads, write_pdf
from tests.end2end.waiting import stays, until

pytestmark = pytest.mark.end2end

OWNER = Path(__file__).with_name("clipboard_owner.py")


def command(display: Display, desk: DeskProcess, *words: str) -> subprocess.CompletedProcess[str]:
    """Another start of rcdesk on the same archive, as typed into a terminal."""
    return subprocess.run(
        [*desk_command(), *words],
        env=merged(with_package(display.environment), RCDESK_HOME=str(desk.home)),
        cwd=desk.home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def copy(display: Display, closing: ExitStack, home: Path, *what: str) -> None:
    """Another program copies something."""
    owner = Child([sys.executable, str(OWNER), *what], display.environment, home)
    closing.callback(owner.stop)
    owner.line_with("clipboard: owned", 30)


def test_a_fax_from_the_command_line_goes_without_a_question(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess, tmp_path: Path
) -> None:
    desk = sign_in(simulator_process, start_desk)
    letter = write_pdf(tmp_path / "a letter.pdf")
    done = command(display, desk, "fax", str(letter), "--to", FAX_SENT, "--standard", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    until(lambda: uploads(simulator_process), 30, "the fax to be uploaded")
    (fax,) = faxes(simulator_process)
    assert [one["phoneNumber"] for one in fax["to"]] == [f"+1{FAX_SENT}"]
    assert (fax["faxResolution"], fax["coverIndex"]) == ("Low", 0)
    quit_by_key(display, desk)


def test_something_odd_is_asked_and_nothing_is_queued(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess, tmp_path: Path
) -> None:
    desk = sign_in(simulator_process, start_desk)
    letter = write_pdf(tmp_path / "a letter.pdf")
    done = command(display, desk, "fax", str(letter), "--to", "2125550134", "--yes")
    assert done.returncode == 3 and "needs your answer in the window" in done.stderr
    stays(lambda: not uploads(simulator_process), 2, "nothing to be uploaded")
    assert "Traceback" not in desk.said()


def test_wrong_input_opens_and_sends_nothing(
    display: Display, start_desk: StartDesk, simulator_process: SimulatorProcess, tmp_path: Path
) -> None:
    desk = sign_in(simulator_process, start_desk)
    letter = write_pdf(tmp_path / "a letter.pdf")
    for words, sentence in (
        (("fax", str(tmp_path / "missing.pdf"), "--to", FAX_SENT, "--yes"), "There is no file"),
        (("fax", str(letter), "--to", "555", "--yes"), "555: This number is too short: "),
        (("fax", str(letter), "--yes"), "--yes needs at least one --to"),
    ):
        done = command(display, desk, *words)
        assert done.returncode == 2
        assert sentence in done.stderr and done.stderr.count("\n") == 1
    stays(lambda: not uploads(simulator_process), 1, "nothing to be uploaded")
    quit_by_key(display, desk)


def test_a_picture_and_files_are_pasted_and_faxed(
    display: Display,
    start_desk: StartDesk,
    simulator_process: SimulatorProcess,
    closing: ExitStack,
    tmp_path: Path,
    shots: Path,
) -> None:
    desk = sign_in(simulator_process, start_desk)
    pasted = desk.home / "data" / "pasted"
    display.activate(desk.window)
    display.key("ctrl+n")
    display.type(FAX_SENT)
    display.key("Return")
    copy(display, closing, tmp_path, "image")
    display.activate(desk.window)
    display.key("ctrl+v")
    until(lambda: list(pasted.glob("Pasted image *.png")), 20, "the picture to be kept")
    copy(display, closing, tmp_path, "files", str(write_pdf(tmp_path / "a letter.pdf")))
    display.activate(desk.window)
    display.key("ctrl+v")
    stays(lambda: desk.process.poll() is None, 2, "the desk to run on while it looks at both")
    send(display, simulator_process)
    display.screenshot(shots / "pasted.png", desk.window)
    until(lambda: not list(pasted.iterdir()), 20, "the pasted picture to be removed")
    quit_by_key(display, desk)


def test_the_watched_folder_offers_and_sends_nothing(
    display: Display,
    start_desk: StartDesk,
    simulator_process: SimulatorProcess,
    tmp_path: Path,
    shots: Path,
) -> None:
    scans = tmp_path / "Scans"
    scans.mkdir()
    config = tmp_path / "desk" / "config"
    config.mkdir(parents=True)
    (config / "preferences.json").write_text(json.dumps({"watched_folder": str(scans), "undo_s": 0}))
    desk = sign_in(simulator_process, start_desk)
    memory = config / "watched-folder.json"
    until(memory.exists, 20, "the folder to be looked into")
    write_pdf(scans / "scan.pdf")
    stays(lambda: not uploads(simulator_process), 4, "nothing to be sent")
    display.screenshot(shots / "watched.png", desk.window)
    assert (scans / "scan.pdf").exists()
    assert json.loads(memory.read_text())["answered"] == []
    quit_by_key(display, desk)
