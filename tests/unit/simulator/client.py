"""A plain HTTP client for the simulator's own tests: `requests` with a bearer token, nothing of the program.

`Client(simulator)` signs in with the JWT; `multipart_mixed` builds an upload by hand, byte for byte. Runs
on the test's thread.
"""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Self

import requests

from rcdesk.simulator import RunningSimulator
from tests.patience import PATIENCE_S

EXTENSION = "/restapi/v1.0/account/~/extension/~"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TIMEOUT_S = PATIENCE_S


class Client:
    """Sends requests below `EXTENSION`, or anywhere when the path begins with /restapi or /simulator."""

    def __init__(self, simulator: RunningSimulator, *, jwt: str | None = None) -> None:
        self.simulator = simulator
        self.http = requests.Session()
        self.token = self.token_answer(grant_type=JWT_GRANT, assertion=jwt or simulator.jwt).json()
        self.http.headers["Authorization"] = f"Bearer {self.token['access_token']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def token_answer(self, **form: str) -> requests.Response:
        """POST /restapi/oauth/token with Basic client credentials."""
        return requests.post(
            f"{self.simulator.base_url}/restapi/oauth/token",
            data=form,
            auth=(self.simulator.client_id, self.simulator.client_secret),
            timeout=TIMEOUT_S,
        )

    def url(self, path: str) -> str:
        """Absolute URL of a path."""
        if path.startswith("http"):
            return path
        prefix = "" if path.startswith(("/restapi", "/simulator")) else EXTENSION
        return f"{self.simulator.base_url}{prefix}{path}"

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Any request."""
        return self.http.request(method, self.url(path), timeout=TIMEOUT_S, **options)

    def get(self, path: str, **params: Any) -> requests.Response:
        """GET with query parameters."""
        return self.send("GET", path, params=params)

    def post(self, path: str, body: Any) -> requests.Response:
        """POST JSON."""
        return self.send("POST", path, json=body)

    def call(self, to: str, **more: Any) -> requests.Response:
        """Place a ring-out from the desk phone."""
        body = {"from": {"phoneNumber": "+16505550101"}, "to": {"phoneNumber": to}, **more}
        return self.post("/ring-out", body)

    def fax(
        self,
        to: str = "+16505554000",
        files: tuple[tuple[str, str, bytes], ...] = (("note.txt", "text/plain", b"Good morning."),),
        *,
        base64: bool = False,
        **envelope: Any,
    ) -> requests.Response:
        """Send a fax as multipart/mixed; files are (name, media type, content)."""
        body = multipart_mixed({"to": [{"phoneNumber": to}], **envelope}, files, is_base64=base64)
        return self.send(
            "POST", "/fax", data=body, headers={"Content-Type": "multipart/mixed; boundary=frontier"}
        )


def multipart_mixed(
    envelope: Any, files: tuple[tuple[str, str, bytes], ...], *, is_base64: bool = False
) -> bytes:
    """The upload of the contract's section 1.5, shape 1, with the boundary `frontier`."""
    import base64

    out = b"--frontier\r\nContent-Type: application/json\r\n\r\n" + json.dumps(envelope).encode() + b"\r\n"
    for name, media_type, content in files:
        out += f"--frontier\r\nContent-Type: {media_type}\r\n".encode()
        if is_base64:
            out += b"Content-Transfer-Encoding: base64\r\n"
            content = base64.encodebytes(content).replace(b"\n", b"\r\n")
        if name:
            out += f'Content-Disposition: attachment; filename="{name}"\r\n'.encode()
        out += b"\r\n" + content + b"\r\n"
    return out + b"--frontier--\r\n"
