"""`python -m rcdesk.simulator`: print one JSON line with address and credentials, serve until stopped.

Options: `--port` (0 takes a free one), `--clock real|manual`, `--speed` (simulated seconds per real second),
`--samples` (some faxes and calls have come in already).
Stops on SIGTERM or SIGINT. The event loop is the main thread's; read `server` next.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys

from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.samples import add_samples
from rcdesk.simulator.server import SimulatorServer


async def serve(port: int, clock: WorldClock, *, has_samples: bool = False) -> None:
    """Listen, say where, and wait for a signal."""
    server = SimulatorServer(clock)
    finish = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, finish.set)
    await server.start(port)
    if has_samples:
        add_samples(server)
    print(json.dumps(server.credentials), flush=True)
    try:
        await finish.wait()
    finally:
        await server.stop()


def main(arguments: list[str] | None = None) -> int:
    """Parse the options and serve; 2 when the port is taken."""
    os.umask(0o077)
    parser = argparse.ArgumentParser(
        prog="python -m rcdesk.simulator", description="A simulated RingCentral."
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (0: any free one)")
    parser.add_argument("--clock", choices=("real", "manual"), default="real")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds per real second")
    parser.add_argument("--samples", action="store_true", help="a few faxes and calls have come in already")
    options = parser.parse_args(arguments)
    if options.speed <= 0:
        parser.error("--speed must be above zero")
    try:
        clock = WorldClock(is_manual=options.clock == "manual", speed=options.speed)
        asyncio.run(serve(options.port, clock, has_samples=options.samples))
    except OSError as exc:
        print(f"The simulator cannot listen on port {options.port}: {exc.strerror}.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
