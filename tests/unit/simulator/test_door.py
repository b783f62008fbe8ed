"""The door: sign-in in every way, limits, faults, control API, the program as a subprocess."""

from __future__ import annotations

import base64
import hashlib
import json
import signal
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from rcdesk.simulator import RunningSimulator
from rcdesk.simulator.magic import MAGIC_NUMBERS
from tests.patience import PATIENCE_S
from tests.unit.simulator.client import Client

OAUTH = "/restapi/oauth"


def code_of(answer: requests.Response) -> str:
    body = answer.json()
    return str(body["errors"][0]["errorCode"])


def test_password_and_jwt_sign_in(client: Client, simulator: RunningSimulator) -> None:
    form = {"grant_type": "password", "username": simulator.username, "extension": simulator.extension}
    assert client.token_answer(**form, password=simulator.password).status_code == 200
    wrong = client.token_answer(**form, password="wrong")
    assert (wrong.status_code, wrong.json()["error"], code_of(wrong)) == (400, "invalid_grant", "OAU-140")


def test_wrong_client_is_told_so(simulator: RunningSimulator) -> None:
    answer = requests.post(
        f"{simulator.base_url}{OAUTH}/token",
        data={"grant_type": "refresh_token", "refresh_token": "x"},
        auth=(simulator.client_id, "wrong"),
        timeout=PATIENCE_S,
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_a_refresh_token_works_once_and_kills_the_old_access_token(
    client: Client, simulator: RunningSimulator
) -> None:
    first = client.token["refresh_token"]
    renewed = client.token_answer(grant_type="refresh_token", refresh_token=first)
    assert renewed.status_code == 200
    dead = client.get("")
    assert (dead.status_code, code_of(dead)) == (401, "OAU-213")
    repeated = client.token_answer(grant_type="refresh_token", refresh_token=first)
    assert repeated.json()["refresh_token"] == renewed.json()["refresh_token"], "its answer may get lost"
    client.http.headers["Authorization"] = f"Bearer {renewed.json()['access_token']}"
    assert client.get("").status_code == 200
    simulator.advance(11)
    again = client.token_answer(grant_type="refresh_token", refresh_token=first)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_an_access_token_expires(client: Client, simulator: RunningSimulator) -> None:
    simulator.advance(3601)
    answer = client.get("")
    assert (answer.status_code, code_of(answer)) == (401, "TokenExpired")
    assert requests.get(client.url(""), timeout=PATIENCE_S).status_code == 401


def test_authorization_code_with_pkce(simulator: RunningSimulator) -> None:
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    redirect = "http://127.0.0.1:53682/callback"

    def code() -> str:
        answer = requests.get(
            f"{simulator.base_url}{OAUTH}/authorize",
            params={
                "response_type": "code",
                "client_id": simulator.client_id,
                "redirect_uri": redirect,
                "state": "s1",
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            },
            allow_redirects=False,
            timeout=PATIENCE_S,
        )
        location = answer.headers["Location"]
        query = parse_qs(urlsplit(location).query)
        assert answer.status_code == 302
        assert location.startswith(redirect)
        assert query["state"] == ["s1"]
        return query["code"][0]

    def trade(given: str, proof: str) -> requests.Response:
        form = {
            "grant_type": "authorization_code",
            "code": given,
            "redirect_uri": redirect,
            "client_id": simulator.client_id,
            "code_verifier": proof,
        }
        return requests.post(f"{simulator.base_url}{OAUTH}/token", data=form, timeout=PATIENCE_S)

    good = code()
    assert trade(good, verifier).status_code == 200
    assert trade(good, verifier).status_code == 400
    assert trade(code(), "w" * 50).status_code == 400


def test_a_code_lives_a_minute(client: Client, simulator: RunningSimulator) -> None:
    params = {
        "response_type": "code",
        "client_id": simulator.client_id,
        "redirect_uri": "http://localhost:1/x",
    }
    answer = client.send("GET", f"{OAUTH}/authorize", params=params, allow_redirects=False)
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    simulator.advance(61)
    late = client.token_answer(
        grant_type="authorization_code", code=code, redirect_uri="http://localhost:1/x"
    )
    assert late.json()["error"] == "invalid_grant"
    params["redirect_uri"] = "https://elsewhere.example/x"
    assert client.send("GET", f"{OAUTH}/authorize", params=params).status_code == 400


def test_revoke_ends_the_session(client: Client, simulator: RunningSimulator) -> None:
    answer = requests.post(
        f"{simulator.base_url}{OAUTH}/revoke",
        data={"token": client.token["access_token"]},
        auth=(simulator.client_id, simulator.client_secret),
        timeout=PATIENCE_S,
    )
    assert answer.status_code == 200
    assert client.get("").status_code == 401


def test_limits_on_the_wire(client: Client, simulator: RunningSimulator) -> None:
    simulator.set_limits(Light=2)
    first = client.get("/forwarding-number")
    assert first.headers["X-Rate-Limit-Group"] == "light"
    assert (first.headers["X-Rate-Limit-Limit"], first.headers["X-Rate-Limit-Remaining"]) == ("2", "1")
    assert first.headers["X-Rate-Limit-Window"] == "60"
    assert client.get("/phone-number").status_code == 200
    over = client.get("")
    assert (over.status_code, code_of(over), over.headers["Retry-After"]) == (429, "CMN-301", "60")
    simulator.advance(60)
    assert client.get("").status_code == 200


def test_other_accounts_are_not_found(client: Client) -> None:
    answer = client.get("/restapi/v1.0/account/1/extension/~")
    assert (answer.status_code, code_of(answer)) == (404, "CMN-102")
    nowhere = client.get("/no-such-thing")
    assert (nowhere.status_code, code_of(nowhere)) == (404, "CMN-102")


@pytest.mark.parametrize(
    ("kind", "faxes", "heard"), [("cut-before", 0, 0), ("cut-after", 0, 1), ("answer-lost", 1, 1)]
)
def test_cuts_differ_in_what_was_done(
    client: Client, simulator: RunningSimulator, kind: str, faxes: int, heard: int
) -> None:
    simulator.fault(kind, path="/fax", method="POST")
    with pytest.raises(requests.ConnectionError):
        client.fax()
    assert len(client.get("/message-store", direction="Outbound").json()["records"]) == faxes
    lost = next(r for r in simulator.requests if r.path.endswith("/fax"))
    assert lost.status == 0
    assert (lost.body_size > 0) == bool(heard)
    assert client.fax().status_code == 200


def test_cut_during_stops_inside_the_body(client: Client, simulator: RunningSimulator) -> None:
    simulator.fault("cut-during", path="/fax", after_bytes=100_000)
    with pytest.raises(requests.ConnectionError):
        client.fax(files=(("big.txt", "text/plain", b"x" * 8_000_000),))
    assert 100_000 <= simulator.requests[-1].body_size < 1_000_000


def test_status_garbage_429_and_expired_token(client: Client, simulator: RunningSimulator) -> None:
    simulator.fault("status", status=500, times=2)
    simulator.fault("429", seconds=7)
    simulator.fault("garbage", path=r"forwarding-n.mber")
    simulator.fault("expire-token", path="/phone-number")
    assert [client.get("").status_code for _ in range(2)] == [500, 500]
    refused = client.get("")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert client.get("").status_code == 200
    with pytest.raises(ValueError):
        client.get("/forwarding-number").json()
    assert code_of(client.get("/phone-number")) == "TokenExpired"


def test_a_slow_reader_still_gets_everything(client: Client, simulator: RunningSimulator) -> None:
    simulator.fault("slow", path="/fax", bytes_per_second=2_000_000, seconds=0.01)
    assert client.fax(files=(("big.txt", "text/plain", b"x\n" * 200_000),)).status_code == 200
    simulator.fault("status")
    simulator.clear_faults()
    assert client.get("").status_code == 200


def test_the_control_api(client: Client, simulator: RunningSimulator) -> None:
    page = client.get("/simulator/").text
    assert all(m.number in page and m.description.split("'")[0] in page for m in MAGIC_NUMBERS)
    before = client.get("/simulator/state").json()
    assert before["credentials"] == simulator.credentials
    assert [p["country"] for p in before["people"]] == ["US", "GB"]
    assert client.post("/simulator/advance", {"seconds": 30}).json()["now"] > before["now"]
    assert client.post("/simulator/advance", {"seconds": -1}).status_code == 400
    assert client.post("/simulator/faults", {"kind": "status", "path": "/fax"}).json()[0]["kind"] == "status"
    assert client.post("/simulator/faults", {"kind": "lightning"}).status_code == 400
    assert client.send("DELETE", "/simulator/faults").status_code == 204
    assert client.post("/simulator/limits", {"Heavy": 3}).json()["Heavy"] == 3
    client.call("+16505550200")
    asked = client.get("/simulator/requests").json()
    assert asked[-1]["json"]["to"] == {"phoneNumber": "+16505550200"}
    assert client.token["access_token"] not in json.dumps(asked)
    assert client.send("POST", "/simulator/reset").status_code == 204
    assert client.get("").status_code == 401
    assert simulator.state()["calls"] == []


def test_an_inbound_fax_arrives_unread(client: Client, simulator: RunningSimulator) -> None:
    order = {"from": "+16505550119", "pages": 2, "text": "Lab results"}
    assert client.post("/simulator/inbound-fax", order).status_code == 200
    simulator.inbound_fax(to="+442079460109")
    records = client.get("/message-store", direction="Inbound").json()["records"]
    assert [(r["messageStatus"], r["readStatus"], r["faxPageCount"]) for r in records] == [
        ("Received", "Unread", 2)
    ]
    with Client(simulator, jwt=simulator.second_credentials["jwt"]) as owen:
        [received] = owen.get("/message-store").json()["records"]
        content = owen.get(received["attachments"][0]["uri"])
    assert content.headers["Content-Type"] == "image/tiff"
    assert content.content[:2] in (b"II", b"MM")


def test_the_program_prints_one_line_and_stops_on_a_signal() -> None:
    command = [sys.executable, "-m", "rcdesk.simulator", "--port", "0", "--clock", "manual"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        line = json.loads(child.stdout.readline())
        answer = requests.get(f"{line['base_url']}/restapi", timeout=PATIENCE_S)
        child.send_signal(signal.SIGTERM)
        rest = child.stdout.read()
        assert (answer.status_code, rest, child.wait(PATIENCE_S)) == (200, "", 0)
    assert set(line) == {"base_url", "client_id", "client_secret", "jwt", "username", "extension", "password"}


def test_a_taken_port_is_one_clear_error(simulator: RunningSimulator) -> None:
    port = urlsplit(simulator.base_url).port
    assert port is not None
    with pytest.raises(OSError):
        RunningSimulator.start(port=port)


def test_importing_it_is_cheap() -> None:
    heavy = "{'aiohttp', 'PIL', 'pypdfium2'}"
    code = f"import sys, rcdesk.simulator, rcdesk.simulator.magic; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_stopping_twice_and_asking_afterwards() -> None:
    running = RunningSimulator.start(clock="manual")
    running.stop()
    running.stop()
    with pytest.raises(RuntimeError):
        running.advance(1)
