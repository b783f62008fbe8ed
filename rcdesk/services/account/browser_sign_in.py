"""Where the browser comes back to after a sign-in: a listener on 127.0.0.1 that serves one answer.

It listens on the port of the server profile, on this machine only, until the answer with the right state has
come, five minutes are over or somebody cancels. An answer with another state is not ours and changes nothing.
The browser is kept waiting until it is known whether the sign-in worked, so that its last page tells the
truth. Blocking, on a lane of its own; each visit has its own thread, because browsers open connections they
never use. Read next: connection.py, api/auth.py (BrowserAsk).
"""

from __future__ import annotations

import errno
import hmac
import html
import os
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from rcdesk.core.cancel import CancelToken
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import UserError

WAIT_S = 300.0
_SLICE_S = 0.2
_HOLD_S = 30.0
_LAST_PAGE_S = 3.0

STRANGE = (
    "The browser brought an answer that does not belong to this sign-in; it was ignored. "
    "Finish the sign-in in the page that rcdesk opened."
)
TOO_LATE = (
    "The sign-in was not finished in the browser within five minutes. Nothing was changed; "
    "sign in again when you like."
)
STILL_BUSY = (
    "RingCentral takes its time. rcdesk goes on with the sign-in and says how it ends; "
    "you can close this page."
)
DENIED = "The sign-in was refused in the browser. Nothing was changed; sign in again when you like."


class _Answer(Struct, frozen=True, kw_only=True):
    """What the browser brought: a code, or the service's word for why there is none."""

    code: str = ""
    error: str = ""


