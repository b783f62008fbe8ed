"""Reads what the 2010 fax page is sent: form fields in either case, some of them repeated, and attachments.

Files are checked and stored as those of a REST upload are; the fields keep their names and order, which is
what a test wants to see. The password is struck out before the request is recorded. Lives on the simulator's
event loop thread; imports aiohttp. Read next: `multipart`, `routes_legacy`.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader

from rcdesk.simulator.fax.multipart import FaxForm
from rcdesk.simulator.visit import Visit

ATTACHMENT = "attachment"


class LegacyFields:
    """Fields as they came; asked for in any case."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = list(pairs)

    def add(self, name: str, value: str) -> None:
        """One more; names may repeat."""
        self._pairs.append((name, value))

    def all(self, name: str) -> list[str]:
        """Every value of the field that is not empty."""
        return [value.strip() for key, value in self._pairs if key.lower() == name and value.strip()]

    def get(self, name: str) -> str:
        """Its first value, "" when it is absent."""
        return next(iter(self.all(name)), "")

    def recorded(self) -> dict[str, list[str]]:
        """Values by name as sent, without the password."""
        found: dict[str, list[str]] = {}
        for name, value in self._pairs:
            found.setdefault(name, []).append("…" if name.lower() == "password" else value)
        return found


class LegacyUpload(FaxForm):
    """A FaxForm with the old page's fields."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        self.fields = LegacyFields()

    async def _part(self, part: BodyPartReader, *, is_form: bool) -> None:
        name = part.name or ""
        if part.filename or name.lower() == ATTACHMENT:
            media_type = part.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            await self._file(part, media_type, is_form=True)
        else:
            self.fields.add(name, (await self._small(part)).decode(errors="replace"))
        self.envelope.clear()
        self.envelope.update(self.fields.recorded())


async def form_fields(visit: Visit) -> LegacyFields:
    """The fields of a request without files, from its address and its body; recorded without the password."""
    body = (await visit.body()).decode(errors="replace")
    pairs = [*visit.request.query.items(), *parse_qsl(body, keep_blank_values=True)]
    fields = LegacyFields(pairs)
    visit.recorded_json = fields.recorded()
    return fields
