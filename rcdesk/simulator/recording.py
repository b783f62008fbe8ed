"""What was asked of the simulator: one frozen value for each request, for tests and the demo to look at.

Bearer tokens and client secrets are struck out before a request is kept; sign-in forms are not kept at all.
Values only; read `server` next, which makes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """One request, recorded when it was over.

    `json` is the JSON body, for a fax upload its envelope; `query` keeps the last value of a repeated name
    and `query_string` all of them. `body_size` is in bytes; `status` is 0 when no answer was given (a fault,
    or the client hung up). `fault` is the kind it met, "" for none.
    """

    method: str
    path: str
    query: dict[str, str]
    query_string: str
    headers: dict[str, str]
    media_type: str
    json: Any
    body_size: int
    status: int
    received_at: datetime
    file_names: tuple[str, ...] = field(default=())
    fault: str = ""

    def as_json(self) -> dict[str, Any]:
        """For `GET /simulator/requests`."""
        return {
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "queryString": self.query_string,
            "headers": self.headers,
            "mediaType": self.media_type,
            "json": self.json,
            "bodySize": self.body_size,
            "status": self.status,
            "receivedAt": self.received_at.isoformat(),
            "fileNames": list(self.file_names),
            "fault": self.fault,
        }


def safe_headers(headers: dict[str, str]) -> dict[str, str]:
    """Header names in lower case; of Authorization only the scheme."""
    kept = {name.lower(): value for name, value in headers.items()}
    if "authorization" in kept:
        kept["authorization"] = f"{kept['authorization'].split(' ')[0]} …"
    return kept
