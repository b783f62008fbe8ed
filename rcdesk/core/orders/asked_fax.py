"""What another start of rcdesk asks of the one that runs: a fax from the command line, and its JSON.

The command line has looked at everything before (services/fax/typed_fax.py); the files are looked at again
when they are copied to the spool. Pure; any thread. Read next: bridge/runtime/instance.py,
ui/compose/asked_fax.py.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, convert, field, to_builtins
from msgspec.structs import replace

from rcdesk.core.fax.fax import Document, FaxDraft, FaxOptions, Recipient, SendBy

_E164 = re.compile(r"\+[1-9][0-9]{3,16}")


class AskedOutcome(Enum):
    """What became of an asked fax; the value is what is told to the other start."""

    SHOWN = "shown"
    QUEUED = "queued"


class AskedFax(Struct, frozen=True, kw_only=True):
    """A fax to open in the composer, or with is_yes to queue without a question when nothing is odd.

    draft.cover_index None leaves the cover page to what was chosen last, unless cover_name names one of the
    account or one of one's own (core/orders/asked_cover.py).
    """

    draft: FaxDraft
    is_yes: bool = False
    cover_name: str = ""


class _Fax(FaxOptions, frozen=True, kw_only=True):
    to: tuple[Recipient, ...]
    files: tuple[Document, ...]
    cover_index: int | None = field(name="cover")
    send_at: Annotated[datetime, Meta(tz=True)] | None
    send_by: SendBy
    cover_name: str = ""


class _Body(Struct, kw_only=True):
    version: Literal[1]
    yes: bool
    fax: _Fax


def asked_fax_json(asked_fax: AskedFax) -> str:
    """One line of JSON, of ASCII only: names may hold what is no Unicode text."""
    return json.dumps(asked_fax_body(asked_fax))


def asked_fax_body(asked_fax: AskedFax) -> dict[str, Any]:
    """The same as an object of JSON."""
    draft = asked_fax.draft
    fax = _Fax(
        to=draft.recipients,
        files=draft.documents,
        cover_index=draft.cover_index,
        send_at=draft.send_at and draft.send_at.astimezone(UTC),
        send_by=draft.send_by,
        cover_name=asked_fax.cover_name,
    ).with_options(draft)
    body: dict[str, Any] = to_builtins(_Body(version=1, yes=asked_fax.is_yes, fax=fax), enc_hook=_encode)
    return body


def read_asked_fax(data: object) -> AskedFax:
    """The fax in parsed JSON. Raises ValueError when it is none, or of another version."""
    found = convert(data, _Body, dec_hook=_decode)
    fax = found.fax
    # A number was read already: what is none of these may not be dialled.
    if not all(_E164.fullmatch(recipient.number) for recipient in fax.to):
        raise ValueError("a whole number expected")
    draft = FaxDraft(
        recipients=fax.to,
        documents=tuple(replace(document, digest="") for document in fax.files),
        send_at=fax.send_at,
        send_by=fax.send_by,
    ).with_options(fax)
    return AskedFax(draft=draft, is_yes=found.yes, cover_name=fax.cover_name)


def _encode(value: Path) -> str:
    return str(value.absolute())


def _decode(kind: type, value: Any) -> Path:
    if type(value) is not str or "\0" in value:
        raise ValueError("a path expected")
    return Path(value)
