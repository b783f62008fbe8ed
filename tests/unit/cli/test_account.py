"""`rcdesk login`, `logout`, `whoami`, `profiles`: the simulator over HTTP, and a keyring in memory.

With a real keyring and real processes: tests/end2end/test_fax_command.py.
"""

from __future__ import annotations

import gc
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keyring
import keyring.backend
import pytest
from msgspec.structs import replace

from rcdesk.bridge.runtime.instance import Instance
from rcdesk.cli import fax_output as told_fax
from rcdesk.cli.account import AccountRun
from rcdesk.cli.account_arguments import parse_account
from rcdesk.cli.account_output import AccountTeller, Terminal
from rcdesk.cli.archive_lock import SignInWay
from rcdesk.cli.call import CommandRun
from rcdesk.cli.call_arguments import parse_command
from rcdesk.cli.fax import FaxCommand, FaxRun
from rcdesk.cli.output import conclude
from rcdesk.core.account.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled
from rcdesk.core.fax.fax import FaxDraft, FaxState, Recipient
from rcdesk.core.orders.asked_fax import AskedFax
from rcdesk.store.account import profiles as profiles_store
from rcdesk.store.calls.past_calls import PastCalls
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.paths import Paths
from tests.patience import PATIENCE_S
from tests.unit.cli.world import World

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

pytestmark = pytest.mark.usefixtures("qapp")


class Memory(keyring.backend.KeyringBackend):
    """A keyring that lives as long as the test."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """One entry."""
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep one."""
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget one."""
        del self.kept[service, username]


class Prompts:
    """Whoever types, from a list; what they were asked."""

    def __init__(self, *typed: str) -> None:
        self.typed = list(typed)
        self.asked: list[str] = []
        self.opened: list[str] = []

    def secret(self, name: str) -> str:
        """One secret."""
        return self.line(name)

    def line(self, name: str) -> str:
        """The next thing that was typed."""
        self.asked.append(name)
        return self.typed.pop(0) if self.typed else ""

    def everything(self) -> str:
        """What is left."""
        rest, self.typed = self.typed, []
        return "\n".join(rest)

    def open_url(self, url: str) -> None:
        """The browser."""
        self.opened.append(url)


class Shell:
    """Types commands; lines are what they tell."""

    def __init__(self, simulator: RunningSimulator, home: Path) -> None:
        self.simulator = simulator
        self.paths = Paths.under(home).create()
        self.sign_in = home / "sign-in.json"
        self.sign_in.write_text(json.dumps(simulator.credentials), encoding="utf-8")
        self.server = ("--server", simulator.base_url, "--client-id", simulator.client_id)
        self.others: list[int] = []

    def run(self, *typed: str, prompts: Any = None) -> list[dict[str, Any]]:
        """All lines of one command."""
        lines: list[dict[str, Any]] = []
        command = parse_account(typed[0], typed[1:])
        going = AccountRun(command, self.paths, CancelToken(), lines.append, prompts or Prompts())
        try:
            going.run()
        finally:
            going.close()
        return lines

    def login(self, name: str = "Clinic") -> None:
        """Sign in with the JWT file."""
        (line,) = self.run("login", "--jwt", str(self.sign_in), "--profile", name)
        assert line["status"] == 0, line

    @property
    def saved(self) -> list[tuple[str, bool]]:
        """(name, is active) of every profile in the file."""
        found = profiles_store.load(profiles_store.profiles_file(self.paths.preferences_file))
        return [(profile.name, profile.id == found.active_id) for profile in found.profiles]


@pytest.fixture
def memory() -> Iterator[Memory]:
    """A keyring that keeps what is put into it."""
    before = keyring.get_keyring()
    made = Memory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def shell(simulator: RunningSimulator, tmp_path: Path, memory: Memory) -> Shell:
    """Nobody is signed in; no window is open."""
    simulator.set_limits(Light=1000, Heavy=1000, Auth=1000)
    home = tmp_path / "h"
    home.mkdir()
    return Shell(simulator, home)


def test_a_jwt_file_signs_in_and_every_command_goes_on_with_it(shell: Shell, memory: Memory) -> None:
    (line,) = shell.run("login", "--jwt", str(shell.sign_in), "--profile", "Clinic")
    assert line["status"] == 0 and line["is_kept"] and line["who"]["profile"] == "Clinic"
    assert shell.saved == [("Clinic", True)]
    (who,) = shell.run("whoami")
    assert who["who"]["name"] == line["who"]["name"] and who["who"]["server"] == shell.simulator.base_url
    assert any(key[1].startswith("tokens") for key in memory.kept)
    text = profiles_store.profiles_file(shell.paths.preferences_file).read_text()
    assert shell.simulator.jwt not in text and shell.simulator.client_secret not in text


def test_secrets_are_asked_for_and_never_typed_twice(shell: Shell) -> None:
    credentials = shell.simulator.credentials
    prompts = Prompts(credentials["jwt"], credentials["client_secret"])
    assert shell.run("login", "--jwt", "-", *shell.server, prompts=prompts)[-1]["status"] == 0
    assert prompts.asked == ["JWT", "Client secret (none for a public app)"]
    again = Prompts(credentials["jwt"])
    assert shell.run("login", "--jwt", "-", *shell.server, prompts=again)[-1]["status"] == 0
    assert again.asked == ["JWT"], "the client secret is kept"
    assert len(shell.saved) == 1


def test_the_file_ringcentral_gives_out(shell: Shell, tmp_path: Path) -> None:
    credentials = shell.simulator.credentials
    given = {
        "clientId": credentials["client_id"],
        "clientSecret": credentials["client_secret"],
        "server": shell.simulator.base_url,
        "jwt": {"rcdesk": credentials["jwt"]},
    }
    file = tmp_path / "rc-credentials.json"
    file.write_text(json.dumps(given), encoding="utf-8")
    assert shell.run("login", "--jwt", str(file))[-1]["status"] == 0
    text = Prompts("{", *json.dumps(given)[1:].split("\n"))
    assert shell.run("login", "--jwt", "-", "--profile", "Other", prompts=text)[-1]["status"] == 0
    assert [name for name, _ in shell.saved] == [shell.simulator.base_url.partition("://")[2], "Other"]


def test_a_password(shell: Shell) -> None:
    account = shell.simulator.credentials
    typed = ("login", "--password", "--user", account["username"], "--extension", account["extension"])
    prompts = Prompts(account["password"], account["client_secret"])
    assert shell.run(*typed, *shell.server, prompts=prompts)[-1]["status"] == 0
    assert prompts.asked == ["Password", "Client secret (none for a public app)"]
    (line,) = shell.run(*typed, *shell.server, prompts=Prompts("wrong"))
    assert line["status"] == 4 and "did not accept this user name" in line["error"]
    assert shell.run("whoami")[-1]["status"] == 0, "a refused sign-in changes nothing"


def test_the_browser_comes_back_and_the_address_is_told(shell: Shell) -> None:
    """The person's browser is a thread here: it opens the address and follows where it is sent."""
    port = _free_port()
    visits: list[threading.Thread] = []

    class Person(Prompts):
        def open_url(self, url: str) -> None:
            super().open_url(url)
            visits.append(threading.Thread(target=_visit, args=(url,)))
            visits[-1].start()

    person = Person(shell.simulator.client_secret)
    lines = shell.run("login", *shell.server, "--port", str(port), prompts=person)
    for visit in visits:
        visit.join(PATIENCE_S)
    assert lines[-1]["status"] == 0, lines
    assert lines[0] == {"url": person.opened[0]} and f"127.0.0.1%3A{port}" in lines[0]["url"]
    assert lines[-1]["who"]["grant"] == "browser"


