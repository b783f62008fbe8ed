"""Answers of the service and the errors they mean."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import requests

from rcdesk.api.errors import is_token_expired, read_refusal, translate
from rcdesk.api.rate_gate import RateGate
from rcdesk.core.clock import SystemClock
from rcdesk.core.errors import ApiError, NotAllowed, RateLimited, Rejected, ServerTrouble, SignInNeeded


def answer(status: int, body: object, **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    response.raw = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    return response


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        *[(401, code, SignInNeeded) for code in ("OAU-128", "OAU-129", "OAU-149", "OAU-151", "OAU-213")],
        (401, "TokenInvalid", SignInNeeded),
        (400, "TokenExpired", SignInNeeded),
        (400, "OAU-140", SignInNeeded),
        (401, "OAU-146", SignInNeeded),
        (400, "OAU-147", SignInNeeded),
        (401, "", SignInNeeded),
        (403, "CMN-401", NotAllowed),
        (403, "CMN-408", NotAllowed),
        (401, "CMN-408", NotAllowed),
        (403, "MSG-340", NotAllowed),
        (400, "MSG-341", NotAllowed),
        (403, "", NotAllowed),
        (429, "CMN-301", RateLimited),
        (403, "CMN-302", RateLimited),
        (400, "CMN-310", RateLimited),
        (429, "", RateLimited),
        (400, "CMN-101", Rejected),
        (404, "CMN-102", Rejected),
        (409, "CMN-304", Rejected),
        (413, "MSG-337", Rejected),
        (413, "MSG-338", Rejected),
        (400, "MSG-347", Rejected),
        (415, "MSG-348", Rejected),
        (404, "", Rejected),
        (418, "NEW-999", Rejected),
        (500, "", ServerTrouble),
        (503, "CMN-201", ServerTrouble),
        (302, "", ServerTrouble),
    ],
)
def test_codes(status: int, code: str, kind: type[ApiError]) -> None:
    body = {"errorCode": code, "message": "Words.", "errors": [{"errorCode": code, "message": "Words."}]}
    error = translate(answer(status, body, RCRequestId="r-1"))
    assert type(error) is kind
    assert (error.status, error.code, error.request_id) == (status, code, "r-1")
    assert str(error).endswith(".") and "  " not in str(error)


@pytest.mark.parametrize("body", [b"", b"<html>", b"null", b"[1]", b'"x"', {"errors": "x"}, {"errorCode": 5}])
def test_any_body_is_survived(body: object) -> None:
    assert isinstance(translate(answer(400, body)), Rejected)
    assert isinstance(translate(answer(500, body)), ServerTrouble)


def test_the_first_inner_error_counts_when_there_is_no_outer() -> None:
    refusal = read_refusal({"errors": [{"errorCode": "CMN-101", "message": "m", "parameterName": "to"}]})
    assert (refusal.code, refusal.text, refusal.parameter) == ("CMN-101", "m", "to")


@pytest.mark.parametrize("word", ["invalid_grant", "invalid_client", "unauthorized_client"])
def test_oauth_words(word: str) -> None:
    error = translate(answer(400, {"error": word, "error_description": "no"}))
    assert isinstance(error, SignInNeeded) and error.code == word


def test_unknown_codes_are_shown_with_the_services_words() -> None:
    error = translate(answer(400, {"errorCode": "NEW-1", "message": "Something\n odd."}))
    assert str(error) == "RingCentral refused this: Something odd (NEW-1)."


def test_retry_after() -> None:
    for value, seconds in (("12", 12.0), ("", 60.0), ("soon", 60.0), ("1e9", 3600.0)):
        error = translate(answer(429, {}, Retry_After=value))
        assert isinstance(error, RateLimited) and error.retry_after_s == seconds


@pytest.mark.parametrize(
    ("until", "seconds"),
    [
        ("Thu, 01 Jan 2026 00:05:00 GMT", 300.0),
        ("Wed, 31 Dec 2025 23:59:59 GMT", 0.0),
        ("Fri, 01 Jan 2027 00:00:00 GMT", 3600.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 60.0),
    ],
)
def test_a_date_to_retry_after_is_told_as_the_gate_keeps_it(until: str, seconds: float) -> None:
    """By the service's own clock: that of this machine may be hours off."""
    refused = answer(429, {}, Retry_After=until, Date="Thu, 01 Jan 2026 00:00:00 GMT")
    error = translate(refused)
    gate = RateGate(SystemClock())
    gate.learn("Light", refused.headers, 429)
    assert isinstance(error, RateLimited) and error.retry_after_s == seconds
    assert gate.wait_s("Light") == pytest.approx(seconds, abs=30)


def test_a_refused_person_is_not_an_expired_token() -> None:
    assert is_token_expired(translate(answer(401, {"errorCode": "OAU-213"})))
    assert is_token_expired(translate(answer(401, {})))
    assert not is_token_expired(translate(answer(400, {"errorCode": "OAU-140"})))
    assert not is_token_expired(translate(answer(403, {"errorCode": "CMN-401"})))


LEGACY = "InsufficientPermissions"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"errorCode": LEGACY, "errors": [{"errorCode": "CMN-401"}]}, "CMN-401"),
        ({"errors": [{"errorCode": "CMN-401"}]}, "CMN-401"),
        ({"errorCode": "CMN-401"}, "CMN-401"),
        ({"errorCode": "CMN-401", "errors": [{"errorCode": LEGACY}]}, "CMN-401"),
        ({"errorCode": "CMN-401", "errors": []}, "CMN-401"),
        ({"errorCode": LEGACY, "errors": [{"errorCode": 7}]}, LEGACY),
        (
            {"errorCode": "InvalidParameter", "errors": [{"errorCode": "TAS-106"}, {"errorCode": "X-1"}]},
            "TAS-106",
        ),
    ],
)
def test_the_first_of_the_errors_decides_when_it_looks_like_a_code(body: dict[str, Any], code: str) -> None:
    assert translate(answer(403, body)).code == code


@pytest.mark.parametrize("code", ["CMN-401", "CMN-408"])
def test_the_permission_that_is_missing_is_named(code: str) -> None:
    error = {"errorCode": code, "message": "…", "permissionName": "ReadCallLog"}
    for body in (
        {"errors": [error]},
        {"errorCode": LEGACY, "permissionName": "ReadCallLog", "errors": [error]},
    ):
        assert "the permission ReadCallLog" in str(translate(answer(403, body)))
    assert "a permission" in str(translate(answer(403, {"errors": [{"errorCode": code}]})))


@pytest.mark.parametrize("odd", ["", "\u00e4", "a b", "x" * 200, "<b>"])
def test_a_request_id_is_kept_when_it_is_one(odd: str, caplog: pytest.LogCaptureFixture) -> None:
    refused = answer(404, {"errorCode": "CMN-102"})
    refused.headers["RCRequestId"] = odd
    assert translate(refused).request_id == ""
    refused.headers["RCRequestId"] = "9a67b0e2-2f70-11ee"
    with caplog.at_level("INFO", "rcdesk"):
        assert translate(refused).request_id == "9a67b0e2-2f70-11ee"
    assert "404 CMN-102, request 9a67b0e2-2f70-11ee" in caplog.text
