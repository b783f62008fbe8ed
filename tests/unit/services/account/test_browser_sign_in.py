"""The browser's way back: the listener on 127.0.0.1 and whole sign-ins through it, against the simulator."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from rcdesk.core.account.account import Account, GrantKind, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, RateLimited, RcdeskError, SignInNeeded, UserError
from rcdesk.services.account import browser_sign_in
from rcdesk.services.account.browser_sign_in import BrowserReturn
from rcdesk.services.account.connection import Connection
from rcdesk.store.account.secrets import Secrets
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

WAIT_S = PATIENCE_S


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Person:
    """A sign-in on a thread of its own, and the browser the person uses for it."""

    def __init__(self, simulator: RunningSimulator, secrets: Secrets | None = None) -> None:
        self.secrets = secrets or Secrets(use_keyring=False)
        self.profile = ServerProfile(
            name="test",
            base_url=simulator.base_url,
            client_id=simulator.client_id,
            redirect_port=free_port(),
        )
        self.connection = Connection(self.profile, self.secrets)
        self.token = CancelToken()
        self.noticed: list[str] = []
        self._url: Future[str] = Future()
        self._room = ThreadPoolExecutor(1)
        self.result: Future[Account] | None = None

    def start(self, client_secret: str = "") -> str:
        """Begin; the address the browser is to open."""
        self.result = self._room.submit(
            self.connection.sign_in_browser,
            client_secret,
            self.token,
            opened=self._url.set_result,
            noticed=self.noticed.append,
        )
        return self._url.result(WAIT_S)

    def account(self) -> Account:
        assert self.result is not None
        return self.result.result(WAIT_S)

    def error(self) -> BaseException:
        assert self.result is not None
        error = self.result.exception(WAIT_S)
        assert error is not None
        return error

    def close(self) -> None:
        self.token.cancel()
        self._room.shutdown()
        self.connection.close()


@pytest.fixture
def person(simulator: RunningSimulator) -> Iterator[Person]:
    someone = Person(simulator)
    yield someone
    someone.close()


def browse(url: str, **more: str) -> requests.Response:
    """What a browser does: follows redirects until a page comes."""
    return requests.get(url, params=more or None, timeout=WAIT_S)


def way_back(url: str) -> str:
    """Where the service sends the browser, without going there."""
    answer = requests.get(url, allow_redirects=False, timeout=WAIT_S)
    assert answer.status_code == 302
    return answer.headers["Location"]


@pytest.mark.parametrize("is_public", [True, False])
def test_the_browser_brings_the_sign_in(person: Person, simulator: RunningSimulator, is_public: bool) -> None:
    url = person.start("" if is_public else simulator.client_secret)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["code_challenge_method"] == "S256" and len(asked["state"]) >= 24
    assert asked["redirect_uri"] == person.profile.redirect_uri
    last_page = browse(url)
    account = person.account()
    assert account.name == "Mara Okafor"
    assert "You are signed in" in last_page.text and last_page.headers["Referrer-Policy"] == "no-referrer"
    assert person.connection.profile.grant is GrantKind.BROWSER
    simulator.advance(4000)
    assert person.connection.load_account(CancelToken()) == account, "refreshed as the same kind of client"
    with pytest.raises(requests.ConnectionError):
        browse(person.profile.redirect_uri)


def test_the_secret_of_the_app_is_kept_for_the_next_sign_in(
    person: Person, simulator: RunningSimulator
) -> None:
    browse(person.start(simulator.client_secret))
    person.account()
    person._url = Future()
    browse(person.start())
    person.account()
    asked = [r for r in simulator.requests if r.path.endswith("/oauth/token")]
    assert len(asked) == 2 and all("authorization" in request.headers for request in asked)


def test_a_wrong_state_is_ignored_and_told(person: Person) -> None:
    url = person.start()
    location = way_back(url)
    parts = urlsplit(location)
    stolen = {**{k: v[0] for k, v in parse_qs(parts.query).items()}, "state": "somebody else's"}
    strange = browse(f"{person.profile.redirect_uri}?{urlencode(stolen)}")
    assert strange.status_code == 400 and "does not belong to this sign-in" in strange.text
    assert "You are signed in" in browse(location).text
    assert person.account().name == "Mara Okafor"
    assert person.noticed == [browser_sign_in.STRANGE]


def test_an_expired_code_is_one_sentence(person: Person, simulator: RunningSimulator) -> None:
    location = way_back(person.start())
    simulator.advance(61)
    page = browse(location)
    error = person.error()
    assert isinstance(error, SignInNeeded) and "had run out" in str(error)
    assert "had run out" in page.text and "You are signed in" not in page.text
    assert not person.connection.is_signed_in


def test_a_wrong_verifier_is_one_sentence(person: Person, simulator: RunningSimulator) -> None:
    """Somebody else's code with the right state: PKCE tells them apart."""
    url = person.start()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    forged = way_back(f"{url.split('?')[0]}?{urlencode({**asked, 'code_challenge': 'A' * 43})}")
    browse(forged)
    error = person.error()
    assert isinstance(error, SignInNeeded) and "could not match the browser's answer" in str(error)


def test_a_code_works_once(person: Person) -> None:
    location = way_back(person.start())
    assert "You are signed in" in browse(location).text
    person.account()
    person.connection.sign_out(CancelToken())
    person._url = Future()
    again = urlsplit(person.start())
    state = parse_qs(again.query)["state"][0]
    code = parse_qs(urlsplit(location).query)["code"][0]
    browse(f"{person.profile.redirect_uri}?{urlencode({'code': code, 'state': state})}")
    assert isinstance(person.error(), SignInNeeded)


