"""Who is signed in and the server profiles, as the command line tells them: objects with documented keys.

The same with and without a window. Nothing secret is in them. Pure; any thread. Read next: order.py,
account.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rcdesk.core.account.account import Account, ServerKind, ServerProfile, ServerProfiles
from rcdesk.core.numbers.phone_number import pretty


def who_json(account: Account, profile: ServerProfile) -> dict[str, Any]:
    """The signed-in person, with the keys of the README."""
    return {
        "name": account.name,
        "company": account.company,
        "extension": account.extension_number,
        "owner_id": account.owner_id,
        "country": account.home_country,
        "fax_number": account.fax_caller_id,
        "profile": profile.name,
        "profile_id": profile.id,
        "server": profile.base_url,
        "kind": profile.kind.value,
        "grant": profile.grant.value,
        "is_demo": profile.is_demo,
        "lacks": [{"what": lack.capability.value, "why": lack.sentence} for lack in account.lacks],
    }


def who_lines(output: Mapping[str, Any]) -> list[str]:
    """The same as sentences."""
    extension = f", extension {output['extension']}" if output["extension"] else ""
    company = f" ({output['company']})" if output["company"] else ""
    lines = [f"{output['name'] or output['owner_id']}{company}{extension}"]
    lines.append(f"signed in to {output['profile'] or output['server']} at {output['server']}")
    if output["fax_number"]:
        lines.append(f"faxes go out as {pretty(output['fax_number'], output['country'])}")
    if output["kind"] == ServerKind.LEGACY.value:
        lines.append("with this older service: calls, and faxes whose results come by e-mail")
        return lines
    return [*lines, *(f"not possible: {lack['why']}" for lack in output["lacks"])]


def profiles_json(saved: ServerProfiles, signed_in: frozenset[str]) -> list[dict[str, Any]]:
    """Every profile; signed_in: the ids of those whose sign-in is kept."""
    return [
        {
            "id": profile.id,
            "name": profile.name,
            "server": profile.base_url,
            "client_id": profile.client_id,
            "kind": profile.kind.value,
            "grant": profile.grant.value,
            "is_active": profile.id == saved.active_id,
            "is_signed_in": profile.id in signed_in,
        }
        for profile in saved.profiles
    ]


def profile_line(output: Mapping[str, Any], width: int) -> str:
    """One profile in one line; width: of the longest name."""
    mark = "*" if output["is_active"] else " "
    state = "signed in" if output["is_signed_in"] else "signed out"
    kind = "  (2010 web API)" if output["kind"] == "legacy" else ""
    return f"{mark} {output['name']:<{width}}  {output['server']}  {state}{kind}"
