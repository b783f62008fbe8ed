"""What another start of rcdesk asks of the one that runs: a fax from the command line, and its JSON.

The command line has looked at everything before (services/commands/fax.py); the files are looked at again
when they are copied to the spool. Pure; any thread. Read next: bridge/runtime/instance.py,
ui/compose/asked_fax.py.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from msgspec import Struct

from rcdesk.core.fax.fax import Document, FaxDraft, Recipient, Resolution, SendBy

VERSION = 1
"""Of the JSON; a number that is not known is refused, never guessed at."""


class WishOutcome(Enum):
    """What became of a wish; the value is what is told to the other start."""

    SHOWN = "shown"
    QUEUED = "queued"


class FaxWish(Struct, frozen=True, kw_only=True):
    """A fax to open in the composer, or with is_yes to queue without a question when nothing is odd.

    draft.cover_index None leaves the cover page to what was chosen last, unless cover_name names one of the
    account or one of one's own (core/orders/asked_cover.py).
    """

    draft: FaxDraft
    is_yes: bool = False
    cover_name: str = ""


def wish_json(wish: FaxWish) -> str:
    """One line of JSON."""
    draft = wish.draft
    return json.dumps(
        {
            "version": VERSION,
            "yes": wish.is_yes,
            "fax": {
                "to": [{"number": r.number, "name": r.name} for r in draft.recipients],
                "files": [
                    {
                        "path": str(d.path.absolute()),
                        "name": d.name,
                        "size_bytes": d.size_bytes,
                        "media_type": d.media_type,
                        "pages": d.pages,
                        "seen": d.seen,
                    }
                    for d in draft.documents
                ],
                "cover": draft.cover_index,
                "cover_name": wish.cover_name,
                "note": draft.note,
                "resolution": draft.resolution.value,
                "send_at": None if draft.send_at is None else draft.send_at.astimezone(UTC).isoformat(),
                "send_by": draft.send_by.value,
            },
        }
    )


def read_wish(data: object) -> FaxWish:
    """The wish in parsed JSON. Raises ValueError when it is none, or of another version."""
    if not isinstance(data, dict) or data.get("version") != VERSION:
        raise ValueError("no wish of this version")
    try:
        fax = _typed(data["fax"], dict)
        at = fax["send_at"]
        draft = FaxDraft(
            recipients=tuple(
                Recipient(number=_e164(r["number"]), name=_typed(r["name"], str)) for r in fax["to"]
            ),
            documents=tuple(_document(d) for d in fax["files"]),
            cover_index=None if fax["cover"] is None else _typed(fax["cover"], int),
            note=_typed(fax["note"], str),
            resolution=Resolution(fax["resolution"]),
            send_at=None if at is None else _aware(at),
            send_by=SendBy(fax["send_by"]),
        )
        name = _typed(fax.get("cover_name", ""), str)
        return FaxWish(draft=draft, is_yes=_typed(data["yes"], bool), cover_name=name)
    except (KeyError, TypeError, AttributeError) as exc:
        raise ValueError("a wish that makes no sense") from exc


def _document(found: Any) -> Document:
    pages = found["pages"]
    return Document(
        path=Path(_typed(found["path"], str)),
        name=_typed(found["name"], str),
        size_bytes=_typed(found["size_bytes"], int),
        media_type=_typed(found["media_type"], str),
        pages=None if pages is None else _typed(pages, int),
        seen=_typed(found.get("seen", ""), str),
    )


def _e164(value: Any) -> str:
    """A number that was read already: what is none of these may not be dialled."""
    if not re.fullmatch(r"\+[1-9][0-9]{3,16}", _typed(value, str)):
        raise ValueError("a whole number expected")
    return str(value)


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__} expected")
    return value


def _aware(text: str) -> datetime:
    at = datetime.fromisoformat(_typed(text, str))
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at