def test_refusing_in_the_browser_is_one_sentence(person: Person, simulator: RunningSimulator) -> None:
    simulator.sign_in_rules(denies=True)
    page = browse(person.start())
    error = person.error()
    assert isinstance(error, UserError) and str(error) == browser_sign_in.DENIED
    assert "refused in the browser" in page.text


def test_an_unknown_word_of_the_service_is_quoted_safely(person: Person) -> None:
    state = parse_qs(urlsplit(person.start()).query)["state"][0]
    said = {"error": "<b>server_error</b>", "state": state}
    page = browse(f"{person.profile.redirect_uri}?{urlencode(said)}")
    assert "(bserver_errorb)" in str(person.error()) and "<b>" not in page.text


def test_a_withdrawn_app_is_one_sentence(person: Person, simulator: RunningSimulator) -> None:
    location = way_back(person.start())
    simulator.sign_in_rules(revoked=True)
    browse(location)
    error = person.error()
    assert isinstance(error, SignInNeeded) and "does not know this app" in str(error)


def test_too_many_token_requests_are_one_sentence(person: Person, simulator: RunningSimulator) -> None:
    location = way_back(person.start())
    simulator.fault("429", path="/oauth/token", seconds=40)
    browse(location)
    error = person.error()
    assert isinstance(error, RateLimited) and "Try again in 40 seconds." in str(error)


def test_a_taken_port_is_one_sentence(person: Person) -> None:
    with socket.create_server(("127.0.0.1", person.profile.redirect_port)):
        with pytest.raises(UserError, match=f"Port {person.profile.redirect_port} .* in use"):
            person.connection.sign_in_browser("", person.token, opened=print, noticed=print)


def test_cancelling_frees_the_port(person: Person) -> None:
    person.start()
    person.token.cancel()
    assert isinstance(person.error(), Cancelled)
    with socket.create_server(("127.0.0.1", person.profile.redirect_port)):
        pass


class Leaping:
    """A clock that goes a minute with each look."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        self.seconds += 60
        return self.seconds


def test_after_five_minutes_it_is_over() -> None:
    with BrowserReturn(f"http://127.0.0.1:{free_port()}/signed-in", "s", Leaping()) as browser:
        with pytest.raises(UserError, match="within five minutes"):
            browser.wait(CancelToken(), noticed=print)


@pytest.fixture
def waiting() -> Iterator[tuple[BrowserReturn, Callable[[], str]]]:
    """A listener that is waiting, and how to get what came."""
    port, token = free_port(), CancelToken()
    with ThreadPoolExecutor(1) as room, BrowserReturn(f"http://127.0.0.1:{port}/signed-in", "s") as browser:
        code = room.submit(browser.wait, token, noticed=lambda sentence: None)
        yield browser, lambda: code.result(WAIT_S)
        token.cancel()


@pytest.mark.parametrize(
    ("path", "host"), [("/favicon.ico", ""), ("/", ""), ("/signed-in?code=c&state=s", "evil.example:53682")]
)
def test_only_its_own_address_is_served(
    waiting: tuple[BrowserReturn, Callable[[], str]], path: str, host: str
) -> None:
    """Another host name means a page elsewhere that points its name at this machine."""
    browser, _ = waiting
    headers = {"Host": host} if host else {}
    answer = requests.get(f"http://{browser.host}{path}", headers=headers, timeout=WAIT_S)
    assert answer.status_code == 404 and browser._answers.empty()


def test_connections_that_say_nothing_do_not_block(
    waiting: tuple[BrowserReturn, Callable[[], str]],
) -> None:
    browser, code = waiting
    host, _, port = browser.host.partition(":")
    silent = [socket.create_connection((host, int(port))) for _ in range(4)]
    pages: list[str] = []
    visit = threading.Thread(
        target=lambda: pages.append(browse(f"http://{browser.host}/signed-in", code="c", state="s").text)
    )
    visit.start()
    assert code() == "c"
    browser.tell("")
    visit.join(WAIT_S)
    assert "You are signed in" in pages[0]
    for connection in silent:
        connection.close()


def test_a_service_that_takes_its_time_is_not_called_a_failure(
    monkeypatch: pytest.MonkeyPatch, waiting: tuple[BrowserReturn, Callable[[], str]]
) -> None:
    """The sign-in may still work, so the page must not say that nothing was changed."""
    monkeypatch.setattr(browser_sign_in, "_HOLD_S", 0.0)
    browser, code = waiting
    page = browse(f"http://{browser.host}/signed-in", code="c", state="s").text
    assert browser._none_held.wait(PATIENCE_S), "the end need not wait for this page any more"
    assert code() == "c"
    assert "Still signing in" in page and "Nothing was changed" not in page


def test_it_listens_on_this_machine_only() -> None:
    with BrowserReturn(f"http://127.0.0.1:{free_port()}/signed-in", "s") as browser:
        assert browser._server.server_address[0] == "127.0.0.1"


def test_a_failed_sign_in_leaves_the_former_one(person: Person, simulator: RunningSimulator) -> None:
    browse(person.start())
    first = person.account()
    person._url = Future()
    location = way_back(person.start())
    simulator.fault("status", path="/extension/~", status=503)
    browse(location)
    assert isinstance(person.error(), RcdeskError)
    assert person.connection.load_account(CancelToken()) == first
