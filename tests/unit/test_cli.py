"""The command line: what is understood, what is refused with one sentence and status 2, what is handed on."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest

from rcdesk import app
from rcdesk.cli import fax_output as told_fax
from rcdesk.cli import output as told
from rcdesk.cli.call import Command
from rcdesk.cli.fax import FaxCommand
from rcdesk.cli.fax_arguments import FaxArguments
from rcdesk.cli.main import Options, desk, main, parse
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Document, FaxDraft, FaxOptions, Recipient, Resolution, SendBy
from rcdesk.core.fax.paper import PageRef
from rcdesk.core.orders.asked_fax import AskedFax, asked_fax_json, read_asked_fax
from rcdesk.documents.same_file import seen
from rcdesk.documents.worker import wire
from rcdesk.services.fax.typed_fax import moment
from rcdesk.store.account import preferences as preferences_file
from rcdesk.store.paths import Paths
from tests.patience import PATIENCE_S
from tests.places import REPOSITORY

NOW = datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Options]]:
    """What app.run was given, which is not run: no window, no lock, no folder of the person."""
    options: list[Options] = []

    def run(given: Options) -> int:
        options.append(given)
        return 0

    monkeypatch.setattr(app, "run", run)
    monkeypatch.setenv("RCDESK_HOME", str(tmp_path / "home"))
    yield options


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A text that can be faxed."""
    path = tmp_path / "a letter.txt"
    path.write_text("Dear Dr Hale\n")
    return path


def _pdf(path: Path, pages: int) -> Path:
    made = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        made.new_page(200, 200)
    made.save(path)
    made.close()
    return path


# What is understood


def test_files_alone_go_into_a_new_fax() -> None:
    assert parse(["a.pdf", "b.pdf"]) == Options(files=(Path("a.pdf"), Path("b.pdf")))


def test_a_file_called_fax_and_an_option_whose_value_is_fax() -> None:
    assert parse(["./fax"]).files == (Path("fax"),)
    assert parse(["a.pdf", "fax"]).files == (Path("a.pdf"), Path("fax"))
    assert parse(["--sign-in", "fax", "a.pdf"]) == Options(sign_in=Path("fax"), files=(Path("a.pdf"),))
    assert parse(["--", "fax"]).files == (Path("fax"),)


def test_links_and_files_as_a_desktop_hands_them_over() -> None:
    assert parse(["tel:+1-650-555-0142"]) == Options(link="tel:+1-650-555-0142")
    found = parse(["file:///home/m/a%20b.pdf", "CallTo:6505550142", "file://localhost/c.pdf", "d.pdf"])
    assert found.files == (Path("/home/m/a b.pdf"), Path("/c.pdf"), Path("d.pdf"))
    assert found.link == "CallTo:6505550142"


def test_one_link_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse(["tel:1", "tel:2"])
    assert stopped.value.code == 2 and "one link at a time" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["call", "status", "cancel", "numbers"])
