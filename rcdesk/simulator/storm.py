"""Bad weather: every request may meet a fault, by a dice of its own, until it is told to be calm.

The same seed and the same order of requests give the same faults. The sign-in is spared unless the path says
otherwise: a refresh token works once, so no client can survive the loss of its answer. Lives on the
simulator's event loop thread. Read next: `faults` (the kinds), `server` (which acts them out).
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

from rcdesk.simulator.faults import KINDS, Fault
from rcdesk.simulator.refusal import bad_parameter

STORM_KINDS: tuple[str, ...] = (
    "status",
    "429",
    "cut-before",
    "cut-during",
    "cut-after",
    "answer-lost",
    "garbage",
    "slow",
    "expire-token",
)
SIGN_IN = "/restapi/oauth/"
_STATUSES = (500, 502, 503)


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
