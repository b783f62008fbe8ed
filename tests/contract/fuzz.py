"""schemathesis against the simulator: no 5xx, and no answer that is not what the contract promises.

`python -m tests.contract.fuzz --contract FILE [--seconds 300] [--without-token] [--seed N]` asks every
operation that the simulator implements, again and again, with what the contract allows and with what it does
not, of things that are there and of things that are not, until the time is over; it prints what was found and
ends with 1 when that was anything. The short form, with a seed and a few tries, stands in test_fuzz.py.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import SkipTest

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import content_type_conformance, not_a_server_error, response_schema_conformance
from schemathesis.generation import GenerationMode

from rcdesk.simulator import RunningSimulator
from rcdesk.simulator.server import ALL_ROUTES
from tests.unit.simulator.client import Client

CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance]
NO_LIMIT = 10_000_000
TIMEOUT_S = 60
MANY = 4


class Fuzz:
    """Requests made up from the contract, each answer judged. problems: what was wrong, once per kind."""

    def __init__(self, contract: Mapping[str, Any], simulator: RunningSimulator, token: str) -> None:
        simulator.set_limits(Light=NO_LIMIT, Medium=NO_LIMIT, Heavy=NO_LIMIT, Auth=NO_LIMIT)
        self._simulator = simulator
        self._http = requests.Session()
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._recording = simulator.record_call()
        self.operations = list(_implemented(contract))
        self.asked: set[str] = set()
        self.statuses: Counter[int] = Counter()
        self.problems: dict[str, str] = {}

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def run(self, seed_number: int, tries: int, until_s: float = math.inf) -> None:
        """Ask each operation so many times in each way, until the steady clock says until_s.

        With many tries some of them are for things that are not there.
        """
        for operation in self.operations:
            for mode in GenerationMode:
                for path in (self._path(operation.path), None)[: 1 + (tries >= MANY)]:
                    if time.monotonic() > until_s:
                        return
                    try:
                        strategy = operation.as_strategy(generation_mode=mode, path_parameters=path)
                        self._ask(strategy, seed_number, tries if path is not None else tries // MANY)
                    except (Unsatisfiable, SkipTest):
                        # Nothing of it can be wrong in this way.
                        continue

    def _path(self, template: str) -> dict[str, str]:
        """Names of things that are there."""
        state = self._simulator.state()
        newest = {kind: str(state[kind][-1]["id"]) if state[kind] else "1" for kind in ("faxes", "calls")}
        known = {
            "accountId": "~",
            "extensionId": "~",
            "groupId": "400131427103",
            "contactId": "910001",
            "entryId": "400131427101",
            "messageId": newest["faxes"],
            "attachmentId": newest["faxes"],
            "ringoutId": newest["calls"],
            "callRecordId": newest["calls"],
            "recordingId": self._recording,
            "phoneNumberId": "5002",
            "subscriptionId": "1",
        }
        return {name: known[name] for name in re.findall(r"\{(\w+)\}", template)}

    def _ask(self, strategy: Any, seed_number: int, tries: int) -> None:
        @seed(seed_number)
        @settings(
            max_examples=tries,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def judge(case: Any) -> None:
            self._judge(case)

        judge()

    def _judge(self, case: Any) -> None:
        answer = case.call(
            base_url=self._simulator.base_url,
            session=self._http,
            headers=self._headers,
            allow_redirects=False,
            timeout=TIMEOUT_S,
        )
        self.asked.add(case.operation.label)
        self.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except (Exception, BaseExceptionGroup) as problem:
            place = f"{case.operation.label} → {answer.status_code}"
            self.problems.setdefault(place, f"{place}\n{problem}\n{answer.content[:500]!r}")


def _implemented(contract: Mapping[str, Any]) -> Iterator[Any]:
    """The operations of the contract that the simulator has."""
    known = {(route.method, route.path) for route in ALL_ROUTES}
    for found in schemathesis.openapi.from_dict(dict(contract)).get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        if (operation.method.upper(), operation.path) in known:
            yield operation


def main(arguments: list[str] | None = None) -> int:
    """Fuzz for a while; 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract.fuzz")
    parser.add_argument("--contract", type=Path, required=True, help="the service's OpenAPI document (JSON)")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--without-token", action="store_true")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args(arguments)
    contract = json.loads(options.contract.read_text(encoding="utf-8"))
    until_s, number = time.monotonic() + options.seconds, options.seed
    with RunningSimulator.start(samples=True) as simulator, Client(simulator) as client:
        token = "" if options.without_token else str(client.token["access_token"])
        fuzz = Fuzz(contract, simulator, token)
        while time.monotonic() < until_s:
            fuzz.run(number, 5, until_s)
            number += 1
        fuzz.close()
    print(f"seeds {options.seed}–{number - 1}: {dict(sorted(fuzz.statuses.items()))}")
    print("\n\n".join(fuzz.problems.values()) or "Nothing was found.")
    return 1 if fuzz.problems else 0


if __name__ == "__main__":
    sys.exit(main())
