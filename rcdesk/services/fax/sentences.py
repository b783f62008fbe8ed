"""What the desk says about a fax that is on its way: one plain sentence for every turn it takes.

Times are the wall clock's of this machine, with the day when it is not today. Pure, any thread. Read
next: dispatch.py, reconcile.py, follow.py; core/fax/causes.py has the words for failures.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from rcdesk.core.fax.causes import cause_of
from rcdesk.core.fax.fax import FaxJob, SendBy
from rcdesk.core.fax.retry import USUAL_TRIES, Help, help_for
from rcdesk.core.spoken_time import clock, near_moment

TURN = "Waiting for its turn"
SENDING = "Sending"
CHECKING = "Interrupted: checking with RingCentral"
HANDED_OVER = "Handed to RingCentral"
FOUND = "Handed to RingCentral: its answer was lost, the fax was found there"
NOT_LEFT = "Stopped before it had left; it goes out again"
PAUSED = "Paused by you"
ACCEPTED = "Accepted by their machine"
CANCELLED = "Cancelled by you"
CANCELLED_UNSURE = "Cancelled by you. It may have been sent before: RingCentral's answer was lost"
UNDONE = "Taken back by you. Nothing was sent"
NEEDS_YOU = (
    "Needs you: it may have been sent. RingCentral's answer was lost and the fax is not in its list. "
    "Ask them, or send it again"
)
TOO_MANY = (
    "Needs you: it may have been sent. RingCentral lists too many faxes of that time to look through. "
    "Ask them, or send it again"
)
CANNOT_ASK = (
    "Needs you: it may have been sent. No clear answer came, and this older service cannot be asked. "
    "If it has the fax, its e-mail tells the result. Look there, ask them, or send it again"
)
OLD_INTERRUPTION = "Needs you: it may have been sent. What was noted does not suffice to look for it"
GONE = "Failed: RingCentral no longer knows this fax. Ask them whether it arrived."
UNKNOWN_WHO = (
    "Failed: RingCentral says that not everybody got this fax, but not who. Ask them whether it arrived."
)
NO_COPY = "Failed: RingCentral no longer has these pages, and there is no copy here. Add the file again."
ARRIVAL_UNKNOWN = "Accepted by RingCentral; only its e-mail tells whether it arrived"
YOU_SAID_SENT = "You said that it was sent"
YOU_SAID_NOT_SENT = "You said that it failed"
YOU_SAID_THAT_ONE = "You said that RingCentral has it; it is followed there"
YOU_SAID_AGAIN = "You said: send it again"
LATE_IS_SAID_AFTER = timedelta(minutes=5)
"""A fax that goes out so much after its time says so."""

OTHER_FAX = (
    "Failed: what RingCentral keeps under the id of these pages is another fax, and there is no copy here. "
    "Nothing was sent. Add the file again."
)
SMALLER_GROUP = "RingCentral refused one of the numbers; the others go out without it"
UPLOAD_AGAIN = "RingCentral no longer has these pages; they are uploaded again"


def is_it_that_one(at: datetime | None, pages: int | None, now: datetime) -> str:
    """The service has a fax that may be this one, sent at that time with so many pages."""
    when = "" if at is None else f" of {near_moment(at, now)}"
    length = "" if pages is None else " (1 page)" if pages == 1 else f" ({pages} pages)"
    return (
        "Needs you: it may have been sent. RingCentral's answer was lost, but it has a fax to the same number"
        f"{when}{length}. Was it that one? Compare the pages"
    )


def late(due: datetime, now: datetime) -> str:
    """It should have gone long ago; nobody was at work."""
    return (
        f"Needs you: it was due {_when(due, now)}, when rcdesk was not running or not signed in. "
        "Nothing was sent. Send it now?"
    )


def _when(at: datetime, now: datetime) -> str:
    """ "at 16:45", "yesterday at 16:45", "on 3 Mar 16:45"."""
    local, today = at.astimezone(), now.astimezone()
    if local.date() == today.date():
        return f"at {clock(at)}"
    if today.date() - local.date() == timedelta(days=1):
        return f"yesterday at {clock(at)}"
    return f"on {near_moment(at, now)}"


def waiting(why: str, until: datetime, now: datetime) -> str:
    """Why a fax waits, until when, and that it is safe."""
    return f"Waiting until {near_moment(until, now)} ({why}). Nothing is lost."


def waiting_for_line(job: FaxJob, error_code: str, until: datetime, now: datetime) -> str:
    """A fax that could not be sent and will be tried again: why, and which try comes next."""
    most = USUAL_TRIES if help_for(error_code) is Help.LINE else 3
    if job.keep_trying_until is not None and most == USUAL_TRIES:
        tries = f"try {job.tries + 1}, at most until {near_moment(job.keep_trying_until, now)}"
    else:
        tries = f"try {job.tries + 1} of {most}"
    return waiting(f"{why(error_code)}, {tries}", until, now)


def why(error_code: str) -> str:
    """A failure's cause within a sentence: "their line was busy"."""
    happened = cause_of(error_code).happened.rstrip(".")
    keeps_capital = happened.startswith("RingCentral")
    return happened if keeps_capital else happened[:1].lower() + happened[1:]


def failed(cause: str) -> str:
    """A failure's cause as the sentence of its state."""
    return f"Failed: {cause}"


def out_of_time(job: FaxJob, cause: str, now: datetime) -> str:
    """The user's deadline has come; cause "" when it was never tried."""
    until = near_moment(job.keep_trying_until, now) if job.keep_trying_until is not None else "your time"
    reason = f": {cause}" if cause else ""
    return f"Failed: not sent before {until}, as you asked{reason}. Nothing goes out any more."


def handed_over(job: FaxJob, now: datetime) -> str:
    """The service has it; a scheduled one says when it goes out, or that it went out late."""
    if job.send_by is SendBy.SERVICE and job.send_at is not None and job.send_at > now:
        return f"With RingCentral, which sends it at {near_moment(job.send_at, now)}"
    if job.send_at is not None and not job.tries and now - job.send_at > LATE_IS_SAID_AFTER:
        return f"{HANDED_OVER}, late: it was due {_when(job.send_at, now)}"
    return HANDED_OVER


def accepted(job: FaxJob, now: datetime) -> str:
    """The service has it and will say no more here."""
    if job.send_by is SendBy.SERVICE and job.send_at is not None and job.send_at > now:
        return f"Accepted, to be sent at {near_moment(job.send_at, now)}; the result comes by e-mail"
    return "Accepted; the result comes by e-mail"


def scheduled(at: datetime, now: datetime) -> str:
    """Kept here until the time the user chose."""
    return f"Scheduled for {near_moment(at, now)}; this desk must run then"