class BrowserReturn:
    """The listener of one sign-in, used in a `with` block."""

    def __init__(self, redirect_uri: str, state: str, clock: Clock | None = None) -> None:
        """Listen. Raises UserError when the port cannot be had."""
        parts = urlsplit(redirect_uri)
        self.host = parts.netloc
        self.path = parts.path
        self._state = state
        self._clock = clock or SystemClock()
        self._answers: SimpleQueue[_Answer | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_taken = False
        self._is_over = threading.Event()
        self._held = 0
        self._none_held = threading.Event()
        self._none_held.set()
        self._problem = TOO_LATE
        self._server = _open(parts.port or 80, self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening; a browser that still waits is told first."""
        self._is_over.set()
        self._none_held.wait(_LAST_PAGE_S)
        self._server.server_close()

    def wait(self, token: CancelToken, *, noticed: Callable[[str], None], timeout_s: float = WAIT_S) -> str:
        """The code the browser brings. noticed gets a sentence when a strange answer was ignored.

        Raises UserError when the person refused or the time is over, Cancelled.
        """
        until_s = self._clock.monotonic() + timeout_s
        self._server.timeout = _SLICE_S
        while True:
            token.check()
            try:
                answer = self._answers.get_nowait()
            except Empty:
                if self._clock.monotonic() >= until_s:
                    raise UserError(TOO_LATE) from None
                self._server.handle_request()
                continue
            if answer is None:
                noticed(STRANGE)
            elif answer.code:
                return answer.code
            else:
                self.tell(_refusal(answer.error))
                raise UserError(_refusal(answer.error))

    def tell(self, problem: str) -> None:
        """How the sign-in went, for the browser's last page; "" when it worked."""
        self._problem = problem
        self._is_over.set()

    def visited(self, host: str, target: str) -> tuple[int, bytes]:
        """The status and page for one visit. On the visit's own thread, which may have to wait here."""
        parts = urlsplit(target)
        if host != self.host or parts.path != self.path:
            return 404, page("Nothing to see here", "rcdesk only waits for the end of a sign-in here.")
        found = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if not hmac.compare_digest(found.get("state", "").encode(), self._state.encode()):
            self._answers.put(None)
            return 400, page("Not this sign-in", STRANGE)
        with self._lock:
            is_first, self._is_taken = not self._is_taken, True
            self._held += 1
            self._none_held.clear()
        if is_first:
            self._answers.put(_Answer(code=found.get("code", ""), error=found.get("error", "")))
        if not self._is_over.wait(_HOLD_S):
            return 200, page("Still signing in", STILL_BUSY)
        if self._problem:
            return 200, page("That did not work", self._problem)
        return 200, page(
            "You are signed in",
            "Your desk is ready. You can close this page and go back to rcdesk.",
            is_good=True,
        )

    def told(self, status: int) -> None:
        """A page has been written, or its reader has gone: 200 is for who was held. On the visit's thread."""
        with self._lock:
            self._held -= status == 200
            if not self._held:
                self._none_held.set()


class _Server(ThreadingHTTPServer):
    """Each visit has a thread that does not keep the program alive."""

    daemon_threads = True
    # On Windows this would let another program take the port over.
    allow_reuse_address = os.name == "posix"

    def __init__(self, port: int, owner: BrowserReturn) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle is no news."""


class _Handler(BaseHTTPRequestHandler):
    timeout = 10
    server: _Server
    server_version = "rcdesk"
    sys_version = ""

    def do_GET(self) -> None:
        status, body = self.server.owner.visited(self.headers.get("Host", ""), self.path)
        try:
            self._write(status, body)
        finally:
            self.server.owner.told(status)

    def _write(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the address holds the code."""


def _open(port: int, owner: BrowserReturn) -> _Server:
    try:
        return _Server(port, owner)
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            raise UserError(
                f"Port {port} of this computer, where the browser has to come back to, is in use by another "
                "program. Close that program, or choose another port in the server's settings and in the app "
                "at RingCentral, then sign in again."
            ) from exc
        raise UserError(
            f"Port {port} of this computer, where the browser has to come back to, cannot be opened "
            f"({exc.strerror}). Choose another port in the server's settings and in the app at RingCentral, "
            "then sign in again."
        ) from exc


def _refusal(error: str) -> str:
    if error == "access_denied":
        return DENIED
    word = re.sub(r"[^A-Za-z0-9_.-]", "", error)[:40] or "no reason given"
    return f"RingCentral ended the sign-in in the browser ({word}). Nothing was changed; sign in again."


_STYLE = """
:root { color-scheme: light dark; --canvas: #F6F5F2; --surface: #FFFFFF; --hairline: #E3E0D9; --ink: #1E1F22;
  --ink2: #575B62; --good: #176B3A; --good-tint: #E3F3E8; --bad: #AE2A21; --bad-tint: #FBE9E6; }
@media (prefers-color-scheme: dark) { :root { --canvas: #1B1C1F; --surface: #232428; --hairline: #323439;
  --ink: #EDEEF0; --ink2: #B4B8BF; --good: #77D39C; --good-tint: #1E3628;
  --bad: #FFA198; --bad-tint: #42241F; } }
* { box-sizing: border-box; margin: 0; }
body { background: var(--canvas); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; min-height: 100vh;
  display: grid; place-items: center; padding: 24px; }
main { background: var(--surface); border: 1px solid var(--hairline); border-radius: 16px; padding: 32px;
  max-width: 26rem; width: 100%; }
.mark { width: 44px; height: 44px; border-radius: 10px; display: grid; place-items: center; font-size: 22px;
  font-weight: 700; margin-bottom: 18px; }
.good { background: var(--good-tint); color: var(--good); }
.bad { background: var(--bad-tint); color: var(--bad); }
h1 { font-size: 22px; font-weight: 700; line-height: 1.3; margin-bottom: 6px; }
p { color: var(--ink2); }
"""


def page(title: str, sentence: str, *, is_good: bool = False) -> bytes:
    mark, kind = ("\u2713", "good") if is_good else ("!", "bad")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)} \u00b7 rcdesk</title><style>{_STYLE}</style></head>"
        f'<body><main><div class="mark {kind}" aria-hidden="true">{mark}</div>'
        f"<h1>{html.escape(title)}</h1><p>{html.escape(sentence)}</p></main></body></html>"
    ).encode()
