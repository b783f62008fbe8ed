"""The cover pages of the service (spec: listFaxCoverPages, Light).

Blocking, on a lane's thread. Read next: fax.py, which sends the chosen index.
"""

from __future__ import annotations

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.core.account.account import CoverPage
from rcdesk.core.cancel import CancelToken

PATH = "/restapi/v1.0/dictionary/fax-cover-page"


def cover_pages(session: ApiSession, token: CancelToken) -> tuple[CoverPage, ...]:
    """Every cover page, ordered by index; records without a usable index or name are left out."""
    found = [
        CoverPage(index=index, name=reading.text(record, "name"))
        for page in reading.pages(session, PATH, token)
        for record in page
        if (index := reading.integer(record, "id")) is not None and reading.text(record, "name")
    ]
    return tuple(sorted(found, key=lambda page: page.index))
