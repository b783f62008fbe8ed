"""The whole desk on the 2010 web API: dial, panel, cancel, two files to two people, marked by hand.

The same window as with REST; what that API cannot do is different, and is said. Pictures go to the folder
in RCDESK_SCREENSHOTS. Read next: test_desk_flow.py.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import Credentials, ServerKind, ServerProfile
from rcdesk.core.calls.call import CallState
from rcdesk.core.calls.past_call import CallOutcome
from rcdesk.core.cancel import CancelToken
from rcdesk.core.fax.fax import FaxState
from rcdesk.core.fax.folder import Folder
from tests.flows.conftest import OpenDesk, Opened, credentials_of, press_send, profile_of
from tests.now import now
from tests.unit.ui.stage import shoot

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

ANSWERS, FAX_ONE, FAX_TWO = "6505550200", "6505554000", "6505554042"


def _profile(simulator: RunningSimulator) -> ServerProfile:
    return ServerProfile(name="Old server", base_url=simulator.base_url, kind=ServerKind.LEGACY)


def _sign_in(desk: Opened, simulator: RunningSimulator) -> None:
    session = desk.running.desk.session
    credentials = Credentials(
        client_id="",
        username=simulator.username,
        extension=simulator.extension,
        password=simulator.password,
    )
    session.sign_in(_profile(simulator), credentials)
    desk.screen.wait(lambda: session.state is SessionState.SIGNED_IN)


@pytest.fixture
def desk(open_desk: OpenDesk, simulator: RunningSimulator) -> Opened:
    """Signed in with the number, the extension and the password."""
    opened = open_desk()
    _sign_in(opened, simulator)
    return opened


@pytest.fixture
def documents(tmp_path: Path) -> list[Path]:
    """Two files that can be faxed."""
    made = [tmp_path / "Referral.png", tmp_path / "Note.txt"]
    Image.new("L", (600, 800), 210).save(made[0])
    made[1].write_text("Please see the picture.\n", encoding="utf-8")
    return made


def _asked(simulator: RunningSimulator, page: str) -> int:
    return sum(r.path.endswith(page) for r in simulator.requests)


def _call_state(desk: Opened) -> CallState | None:
    calls = desk.running.desk.calls.calls
    return calls[0].state if calls else None


def _fax_states(desk: Opened) -> list[FaxState]:
    return [job.state for job in desk.running.desk.faxes.jobs]


def _compose(desk: Opened, documents: list[Path], number: str) -> None:
    """One fax of one file to one number, sent."""
    desk.screen.drop(documents[:1])
    desk.screen.wait_for("Referral.png")
    desk.screen.type("recipientField", number, enter=True)
    press_send(desk)


def _sent_by_the_first_user(simulator: RunningSimulator) -> set[str]:
    """The numbers the first user's account has faxed, as REST tells of the same world."""
    from rcdesk.api.rest.message_store import list_messages
    from rcdesk.services.account.connection import Connection
    from rcdesk.store.account.secrets import Secrets

    profile = profile_of(simulator.base_url, simulator.client_id)
    connection = Connection(profile, Secrets(use_keyring=False))
    connection.sign_in_jwt(credentials_of(simulator), CancelToken())
    since = simulator.stored_faxes()[0].created_at - timedelta(minutes=5)
    found = list_messages(connection.session, token=CancelToken(), date_from=since)
    connection.close()
    return {to.number for message in found for to in message.to}


def _dial(desk: Opened, number: str) -> None:
    desk.screen.type("numberField", number, enter=True)
    desk.screen.wait(lambda: _call_state(desk) is CallState.RINGING_YOU)


def test_the_account_is_shown(desk: Opened, simulator: RunningSimulator) -> None:
    account = desk.running.desk.session.account
    assert account is not None and account.lacks
    assert len(desk.screen.named("ringMeOn_")) == 3
    desk.screen.wait_for("Desk", "Mobile", "Home", "Extension 101")
    assert {r.path for r in simulator.requests} == {"/ringout.asp"}, "nothing of REST was asked"
    shoot(desk.running.window, "legacy-phone")


def test_a_call_from_ringing_to_its_end(desk: Opened, simulator: RunningSimulator) -> None:
    screen = desk.screen
    _dial(desk, ANSWERS)
    screen.wait_for("pick up")
    shoot(desk.running.window, "legacy-ringing-you")
    simulator.advance(3.5)
    screen.wait(lambda: _call_state(desk) is CallState.RINGING_THEM)
    simulator.advance(5)
    screen.wait(lambda: _call_state(desk) is CallState.TALKING)
    screen.wait_for("Talking")
    shoot(desk.running.window, "legacy-talking")
    simulator.advance(60)
    screen.wait(lambda: _call_state(desk) is CallState.ENDED)
    screen.wait(lambda: not desk.running.desk.calls.is_polling)
    history = desk.running.desk.history
    screen.wait(lambda: [c.outcome for c in history.recents] == [CallOutcome.TALKED])
    assert {r.path for r in simulator.requests} == {"/ringout.asp"}


def test_a_ringing_call_is_cancelled(desk: Opened, simulator: RunningSimulator) -> None:
    _dial(desk, ANSWERS)
    desk.screen.press("cancelCallButton")
    desk.screen.wait(lambda: _call_state(desk) is CallState.CANCELLED)
    shoot(desk.running.window, "legacy-cancelled")


def test_a_call_that_is_over_before_it_was_seen_is_unknown(desk: Opened, simulator: RunningSimulator) -> None:
    _dial(desk, ANSWERS)
    simulator.advance(3600)
    desk.screen.wait(lambda: _call_state(desk) is CallState.ENDED_UNKNOWN)
    desk.screen.wait_for("Result unknown")
    desk.screen.wait(lambda: not desk.running.desk.calls.is_polling)
    assert {r.path for r in simulator.requests} == {"/ringout.asp"}, "the call log was not looked into"
    shoot(desk.running.window, "legacy-result-unknown")


