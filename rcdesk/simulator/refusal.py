"""How the simulated service says no: one exception that carries status, error code and message.

Raised anywhere below the HTTP door, turned into the service's error body by `server`. Codes follow the
vendor's families: CMN (common), MSG (messages), OAU (sign-in). No thread of its own; read `server` next.
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer with an error status."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        parameter: str | None = None,
        value: str | None = None,
        oauth_error: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.parameter = parameter
        self.value = value
        self.oauth_error = oauth_error
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """The service's error JSON; OAuth refusals carry `error` and `error_description` too."""
        detail: dict[str, Any] = {"errorCode": self.code, "message": self.message}
        if self.parameter is not None:
            detail["parameterName"] = self.parameter
        if self.value is not None:
            detail["parameterValue"] = self.value
        body: dict[str, Any] = {"errorCode": self.code, "message": self.message, "errors": [detail]}
        if self.parameter is not None:
            body["parameterName"] = self.parameter
        if self.oauth_error is not None:
            body["error"] = self.oauth_error
            body["error_description"] = self.message
        return body


def bad_parameter(name: str, value: object = "") -> Refusal:
    """CMN-101: a parameter is missing or has a value the service does not take."""
    return Refusal(400, "CMN-101", f"Parameter [{name}] value is invalid", parameter=name, value=str(value))


def not_found(what: str, value: object) -> Refusal:
    """CMN-102: no such resource for this user."""
    return Refusal(
        404, "CMN-102", f"Resource for parameter [{what}] is not found", parameter=what, value=str(value)
    )
