"""Reads a text with files as it arrives: the envelope as JSON or form fields, then at most 1.5 MB of files.

Lives on the simulator's event loop thread; imports aiohttp. Read next: `fax/multipart`, `routes/texts`.
"""

from __future__ import annotations

import json

from aiohttp import BodyPartReader

from rcdesk.simulator.fax.multipart import FaxForm
from rcdesk.simulator.messages import StoredFile
from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter
from rcdesk.simulator.visit import Visit

MAX_TEXT_FILES = 1_500_000
_KINDS = ("image/", "video/", "audio/")
_MEDIA_TYPES = frozenset(
    {
        *("text/vcard", "text/x-vcard", "text/directory", "application/zip", "application/x-zip-compressed"),
        *("application/pdf", "application/rtf", "text/rtf", "text/html", "text/plain", "text/csv"),
        *("text/calendar", "application/gzip"),
    }
)


class TextForm(FaxForm):
    """A FaxForm with a text's fields and limits."""

    most_bytes = MAX_TEXT_FILES

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        self._media_types: list[str] = []

    def files(self) -> tuple[StoredFile, ...]:
        """What came along, taken off the disk."""
        found = tuple(
            StoredFile(content=document.path.read_bytes(), media_type=media_type, name=document.name)
            for document, media_type in zip(self.documents, self._media_types, strict=True)
        )
        self.discard()
        return found

    async def _field(self, part: BodyPartReader, name: str) -> None:
        try:
            text = (await self._small(part)).decode()
            value = json.loads(text) if text.lstrip().startswith(("{", "[")) and name != "text" else text
        except ValueError:
            self._note(bad_parameter(name))
            return
        field = name.partition(".")[0]
        if field == "to":
            self.envelope.setdefault("to", []).extend(value if isinstance(value, list) else [value])
        elif field in ("from", "text", "country"):
            self.envelope[field] = value
        else:
            self._note(bad_parameter(name))

    def _name_of(self, part: BodyPartReader, media_type: str, *, is_form: bool) -> tuple[str, str]:
        name = (part.filename or "file").replace("\\", "/").rsplit("/", 1)[-1]
        if not media_type.startswith(_KINDS) and media_type not in _MEDIA_TYPES:
            self._note(
                ErrorAnswer(
                    415, "MSG-348", "Media type is not supported", parameter="attachments", value=name
                )
            )
        self._media_types.append(media_type)
        return name, "part"
