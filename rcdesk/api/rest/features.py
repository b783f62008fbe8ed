"""What the extension may do, asked once at sign-in instead of found out by a refusal (docs/wire.md 1.9).

Spec: readExtensionFeatures (Medium). Blocking, on a lane's thread. Read next: core/account/capability.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken

PATH = f"{reading.EXTENSION}/features"


class Feature(Struct, frozen=True, kw_only=True):
    """One feature; reason_code, reason and permission say why it is not there ("" when they do not)."""

    id: str
    is_available: bool
    params: tuple[tuple[str, str], ...] = ()
    reason_code: str = ""
    reason: str = ""
    permission: str = ""


def read(session: ApiSession, ids: Sequence[str], token: CancelToken) -> dict[str, Feature]:
    """The features by id; what the service does not know is left out."""
    body = reading.get(session, PATH, token, group="Medium", params={"featureId": list(ids)})
    found = {}
    for record in reading.records(body):
        reason = reading.child(record, "reason")
        feature = Feature(
            id=reading.text(record, "id"),
            is_available=record.get("available") is True,
            params=tuple(
                (reading.text(param, "name"), reading.text(param, "value"))
                for param in reading.children(record, "params")
            ),
            reason_code=reading.text(reason, "code"),
            reason=reading.text(reason, "message"),
            permission=reading.text(reason, "permission"),
        )
        found[feature.id] = feature
    return {name: feature for name, feature in found.items() if name in ids}
