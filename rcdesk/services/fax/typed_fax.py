"""A fax asked for on the command line, looked at before anything is opened.

Every refusal is a UserError with one sentence that names what was given. Files are opened by a page worker,
as everywhere: one that is broken or hostile takes its process down, not the desk this start may become.
Without Qt and without the archive; blocking, in the thread of the command. Read next: cli/main.py,
core/orders/asked_fax.py.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from rcdesk.core.account.account import ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import MAX_NOTE_CHARACTERS, Document, FaxDraft, FaxOptions, Recipient
from rcdesk.core.fax.paper import NotDrawnHere, PageRef, PasswordNeeded
from rcdesk.core.fax.recipient_text import recipient_in
from rcdesk.core.spoken_time import Readings, readings_of
from rcdesk.documents.inspect import PageCounter, check_total, inspect
from rcdesk.documents.office.conversion import is_office
from rcdesk.documents.worker.worker import PageWorker

_NUMBER = re.compile(r"\+?[\d\s().-]{3,}")
_CLOCK = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")
_TIMES = "Give it as 16:45 or as 2030-01-31 16:45."


def draft_asked(
    *,
    files: Sequence[Path],
    to: Sequence[str],
    options: FaxOptions | None = None,
    at: str = "",
    region: str = "US",
    profile: ServerProfile | None = None,
    now: datetime | None = None,
) -> FaxDraft:
    """The draft these arguments ask for. Raises UserError for the first one that cannot be.

    to: numbers or "Name <number>", national ones read in region. at: local time, "" for at once.
    """
    profile = profile or ServerProfile(name="")
    options = options or FaxOptions(cover_index=None)
    recipients = _recipients(to, region)
    if len(options.note) > MAX_NOTE_CHARACTERS:
        raise UserError(f"The note has {len(options.note):,} characters; {MAX_NOTE_CHARACTERS:,} fit.")
    if options.cover_index is not None and options.cover_index < 0:
        raise UserError("Cover pages are counted from 0, which is none.")
    send_at = moment(at, now or datetime.now(UTC)) if at else None
    documents = _documents(files, profile)
    check_total(documents, profile)
    options = replace(options, note=options.note.strip())
    return FaxDraft(recipients=recipients, documents=documents, send_at=send_at).with_options(options)


def moment(text: str, now: datetime) -> datetime:
    """An aware moment in UTC from "16:45" (the next time it is that), or a date and time, local unless it
    names a zone. Raises UserError when it cannot be read, has passed, does not exist or comes twice."""
    clock = _CLOCK.match(text.strip())
    if clock is not None:
        local = now.astimezone().replace(tzinfo=None)
        at = local.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
        today = readings_of(at)
        if today.is_doubled and today.moments[0] <= now < today.moments[1]:
            return today.moments[1]
        return _only(text, today if at > local else readings_of(at + timedelta(days=1)))
    if not re.search(r"\d[T ]\d", text):
        raise UserError(f"{text} is no time. {_TIMES}")
    try:
        at = datetime.fromisoformat(text.strip())
        at = _only(text, readings_of(at)) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise UserError(f"{text} is no time. {_TIMES}") from exc
    if at <= now:
        raise UserError(f"{text} has passed. Give a time that is still to come.")
    return at


def _only(text: str, readings: Readings) -> datetime:
    """The one moment a time on the wall means. Raises UserError, with both readings, when it is not one."""
    if readings.is_plain:
        return readings.moments[0]
    first, second = (at.astimezone().isoformat(sep=" ", timespec="minutes") for at in readings.moments)
    if readings.is_skipped:
        raise UserError(
            f"{text} does not exist: the clocks go forward then. Give one of these: {first}, or {second}."
        )
    raise UserError(f"{text} comes twice: the clocks go back then. Give one of these: {first}, or {second}.")


def _recipients(to: Sequence[str], region: str) -> tuple[Recipient, ...]:
    found: dict[str, Recipient] = {}
    for text in to:
        try:
            recipient = recipient_in(text, region)
        except UserError as exc:
            raise UserError(f"{text.strip() or '--to'}: {exc}") from exc
        found.setdefault(recipient.number, recipient)
    return tuple(found.values())


def _documents(files: Sequence[Path], profile: ServerProfile) -> tuple[Document, ...]:
    if not files:
        return ()
    with TemporaryDirectory(prefix="rcdesk-") as cache:
        worker = PageWorker(Path(cache))
        try:
            return tuple(_document(path, profile, quick_count(worker)) for path in files)
        finally:
            worker.close()


def quick_count(worker: PageWorker) -> PageCounter:
    """Counts what takes no time; office documents take an office suite: the composer has the time."""

    def count(ref: PageRef, token: CancelToken | None) -> int:
        if is_office(ref.media_type):
            raise NotDrawnHere()
        return worker.count(ref, token)

    return count


def _document(path: Path, profile: ServerProfile, count: PageCounter) -> Document:
    try:
        document = inspect(path.absolute(), count=count)
        check_total((document,), profile)
    except PasswordNeeded as exc:
        raise UserError(
            f"{path}: This file opens with a password only. Add it in the window, where it can be typed."
        ) from exc
    except UserError as exc:
        if not path.exists():
            what_to_do = ""
            if _NUMBER.fullmatch(str(path)):
                what_to_do = f" If that is a fax number, give it as --to {shlex.quote(str(path))}."
            raise UserError(f"There is no file {path}.{what_to_do}") from exc
        raise UserError(f"{path}: {exc}") from exc
    return document
