"""The vendor's own npm clients on the simulator: @ringcentral/sdk with @ringcentral/subscriptions.

Needs node, and RCDESK_NODE_MODULES naming a folder where `npm install @ringcentral/sdk
@ringcentral/subscriptions` was run; skipped elsewhere. Read next: listen.cjs.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from rcdesk.simulator import RunningSimulator
from tests.patience import PATIENCE_S

MODULES = os.environ.get("RCDESK_NODE_MODULES", "")
NODE = shutil.which("node")
pytestmark = [
    pytest.mark.contract,
    pytest.mark.skipif(
        not (NODE and Path(MODULES, "node_modules", "@ringcentral", "subscriptions").is_dir()),
        reason="needs node and RCDESK_NODE_MODULES: npm install @ringcentral/sdk @ringcentral/subscriptions",
    ),
]


def _read(out: IO[str], said: queue.Queue[Any]) -> None:
    for line in out:
        said.put(json.loads(line))


@pytest.fixture
def said(simulator: RunningSimulator) -> Iterator[queue.Queue[Any]]:
    """What the client says, line by line, once it has subscribed."""
    simulator.set_limits(Auth=1000)
    environment = {
        **os.environ,
        "NODE_PATH": str(Path(MODULES, "node_modules")),
        "SERVER": simulator.base_url,
        "CLIENT_ID": simulator.client_id,
        "CLIENT_SECRET": simulator.client_secret,
        "JWT": simulator.jwt,
    }
    script = Path(__file__).with_name("listen.cjs")
    found: queue.Queue[Any] = queue.Queue()
    with subprocess.Popen(
        [str(NODE), str(script)], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        reader = threading.Thread(target=_read, args=(process.stdout, found), daemon=True)
        reader.start()
        assert found.get(timeout=PATIENCE_S) == "ready"
        yield found
        process.kill()
        reader.join(PATIENCE_S)


def test_it_hears_and_recovers(simulator: RunningSimulator, said: queue.Queue[Any]) -> None:
    first = simulator.inbound_text("Hello")
    event = said.get(timeout=PATIENCE_S)
    assert event["body"]["changes"][0]["newMessageIds"] == [first]
    simulator.drop_sockets("abort")
    missed = simulator.inbound_text("While nobody listened")
    event = said.get(timeout=PATIENCE_S)
    assert event["body"]["changes"][0]["newMessageIds"] == [missed]
    assert len(simulator.subscriptions) == 1
