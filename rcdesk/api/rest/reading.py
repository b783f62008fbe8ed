"""Reading the service's JSON without trusting it: missing fields and unknown words never crash.

Small typed readers for the modules of rest/, which give nothing for what cannot be meant, and the walk over a
list's pages, which leaves out odd records and counts them in the log (body.py). Pure except get(),
sync() and pages(). Read next: account.py for how they are used.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from rcdesk.api.body import LARGEST, is_odd, moment_of, sound
from rcdesk.api.session import ApiSession
from rcdesk.api.transport import read_json
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Rejected

_log = logging.getLogger(__name__)

EXTENSION = "/restapi/v1.0/account/~/extension/~"
_VOID_TOKEN = frozenset({"MSG-333", "MSG-411", "CMN-101"})
MOST_PAGES = 1000
"""The last page the service has (spec)."""
MOST_EMPTY = 10
"""After so many pages in a row with nothing on them nothing more is coming."""


def text(node: Mapping[str, Any], name: str) -> str:
    """A string field; numbers become strings (ids come as both), anything else ""."""
    value = node.get(name)
    if isinstance(value, str):
        return sound(value)
    is_id = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**64
    return str(value) if is_id else ""


def integer(node: Mapping[str, Any], name: str) -> int | None:
    """A whole number, given as a number or as digits; None when absent or larger than any is."""
    value = node.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if abs(value) < LARGEST else None


def child(node: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object field; an empty one when absent."""
    value = node.get(name)
    return value if isinstance(value, Mapping) else {}


def children(node: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """The objects of a list field; what is no object is left out."""
    value = node.get(name)
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


def records(
    body: Mapping[str, Any], name: str = "records", *, key: str = "id"
) -> tuple[Mapping[str, Any], ...]:
    """The objects of a list field that are fit to be read and have the field `key` ("": none is needed).

    The others are left out; how many is said in the log.
    """
    value = body.get(name)
    items = value if isinstance(value, list) else []
    fit = tuple(
        item
        for item in items
        if isinstance(item, Mapping) and not is_odd(item) and (not key or text(item, key))
    )
    if len(fit) < len(items):
        where = _split(text(body, "uri")).path.rpartition("/")[2][:40] or name
        _log.warning("%d of %d %s make no sense and are left out", len(items) - len(fit), len(items), where)
    return fit


def words(node: Mapping[str, Any], name: str) -> frozenset[str]:
    """The strings of a list field."""
    value = node.get(name)
    items = value if isinstance(value, list) else []
    return frozenset(sound(item) for item in items if isinstance(item, str))


def moment(node: Mapping[str, Any], name: str) -> datetime | None:
    """A date-time field as an aware UTC moment; None when absent or unreadable."""
    return moment_of(text(node, name))


def stamp(value: datetime) -> str:
    """An aware moment as the service writes it: ISO 8601, UTC, milliseconds."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def get(
    session: ApiSession,
    path: str,
    token: CancelToken,
    *,
    group: str = "Light",
    params: Mapping[str, Any] | None = None,
    keep_free: int = 0,
) -> dict[str, Any]:
    """The JSON object at a path; keep_free leaves so many requests of the group to others."""
    return read_json(
        session.request("GET", path, group=group, token=token, params=params, keep_free=keep_free)
    )


class FullSyncNeeded(Rejected):
    """The sync token says nothing to the service any more (MSG-333, CLG-101, …): sync without one."""


def sync(
    session: ApiSession,
    path: str,
    sync_token: str | None,
    token: CancelToken,
    *,
    group: str = "Light",
    params: Mapping[str, Any],
    keep_free: int = 0,
) -> dict[str, Any]:
    """What changed since sync_token, or without one what is there. Raises FullSyncNeeded when it is void."""
    how = {"syncType": "ISync", "syncToken": sync_token} if sync_token else {"syncType": "FSync"}
    try:
        return get(session, path, token, group=group, params={**how, **params}, keep_free=keep_free)
    except Rejected as exc:
        if not sync_token or not (exc.code.startswith("CLG-") or exc.code in _VOID_TOKEN):
            raise
        raise FullSyncNeeded(str(exc), status=exc.status, code=exc.code, request_id=exc.request_id) from exc


def pages(
    session: ApiSession,
    path: str,
    token: CancelToken,
    *,
    group: str = "Light",
    per_page: int = 100,
    params: Mapping[str, Any] | None = None,
    key: str = "id",
    keep_free: int = 0,
) -> Iterator[tuple[Mapping[str, Any], ...]]:
    """The records of a list, page by page, as long as the service names a next one; at most MOST_PAGES.

    Totals are not looked at: some lists have none (call log), some change meanwhile. What is asked next is
    what the service says to ask, always at this path and this server; nothing is asked twice. An empty page
    is not the last one when it names another. key: see records().
    """
    asked = _plain({**(params or {}), "page": 1, "perPage": per_page})
    seen: list[dict[str, list[str]]] = []
    empty = 0
    while asked not in seen and len(seen) < MOST_PAGES and empty < MOST_EMPTY:
        seen.append(asked)
        body = get(session, path, token, group=group, params=asked, keep_free=keep_free)
        yield records(body, key=key)
        following = child(body, "navigation").get("nextPage")
        if not isinstance(following, Mapping):
            return
        empty = 0 if body.get("records") else empty + 1
        wanted = parse_qs(_split(text(following, "uri")).query)
        asked = {**asked, **(wanted or _plain({"page": len(seen) + 1}))}


def _split(url: str) -> SplitResult:
    """The parts of an address; none when it is no address."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _plain(params: Mapping[str, Any]) -> dict[str, list[str]]:
    """Parameters as a query has them, so that two of the same meaning are equal."""
    return {
        name: [str(item) for item in (value if isinstance(value, list | tuple) else [value])]
        for name, value in params.items()
    }
