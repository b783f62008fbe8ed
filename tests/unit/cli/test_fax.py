"""`rcdesk fax` without a window: real archive, real lock, the simulator over HTTP, and a clock by hand.

The command runs in this process; what waits between two steps is the test's, which lets time pass here and at
the service. What needs other programs is in tests/end2end/test_fax_command.py.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from rcdesk.bridge.runtime.instance import TURN_NAME, Instance
from rcdesk.cli.archive_lock import SignInWay
from rcdesk.cli.fax import FaxCommand, FaxRun
from rcdesk.cli.fax_output import FaxTeller
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, OutcomeUnknown
from rcdesk.core.fax.fax import FaxJob, FaxOptions, FaxState
from rcdesk.core.orders.asked_fax import AskedFax
from rcdesk.services.fax.typed_fax import draft_asked
from rcdesk.store.account import preferences as preferences_file
from rcdesk.store.fax.outbox import Outbox
from rcdesk.store.paths import Paths
from tests.unit.cli.world import World, be_quick
from tests.unit.services.fax_rig import SetClock, heavy_page, magic

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

pytestmark = pytest.mark.usefixtures("qapp")

OWNER = "400131427008"
"""The extension's id of the simulator's first user."""

GOOD, OTHER = "+16505550142", "+16505550143"
PARTLY = "+16505554010"
"""The number whose fax fails for good."""


class Shell:
    """Types `rcdesk fax`; the lines are what it tells."""

    def __init__(self, simulator: RunningSimulator, home: Path) -> None:
        self.simulator = simulator
        self.paths = Paths.under(home).create()
        self.sign_in = home / "sign-in.json"
        self.sign_in.write_text(json.dumps(simulator.credentials), encoding="utf-8")
        self.letter = home / "letter.txt"
        self.letter.write_text("Dear Dr Hale\n")
        self.clock = SetClock()
        self.stop = CancelToken()
        self.world = World(simulator, self.paths, 5.0, self.clock)
        self.asked: list[str] = []
        self.answer: bool | None = None

    def fax(
        self,
        *to: str,
        files: tuple[Path, ...] | None = None,
        is_wait: bool = False,
        is_sure: bool = False,
        sign_in: bool = True,
        cover_name: str = "",
        at: str = "",
        **options: Any,
    ) -> list[dict[str, Any]]:
        """All lines of one command."""
        draft = draft_asked(
            files=(self.letter,) if files is None else files,
            to=to or (GOOD,),
            at=at,
            options=FaxOptions(**{"cover_index": None, **options}),
        )
        command = FaxCommand(
            asked_fax=AskedFax(draft=draft, cover_name=cover_name),
            is_wait=is_wait,
            is_sure=is_sure,
            way=SignInWay(sign_in=self.sign_in if sign_in else None),
        )
        lines: list[dict[str, Any]] = []
        ask = None if self.answer is None else self._ask
        run = FaxRun(command, self.paths, self.stop, lines.append, ask=ask, clock=self.clock)
        try:
            run.run()
        finally:
            run.close()
        return lines

    def _ask(self, sentence: str) -> bool:
        self.asked.append(sentence)
        return bool(self.answer)

    def jobs(self, *states: FaxState) -> tuple[FaxJob, ...]:
        """What the archive holds."""
        outbox = Outbox(self.paths.database)
        try:
            return outbox.in_states(OWNER, *(states or tuple(FaxState)))
        finally:
            outbox.close()

    def stored(self) -> int:
        """How many faxes the service was ever given."""
        return len(self.simulator.stored_faxes())


@pytest.fixture
def shell(simulator: RunningSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """An empty archive and somebody who can sign in; no window is open."""
    be_quick(monkeypatch)
    simulator.set_limits(Light=1000, Heavy=1000, Auth=1000)
    home = tmp_path / "h"
    home.mkdir()
    shell = Shell(simulator, home)
    yield shell
    shell.world.stop()


def _states(lines: list[dict[str, Any]]) -> list[str]:
    found = [line["fax"]["state"] for line in lines if "fax" in line]
    return [state for at, state in enumerate(found) if at == 0 or found[at - 1] != state]


# Sending


def test_without_waiting_it_is_handed_over(shell: Shell) -> None:
    lines = shell.fax(GOOD, OTHER, note="Hello")
    # On a busy machine the service may be done with it before it is looked at.
    assert _states(lines) in (
        ["queued", "handed over"],
        ["queued", "sent"],
        ["queued", "handed over", "sent"],
    )
    assert lines[-1]["status"] == 0
    assert all("status" not in line for line in lines[:-1])
    progress = [line["progress"] for line in lines if "progress" in line]
    assert progress[-1]["bytes_sent"] == progress[-1]["bytes_total"] > 13
    (fax,) = shell.simulator.stored_faxes()
    gone = (*shell.jobs(FaxState.HANDED_OVER), *shell.jobs(FaxState.SENT))
    assert {job.recipient.number for job in gone} == {GOOD, OTHER}
    assert str(fax.message_id) == lines[-1]["fax"]["recipients"][0]["message_id"]


def test_with_wait_it_is_followed_to_the_end_of_every_recipient(shell: Shell) -> None:
    lines = shell.fax(GOOD, PARTLY, is_wait=True)
    last = lines[-1]
    assert last["status"] == 9 and last["error"] == "1 of 2 recipients failed."
    states = {one["number"]: one["state"] for one in last["fax"]["recipients"]}
    assert states == {GOOD: "sent", PARTLY: "failed"}
    assert [one["error_code"] for one in last["fax"]["recipients"]] == ["", "SentPartially"]
    assert _states(lines)[:2] == ["queued", "handed over"] and shell.stored() == 1


def test_a_busy_line_is_tried_again_while_waiting(shell: Shell) -> None:
    lines = shell.fax(magic("busy once"), is_wait=True)
    assert _states(lines) == ["queued", "handed over", "waiting", "handed over", "sent"]
    assert lines[-1]["status"] == 0 and lines[-1]["fax"]["recipients"][0]["tries"] == 2


def test_a_later_time_is_kept_by_the_service(shell: Shell) -> None:
    at = (shell.clock.now().astimezone()).replace(microsecond=0)
    later = at.replace(year=at.year + 1, month=1, day=2)
    (last,) = [line for line in shell.fax(at=later.isoformat(sep=" ")) if "status" in line]
    assert last["status"] == 0
    assert last["fax"]["recipients"][0]["detail"].startswith("With RingCentral, which sends it at ")
    assert last["fax"]["send_at"] is not None and shell.stored() == 1


# The cover page


@pytest.mark.parametrize(
    ("name", "called"), [("classic", "Classic"), ("CONFID", "Confidential"), ("none", "None")]
)
def test_a_cover_page_by_its_name(shell: Shell, name: str, called: str) -> None:
    fax = shell.fax(cover_name=name)[-1]["fax"]
    assert fax["cover_name"] == called and (fax["cover"] == 0) is (called == "None")


def test_a_cover_page_that_is_not_there_names_those_there_are(shell: Shell) -> None:
    (line,) = shell.fax(cover_name="Baroque")
    assert line["status"] == 2 and "None, " in line["error"] and "Classic" in line["error"]
    (line,) = shell.fax(cover_index=99)
    assert line["status"] == 2 and "no cover page 99" in line["error"]
    assert shell.jobs() == () and shell.stored() == 0


def test_a_cover_page_of_ones_own_is_drawn_and_goes_first(shell: Shell) -> None:
    shell.paths.covers_dir.mkdir(parents=True)
    html = "<html><body><h1>{company}</h1><p>{to}</p><p>{note}</p></body></html>"
    (shell.paths.covers_dir / "Our clinic.html").write_text(html, encoding="utf-8")
    last = shell.fax(cover_name="our clinic", note="As discussed")[-1]
    assert last["status"] == 0, last
    assert last["fax"]["files"] == ["Cover for letter.pdf", "letter.txt"]
    assert (last["fax"]["pages"], last["fax"]["cover"]) == (2, 0)


def test_html_goes_as_it_is_drawn(shell: Shell) -> None:
    offer = shell.letter.with_name("offer.html")
    offer.write_text("<html><body><h1>Offer</h1></body></html>")
    last = shell.fax(files=(offer,))[-1]
    assert last["status"] == 0 and last["fax"]["files"] == ["offer.pdf"]


# What is odd


def test_the_same_pages_twice_need_an_answer(shell: Shell) -> None:
    assert shell.fax()[-1]["status"] == 0
    (line,) = shell.fax()
    assert line["status"] == 3 and "within a day" in line["error"] and "Give --yes" in line["error"]
    assert len(shell.jobs()) == 1
    shell.answer = False
    assert shell.fax()[-1]["status"] == 3 and "Send it all the same?" in shell.asked[0]
    shell.answer = True
    shell.simulator.advance(600)
    assert shell.fax(is_wait=True)[-1]["status"] == 0
    shell.answer = None
    assert shell.fax(is_sure=True, is_wait=True)[-1]["status"] == 0
    assert shell.stored() == 3


def test_a_number_one_digit_off_a_known_one_is_asked_about(shell: Shell) -> None:
    assert shell.fax(GOOD, is_wait=True)[-1]["status"] == 0
    (line,) = shell.fax(OTHER, note="another")
    assert line["status"] == 3 and f"{OTHER} differs in one digit from {GOOD}" in line["error"]


def test_a_number_that_nobody_can_have_is_asked_about(shell: Shell) -> None:
    (line,) = shell.fax("+441632960001")
    assert line["status"] == 3 and "nobody has the number +441632960001" in line["error"]
    assert len(shell.jobs()) == 0
    assert shell.fax("+441632960001", is_sure=True)[-1]["status"] == 0


# What cannot go now


def test_without_a_network_it_stays_safe_and_the_next_command_sends_it(shell: Shell) -> None:
    shell.letter = shell.letter.with_suffix(".pdf")
    shell.letter.write_bytes(heavy_page(6_000_000))
    shell.simulator.fault("cut-during", method="POST", path="/fax")
    last = shell.fax()[-1]
    assert last["status"] == 13, last
    assert "stays safe in the outbox" in last["error"] and shell.stored() == 0
    shell.clock.advance(600)
    shell.simulator.advance(600)
    assert shell.fax(OTHER, is_sure=True)[-1]["status"] == 0
    gone = shell.jobs(FaxState.HANDED_OVER, FaxState.SENT)
    assert {job.recipient.number for job in gone} == {GOOD, OTHER}


def test_a_paused_queue_is_left_alone(shell: Shell) -> None:
    outbox = Outbox(shell.paths.database)
    outbox.set_paused(OWNER, True, shell.clock.now())
    outbox.close()
    last = shell.fax(is_wait=True)[-1]
    assert last["status"] == 13 and "The queue is paused" in last["error"]
    assert len(shell.jobs(FaxState.QUEUED)) == 1 and shell.stored() == 0


def test_a_lost_answer_is_looked_for_and_never_repeated(shell: Shell) -> None:
    shell.simulator.fault("answer-lost", method="POST", path="/fax")
    last = shell.fax(is_wait=True)[-1]
    assert last["status"] == 0 and last["fax"]["state"] == "sent"
    assert shell.stored() == 1


def test_nobody_signed_in_queues_nothing(shell: Shell) -> None:
    (line,) = shell.fax(sign_in=False)
    assert line["status"] == 4 and line["error"].startswith("Nobody is signed in.")
    assert shell.jobs() == () and shell.simulator.requests == []


def test_an_account_that_may_not_fax_is_told_before(shell: Shell) -> None:
    shell.simulator.sign_in_rules(missing_scopes=["Faxes"])
    (line,) = shell.fax()
    assert line["status"] == 9 and "Nothing is queued" in line["error"] and shell.jobs() == ()


def test_two_faxes_to_one_number_go_one_after_the_other(shell: Shell) -> None:
    # The first one is still at the service when the second is asked for.
    shell.world.seconds = 0.2
    assert shell.fax(note="one")[-1]["status"] == 0
    shell.letter.write_text("Another letter\n")
    lines = shell.fax(note="two")
    assert "Another fax to this number is going out" in {
        one["detail"] for line in lines if "fax" in line for one in line["fax"]["recipients"]
    }
    assert lines[-1]["status"] == 0 and shell.stored() == 2


# Ctrl+C and the lock


def test_ctrl_c_says_that_ringcentral_has_it(shell: Shell) -> None:
    shell.world.at_wait[1] = shell.stop.cancel
    last = shell.fax(is_wait=True)[-1]
    assert last["status"] == 130 and last["error"].startswith("RingCentral has the fax and goes on with it")
    assert shell.stored() == 1


def test_ctrl_c_before_it_has_left_leaves_it_safe(shell: Shell) -> None:
    shell.letter = shell.letter.with_suffix(".pdf")
    shell.letter.write_bytes(heavy_page(6_000_000))
    shell.simulator.fault("cut-during", method="POST", path="/fax", times=9)
    shell.world.at_wait[1] = shell.stop.cancel
    last = shell.fax(is_wait=True)[-1]
    assert last["status"] == 130, last
    assert "has not gone and stays safe in the outbox" in last["error"]
    assert len(shell.jobs(FaxState.WAITING)) == 1


@pytest.mark.parametrize("is_gone", [False, True])
def test_ctrl_c_while_a_window_has_it_never_says_that_nothing_is_queued(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, is_gone: bool
) -> None:
    """Before the window has answered, and after it was closed with the fax in its queue."""

    def ask(*order: object) -> Iterator[dict[str, Any]]:
        if not is_gone:
            raise Cancelled()
        yield {"fax": {"recipients": [{"id": 1}]}}
        shell.stop.cancel()
        raise OutcomeUnknown("gone")

    window = Instance(shell.paths.data_dir)
    monkeypatch.setattr(Instance, "ask", ask)
    last = shell.fax(is_wait=True)[-1]
    window.close()
    assert last["status"] == 130 and "Nothing was queued" not in last["error"]
    assert ("stays safe in the outbox" if is_gone else "Look at its Queue") in last["error"]


def test_ctrl_c_while_signing_in_is_heard_at_once(shell: Shell) -> None:
    shell.stop.cancel()
    assert shell.fax(is_wait=True) == [{"error": "Interrupted. Nothing was queued.", "status": 130}]
    assert not shell.simulator.requests and not shell.jobs()


def test_the_lock_is_free_while_a_fax_is_waited_for(shell: Shell) -> None:
    seen: list[tuple[bool, bool]] = []

    def look() -> None:
        other = Instance(shell.paths.data_dir)
        seen.append((other.is_first, (shell.paths.data_dir / TURN_NAME).exists()))
        other.close()

    shell.world.at_wait = {1: look, 2: look}
    assert shell.fax(is_wait=True)[-1]["status"] == 0
    assert seen and set(seen) == {(True, False)}


def test_what_was_chosen_last_is_taken(shell: Shell) -> None:
    kept = replace(Preferences(), cover_index=1)
    preferences_file.save(shell.paths.preferences_file, kept)
    assert shell.fax()[-1]["fax"]["cover"] == 1


# What is printed


def test_sentences_for_people(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    teller = FaxTeller(is_json=False, is_terminal=False)
    for line in shell.fax(GOOD, f"Bo <{PARTLY}>", is_wait=True):
        teller.tell(line)
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"{GOOD}: Queued",
        f"Bo {PARTLY}: Queued",
        "Sending to 2 recipients",
        f"{GOOD}: Handed to RingCentral",
        f"Bo {PARTLY}: Handed to RingCentral",
        f"{GOOD}: Sent: accepted by their machine, 1 page",
        f"Bo {PARTLY}: Failed: Only a part of the pages got through. Ask them which arrived, and send the "
        "rest",
    ]
    assert said.err == "rcdesk fax: 1 of 2 recipients failed.\n" and teller.status == 9


def test_a_terminal_shows_how_much_has_left(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    teller = FaxTeller(is_json=False, is_terminal=True)
    for line in shell.fax():
        teller.tell(line)
    said = capsys.readouterr().out
    assert "\r\x1b[KSending: 100 %\r\x1b[K" in said and said.endswith(f"{GOOD}: Handed to RingCentral\n")


def test_objects_for_programs(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    teller = FaxTeller(is_json=True, is_terminal=True)
    for line in shell.fax():
        teller.tell(line)
    objects = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert objects[-1]["status"] == teller.status == 0 and "status" not in objects[0]
    assert objects[-1]["state"] == "handed over" and objects[-1]["recipients"][0]["number"] == GOOD
    assert any("progress" in found for found in objects)


def test_many_with_the_same_news_share_a_line(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    teller = FaxTeller(is_json=False, is_terminal=False)
    for line in shell.fax(*(f"+1650555{n:04d}" for n in range(1000, 1060))):
        teller.tell(line)
    said = capsys.readouterr().out.splitlines()
    handed = [int(line.split()[0]) for line in said if line.endswith("recipients: Handed to RingCentral")]
    assert said[0] == "60 recipients: Queued" and sum(handed) == 60
    assert len(said) <= 5, "a line for each of the two requests, or less"


def test_the_temporary_pages_are_gone_afterwards(shell: Shell, tmp_path: Path) -> None:
    before = set(os.listdir(tmp_path))
    shell.fax()
    assert set(os.listdir(tmp_path)) == before
