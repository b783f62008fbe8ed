"""Faults on demand and bad weather: what goes wrong, for which requests, how many times.

A fault waits in a list until a request matches; `server` then acts it out. `slow` may read the body at a
given pace, the cuts differ in how much the service has read and done before the connection dies. In a storm
every request may meet one, by a dice of its own: the same seed and the same order of requests give the same
faults. The sign-in is spared unless the path says otherwise: a refresh token works once, so no client can
survive the loss of its answer. No thread of its own. Read next: `routes/control`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rcdesk.simulator.refusal import bad_parameter

KINDS: dict[str, str] = {
    "status": "answer with `status` (default 503) without doing the work",
    "429": "answer 429 with Retry-After `seconds` (default 30, the client's) without doing the work",
    "slow": "wait `seconds` first, and read the body at `bytes_per_second` if given",
    "cut-before": "close the connection before reading the body",
    "cut-during": "close it after `after_bytes` (default 32768) of the body",
    "cut-after": "read the whole body, do nothing, close",
    "answer-lost": "do the work, then close without an answer",
    "status-after": "do the work, then answer with `status` (default 503)",
    "answer-cut": "do the work, then close in the middle of the answer's body",
    "garbage": "do the work, then answer 200 with broken JSON",
    "expire-token": "the access token of the request expires now",
}

STORM_KINDS: tuple[str, ...] = (
    *("status", "429", "cut-before", "cut-during", "cut-after", "answer-lost", "garbage", "slow"),
    "expire-token",
)
SIGN_IN = "/restapi/oauth/"
_STATUSES = (500, 502, 503)


@dataclass(slots=True, kw_only=True)
class Fault:
    """One order; `times_left` counts down to nothing."""

    kind: str
    path: str = ""
    method: str | None = None
    status: int = 503
    seconds: float | None = None
    bytes_per_second: float | None = None
    after_bytes: int = 32_768
    times_left: int = 1

    def matches(self, method: str, path: str) -> bool:
        """True for this method (any if None) and a path containing, or matching as regex, `path`."""
        if self.method is not None and self.method.upper() != method:
            return False
        if self.path in path:
            return True
        try:
            return re.search(self.path, path) is not None
        except re.error:
            return False


def fault_from(order: dict[str, Any]) -> Fault:
    """A fault from control JSON `{kind, method?, path?, status?, seconds?, bytes_per_second?, times?}`."""
    kind = str(order.get("kind", ""))
    if kind not in KINDS:
        raise bad_parameter("kind", kind)
    pace = order.get("bytes_per_second")
    seconds = order.get("seconds")
    try:
        return Fault(
            kind=kind,
            path=str(order.get("path", "")),
            method=str(order["method"]) if order.get("method") else None,
            status=int(order.get("status", 503)),
            seconds=float(seconds) if seconds is not None else None,
            bytes_per_second=float(pace) if pace else None,
            after_bytes=int(order.get("after_bytes", 32_768)),
            times_left=int(order.get("times", 1)),
        )
    except (TypeError, ValueError) as exc:
        raise bad_parameter("fault", exc) from exc


class FaultList:
    """Faults waiting for their requests, first ordered first used."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, used up once."""
        for fault in self._waiting:
            if fault.matches(method, path):
                fault.times_left -= 1
                if fault.times_left <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        self._waiting.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """For `GET /simulator/state`."""
        return [
            {"kind": f.kind, "method": f.method, "path": f.path, "times": f.times_left} for f in self._waiting
        ]


class Storm:
    """With probability `share` a request whose path contains or matches `path` meets one of `kinds`."""

    def __init__(
        self, *, seed: int, share: float = 0.2, kinds: Sequence[str] = STORM_KINDS, path: str = ""
    ) -> None:
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown or not kinds:
            raise bad_parameter("kinds", ",".join(unknown))
        if not 0 <= share <= 1:
            raise bad_parameter("share", share)
        self.seed = seed
        self.share = share
        self.kinds = tuple(kinds)
        self.path = path
        try:
            self._pattern = re.compile(path)
        except re.error as exc:
            raise bad_parameter("path", path) from exc
        self._dice = random.Random(seed)

    @classmethod
    def from_order(cls, order: dict[str, Any]) -> Storm:
        """From control JSON `{seed, share?, kinds?, path?}`."""
        try:
            return cls(
                seed=int(order.get("seed", 1)),
                share=float(order.get("share", 0.2)),
                kinds=tuple(str(kind) for kind in order.get("kinds") or STORM_KINDS),
                path=str(order.get("path", "")),
            )
        except (TypeError, ValueError) as exc:
            raise bad_parameter("storm", exc) from exc

    def draw(self, path: str) -> Fault | None:
        """The fault this request meets, if any."""
        if not self._reaches(path) or self._dice.random() >= self.share:
            return None
        kind = self._dice.choice(self.kinds)
        penalty_s, pause_s = float(self._dice.randint(1, 2)), self._dice.uniform(0.05, 0.4)
        return Fault(
            kind=kind,
            status=self._dice.choice(_STATUSES),
            after_bytes=self._dice.randint(1, 4096),
            seconds=penalty_s if kind == "429" else pause_s,
        )

    def _reaches(self, path: str) -> bool:
        if not self.path:
            return not path.startswith(SIGN_IN)
        return self.path in path or self._pattern.search(path) is not None

    def as_json(self) -> dict[str, Any]:
        """For `GET /simulator/state`."""
        return {"seed": self.seed, "share": self.share, "kinds": list(self.kinds), "path": self.path}
