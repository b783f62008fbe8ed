"""`rcdesk call`, `status`, `cancel`, `numbers` without a window: real archive, real lock, the simulator.

The commands run in this process; what waits between two looks is the test's, which lets the simulator's clock
go on. What needs other programs is in tests/end2end/test_commands.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from rcdesk.bridge.runtime.instance import TURN_NAME, Instance
from rcdesk.cli import output as told
from rcdesk.cli.call import Command, CommandRun
from rcdesk.cli.call_arguments import parse_command
from rcdesk.core.calls.call import Call, CallRequest
from rcdesk.core.calls.past_call import CallOutcome, PastCallQuery
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled
from rcdesk.core.orders.order import CallOrder, CancelOrder, NumbersOrder, StatusOrder
from rcdesk.store.calls.past_calls import PastCalls
from rcdesk.store.paths import Paths
from tests.unit.cli.world import World, be_quick

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

pytestmark = pytest.mark.usefixtures("qapp")

OWNER = "400131427008"
"""The extension's id of the simulator's first user."""

ANSWERS, BUSY, NO_ANSWER, REFUSED = "6505550200", "6505550201", "6505550202", "6505550203"
YOU_BUSY, YOU_ABSENT, SLOW, NO_CREDIT, FORGOTTEN = (
    "6505550204",
    "6505550205",
    "6505550207",
    "6505550212",
    "6505550216",
)


class Shell:
    """Types commands; lines() are what they tell."""

    def __init__(self, simulator: RunningSimulator, home: Path) -> None:
        self.simulator = simulator
        self.paths = Paths.under(home)
        home.mkdir()
        self.sign_in = home / "sign-in.json"
        self.sign_in.write_text(json.dumps(simulator.credentials), encoding="utf-8")
        self.stop = CancelToken()
        self.world = World(simulator, self.paths)

    def run(self, *typed: str, sign_in: bool = True) -> list[dict[str, Any]]:
        """All lines of one command."""
        given = [*typed[1:], *(["--sign-in", str(self.sign_in)] if sign_in else [])]
        run = CommandRun(parse_command(typed[0], given), self.paths, self.stop)
        try:
            return list(run.lines())
        finally:
            run.close()

    def past(self) -> list[CallOutcome]:
        """How the calls of the archive ended, newest first."""
        calls = PastCalls(self.paths.database)
        try:
            return [call.outcome for call in calls.page(PastCallQuery(owner_id=OWNER))]
        finally:
            calls.close()


@pytest.fixture
def shell(simulator: RunningSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """An empty archive and somebody who can sign in; no window is open. What is waited for comes soon."""
    be_quick(monkeypatch)
    simulator.set_limits(Light=1000, Heavy=1000, Auth=1000)
    shell = Shell(simulator, tmp_path / "h")
    yield shell
    shell.world.stop()


def _states(lines: list[dict[str, Any]]) -> list[str]:
    return [line["call"]["state"] for line in lines if "call" in line]


# A call


def test_a_call_is_followed_to_its_end(shell: Shell) -> None:
    lines = shell.run("call", ANSWERS, "--wait")
    assert _states(lines) == ["ringing you", "ringing them", "talking", "ended"]
    assert all("status" not in line for line in lines[:-1]) and lines[-1]["status"] == 0
    assert {line["call"]["id"] for line in lines} == {lines[0]["call"]["id"]}
    assert shell.past() == [CallOutcome.TALKED]
    assert len(shell.simulator.state()["calls"]) == 1


def test_a_number_that_nobody_can_have_is_called_with_yes_only(shell: Shell) -> None:
    (line,) = shell.run("call", "+44 1632 960001")
    assert line["status"] == 3 and "nobody has the number +441632960001" in line["error"]
    assert "Give --yes" in line["error"] and shell.simulator.state()["calls"] == []
    (own,) = shell.run("call", ANSWERS, "--from", "+44 1632 960002")
    assert own["status"] == 3 and "+441632960002" in own["error"]
    assert shell.run("call", "+44 1632 960001", "--yes", "--wait")[-1]["status"] == 0
    assert shell.run("call", "+44 1632 960001", "--wait")[-1]["status"] == 0, "it has answered"


@pytest.mark.parametrize(
    ("number", "status", "result"),
    [
        (BUSY, 5, "busy"),
        (NO_ANSWER, 6, "no answer"),
        (YOU_BUSY, 7, "you were busy"),
        (YOU_ABSENT, 7, "you did not answer"),
        (REFUSED, 8, "refused"),
        (NO_CREDIT, 9, "unreachable"),
    ],
)
def test_every_end_has_its_status(shell: Shell, number: str, status: int, result: str) -> None:
    last = shell.run("call", number, "--wait")[-1]
    assert (last["status"], last["call"]["result"]) == (status, result)
    assert [outcome.value for outcome in shell.past()] == [result]


def test_without_waiting_it_is_placed_and_the_next_command_knows_it(shell: Shell) -> None:
    (placed,) = shell.run("call", SLOW, "--from", "mobile", "--show-as", "direct", "--no-prompt")
    assert placed["status"] == 0 and placed["call"]["state"] == "ringing you"
    (made,) = shell.simulator.state()["calls"]
    assert (made["from"], made["to"]) == ("+14155550123", f"+1{SLOW}")
    shell.simulator.advance(15)
    (status,) = shell.run("status")
    (live,) = status["calls"]
    assert (live["id"], live["from_label"], live["show_as"]) == (
        placed["call"]["id"],
        "Mobile",
        "+16505550190",
    )
    assert (live["your_phone"], live["them"], live["press_1"]) == ("answered", "ringing", False)
    shell.simulator.advance(300)
    assert shell.run("status") == [{"calls": [], "status": 0}]
    assert len(shell.past()) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["call", "911"], "emergency"),
        (["call", "hello"], "not a phone number"),
        (["call", ANSWERS, "--from", "attic"], "Desk (+16505550101), Mobile (+14155550123), Home"),
        (["call", ANSWERS, "--show-as", "attic"], "cannot be shown"),
    ],
)
def test_what_makes_no_sense_calls_nobody(shell: Shell, typed: list[str], words: str) -> None:
    (line,) = shell.run(*typed)
    assert line["status"] == 2 and words in line["error"]
    assert shell.simulator.state()["calls"] == []


def test_a_call_the_service_does_not_take_was_not_placed(shell: Shell) -> None:
    shell.simulator.fault("status", method="POST", path="/ring-out", times=9)
    (line,) = shell.run("call", ANSWERS, "--wait")
    assert line["status"] == 1 and line["call"]["state"] == "failed" and line["call"]["reason"]
    assert shell.run("status") == [{"calls": [], "status": 0}]


def test_a_call_waits_for_a_place_as_in_the_window(shell: Shell) -> None:
    """RingCentral takes no request for a moment: that is no failure."""
    shell.simulator.fault("429", method="POST", path="/ring-out", seconds=1)
    (placed,) = shell.run("call", SLOW)
    assert placed["status"] == 0 and placed["call"]["state"] == "ringing you"
    assert len(shell.simulator.state()["calls"]) == 1


def test_a_lost_answer_is_not_repeated_and_not_called_a_failure(shell: Shell) -> None:
    shell.simulator.fault("answer-lost", method="POST", path="/ring-out")
    (line,) = shell.run("call", ANSWERS, "--wait")
    assert line["status"] == 10 and "your phone may still ring" in line["call"]["reason"]
    assert len(shell.simulator.state()["calls"]) == 1


def test_a_gap_in_the_network_does_not_lose_the_call(shell: Shell) -> None:
    shell.world.at_wait[2] = lambda: shell.simulator.fault(
        "cut-after", method="GET", path="/ring-out/", times=6
    )
    lines = shell.run("call", SLOW, "--wait")
    assert any(line["call"]["is_unreachable"] for line in lines)
    assert lines[-1]["call"]["state"] == "ended" and lines[-1]["status"] == 0


def test_a_call_the_service_forgets_is_looked_up_in_the_call_log(shell: Shell) -> None:
    last = shell.run("call", FORGOTTEN, "--wait")[-1]
    assert last["call"]["state"] == "ended, result unknown"
    looks = [r for r in shell.simulator.requests if r.path.endswith("/call-log")]
    assert len(looks) >= 1, "the call log was asked"
    assert (last["status"], last["call"]["result"]) == (10, "unknown")


def test_a_call_whose_placing_was_cut_short_is_over(shell: Shell) -> None:
    started = datetime.now(UTC)
    request = CallRequest(to_number="+16505550200", from_number="+16505550101")
    calls = PastCalls(shell.paths.create().database)
    calls.put_live(OWNER, Call(id="ab", request=request, started_at=started, started_s=0.0))
    calls.close()
    assert shell.run("status") == [{"calls": [], "status": 0}]
    assert shell.past() == [CallOutcome.UNKNOWN]


def test_one_gap_does_not_end_a_call_of_an_earlier_command(shell: Shell) -> None:
    shell.run("call", "6505550208")
    calls = PastCalls(shell.paths.create().database)
    (call,) = calls.live(OWNER)
    calls.put_live(OWNER, replace(call, started_at=call.started_at - timedelta(hours=1)))
    calls.close()
    shell.simulator.fault("status", path="/ring-out", method="GET", status=503, times=1)
    (line,) = shell.run("status")
    assert [call["state"] for call in line["calls"]] == ["ringing you"]


# Cancelling


def test_a_cancel_whose_answer_was_lost_is_looked_after(shell: Shell) -> None:
    shell.run("call", SLOW)
    shell.simulator.fault("answer-lost", path="/ring-out", method="DELETE", times=5)
    (line,) = shell.run("cancel")
    assert line["status"] == 0 and line["call"]["state"] == "cancelled"


def test_cancel_ends_the_only_call_and_looks_whether_it_did(shell: Shell) -> None:
    shell.run("call", SLOW)
    (line,) = shell.run("cancel")
    assert line["status"] == 0 and line["call"]["state"] == "cancelled"
    assert shell.past() == [CallOutcome.CANCELLED]
    (again,) = shell.run("cancel")
    assert again == {"error": "No call is going on.", "status": 12}


def test_a_cancel_that_did_not_work_is_not_believed_later(shell: Shell) -> None:
    shell.run("call", BUSY)
    calls = PastCalls(shell.paths.create().database)
    (call,) = calls.live(OWNER)
    calls.put_live(OWNER, replace(call, is_cancelling=True))
    calls.close()
    while shell.run("status")[0]["calls"]:
        shell.simulator.advance(3)
    assert shell.past() == [CallOutcome.BUSY]


def test_cancel_names_one_of_several(shell: Shell) -> None:
    first = shell.run("call", SLOW)[0]["call"]["id"]
    second = shell.run("call", SLOW)[0]["call"]["id"]
    (line,) = shell.run("cancel")
    assert line["status"] == 2 and first[:8] in line["error"] and second[:8] in line["error"]
    assert shell.run("cancel", "nothing")[0]["status"] == 2
    assert shell.run("cancel", first[:8])[0]["call"]["id"] == first
    (status,) = shell.run("status")
    assert [call["id"] for call in status["calls"]] == [second]


def test_a_conversation_cannot_be_cancelled(shell: Shell) -> None:
    shell.run("call", "6505550208")
    shell.simulator.advance(15)
    (line,) = shell.run("cancel")
    assert line["status"] == 12 and "Hang up your phone" in line["error"]
    assert line["call"]["state"] == "talking"


def test_ctrl_c_cancels_while_that_is_possible(shell: Shell) -> None:
    shell.world.at_wait[2] = shell.stop.cancel
    lines = shell.run("call", SLOW, "--wait")
    assert lines[-1]["status"] == 11 and lines[-1]["call"]["state"] == "cancelled"
    assert shell.past() == [CallOutcome.CANCELLED]


def test_ctrl_c_says_that_a_conversation_goes_on(shell: Shell) -> None:
    shell.world.at_wait[8] = shell.stop.cancel
    last = shell.run("call", "6505550208", "--wait")[-1]
    assert last["status"] == 130 and "the call goes on" in last["error"]
    shell.stop = CancelToken()
    assert len(shell.run("status")[0]["calls"]) == 1


# Who signs in, and the lock


def test_nobody_signed_in_is_one_sentence(shell: Shell) -> None:
    for typed in (["call", ANSWERS], ["status"], ["cancel"], ["numbers"]):
        (line,) = shell.run(*typed, sign_in=False)
        assert line["status"] == 4 and line["error"].startswith("Nobody is signed in.")
    assert shell.simulator.requests == []


def test_a_refused_sign_in_and_a_broken_file(shell: Shell) -> None:
    wrong = {**shell.simulator.credentials, "jwt": "wrong"}
    shell.sign_in.write_text(json.dumps(wrong), encoding="utf-8")
    assert shell.run("numbers")[0]["status"] == 4
    shell.sign_in.write_text("[]", encoding="utf-8")
    (line,) = shell.run("numbers")
    assert line["status"] == 2 and "sign-in file" in line["error"]


def test_the_lock_is_free_while_a_call_is_waited_for(shell: Shell) -> None:
    seen: list[tuple[bool, bool]] = []

    def look() -> None:
        other = Instance(shell.paths.data_dir)
        seen.append((other.is_first, (shell.paths.data_dir / TURN_NAME).exists()))
        other.close()

    shell.world.at_wait = {1: look, 3: look}
    assert shell.run("call", ANSWERS, "--wait")[-1]["status"] == 0
    assert seen == [(True, False), (True, False)]


def test_numbers_are_listed(shell: Shell) -> None:
    (line,) = shell.run("numbers")
    assert [phone["label"] for phone in line["ring"]] == ["Desk", "Mobile", "Home"]
    assert [number["label"] for number in line["show"]] == ["Main line", "Direct"]


# What is printed


def _typed(order: CallOrder | StatusOrder | CancelOrder | NumbersOrder, *, is_json: bool) -> Command:
    return Command(order=order, is_json=is_json)


def test_sentences_for_people(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    teller = told.Teller(_typed(CallOrder(number="1", is_wait=True), is_json=False))
    for line in shell.run("call", ANSWERS, "--wait"):
        teller.tell(line)
    said = capsys.readouterr()
    assert said.out.splitlines()[:3] == [
        "Ringing your desk phone — pick up, then press 1",
        "Ringing them",
        "Talking",
    ]
    assert said.out.splitlines()[3].startswith("Ended after 0:") and said.err == ""
    assert teller.status == 0


def test_objects_for_programs(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    teller = told.Teller(_typed(CallOrder(number="1", is_wait=True), is_json=True))
    for line in shell.run("call", BUSY, "--wait"):
        teller.tell(line)
    objects = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert [found["state"] for found in objects] == ["ringing you", "ringing them", "failed"]
    assert objects[-1]["status"] == teller.status == 5 and "status" not in objects[0]
    keys = (
        "id number extension name from from_label from_kind show_as press_1 started_at state your_phone them"
    )
    assert set(objects[0]) == {
        *keys.split(),
        "is_cancelling",
        "is_unreachable",
        "talked_s",
        "result",
        "reason",
    }


def test_what_went_wrong_is_one_sentence_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    for is_json in (False, True):
        teller = told.Teller(_typed(CancelOrder(), is_json=is_json))
        teller.tell({"error": "No call is going on.", "status": 12})
        said = capsys.readouterr()
        assert said.err == "rcdesk cancel: No call is going on.\n" and teller.status == 12
        assert said.out == ('{"error": "No call is going on.", "status": 12}\n' if is_json else "")


def test_lists_for_people(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("call", SLOW)
    for word in ("status", "numbers"):
        teller = told.Teller(parse_command(word, []))
        for line in shell.run(word):
            teller.tell(line)
    said = capsys.readouterr().out
    assert f"+1{SLOW}  your phone (Desk): ringing  them: waiting" in said
    assert "  Mobile  +14155550123\n" in said and "  Desk    +16505550101  as usual\n" in said
    told.Teller(parse_command("status", [])).tell({"calls": [], "status": 0})
    assert capsys.readouterr().out == "No call is going on.\n"


def test_ctrl_c_ends_a_wait_at_once() -> None:
    import signal

    with told._interrupts() as stop:
        stop.sleep(0.0)
        signal.raise_signal(signal.SIGINT)
        assert stop.is_cancelled
        with pytest.raises(Cancelled):
            stop.sleep(1000)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
