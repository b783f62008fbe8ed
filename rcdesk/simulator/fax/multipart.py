"""Reads a fax upload as it arrives: envelope to memory, files to disk, never a whole file in memory.

Takes `multipart/mixed` (a JSON part, then files as octets or base64) and `multipart/form-data` (fields and
`attachment` parts; a JSON part is welcome there too). Size and type rules are the service's, with its MSG-
codes. Lives on the simulator's event loop thread; imports aiohttp. Read next: `routes_faxes`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import secrets
from collections.abc import Callable
from typing import Any, BinaryIO

from aiohttp import BodyPartReader, MultipartReader
from aiohttp.http_exceptions import HttpProcessingError

from rcdesk.simulator.messages import StoredDocument
from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter
from rcdesk.simulator.visit import CHUNK, Visit

MAX_BODY = 55 * 1024 * 1024
MAX_ATTACHMENTS = 50 * 1024 * 1024
MAX_FIELD = 1024 * 1024
FORBIDDEN_IN_NAMES = set("&@#$%^*")
FIELDS = ("faxResolution", "coverIndex", "coverPageText", "sendTime", "isoCode")

# fmt: off
EXTENSIONS = frozenset({
    "pdf", "psd", "doc", "docx", "dot", "mcw", "xls", "xlsx", "xlsb", "ppt", "pptx", "vsd", "vdx",
    "pub", "wps", "wri", "awd", "tif", "tiff", "gif", "jpg", "jpeg", "bmp", "png", "pcx", "tga", "rtf",
    "txt", "log", "h", "cpp", "c", "err", "hpp", "wk1", "wk3", "wk4", "wq1", "xml", "html", "htm",
    "csv",
})
# fmt: on
MEDIA_TYPES = {
    "application/pdf": "pdf",
    "image/tiff": "tiff",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "text/plain": "txt",
    "text/html": "html",
    "text/csv": "csv",
    "text/xml": "xml",
    "application/xml": "xml",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
}


class FaxForm:
    """The reading of one upload; afterwards `envelope` and `documents` hold what came.

    most_bytes: of all files together.
    """

    most_bytes = MAX_ATTACHMENTS

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self.envelope: dict[str, Any] = {}
        self._documents: list[StoredDocument] = []
        self._stored = 0
        self._problem: ErrorAnswer | None = None

    @property
    def documents(self) -> tuple[StoredDocument, ...]:
        return tuple(self._documents)

    async def read(self) -> None:
        """Read to the end, then raise the first problem found (so the client hears the answer)."""
        try:
            reader = MultipartReader(self._visit.request.headers, self._visit.request.content)
            while (part := await reader.next()) is not None:
                if not isinstance(part, BodyPartReader):
                    raise ErrorAnswer(400, "MSG-349", "Unable to read the message envelope")
                await self._part(part, is_form=self._visit.request.content_type == "multipart/form-data")
        except (ValueError, AssertionError, HttpProcessingError) as exc:
            self._note(ErrorAnswer(400, "MSG-349", "Unable to read the message envelope"))
            assert self._problem is not None
            raise self._problem from exc
        self._visit.recorded_json = self.envelope
        self._visit.file_names.extend(document.name for document in self._documents)
        if self._problem is not None:
            self.discard()
            raise self._problem

    def discard(self) -> None:
        for document in self._documents:
            document.path.unlink(missing_ok=True)

    def _note(self, problem: ErrorAnswer) -> None:
        self._problem = self._problem or problem

    async def _part(self, part: BodyPartReader, *, is_form: bool) -> None:
        media_type = part.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        name = part.name or ""
        is_json = media_type == "application/json" and name != "attachment"
        if is_json and not self._documents:
            await self._json_part(part)
        elif is_form and not part.filename and name != "attachment":
            await self._field(part, name)
        else:
            await self._file(part, media_type, is_form=is_form)

    async def _small(self, part: BodyPartReader) -> bytes:
        content = bytearray()
        while chunk := await part.read_chunk(CHUNK):
            await self._visit.pace(len(chunk))
            if len(content) < MAX_FIELD:
                content += chunk
        if part.headers.get("Content-Transfer-Encoding", "").lower() == "base64":
            return base64.b64decode(bytes(content))
        return bytes(content)

    async def _json_part(self, part: BodyPartReader) -> None:
        try:
            value = json.loads(await self._small(part))
        except ValueError as exc:
            raise ErrorAnswer(400, "MSG-349", "Unable to read the message envelope") from exc
        if not isinstance(value, dict):
            raise ErrorAnswer(400, "MSG-349", "Unable to read the message envelope")
        self.envelope.update(value)

    async def _field(self, part: BodyPartReader, name: str) -> None:
        try:
            text = (await self._small(part)).decode()
        except UnicodeDecodeError:
            self._note(bad_parameter(name))
            return
        if name in ("to", "to.phoneNumber"):
            try:
                value = json.loads(text) if text.lstrip().startswith(("{", "[")) else text
            except ValueError:
                self._note(bad_parameter("to", text))
                return
            self.envelope.setdefault("to", []).extend(value if isinstance(value, list) else [value])
        elif name in FIELDS:
            is_index = name == "coverIndex" and re.fullmatch(r"[0-9]{1,9}", text)
            self.envelope[name] = int(text) if is_index else text
        else:
            self._note(bad_parameter(name))

    def _name_of(self, part: BodyPartReader, media_type: str, *, is_form: bool) -> tuple[str, str]:
        """File name and extension; notes MSG-348, -350, -351 and bad names."""
        known = MEDIA_TYPES.get(media_type, "")
        if part.filename:
            name = part.filename.replace("\\", "/").rsplit("/", 1)[-1]
            if FORBIDDEN_IN_NAMES & set(name):
                self._note(bad_parameter("attachment", name))
        else:
            if "Content-Disposition" not in part.headers and not known:
                self._note(
                    ErrorAnswer(400, "MSG-350", "Content-Disposition is missing", parameter="attachment")
                )
            elif not known and not is_form:
                self._note(ErrorAnswer(400, "MSG-351", "File name is missing", parameter="attachment"))
            name = f"document.{known or 'txt'}"
        extension = name.rsplit(".", 1)[-1].lower() if "." in name else known
        if extension not in EXTENSIONS:
            extension = known if "." not in name else ""
        if not extension:
            self._note(
                ErrorAnswer(415, "MSG-348", "Media type is not supported", parameter="attachment", value=name)
            )
        return name, extension

    async def _file(self, part: BodyPartReader, media_type: str, *, is_form: bool) -> None:
        name, extension = self._name_of(part, media_type, is_form=is_form)
        path = self._visit.spool / f"{secrets.token_hex(8)}.{extension or 'bin'}"
        is_base64 = part.headers.get("Content-Transfer-Encoding", "").strip().lower() == "base64"
        digest = hashlib.sha256()
        with path.open("wb") as out:
            size_bytes = await self._copy(part, out, digest.update, is_base64=is_base64)
        self._documents.append(
            StoredDocument(
                path=path,
                name=name,
                media_type=extension,
                size_bytes=size_bytes,
                digest=digest.hexdigest(),
            )
        )
        if size_bytes == 0:
            self._note(ErrorAnswer(400, "MSG-347", "Attachment is empty", parameter="attachment", value=name))

    async def _copy(
        self, part: BodyPartReader, out: BinaryIO, watch: Callable[[bytes], None], *, is_base64: bool
    ) -> int:
        size_bytes, rest = 0, b""
        step = CHUNK
        if self._visit.bytes_per_second:
            step = max(1024, min(CHUNK, int(self._visit.bytes_per_second / 10)))
        while received := await part.read_chunk(step):
            chunk = bytes(received)
            await self._visit.pace(len(chunk))
            if is_base64:
                text = rest + chunk.translate(None, b" \t\r\n")
                whole = len(text) - len(text) % 4
                rest = text[whole:]
                try:
                    chunk = base64.b64decode(text[:whole], validate=True)
                except binascii.Error:
                    self._note(ErrorAnswer(400, "MSG-349", "Attachment is not valid base64"))
                    continue
            size_bytes += len(chunk)
            self._stored += len(chunk)
            if self._visit.body_size > MAX_BODY:
                self._note(ErrorAnswer(413, "MSG-338", "Message is too large", parameter="attachment"))
            elif self._stored > self.most_bytes:
                self._note(ErrorAnswer(413, "MSG-337", "Attachments are too large", parameter="attachment"))
            elif self._problem is None:
                out.write(chunk)
                watch(chunk)
        return size_bytes