def test_the_web_pages_of_2010(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    """Signed in once; calls and faxes then go through the old pages, and nothing is promised about a fax."""
    account = shell.simulator.credentials
    typed = ("login", "--password", "--legacy", "--user", account["username"], "--extension", "101")
    prompts = Prompts(account["password"])
    (line,) = shell.run(*typed, "--server", shell.simulator.base_url, "--profile", "Old", prompts=prompts)
    assert line["status"] == 0 and line["who"]["kind"] == "legacy" and prompts.asked == ["Password"]
    assert shell.run("profiles")[0]["profiles"][0]["is_signed_in"]
    teller = AccountTeller(parse_account("whoami", []))
    for told in shell.run("whoami"):
        teller.tell(told)
    assert "faxes whose results come by e-mail" in capsys.readouterr().out
    draft = FaxDraft(recipients=(Recipient(number="+16505550142"),), documents=(), note="Hello")
    lines: list[dict[str, Any]] = []
    command = FaxCommand(asked_fax=AskedFax(draft=draft), is_wait=True)
    fax = FaxRun(command, shell.paths, CancelToken(), lines.append)
    fax.run()
    fax.close()
    assert lines[-1]["status"] == 0 and "nothing to wait for" in lines[-1]["note"]
    assert lines[-1]["fax"]["recipients"][0]["message_id"] == ""
    call = CommandRun(parse_command("call", ["6505550200"]), shell.paths, CancelToken())
    assert [told["status"] for told in call.lines()] == [0]
    call.close()
    asked = {request.path for request in shell.simulator.requests}
    assert asked == {"/ringout.asp", "/faxapi.asp"}
    assert shell.run("logout")[0]["status"] == 0 and shell.run("whoami")[0]["status"] == 4


def _visit(url: str) -> None:
    """The service's page consents by itself and sends the browser back to us."""
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as page:
        assert b"You are signed in" in page.read()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_profiles_are_listed_and_another_one_is_used(shell: Shell) -> None:
    assert shell.run("profiles") == [{"profiles": [], "status": 0}]
    shell.login("Clinic")
    shell.login("Second")
    assert shell.saved == [("Clinic", False), ("Second", True)]
    (line,) = shell.run("profiles", "--use", "CLINIC")
    assert [(p["name"], p["is_active"], p["is_signed_in"]) for p in line["profiles"]] == [
        ("Clinic", True, True),
        ("Second", False, True),
    ]
    assert shell.saved == [("Clinic", True), ("Second", False)]
    (line,) = shell.run("profiles", "--use", "Third")
    assert line["status"] == 2 and "Those there are: Clinic, Second." in line["error"]


def test_logout_tells_the_service_and_wipes(shell: Shell, memory: Memory) -> None:
    shell.login()
    assert shell.run("logout") == [{"signed_out": "Clinic", "status": 0}]
    assert memory.kept == {}
    assert any(r.path.endswith("/oauth/revoke") for r in shell.simulator.requests)
    assert shell.run("whoami")[-1]["status"] == 4
    assert shell.run("logout")[-1] == {"error": "Nobody was signed in to Clinic.", "status": 4}
    assert shell.run("logout", "--profile", "Other")[-1]["status"] == 2


def test_logout_wipes_although_the_certificate_file_is_gone(
    shell: Shell, memory: Memory, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.login("Other")
    others = dict(memory.kept)
    shell.login("Clinic")
    file = profiles_store.profiles_file(shell.paths.preferences_file)
    saved = profiles_store.load(file)
    assert saved.active is not None
    broken = replace(saved.active, ca_file="/nowhere/ca.pem")
    profiles_store.save(file, saved.with_saved(broken))
    before = len(shell.simulator.requests)
    (line,) = shell.run("logout")
    assert (line["signed_out"], line["status"]) == ("Clinic", 0)
    assert "could not be told" in line["note"] and "/nowhere/ca.pem" in line["note"]
    assert memory.kept == others and len(shell.simulator.requests) == before
    AccountTeller(parse_account("logout", [])).tell(line)
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Signed out of Clinic.") and said[1:] == [line["note"]]
    assert shell.run("logout")[-1] == {"error": "Nobody was signed in to Clinic.", "status": 4}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("--jwt", "missing.txt"), "missing.txt cannot be read"),
        (("--jwt", "-", "--server", "ringcentral.com", "--client-id", "a"), "is no server"),
        (("--jwt", "-", "--server", "https://[::1", "--client-id", "a"), "is no server"),
        (("--jwt", "-", "--client-id", "a"), "There is no JWT"),
    ],
)
def test_what_makes_no_sense(shell: Shell, typed: tuple[str, ...], words: str) -> None:
    (line,) = shell.run("login", *typed)
    assert line["status"] == 2 and words in line["error"] and shell.saved == []


