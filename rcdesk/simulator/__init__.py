"""A RingCentral on 127.0.0.1: REST, OAuth, faxes that render, calls that ring, with its own clock and faults.

It shares no code with the rest of the program, so that it is an independent opinion of the protocol.
Importing this package is cheap: aiohttp and Pillow come only when a simulator starts. Run it alone with
`python -m rcdesk.simulator`, or inside a program with `RunningSimulator.start()`, which owns one daemon
thread.

Read next: `running` (the door for Python), `server` (the door for HTTP), `world` (what is being simulated).
"""

from rcdesk.simulator.recording import RecordedRequest, StoredFax
from rcdesk.simulator.running import RunningSimulator

__all__ = ["RecordedRequest", "RunningSimulator", "StoredFax"]
