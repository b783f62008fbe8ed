"""The two pages of the 2010 web API, asked with a plain HTTP client that knows nothing of the program.

Every oddity of the contract (section 2) has its test. The clock stands still until a test advances it. Read
next: test_faxes.py for the REST side of the same world.
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from rcdesk.simulator import RunningSimulator
from rcdesk.simulator.magic import MAGIC_NUMBERS
from tests.patience import PATIENCE_S

NUMBERS = {magic.outcome: magic.number for magic in MAGIC_NUMBERS if magic.kind == "call"}
TEXT = ("a.txt", b"Two lines\nof text\n", "text/plain")


def ring_out(simulator: RunningSimulator, *, method: str = "POST", **fields: str) -> str:
    where = {"data": fields} if method == "POST" else {"params": fields}
    answer = requests.request(method, f"{simulator.base_url}/ringout.asp", timeout=PATIENCE_S, **where)  # type: ignore[arg-type]
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain")
    return answer.text


def who(simulator: RunningSimulator) -> dict[str, str]:
    return {"username": "8885550100", "password": simulator.password, "ext": simulator.extension}


def call(simulator: RunningSimulator, to: str = "6505550143", **more: str) -> str:
    """The session id of a new call from the mobile."""
    answer = ring_out(simulator, cmd="call", to=to, **{"from": "4155550123", **who(simulator), **more})
    word, session_id, ws = answer.split(" ")
    assert word == "OK" and session_id.isdigit() and ws.startswith(".")
    return session_id


def codes(simulator: RunningSimulator, session_id: str) -> tuple[str, ...]:
    """General, destination and callback; () once only the session id is told."""
    word, said, *rest = ring_out(simulator, cmd="status", sessionid=session_id).split(" ")
    assert (word, said) == ("OK", session_id)
    return tuple(rest[0].split(";")[::2]) if rest else ()


def fax(simulator: RunningSimulator, *pairs: tuple[str, str], files: Any = (("attachment", TEXT),)) -> str:
    parts = [(name, (None, value)) for name, value in pairs]
    url = f"{simulator.base_url}/faxapi.asp"
    answer = requests.post(url, files=[*parts, *files], timeout=PATIENCE_S)
    assert answer.status_code == 200
    return answer.text


def sender(simulator: RunningSimulator) -> tuple[tuple[str, str], ...]:
    return (("username", f"18885550100*{simulator.extension}"), ("password", simulator.password))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_list_is_number_and_name_in_turn(simulator: RunningSimulator, method: str) -> None:
    answer = ring_out(simulator, method=method, cmd="list", **who(simulator))
    assert answer == "OK 6505550101;Desk;4155550123;Mobile;5105550177;Home"


def test_the_second_account_has_its_own_list(simulator: RunningSimulator) -> None:
    other = simulator.second_credentials
    fields = {"username": other["username"], "password": other["password"], "ext": ""}
    answer = ring_out(simulator, cmd="list", **fields)
    assert answer == "OK +442079460101;Desk;+447700900123;Mobile"


def test_field_names_in_either_case(simulator: RunningSimulator) -> None:
    fields = {name.upper(): value for name, value in who(simulator).items()}
    assert ring_out(simulator, CMD="LIST", **fields).startswith("OK 6505550101;Desk")


@pytest.mark.parametrize("wrong", [{"password": "x"}, {"username": "6505550100"}, {"ext": "999"}])
def test_wrong_credentials_are_an_error_text(simulator: RunningSimulator, wrong: dict[str, str]) -> None:
    answer = ring_out(simulator, cmd="list", **{**who(simulator), **wrong})
    assert answer == "Invalid username or password"


def test_passwords_are_not_recorded(simulator: RunningSimulator) -> None:
    ring_out(simulator, method="GET", cmd="list", **who(simulator))
    ring_out(simulator, cmd="list", **who(simulator))
    fax(simulator, *sender(simulator), ("recipient", "6505554000"))
    assert len(simulator.requests) == 3
    assert simulator.password not in repr(simulator.requests)


def test_a_call_from_ringing_to_the_bare_session_id(simulator: RunningSimulator) -> None:
    session_id = call(simulator)
    assert codes(simulator, session_id) == ("1", "1", "1")
    simulator.advance(3.5)
    assert codes(simulator, session_id) == ("1", "1", "0")
    simulator.advance(5)
    assert codes(simulator, session_id) == ("0", "0", "0")
    simulator.advance(8)
    assert codes(simulator, session_id) == ("2", "6", "6")
    simulator.advance(3)
    assert codes(simulator, session_id) == ()


def test_the_numbers_of_a_status(simulator: RunningSimulator) -> None:
    session_id = call(simulator)
    answer = ring_out(simulator, cmd="status", sessionid=session_id, ws=".62")
    assert answer == f"OK {session_id} 1;6505550143;1;4155550123;1"


def test_every_unknown_session_is_completed(simulator: RunningSimulator) -> None:
    assert ring_out(simulator, cmd="status", sessionid="3") == "OK 3"
    assert ring_out(simulator, cmd="status", sessionid="nonsense", ws=".1") == "OK nonsense"


@pytest.mark.parametrize(
    ("outcome", "seconds", "expected"),
    [
        ("caller rejected", 3, ("2", "5", "4")),
        ("caller busy", 3, ("2", "4", "2")),
        ("caller no answer", 15, ("2", "1", "3")),
        ("busy", 5, ("2", "2", "0")),
        ("no answer", 19, ("2", "3", "0")),
        ("rejected", 8, ("2", "4", "0")),
        ("generic error", 8, ("2", "5", "0")),
        ("international disabled", 4, ("7", "7", "6")),
        ("destination blocked", 4, ("8", "8", "6")),
        ("no such user", 4, ("5", "5", "6")),
        ("session lost", 4, ()),
    ],
)
def test_the_magic_numbers_in_codes(
    simulator: RunningSimulator, outcome: str, seconds: float, expected: tuple[str, ...]
) -> None:
    session_id = call(simulator, NUMBERS[outcome])
    simulator.advance(seconds)
    assert codes(simulator, session_id) == expected


def test_a_forgotten_session_is_completed_while_they_talk(simulator: RunningSimulator) -> None:
    session_id = call(simulator, NUMBERS["gone"])
    simulator.advance(9)
    assert codes(simulator, session_id) == ("0", "0", "0")
    simulator.advance(2)
    assert codes(simulator, session_id) == ()


def test_without_the_prompt_the_destination_is_rung_at_once(simulator: RunningSimulator) -> None:
    session_id = call(simulator, prompt="0")
    simulator.advance(7)
    assert codes(simulator, session_id) == ("0", "0", "0")


def test_cancel_answers_the_same_whatever_happened(simulator: RunningSimulator) -> None:
    ringing, talking = call(simulator), call(simulator, NUMBERS["long talk"])
    assert ring_out(simulator, cmd="cancel", sessionid=ringing) == f"OK {ringing}"
    assert codes(simulator, ringing) == ("2", "4", "4")
    simulator.advance(9)
    assert ring_out(simulator, cmd="cancel", sessionid=talking) == f"OK {talking}"
    assert codes(simulator, talking) == ("0", "0", "0")
    assert ring_out(simulator, cmd="cancel", sessionid="242323") == "OK 242323"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"cmd": "dance"}, "Unknown command"),
        ({"cmd": "call", "to": "nobody"}, "Invalid destination number"),
        ({"cmd": "call", "to": "6505550143", "from": ""}, "Invalid callback number"),
        ({"cmd": "call", "to": "6505550143", "clid": "2125550100"}, "Invalid caller ID number"),
        ({"cmd": "call", "to": "6505550143", "clid": "me"}, "Invalid caller ID number"),
    ],
)
def test_errors_are_texts(simulator: RunningSimulator, fields: dict[str, str], text: str) -> None:
    assert ring_out(simulator, **{"from": "4155550123", **who(simulator), **fields}) == text


def test_a_call_is_in_the_same_world_as_rest(simulator: RunningSimulator) -> None:
    call(simulator, clid="16505550190")
    [seen] = simulator.state()["calls"]
    assert (seen["from"], seen["to"], seen["callStatus"]) == ("+14155550123", "+16505550143", "InProgress")


@pytest.mark.parametrize("upper", [False, True])
def test_a_fax_with_everything(simulator: RunningSimulator, upper: bool) -> None:
    pairs = [
        *sender(simulator),
        ("recipient", "6505554000|Ada Records"),
        ("recipient", "(650) 555-4001"),
        ("coverpage", "ClasMod"),
        ("coverpagetext", "For your records"),
        ("resolution", "Low"),
    ]
    named = [(name.capitalize() if upper else name, value) for name, value in pairs]
    field = "Attachment" if upper else "attachment"
    files = [(field, TEXT), (field, ("C:\\b.txt", io.BytesIO(b"second"), "text/plain"))]
    assert fax(simulator, *named, files=files) == "0"
    simulator.advance(10)
    [stored] = simulator.stored_faxes()
    assert stored.outcomes == {"+16505554000": "Sent", "+16505554001": "SendingFailed"}
    assert (stored.cover_text, len(stored.digests)) == ("For your records", 2)
    [message] = simulator.state()["faxes"]
    assert (message["coverIndex"], message["faxResolution"], message["to"][0]["name"]) == (
        4,
        "Low",
        "Ada Records",
    )
    assert message["faxPageCount"] == 3


@pytest.mark.parametrize(
    ("name", "index"), [(None, 7), ("", 7), ("Default", 7), ("Nobody's", 7), ("None", 0), ("urgent", 13)]
)
def test_cover_pages_go_by_name(simulator: RunningSimulator, name: str | None, index: int) -> None:
    page = [] if name is None else [("Coverpage", name)]
    assert fax(simulator, *sender(simulator), ("Recipient", "6505554000"), *page) == "0"
    assert simulator.state()["faxes"][0]["coverIndex"] == index


def test_the_send_time_is_gmt_and_a_wrong_one_means_now(simulator: RunningSimulator) -> None:
    now = datetime.fromisoformat(simulator.state()["now"])
    later = now + timedelta(hours=2)
    times = [
        later.strftime("%d:%m:%y %H:%M"),
        "tomorrow",
        (now - timedelta(days=1)).strftime("%d:%m:%y %H:%M"),
    ]
    for text in times:
        assert fax(simulator, *sender(simulator), ("Recipient", "6505554000"), ("Sendtime", text)) == "0"
    simulator.advance(60)
    first, *others = simulator.stored_faxes()
    assert first.send_at == later.replace(second=0, microsecond=0) and first.status == "Queued"
    assert [(f.send_at, f.status) for f in others] == [(None, "Sent"), (None, "Sent")]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("wrong password", "1"),
        ("wrong extension", "1"),
        ("prohibited", "2"),
        ("no recipient", "3"),
        ("no file", "4"),
        ("empty file", "4"),
        ("no number", "5"),
        ("unknown kind of file", "5"),
        ("too long a text", "5"),
    ],
)
def test_the_codes_of_a_refused_fax(simulator: RunningSimulator, name: str, code: str) -> None:
    username, password = sender(simulator)
    to = ("Recipient", "6505554000")
    files: Any = [("Attachment", TEXT)]
    match name:
        case "wrong password":
            pairs = [username, ("password", "x"), to]
        case "wrong extension":
            pairs = [("username", "18885550100*999"), password, to]
        case "prohibited":
            pairs = [username, password, ("Recipient", "6505554003")]
        case "no recipient":
            pairs = [username, password, ("Recipient", "")]
        case "no number":
            pairs = [username, password, ("Recipient", "Ada")]
        case "too long a text":
            pairs = [username, password, to, ("Coverpagetext", "x" * 1025)]
        case _:
            pairs = [username, password, to]
            kinds = {
                "no file": [],
                "empty file": [("Attachment", ("a.txt", b"", "text/plain"))],
                "unknown kind of file": [("Attachment", ("a.zip", b"PK", "application/zip"))],
            }
            files = kinds[name]
    assert fax(simulator, *pairs, files=files) == code
    assert simulator.stored_faxes() == []


def test_a_fax_without_a_form_has_no_data(simulator: RunningSimulator) -> None:
    fields = dict([*sender(simulator), ("Recipient", "6505554000")])
    answer = requests.post(f"{simulator.base_url}/faxapi.asp", data=fields, timeout=PATIENCE_S)
    assert answer.text == "4"


def test_the_master_account_needs_no_extension(simulator: RunningSimulator) -> None:
    pairs = [("Username", "18885550100"), ("Password", simulator.password), ("Recipient", "6505554000")]
    assert fax(simulator, *pairs) == "0"


def test_faults_strike_the_old_pages_too(simulator: RunningSimulator) -> None:
    simulator.fault("status", path="ringout.asp", status=503)
    answer = requests.post(f"{simulator.base_url}/ringout.asp", data={"cmd": "list"}, timeout=PATIENCE_S)
    assert answer.status_code == 503