def test_without_a_keyring_it_is_said_and_nothing_is_kept(
    simulator: RunningSimulator, tmp_path: Path
) -> None:
    home = tmp_path / "h"
    home.mkdir()
    shell = Shell(simulator, home)
    (line,) = shell.run("login", "--jwt", str(shell.sign_in))
    assert line["status"] == 1 and line["is_kept"] is False and "no keyring here" in line["error"]
    assert shell.saved == []


def test_no_secret_is_an_argument(capsys: pytest.CaptureFixture[str]) -> None:
    for typed in (["--password", "secret"], ["--client-secret", "x"], ["--password"], ["--legacy"]):
        with pytest.raises(SystemExit) as stopped:
            parse_account("login", typed)
        assert stopped.value.code == 2
    assert "--password needs --user" in capsys.readouterr().err


def test_lines_of_standard_input_are_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("  one \ntwo\nthree\nfour"))
    terminal = Terminal()
    assert (terminal.secret("JWT"), terminal.line("ID"), terminal.everything()) == (
        "one",
        "two",
        "three\nfour",
    )


def test_what_changed_while_somebody_typed_stays_changed(shell: Shell) -> None:
    """A window that was open meanwhile has saved a profile of its own."""
    shell.login("First")
    file = profiles_store.profiles_file(shell.paths.preferences_file)

    class Slow(Prompts):
        def secret(self, name: str) -> str:
            found = profiles_store.load(file)
            profiles_store.save(file, found.with_saved(ServerProfile(name="Window", id="w")))
            return super().secret(name)

    account = shell.simulator.credentials
    prompts = Slow(account["jwt"], account["client_secret"])
    typed = ("login", "--jwt", "-", "--profile", "Second", *shell.server)
    assert shell.run(*typed, prompts=prompts)[-1]["status"] == 0
    assert shell.saved == [("First", False), ("Window", False), ("Second", True)]


