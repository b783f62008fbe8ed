"""A second start of the window: what it was asked for goes to the program that runs already.

Sentences go to standard error, the exit status to app.py. GUI thread, before any window. Read next: app.py,
bridge/runtime/instance.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcdesk.bridge.runtime.instance import Instance
from rcdesk.cli.spoken import say
from rcdesk.core.errors import NetworkError
from rcdesk.core.orders.asked_fax import AskedFax, AskedOutcome
from rcdesk.core.orders.order import LinkOrder

if TYPE_CHECKING:
    from rcdesk.cli.main import Options


def hand_over(instance: Instance, options: Options) -> int | None:
    """Another rcdesk works on this archive: it gets the link, the files and the user's eyes.

    None when it ended meanwhile: this program is the first one now.
    """
    if options.asked_fax is not None:
        return _fax(instance, options.asked_fax)
    if options.link:
        status = _link(instance, options.link)
        if status != 0 or not options.files:
            return status
    if instance.send(options.files):
        return 0
    if instance.is_first:
        return None
    say(f"rcdesk cannot start: {instance.why_not}", on_error=True)
    return 1


def _link(instance: Instance, link: str) -> int | None:
    status = None
    try:
        for output in instance.ask(LinkOrder(text=link)):
            status = output.get("status")
    except NetworkError as exc:
        say(f"rcdesk: {exc}", on_error=True)
        return 1
    return status


def _fax(instance: Instance, asked_fax: AskedFax) -> int | None:
    outcome = instance.send_fax(asked_fax)
    if outcome is None and instance.is_first:
        return None
    if outcome is None:
        say(
            "rcdesk fax: the running rcdesk did not say what became of it. Look at its Queue and its New fax "
            "page before you ask again.",
            on_error=True,
        )
        return 1
    if asked_fax.is_yes and outcome is AskedOutcome.SHOWN:
        say("rcdesk fax: it needs your answer in the window. Nothing is queued until then.", on_error=True)
        return 3
    return 0
