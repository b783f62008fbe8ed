"""FaxService over `faxapi.asp`: one streamed form, one number as the answer (docs/wire.md 2.2).

Code 0 speaks of acceptance only; the result goes to the account's owner by e-mail, so nothing can be followed
or resent. Text goes out as UTF-8. Blocking, on the faxes lane. Read next: client.py, api/upload.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from rcdesk.api.legacy.client import REFUSED, LegacyClient, unreadable
from rcdesk.api.rest.fax import clean_name
from rcdesk.api.upload import MultipartBody, Part, file_part, form_data
from rcdesk.core.account.account import CoverPage
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import ApiError, NotAllowed, Rejected, SignInNeeded, UserError
from rcdesk.core.fax.fax import Recipient
from rcdesk.core.service import FaxContents, FaxFile, FaxTaken, Progress

COVER_PAGES = tuple(
    CoverPage(index=index, name=name)
    for index, name in enumerate(
        (
            *("None", "Ancient", "Birthday", "Blank", "ClasMod", "Classic", "Confidential"),
            *("Contempo", "Elegant", "Express", "Formal", "Jazzy", "Modern", "Urgent"),
        )
    )
)
"""The cover pages by the names this API takes (gem)."""

_ATTACHMENT = "Attachment"
_CODE = re.compile(r"(\d+)\b")


class LegacyFax:
    can_follow = False
    can_resend = False

    def __init__(self, client: LegacyClient) -> None:
        self._client = client

    @property
    def owner_id(self) -> str:
        return self._client.owner_id

    @property
    def sign_in(self) -> object:
        """See FaxService.sign_in: credentials are given once to each client."""
        return self._client

    def wait_s(self) -> float:
        """There are no limits to wait for."""
        return 0.0

    def send(
        self,
        contents: FaxContents,
        files: Sequence[FaxFile],
        token: CancelToken,
        *,
        progress: Progress | None = None,
        on_last_byte: Callable[[], None] | None = None,
    ) -> FaxTaken:
        """See FaxService.send. The answer has no id and no reports: nothing more is ever said here.

        Raises SignInNeeded, NotAllowed and Rejected for the codes 1 to 5.
        """
        if not contents.recipients:
            raise UserError("The fax has no recipient.")
        if contents.source_message_id:
            raise NotAllowed(
                "RingCentral's 2010 web API cannot send an earlier fax again. Nothing was sent.", status=0
            )
        fields = [*self._client.fax_credentials, *self._fields(contents)]
        documents = [
            file_part(f.path, name=clean_name(f.name), media_type=f.media_type, field=_ATTACHMENT)
            for f in files
        ]
        if contents.text is not None:
            documents.append(_text_document(contents.text))

        def make_body() -> MultipartBody:
            return form_data(fields, documents, token=token, progress=progress)

        return _taken(self._client.upload(make_body, token, on_last_byte))

    def _fields(self, contents: FaxContents) -> list[tuple[str, str]]:
        fields = [("Recipient", self._recipient(recipient)) for recipient in contents.recipients]
        if contents.cover_index is not None:
            fields.append(("Coverpage", _cover_name(contents.cover_index)))
        if contents.note:
            fields.append(("Coverpagetext", contents.note))
        fields.append(("Resolution", contents.resolution.value))
        if contents.send_time is not None:
            fields.append(("Sendtime", wire_time(contents.send_time)))
        return fields

    def _recipient(self, recipient: Recipient) -> str:
        name = " ".join(recipient.name.replace("|", " ").split())
        number = self._client.number(recipient.number)
        return f"{number}|{name}" if name else number


def wire_time(moment: datetime) -> str:
    """An aware time as GMT `dd:mm:yy hh:mm`; a started minute counts as the next, so never too early."""
    utc = moment.astimezone(UTC)
    if utc.second or utc.microsecond:
        utc += timedelta(minutes=1)
    return utc.strftime("%d:%m:%y %H:%M")


def _cover_name(index: int) -> str:
    if 0 <= index < len(COVER_PAGES):
        return COVER_PAGES[index].name
    raise UserError("This cover page is not one of the service's. Choose another, then send the fax.")


def _text_document(text: str) -> Part:
    headers = (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Disposition", f'form-data; name="{_ATTACHMENT}"; filename="text.txt"'),
    )
    return Part(headers=headers, content=text.encode())


def _taken(answer: str) -> FaxTaken:
    found = _CODE.match(answer)
    if found is None:
        raise unreadable(has_effect=True)
    code = int(found[1])
    if code != 0:
        raise _refusal(code)
    return FaxTaken(message_id="")


def _refusal(code: int) -> ApiError:
    """The error that a code other than 0 means; nothing was taken."""
    match code:
        case 1:
            return SignInNeeded(f"{REFUSED} Nothing was sent. Check them and sign in again.", status=200)
        case 2:
            return NotAllowed("Faxing is prohibited for this RingCentral account.", status=200)
        case 3:
            return Rejected("RingCentral found no recipient in this fax.", status=200)
        case 4:
            return Rejected("RingCentral found nothing to fax: no file has any content.", status=200)
        case _:
            return Rejected(f"RingCentral refused this fax without a reason (code {code}).", status=200)