def test_two_files_to_two_people_then_marked(
    desk: Opened, simulator: RunningSimulator, documents: list[Path]
) -> None:
    screen, faxes = desk.screen, desk.running.desk.faxes
    assert screen.drop(documents)
    screen.wait_for("Referral.png", "Note.txt")
    for number in (FAX_ONE, FAX_TWO):
        screen.type("recipientField", number, enter=True)
    shoot(desk.running.window, "legacy-composer")
    press_send(desk)
    screen.wait(lambda: _fax_states(desk) == [FaxState.HANDED_OVER] * 2)
    assert _asked(simulator, "/faxapi.asp") == 1 and len(simulator.stored_faxes()) == 1
    (upload,) = [r for r in simulator.requests if r.path.endswith("/faxapi.asp")]
    assert upload.file_names == ("Referral.png", "Note.txt")
    screen.wait_for("2 accepted")
    screen.press("nav_queue")
    screen.wait_for("Accepted; the result comes by e-mail")
    screen.wait(lambda: screen.has("faxStep_mark_sent") and screen.has("faxStep_mark_failed"))
    shoot(desk.running.window, "legacy-accepted")
    screen.press("faxStep_mark_sent")
    screen.wait(lambda: sorted(s.value for s in _fax_states(desk)) == ["handed over", "sent"])
    story = desk.running.window.desk_side.folders[Folder.QUEUE.value].story
    open_id = next(job.id for job in faxes.jobs if job.is_accepted)
    screen.wait(lambda: story.job_id == open_id and screen.has("faxStep_mark_failed"))
    screen.press("faxStep_mark_failed")
    screen.wait(lambda: sorted(s.value for s in _fax_states(desk)) == ["failed", "sent"])
    screen.press("nav_failed")
    screen.wait_for("You said that it failed")
    shoot(desk.running.window, "legacy-marked-as-failed")
    screen.press("nav_sent")
    screen.wait_for("You said that it was sent")
    shoot(desk.running.window, "legacy-marked-as-sent")
    assert "delivered" not in screen.words().lower()
    assert _asked(simulator, "/faxapi.asp") == 1
    assert {r.path for r in simulator.requests} == {"/ringout.asp", "/faxapi.asp"}


def test_a_lost_answer_needs_the_user_at_once(
    desk: Opened, simulator: RunningSimulator, documents: list[Path]
) -> None:
    screen = desk.screen
    simulator.fault("answer-lost", path="/faxapi.asp")
    screen.drop(documents[:1])
    screen.wait_for("Referral.png")
    screen.type("recipientField", FAX_ONE, enter=True)
    press_send(desk)
    screen.wait(lambda: _fax_states(desk) == [FaxState.NEEDS_YOU])
    screen.press("nav_queue")
    screen.wait_for("this older service cannot be asked")
    shoot(desk.running.window, "legacy-needs-you")
    screen.press("faxStep_it_was_sent")
    screen.wait(lambda: _fax_states(desk) == [FaxState.SENT])
    assert _asked(simulator, "/faxapi.asp") == 1


def test_what_was_accepted_is_still_to_be_marked_after_a_restart(
    open_desk: OpenDesk, simulator: RunningSimulator, documents: list[Path]
) -> None:
    first = open_desk(home="again")
    _sign_in(first, simulator)
    first.screen.drop(documents[:1])
    first.screen.wait_for("Referral.png")
    first.screen.type("recipientField", FAX_ONE, enter=True)
    press_send(first)
    first.screen.wait(lambda: _fax_states(first) == [FaxState.HANDED_OVER])
    assert first.running.stop()
    second = open_desk(home="again")
    _sign_in(second, simulator)
    second.screen.wait(lambda: _fax_states(second) == [FaxState.HANDED_OVER])
    assert second.running.desk.faxes.jobs[0].is_accepted
    assert _asked(simulator, "/faxapi.asp") == 1


def test_each_profile_sends_its_own_faxes_only(
    desk: Opened, simulator: RunningSimulator, documents: list[Path]
) -> None:
    """The first one's fax waits while somebody else is signed in, and goes when they are back."""
    screen, faxes, session = desk.screen, desk.running.desk.faxes, desk.running.desk.session
    simulator.fault("429", path="/faxapi.asp", seconds=300)
    _compose(desk, documents, FAX_ONE)
    screen.wait(lambda: _fax_states(desk) == [FaxState.WAITING])
    first = faxes.jobs[0]
    second = simulator.second_credentials
    other = ServerProfile(name="Another", base_url=simulator.base_url, kind=ServerKind.LEGACY)
    their_own = Credentials(client_id="", username=second["username"], password=second["password"])
    session.sign_in(other, their_own)
    screen.wait(lambda: session.account is not None and session.account.owner_id != first.owner_id)
    assert not now(faxes.jobs)
    _compose(desk, documents, f"+1{FAX_TWO}")
    screen.wait(lambda: _fax_states(desk) == [FaxState.HANDED_OVER])
    faxes.retry(first.id)
    _sign_in(desk, simulator)
    screen.wait(lambda: session.account is not None and session.account.owner_id == first.owner_id)
    screen.wait(lambda: _fax_states(desk) == [FaxState.HANDED_OVER])
    assert [job.id for job in faxes.jobs] == [first.id]
    assert _sent_by_the_first_user(simulator) == {f"+1{FAX_ONE}"}
    assert len(simulator.stored_faxes()) == 2
