"""One request on its way through the simulator: who asks, what world it meets, how its body is read.

Handlers get a `Visit` and give an `Answer`. The body is always read through here, so that a fault can slow
the reading and a recording knows its size. Lives on the simulator's event loop thread; imports aiohttp.
Read next: `server`, which makes visits, and any `routes_…` module.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.checks import Kind, Word, number_from, query_moment
from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter
from rcdesk.simulator.world import World

if TYPE_CHECKING:
    from rcdesk.simulator.events.events import EventBackend
    from rcdesk.simulator.fax.rendering import RenderBackend

CHUNK = 65_536


@dataclass(kw_only=True)
class Visit:
    """A request being served; `subscriber` is set once a bearer token was accepted."""

    world: World
    request: web.Request
    base_url: str
    spool: Path
    renderer: RenderBackend
    events: EventBackend | None = None
    bytes_per_second: float | None = None
    body_size: int = 0
    recorded_json: Any = None
    file_names: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    who: Subscriber | None = None
    fault: str = ""

    @property
    def subscriber(self) -> Subscriber:
        assert self.who is not None, "a public operation has no user"
        return self.who

    @property
    def account_uri(self) -> str:
        return f"{self.base_url}/restapi/v1.0/account/{self.subscriber.account_id}"

    @property
    def extension_uri(self) -> str:
        return f"{self.account_uri}/extension/{self.subscriber.extension_id}"

    async def pace(self, size_bytes: int) -> None:
        """Count bytes read and, under a slow fault, take as long as it wants."""
        self.body_size += size_bytes
        if self.bytes_per_second:
            await asyncio.sleep(size_bytes / self.bytes_per_second)

    async def body(self, limit_bytes: int = 4 * 1024 * 1024) -> bytes:
        """The whole body of a small request; CMN-101 when it is larger than the limit."""
        parts: list[bytes] = []
        step = CHUNK if not self.bytes_per_second else max(1, min(CHUNK, int(self.bytes_per_second / 10)))
        while chunk := await self.request.content.read(step):
            await self.pace(len(chunk))
            if self.body_size <= limit_bytes:
                parts.append(chunk)
        if self.body_size > limit_bytes:
            raise ErrorAnswer(413, "CMN-101", "Request body is too large", parameter="body")
        return b"".join(parts)

    async def json_object(self, kind: Kind | None = None) -> dict[str, Any]:
        """The body as a JSON object of a kind; CMN-101 when it is something else, 415 for another type."""
        if self.request.content_type not in ("application/json", "text/json"):
            await self.body()
            raise ErrorAnswer(415, "CMN-115", "Unsupported media type", parameter="Content-Type")
        value = await self._json()
        if kind is not None:
            kind(value, "body")
        if not isinstance(value, dict):
            raise bad_parameter("body")
        return value

    async def json_list(self, kind: Kind) -> list[Any]:
        """The body as a JSON list, whatever it calls itself."""
        value = await self._json()
        kind(value, "body")
        if not isinstance(value, list):
            raise bad_parameter("body")
        return value

    async def _json(self) -> Any:
        """The body as JSON that can be written again; CMN-101 for anything else."""
        try:
            value = json.loads(await self.body() or b"{}", parse_constant=_no_number)
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as exc:
            raise bad_parameter("body") from exc
        self.recorded_json = value
        return value

    async def form(self) -> dict[str, str]:
        """The body as a URL-encoded form; the last of repeated names wins."""
        try:
            text = (await self.body()).decode()
        except UnicodeDecodeError as exc:
            raise bad_parameter("body") from exc
        return dict(parse_qsl(text, keep_blank_values=True))

    def query_int(self, name: str, default: int, *, high: int = 1000) -> int:
        """A whole number from the query; CMN-101 outside its range."""
        text = self.request.query.get(name)
        if text is None:
            return default
        try:
            return number_from(text, 1, high)
        except ValueError as exc:
            raise bad_parameter(name, text) from exc

    def choices(self, name: str) -> set[str]:
        """The values of a repeatable parameter that the route has looked at."""
        return {value for text in self.request.query.getall(name, []) for value in text.split(",")}

    def moment(self, name: str) -> datetime | None:
        """A moment that the route has looked at, None when absent."""
        text = self.request.query.get(name)
        return query_moment(text) if text else None

    def date_range(self) -> tuple[datetime, datetime]:
        """dateFrom and dateTo: the last 24 hours unless said otherwise."""
        date_to = self.moment("dateTo") or self.world.clock.now()
        return self.moment("dateFrom") or date_to - timedelta(hours=24), date_to

    async def drain(self, at_most: int | None = None) -> None:
        """Read the body and throw it away, all of it or about so many bytes."""
        step = CHUNK if at_most is None else max(1, min(CHUNK, at_most))
        while at_most is None or self.body_size < at_most:
            chunk = await self.request.content.read(step)
            if not chunk:
                return
            await self.pace(len(chunk))

    def page(
        self,
        uri: str,
        items: list[Any],
        *,
        default_per_page: int = 100,
        most_per_page: int = 1000,
        has_totals: bool = True,
    ) -> dict[str, Any]:
        """A page of a list as the service writes it: records, paging, navigation, by `page` and `perPage`.

        The call log has no totals: what follows is told by nextPage only.
        """
        number = self.query_int("page", 1)
        per_page = self.query_int("perPage", default_per_page, high=most_per_page)
        first = (number - 1) * per_page
        records = items[first : first + per_page]
        pages = max(1, -(-len(items) // per_page))
        others = [(k, v) for k, v in self.request.query.items() if k not in ("page", "perPage")]

        def link(target: int) -> dict[str, str]:
            return {"uri": f"{uri}?{urlencode([*others, ('page', target), ('perPage', per_page)])}"}

        navigation = {"firstPage": link(1)}
        if has_totals:
            navigation["lastPage"] = link(pages)
        if number > 1:
            navigation["previousPage"] = link(number - 1)
        if number < pages:
            navigation["nextPage"] = link(number + 1)
        paging = {"page": number, "perPage": per_page}
        if has_totals:
            paging |= {"totalPages": pages, "totalElements": len(items)}
        if records:
            paging |= {"pageStart": first, "pageEnd": first + len(records) - 1}
        return {"uri": link(number)["uri"], "records": records, "paging": paging, "navigation": navigation}


Handler = Callable[[Visit], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: its path template, rate-limit group and handler; a public one needs no bearer token.

    query: what its parameters may be, those in `repeatable` more than once. is_newer: it says no in the way
    of the newer services. codes: what it calls a refusal, where that is a word of its own.
    """

    method: str
    path: str
    group: str
    handler: Handler
    is_public: bool = False
    query: Mapping[str, Word] = field(default_factory=dict)
    repeatable: frozenset[str] = frozenset()
    is_newer: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def answer(body: Any, *, status: int = 200) -> web.Response:
    return web.json_response(body, status=status)


def no_content() -> web.Response:
    return web.Response(status=204)
