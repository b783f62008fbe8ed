"""Reading the service's JSON without trusting it: missing fields and unknown words never crash.

Small typed readers for the modules of rest/, and the walk over a list's pages. Pure except pages(). Read
next: numbers.py for how they are used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rcdesk.api.session import ApiSession
from rcdesk.api.transport import read_json
from rcdesk.core.cancel import CancelToken

EXTENSION = "/restapi/v1.0/account/~/extension/~"
_MOST_PAGES = 20


def text(node: Mapping[str, Any], name: str) -> str:
    """A string field; numbers become strings (ids come as both), anything else ""."""
    value = node.get(name)
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, str | int) else ""


def integer(node: Mapping[str, Any], name: str) -> int | None:
    """A whole number, given as a number or as digits; None when absent."""
    value = node.get(name)
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


def child(node: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object field; an empty one when absent."""
    value = node.get(name)
    return value if isinstance(value, Mapping) else {}


def children(node: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """The objects of a list field; what is no object is left out."""
    value = node.get(name)
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


def words(node: Mapping[str, Any], name: str) -> frozenset[str]:
    """The strings of a list field."""
    value = node.get(name)
    return (
        frozenset(item for item in value if isinstance(item, str)) if isinstance(value, list) else frozenset()
    )


def moment(node: Mapping[str, Any], name: str) -> datetime | None:
    """A date-time field as an aware UTC moment; None when absent or unreadable."""
    try:
        value = datetime.fromisoformat(text(node, name))
    except ValueError:
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


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


def pages(
    session: ApiSession,
    path: str,
    token: CancelToken,
    *,
    group: str = "Light",
    per_page: int = 100,
    params: Mapping[str, Any] | None = None,
) -> Iterator[Mapping[str, Any]]:
    """The records of a list, page after page (parameters page and perPage)."""
    for page in range(1, _MOST_PAGES + 1):
        asked = {**(params or {}), "page": page, "perPage": per_page}
        body = get(session, path, token, group=group, params=asked)
        yield from children(body, "records")
        if page >= (integer(child(body, "paging"), "totalPages") or 1):
            return