def test_a_certificate_file_is_found_from_every_folder() -> None:
    command = parse_account("login", ["--ca-file", "ca.pem"])
    assert command.ca_file == str(Path.cwd() / "ca.pem")
    assert parse_account("login", []).ca_file == ""


@pytest.mark.parametrize("client_id", ["-Zx_8", "--y", "plain", ""])
def test_a_client_id_may_begin_with_a_dash(client_id: str) -> None:
    """They are made of the letters of base64url."""
    command = parse_account("login", ["--client-id", client_id, "--no-open"])
    assert (command.client_id, command.opens_browser) == (client_id, False)
    assert parse_account("login", [f"--client-id={client_id}"]).client_id == client_id


def test_an_option_is_no_client_id(capsys: pytest.CaptureFixture[str]) -> None:
    for rest in (["--no-open"], ["--jwt=file"], []):
        with pytest.raises(SystemExit):
            parse_account("login", ["--client-id", *rest])
        assert "--client-id: expected one argument" in capsys.readouterr().err


def test_ctrl_c_for_the_second_time_has_a_last_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    def go(stop: CancelToken) -> None:
        signal.raise_signal(signal.SIGINT)
        assert stop.is_cancelled
        signal.raise_signal(signal.SIGINT)

    assert conclude(go, AccountTeller(parse_account("whoami", ["--json"]))) == 130
    assert json.loads(capsys.readouterr().out)["status"] == 130


def test_a_command_that_ends_badly_leaves_no_socket_open() -> None:
    """The file that signals were told to before is closed by then, so that there is no way back to it."""
    former, other = socket.socketpair()
    former.setblocking(False)
    before = signal.set_wakeup_fd(former.fileno())
    former.close()
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            with pytest.raises((OSError, ValueError)):
                conclude(lambda stop: None, AccountTeller(parse_account("whoami", [])))
            gc.collect()
    finally:
        signal.set_wakeup_fd(before)
        other.close()
    assert [str(one.message) for one in heard] == []