def test_a_command_is_the_first_word(
    word: str, started: list[Options], monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[Command] = []

    def run(command: Command) -> int:
        commands.append(command)
        return 5

    monkeypatch.setattr(told, "run", run)
    number = ["650"] if word == "call" else []
    assert main(["--sign-in", "call", word, *number]) == 5 and started == []
    assert commands[0].sign_in == Path("call")
    assert main(["a.pdf", word]) == 0 and started[0].files == (Path("a.pdf"), Path(word))
    assert main([f"./{word}"]) == 0 and started[1].files == (Path(word),)
    assert len(commands) == 1


def test_a_command_imports_nothing_of_the_window(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from rcdesk.cli.main import main\n"
        "status = main(['status'])\n"
        "for name in ('PySide6.QtGui', 'PySide6.QtWidgets', 'rcdesk.app', 'aiohttp', 'pypdfium2', 'PIL'):\n"
        "    assert name not in sys.modules, name\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "RCDESK_HOME": str(tmp_path)},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    assert done.stderr == (
        "rcdesk status: Nobody is signed in. Open rcdesk and sign in, or give --sign-in FILE.\n"
    )


def test_everything_a_fax_can_be_told() -> None:
    given = ["--demo", "fax", "a.pdf", "--to", "6505550110", "b.pdf", "--to", "Bo <+442079460000>"]
    given += ["--note", "Hello", "--cover", "3", "--standard", "--at", "16:45", "--yes", "c.pdf"]
    assert parse(given) == Options(
        demo=True,
        fax=FaxArguments(
            files=(Path("a.pdf"), Path("b.pdf"), Path("c.pdf")),
            to=("6505550110", "Bo <+442079460000>"),
            options=FaxOptions(cover_index=3, note="Hello", resolution=Resolution.STANDARD),
            at="16:45",
            is_yes=True,
        ),
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["fax"], "give at least one file, or a --note"),
        (["fax", "a.pdf", "--yes"], "--yes needs at least one --to"),
        (["fax", "a.pdf", "--cover", "-1"], "--cover"),
        (["fax", "a.pdf", "--cover", "1234"], "a cover page has a name or a number"),
        (["fax", "a.pdf", "--wait"], "--wait needs at least one --to"),
        (["fax", "a.pdf", "--json"], "--json needs at least one --to"),
        (["fax", "a.pdf", "--fine", "--standard"], "not allowed with argument --fine"),
        (["fax", "a.pdf", "--colour"], "unrecognized arguments: --colour"),
    ],
)
def test_arguments_that_make_no_sense(
    given: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse(given)
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert sentence in said and said.startswith("rcdesk fax: ") and said.count("\n") == 1


def test_a_cover_page_has_a_number_or_a_name() -> None:
    given = ["fax", "a.pdf", "--cover", "Our Clinic", "--fine", "--wait", "--json", "--to", "1"]
    fax = parse(given).fax
    assert fax is not None and fax.cover_name == "Our Clinic"
    assert fax.options == FaxOptions(cover_index=None)
    assert fax.is_wait and fax.is_json and fax.is_sent_here and not fax.is_yes
    opened = parse(["fax", "a.pdf", "--to", "1"]).fax
    assert opened is not None and not opened.is_sent_here


@pytest.mark.parametrize("option", ["--yes", "--wait", "--json"])
def test_a_fax_that_is_sent_from_the_shell_opens_no_window(
    started: list[Options],
    letter: Path,
    monkeypatch: pytest.MonkeyPatch,
    option: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commands: list[FaxCommand] = []

    def run(command: FaxCommand) -> int:
        commands.append(command)
        return 13

    monkeypatch.setattr(told_fax, "run", run)
    given = ["fax", str(letter), "--to", "6505550110", "--cover", "Classic", "--sign-in", "me.json", option]
    assert main(given) == 13 and started == []
    (command,) = commands
    assert (command.is_sure, command.is_wait, command.is_json) == (
        option == "--yes",
        option == "--wait",
        option == "--json",
    )
    assert command.asked_fax.cover_name == "Classic" and command.way.sign_in == Path("me.json")
    assert main(["fax", "missing.pdf", "--to", "6505550110", option]) == 2
    said = capsys.readouterr()
    assert "There is no file" in said.err
    assert bool(said.out) is (option == "--json"), "an object, for whoever reads objects"


@pytest.mark.parametrize("given", [["--help"], ["fax", "--help"]])
def test_help_tells_every_status(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse(given)
    said = capsys.readouterr().out
    assert stopped.value.code == 0
    assert all(f"\n  {status}  " in said for status in (0, 1, 2, 3))


# What is refused before anything is opened


def test_what_is_asked_is_looked_at_and_handed_on(started: list[Options], letter: Path) -> None:
    status = main(["fax", str(letter), "--to", "(650) 555-0110", "--to", "Bo <6505550111>", "--standard"])
    assert status == 0
    (options,) = started
    assert options.asked_fax == AskedFax(
        draft=FaxDraft(
            recipients=(Recipient(number="+16505550110"), Recipient(number="+16505550111", name="Bo")),
            documents=(
                Document(
                    path=letter,
                    name=letter.name,
                    size_bytes=13,
                    media_type="text/plain",
                    pages=1,
                    seen=seen(letter, CancelToken()),
                ),
            ),
            cover_index=None,
            resolution=Resolution.STANDARD,
        )
    )


def test_a_number_given_twice_is_one(started: list[Options], letter: Path) -> None:
    main(["fax", str(letter), "--to", "6505550110", "--to", "+1 650 555 0110"])
    assert started[0].asked_fax is not None
    assert len(started[0].asked_fax.draft.recipients) == 1


def test_numbers_are_read_in_the_country_of_the_account(
    started: list[Options], letter: Path, tmp_path: Path
) -> None:
    path = Paths.under(tmp_path / "home").preferences_file
    preferences_file.save(path, Preferences(home_country="GB"))
    assert main(["fax", str(letter), "--to", "020 7946 0000"]) == 0
    assert started[0].asked_fax is not None
    assert started[0].asked_fax.draft.recipients == (Recipient(number="+442079460000"),)


@pytest.mark.parametrize(
    ("typed", "shown"), [("6505550110", "6505550110"), ("+1 (650) 555-0110", "'+1 (650) 555-0110'")]
)
def test_a_number_among_the_files_is_told_its_place(
    capsys: pytest.CaptureFixture[str], typed: str, shown: str
) -> None:
    assert main(["fax", typed, "letter.pdf"]) == 2
    said = capsys.readouterr().err
    assert f"There is no file {typed}. If that is a fax number, give it as --to {shown}." in said


@pytest.mark.parametrize(
    ("files", "rest", "sentence"),
    [
        (["missing.pdf"], [], "There is no file"),
        (["."], [], "Folders cannot be faxed"),
        (["empty.pdf"], [], "empty (0 bytes)"),
        (["program.pdf"], [], "something else inside"),
        (["long.pdf"], [], "has 201 pages; a fax may have 200"),
        (["half.pdf", "half too.pdf"], [], "have together 202 pages"),
        (["locked.pdf"], [], "opens with a password only"),
        (["letter.txt"], ["--to", "555-01"], "555-01: "),
        (["letter.txt"], ["--to", "Dr Hale"], "Dr Hale: This is not a phone number"),
        (["letter.txt"], ["--to", "911"], "911: This is an emergency number"),
        (["letter.txt"], ["--to", ""], "--to: "),
        (["letter.txt"], ["--at", "soon"], "soon is no time"),
        (["letter.txt"], ["--at", "2020-01-31 16:45"], "has passed"),
        (["letter.txt"], ["--note", "x" * 1025], "The note has 1,025 characters"),
    ],
)
def test_wrong_input_is_one_sentence_and_nothing_is_opened(
    started: list[Options],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    files: list[str],
    rest: list[str],
    sentence: str,
) -> None:
    (tmp_path / "letter.txt").write_text("x")
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "program.pdf").write_bytes(b"\x7fELF" + bytes(100))
    (tmp_path / "locked.pdf").write_bytes(_LOCKED)
    if "long.pdf" in files:
        _pdf(tmp_path / "long.pdf", 201)
    if "half.pdf" in files:
        _pdf(tmp_path / "half.pdf", 101)
        _pdf(tmp_path / "half too.pdf", 101)
    status = main(["fax", *(str(tmp_path / name) for name in files), "--to", "6505550110", *rest])
    said = capsys.readouterr().err
    assert status == 2 and started == []
    assert sentence in said
    assert said.startswith("rcdesk fax: ") and said.count("\n") == 1
    assert not (tmp_path / "home").exists()


_LOCKED = b"""%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>endobj
trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>
%%%%EOF""" % (b"11" * 32, b"22" * 32)


# Times


def test_a_clock_time_is_the_next_one() -> None:
    local = NOW.astimezone()
    soon, past = local + timedelta(minutes=2), local - timedelta(minutes=2)
    for at, day in ((soon, 0), (past, 1)):
        found = moment(f"{at:%H:%M}", NOW)
        wanted = at.replace(second=0, microsecond=0) + timedelta(days=day)
        assert found == wanted and found.tzinfo is UTC
        assert timedelta(0) < found - NOW <= timedelta(days=1)


def test_a_date_is_local_unless_it_names_a_zone() -> None:
    assert moment("2030-01-31 16:45", NOW) == datetime(2030, 1, 31, 16, 45).astimezone()
    assert moment("2030-01-31T16:45+02:00", NOW) == datetime(2030, 1, 31, 14, 45, tzinfo=UTC)


@pytest.mark.parametrize("text", ["25:00", "16:60", "2030-01-31", "2030-13-01 10:00", "tomorrow", "16"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(UserError, match=r"is no time\. Give it as 16:45"):
        moment(text, NOW)


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("2027-03-14 02:30", ("2027-03-14 01:30-05:00", "2027-03-14 03:30-04:00")),
        ("2027-11-07 01:45", ("2027-11-07 01:45-04:00", "2027-11-07 01:45-05:00")),
    ],
)
def test_a_time_that_is_skipped_or_comes_twice_is_refused_with_what_can_be_given(
    new_york: None, text: str, readings: tuple[str, str]
) -> None:
    with pytest.raises(UserError) as refused:
        moment(text, NOW)
    assert text in str(refused.value)
    for reading in readings:
        assert reading in str(refused.value)
        assert moment(reading, NOW) == datetime.fromisoformat(reading)


def test_a_clock_time_of_the_night_the_clocks_are_changed(new_york: None) -> None:
    before = datetime(2027, 3, 14, 5, 0, tzinfo=UTC)
    with pytest.raises(UserError, match="does not exist"):
        moment("02:30", before)
    assert moment("03:30", before) == datetime(2027, 3, 14, 7, 30, tzinfo=UTC)
    with pytest.raises(UserError, match="comes twice"):
        moment("01:45", datetime(2027, 11, 7, 5, 0, tzinfo=UTC))
    between = datetime(2027, 11, 7, 6, 0, tzinfo=UTC)
    assert moment("01:45", between) == datetime(2027, 11, 7, 6, 45, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0001-01-01 00:00", "9999-12-31 23:59", "9999-12-31T23:59+00:00"])
def test_the_ends_of_time_are_one_sentence(text: str) -> None:
    try:
        assert moment(text, NOW) > NOW
    except UserError as exc:
        assert text in str(exc)


# The fax as JSON


def _asked_fax(tmp_path: Path) -> AskedFax:
    document = Document(
        path=tmp_path / "ä\udcff.pdf",
        name="ä\udcff.pdf",
        size_bytes=9,
        media_type="application/pdf",
        pages=None,
    )
    draft = FaxDraft(
        recipients=(Recipient(number="+16505550110", name="Bo"),),
        documents=(document,),
        cover_index=2,
        note="line one\nline two",
        resolution=Resolution.STANDARD,
        send_at=NOW,
        send_by=SendBy.DESK,
    )
    return AskedFax(draft=draft, is_yes=True, cover_name="Classic")


_FILE = {"path": "/a.pdf", "name": "a.pdf", "size_bytes": 1, "media_type": "application/pdf", "pages": 1}


def test_a_wish_names_no_copy_in_the_spool(tmp_path: Path) -> None:
    data = json.loads(asked_fax_json(_asked_fax(tmp_path)))
    data["fax"]["files"] = [{**_FILE, "digest": "../../elsewhere"}]
    assert [document.digest for document in read_asked_fax(data).draft.documents] == [""]


def test_a_wish_comes_back_as_it_was(tmp_path: Path) -> None:
    text = asked_fax_json(_asked_fax(tmp_path))
    assert "\n" not in text
    assert read_asked_fax(json.loads(text.encode("utf-8"))) == _asked_fax(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"yes": "no"},
        {"fax": None},
        {"fax": {}},
        {"fax.cover": "1"},
        {"fax.to": [{"number": 5, "name": ""}]},
        {"fax.to": [{"number": "911", "name": ""}]},
        {"fax.files": [{"path": "/a"}]},
        {"fax.files": [{**_FILE, "path": "/a\0b"}]},
        {"fax.files": [{**_FILE, "pages": True}]},
        {"fax.files": {}},
        {"fax.resolution": "Superfine"},
        {"fax.send_at": "2030-01-31T16:45"},
        {"fax.send_at": 5},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    data = json.loads(asked_fax_json(_asked_fax(tmp_path)))
    for name, value in change.items():
        first, _, second = name.partition(".")
        if second:
            data[first][second] = value
        else:
            data[first] = value
    with pytest.raises(ValueError):
        read_asked_fax(data)


@pytest.mark.parametrize("data", [None, [], "fax", 1])
def test_what_is_no_wish(data: object) -> None:
    with pytest.raises(ValueError):
        read_asked_fax(data)


def test_a_packaged_program_is_its_own_renderer(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; from rcdesk.cli.main import main; sys.exit(main())"]
    room = subprocess.Popen(
        [*command, "--page-process", "--background"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert isinstance(room.stdin, io.BufferedWriter) and isinstance(room.stdout, io.BufferedReader)
    try:
        ready = wire.read_frame(room.stdout)
        assert ready is not None and ready[0]["id"] == 0
        letter = _pdf(tmp_path / "letter.pdf", 2)
        ref = PageRef(path=letter, media_type="application/pdf")
        wire.write_frame(room.stdin, {"id": 1, "do": "count", "ref": ref, "passwords": {}})
        answer = wire.read_frame(room.stdout)
        assert answer is not None and answer[0]["value"] == 2
    finally:
        room.stdin.close()
        room.wait(PATIENCE_S)
        room.stdout.close()
    assert room.returncode == 0, "it ends with its parent"


def test_a_packaged_program_is_its_own_html_process(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>Hello</p>", encoding="utf-8")
    command = [sys.executable, "-c", "import sys; from rcdesk.cli.main import main; sys.exit(main())"]
    room = [*command, "--html-process", str(tmp_path / "a.html"), str(tmp_path / "a.pdf")]
    assert subprocess.run(room, check=False, timeout=PATIENCE_S).returncode == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_the_desktop_launcher_ends_with_the_status(
    started: list[Options], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["rcdesk-desk", "a.pdf"])
    with pytest.raises(SystemExit) as stopped:
        desk()
    assert stopped.value.code == 0
    assert started[0].files == (Path("a.pdf"),)