def test_ctrl_c_while_a_window_signs_out_does_not_say_that_nothing_changed(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.login()

    def ask(*order: object) -> Iterator[dict[str, Any]]:
        yield from ()
        raise Cancelled()

    window = Instance(shell.paths.data_dir)
    monkeypatch.setattr(Instance, "ask", ask)
    (line,) = shell.run("logout")
    window.close()
    assert line["status"] == 130 and "See rcdesk profiles" in line["error"]


def test_what_a_browser_says_is_not_among_our_lines() -> None:
    """Chrome tells on standard output that it opens the page in a window that is there."""
    script = (
        "from rcdesk.cli.account_output import Terminal; "
        "Terminal().open_url('http://127.0.0.1:9/'); print('{}')"
    )
    environment = {**os.environ, "BROWSER": "echo Opening %s"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    assert done.stdout == "{}\n"


def _somebody_else_signs_in(shell: Shell) -> Callable[[], None]:
    """Another person does, to the same profile, from another shell."""
    other = shell.sign_in.with_name("other.json")
    other.write_text(json.dumps(shell.simulator.second_credentials), encoding="utf-8")
    typed = ("login", "--jwt", str(other), "--profile", "Clinic")

    def sign_in() -> None:
        shell.others.append(shell.run(*typed)[-1]["status"])

    return sign_in


def test_a_call_that_is_waited_for_stays_that_of_who_placed_it(shell: Shell) -> None:
    shell.login()
    world = World(shell.simulator, shell.paths)
    world.at_wait[1] = _somebody_else_signs_in(shell)
    call = CommandRun(parse_command("call", ["6505550200", "--wait"]), shell.paths, CancelToken())
    lines = list(call.lines())
    call.close()
    world.stop()
    assert shell.others == [0]
    assert lines[-1]["status"] == 4 and "Another person is signed in" in lines[-1]["error"]
    past = PastCalls(shell.paths.database)
    try:
        assert len(past.live("400131427008")) == 1 and not past.live("400231427008")
    finally:
        past.close()


def test_a_fax_that_is_waited_for_ends_when_somebody_else_signs_in(shell: Shell) -> None:
    """Nothing is sent or asked in their name, nor waited for."""
    shell.login()
    draft = FaxDraft(recipients=(Recipient(number="+16505550142"),), documents=(), note="Hello")
    lines: list[dict[str, Any]] = []
    fax = FaxRun(
        FaxCommand(asked_fax=AskedFax(draft=draft), is_wait=True),
        shell.paths,
        CancelToken(),
        lines.append,
    )
    world = World(shell.simulator, shell.paths)
    world.at_wait[1] = _somebody_else_signs_in(shell)
    fax.run()
    fax.close()
    world.stop()
    assert lines[-1]["status"] == 4 and "Another person is signed in" in lines[-1]["error"]
    assert lines[-1]["fax"]["state"] == "handed over"


def test_without_a_connection_a_fax_is_queued_for_who_is_signed_in(shell: Shell) -> None:
    """Only a cover page of the account's, which cannot be looked up by its name, is refused."""
    shell.login()
    shell.simulator.stop()
    draft = FaxDraft(recipients=(Recipient(number="+16505550142"),), documents=(), note="Hello")
    for cover_name, status, words in (
        ("Classic", 2, "cannot be looked up"),
        ("", 13, "stays safe in the outbox"),
    ):
        lines: list[dict[str, Any]] = []
        command = FaxCommand(asked_fax=AskedFax(draft=draft, cover_name=cover_name))
        fax = FaxRun(command, shell.paths, CancelToken(), lines.append)
        fax.run()
        fax.close()
        assert lines[-1]["status"] == status and words in lines[-1]["error"], lines


class Interrupted:
    """Somebody presses Ctrl+C instead of typing; the terminal then goes on waiting."""

    def isatty(self) -> bool:
        """Lines are read from it all the same."""
        return False

    def readline(self) -> str:
        """What is typed long after it."""
        signal.raise_signal(signal.SIGINT)
        return "y"


@pytest.mark.parametrize("ask", [lambda: Terminal().secret("Password"), lambda: told_fax._ask("Odd.")])
def test_ctrl_c_at_a_question_is_heard_at_once(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[], object]
) -> None:
    monkeypatch.setattr(sys, "stdin", Interrupted())
    answers: list[object] = []

    def go(stop: CancelToken) -> None:
        with pytest.raises(Cancelled):
            answers.append(ask())

    conclude(go, AccountTeller(parse_account("login", [])))
    assert answers == []


def test_sentences_for_people(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    for typed in (("login", "--jwt", str(shell.sign_in), "--profile", "Clinic"), ("whoami",), ("profiles",)):
        teller = AccountTeller(parse_account(typed[0], typed[1:]))
        for line in shell.run(*typed):
            teller.tell(line)
    teller = AccountTeller(parse_account("logout", []))
    for line in (*shell.run("logout"), *shell.run("logout")):
        teller.tell(line)
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == "Signed in:" and "* Clinic  http://127.0.0.1" in said.out
    assert said.out.splitlines()[-1].startswith("Signed out of Clinic.")
    assert said.err == "rcdesk logout: Nobody was signed in to Clinic.\n" and teller.status == 4


def test_a_sign_in_file_says_who_it_is_whoever_the_keyring_knows(shell: Shell, memory: Memory) -> None:
    """The app is the same, the person is not: nothing may go out from the other one's account."""
    typed = ("login", "--jwt", str(shell.sign_in), *shell.server)
    assert shell.run(*typed)[-1]["status"] == 0
    kept = dict(memory.kept)
    other = shell.sign_in.with_name("other.json")
    other.write_text(json.dumps(shell.simulator.second_credentials), encoding="utf-8")
    draft = FaxDraft(recipients=(Recipient(number="+16505550142"),), documents=(), note="Hello")
    way = SignInWay(sign_in=other)
    lines: list[dict[str, Any]] = []
    fax = FaxRun(
        FaxCommand(asked_fax=AskedFax(draft=draft), way=way), shell.paths, CancelToken(), lines.append
    )
    fax.run()
    fax.close()
    assert lines[-1]["status"] == 0, lines
    outbox = Outbox(shell.paths.database)
    try:
        assert len(outbox.in_states("400231427008", FaxState.HANDED_OVER)) == 1
    finally:
        outbox.close()
    assert memory.kept == kept, "and the one who is signed in stays so"
