"""JWT and password sign-ins, what is kept of them, how a refused refresh is mended, what an account lacks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from rcdesk.api import auth
from rcdesk.api.session import ApiSession
from rcdesk.api.tokens import Tokens, read_tokens
from rcdesk.core.account.account import Account, AppSecret, Credentials, GrantKind, ServerKind, ServerProfile
from rcdesk.core.account.capability import Capability
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import ApiError, Cancelled, NotAllowed, NotSent, RateLimited, SignInNeeded, UserError
from rcdesk.services.account import connection as connection_module
from rcdesk.services.account.connection import Connection, session_of
from rcdesk.services.account.sign_in import KeptSignIn
from rcdesk.store.account.secrets import Secrets
from tests.now import now

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator

Connect = Callable[..., Connection]
ME = "/restapi/v1.0/account/~/extension/~"


@pytest.fixture
def secrets() -> Secrets:
    return Secrets(use_keyring=False)


@pytest.fixture
def connect(simulator: RunningSimulator, secrets: Secrets) -> Iterator[Connect]:
    made: list[Connection] = []

    def make(**changes: object) -> Connection:
        profile = ServerProfile(name="t", base_url=simulator.base_url, client_id=simulator.client_id)
        made.append(Connection(replace(profile, **changes), secrets))
        return made[-1]

    yield make
    for connection in made:
        connection.close()


def jwt_of(simulator: RunningSimulator) -> Credentials:
    return Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt
    )


def password_of(simulator: RunningSimulator, password: str = "") -> Credentials:
    return Credentials(
        client_id=simulator.client_id,
        client_secret=simulator.client_secret,
        username=simulator.username,
        extension=simulator.extension,
        password=password or simulator.password,
    )


BOTH = pytest.mark.parametrize("credentials_of", [jwt_of, password_of])


@BOTH
def test_signing_in(
    connect: Connect, simulator: RunningSimulator, credentials_of: Callable[[RunningSimulator], Credentials]
) -> None:
    connection, credentials = connect(), credentials_of(simulator)
    assert connection.sign_in(credentials, CancelToken()).name == "Mara Okafor"
    assert connection.profile.grant is credentials.grant
    assert connection.owner_id and connection.is_signed_in


def test_a_password_without_an_extension(connect: Connect, simulator: RunningSimulator) -> None:
    account = connect().sign_in(replace(password_of(simulator), extension=""), CancelToken())
    assert account.name == "Mara Okafor"


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ({"client_id": " "}, "The client ID is missing."),
        ({"client_secret": ""}, "The client secret is missing."),
        ({"username": ""}, "The user name is missing."),
        ({"password": ""}, "The password is missing."),
        ({"password": "", "username": ""}, "The JWT is missing, or the user name and password."),
    ],
)
def test_what_is_missing_is_named(
    connect: Connect, simulator: RunningSimulator, missing: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UserError) as caught:
        connect().sign_in(replace(password_of(simulator), **missing), CancelToken())
    assert str(caught.value) == sentence


def refusal(connection: Connection, credentials: Credentials) -> ApiError:
    with pytest.raises(ApiError) as caught:
        connection.sign_in(credentials, CancelToken())
    return caught.value


def test_wrong_passwords_are_refused_and_lock_for_five_minutes(
    connect: Connect, simulator: RunningSimulator
) -> None:
    simulator.set_limits(Auth=50)
    connection = connect()
    for _ in range(5):
        error = refusal(connection, password_of(simulator, "wrong"))
        assert isinstance(error, SignInNeeded) and "user name, extension and password" in str(error)
    error = refusal(connection, password_of(simulator))
    assert isinstance(error, SignInNeeded) and "has locked this sign-in" in str(error)
    assert not connection.is_signed_in
    simulator.advance(301)
    assert connection.sign_in(password_of(simulator), CancelToken()).name == "Mara Okafor"


def test_a_withdrawn_app_is_one_sentence(connect: Connect, simulator: RunningSimulator) -> None:
    connection = connect()
    connection.sign_in(jwt_of(simulator), CancelToken())
    simulator.sign_in_rules(revoked=True)
    with pytest.raises(SignInNeeded, match="does not know this app"):
        connection.load_account(CancelToken())
    assert "does not know this app" in str(refusal(connect(), jwt_of(simulator)))


def test_429_on_the_token_is_one_sentence(connect: Connect, simulator: RunningSimulator) -> None:
    simulator.fault("429", path="/oauth/token", seconds=25)
    error = refusal(connect(), jwt_of(simulator))
    assert isinstance(error, RateLimited) and error.retry_after_s == 25
    assert str(error) == (
        "RingCentral takes no further sign-in from this app just now. Try again in 25 seconds."
    )


def test_a_lost_answer_to_a_sign_in_may_be_repeated(connect: Connect, simulator: RunningSimulator) -> None:
    simulator.fault("answer-lost", path="/oauth/token")
    connection = connect()
    with pytest.raises(NotSent, match="did not answer the sign-in"):
        connection.sign_in(jwt_of(simulator), CancelToken())
    assert connection.sign_in(jwt_of(simulator), CancelToken()).name == "Mara Okafor"


@BOTH
def test_a_refused_refresh_is_mended_with_what_is_kept(
    connect: Connect, simulator: RunningSimulator, credentials_of: Callable[[RunningSimulator], Credentials]
) -> None:
    first = connect()
    account = first.sign_in(credentials_of(simulator), CancelToken())
    simulator.advance(8 * 24 * 3600)  # the refresh token is dead too
    assert first.load_account(CancelToken()) == account
    first.close()
    simulator.advance(8 * 24 * 3600)
    assert connect().resume(CancelToken()) == account


def test_a_changed_password_asks_once_and_keeps_nothing(
    connect: Connect, simulator: RunningSimulator, secrets: Secrets
) -> None:
    connection = connect()
    connection.sign_in(password_of(simulator), CancelToken())
    kept = KeptSignIn(secrets, connection.profile)
    kept.keep_credentials(password_of(simulator, "changed"))
    simulator.advance(8 * 24 * 3600)
    with pytest.raises(SignInNeeded, match="sign in again"):
        connection.load_account(CancelToken())
    assert kept.credentials is None, "a wrong password is not shown twice: it would lock the account"
    before = len(simulator.requests)
    with pytest.raises(SignInNeeded):
        connection.load_account(CancelToken())
    assert len(simulator.requests) == before


def test_no_network_while_mending_forgets_nothing(connect: Connect, simulator: RunningSimulator) -> None:
    connection = connect()
    account = connection.sign_in(jwt_of(simulator), CancelToken())
    simulator.advance(8 * 24 * 3600)
    simulator.fault("status", path="/oauth/token", status=400)
    simulator.fault("answer-lost", path="/oauth/token")
    with pytest.raises(NotSent):
        connection.load_account(CancelToken())
    assert connection.load_account(CancelToken()) == account


def test_the_credentials_of_another_person_are_not_used(
    connect: Connect, simulator: RunningSimulator, secrets: Secrets
) -> None:
    """A fax is only ever sent by the account it was written for."""
    connection = connect()
    connection.sign_in(jwt_of(simulator), CancelToken())
    kept = KeptSignIn(secrets, connection.profile)
    kept.keep_credentials(replace(jwt_of(simulator), jwt=simulator.second_credentials["jwt"]))
    simulator.advance(8 * 24 * 3600)
    with pytest.raises(SignInNeeded):
        connection.load_account(CancelToken())
    assert not connection.is_signed_in and kept.credentials is None


def test_the_person_another_program_signed_in_is_not_taken_for_this_one(
    connect: Connect, simulator: RunningSimulator
) -> None:
    first, other = connect(), connect()
    first.sign_in(jwt_of(simulator), CancelToken())
    second = replace(jwt_of(simulator), jwt=simulator.second_credentials["jwt"])
    other.sign_in(second, CancelToken())
    simulator.advance(8 * 24 * 3600)
    with pytest.raises(SignInNeeded):
        first.load_account(CancelToken())
    assert other.load_account(CancelToken()).name == "Owen Pryce"


def test_what_another_program_has_renewed_is_taken_over(
    connect: Connect, simulator: RunningSimulator, secrets: Secrets
) -> None:
    simulator.sign_in_rules(repeats_refresh=False)
    first, second = connect(), connect()
    account = first.sign_in(jwt_of(simulator), CancelToken())
    KeptSignIn(secrets, first.profile).forget()
    assert second.resume(CancelToken()) == account
    simulator.advance(3601)
    assert first.load_account(CancelToken()) == account
    assert second.load_account(CancelToken()) == account
    assert simulator.refreshes == 1


def test_signing_out_revokes_and_wipes(
    connect: Connect, simulator: RunningSimulator, secrets: Secrets
) -> None:
    connection = connect()
    connection.sign_in(password_of(simulator), CancelToken())
    other = connect()
    assert other.resume(CancelToken()) is not None
    connection.sign_out(CancelToken())
    assert secrets._memory == {}
    with pytest.raises(SignInNeeded):
        other.load_account(CancelToken())
    assert connect().resume(CancelToken()) is None


def test_signing_out_without_a_network_wipes_too(
    connect: Connect, simulator: RunningSimulator, secrets: Secrets
) -> None:
    connection = connect()
    connection.sign_in(jwt_of(simulator), CancelToken())
    simulator.fault("cut-before", path="/oauth/revoke")
    connection.sign_out(CancelToken())
    assert secrets._memory == {}


def test_the_sign_in_of_earlier_versions_goes_on(connect: Connect, simulator: RunningSimulator) -> None:
    """Its keys are those of a profile without an id, which the migrated profile has as its id."""
    old = connect()
    account = old.sign_in(jwt_of(simulator), CancelToken())
    name = f"{simulator.base_url} {simulator.client_id}"
    assert json.loads(old._secrets.load(f"tokens {name}") or "")["owner_id"] == account.owner_id
    kept = json.loads(old._secrets.load(f"tokens {name}") or "")
    del kept["server"]
    old._secrets.save(f"tokens {name}", json.dumps(kept))
    old._secrets.save(f"client-secret {name}", simulator.client_secret)
    assert KeptSignIn(old._secrets, old.profile).client_secret == simulator.client_secret
    assert connect(id=name).resume(CancelToken()) == account


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "null",
        "[" * 100_000,
        '{"a":' * 100_000,
        "9" * 5_000,
        {"access_token": 5},
        {"expires_at": "soon"},
        {"expires_at": "2026-11-22T10:00:00"},
        {"owner_id": None},
    ],
)
def test_what_is_kept_and_makes_no_sense_is_as_if_it_were_not_there(
    secrets: Secrets, odd: str | dict[str, object]
) -> None:
    profile = ServerProfile(name="t", base_url="https://a.example", client_id="app")
    kept = KeptSignIn(secrets, profile)
    at = datetime(2026, 11, 22, 10, tzinfo=UTC)
    tokens = Tokens(
        access_token="a", refresh_token="r", expires_at=at, refresh_expires_at=at, owner_id="1", scope="x"
    )
    kept.save(tokens)
    assert kept.load() == tokens
    whole = json.loads(secrets.load(f"tokens {profile.key}") or "")
    secrets.save(f"tokens {profile.key}", odd if isinstance(odd, str) else json.dumps({**whole, **odd}))
    secrets.save(f"credentials {profile.key}", odd if isinstance(odd, str) else json.dumps(odd))
    assert kept.load() is None and kept.credentials is None and kept.grant() is None


def test_two_profiles_of_one_server_are_two_people(connect: Connect, simulator: RunningSimulator) -> None:
    mara, owen = connect(id="mara"), connect(id="owen")
    second = replace(jwt_of(simulator), jwt=simulator.second_credentials["jwt"])
    assert mara.sign_in(jwt_of(simulator), CancelToken()).name == "Mara Okafor"
    assert owen.sign_in(second, CancelToken()).name == "Owen Pryce"
    mara.sign_out(CancelToken())
    again = connect(id="owen").resume(CancelToken())
    assert again is not None and again.name == "Owen Pryce"
    assert connect(id="mara").resume(CancelToken()) is None


def test_what_the_app_may_not_do_is_known_before(connect: Connect, simulator: RunningSimulator) -> None:
    simulator.sign_in_rules(missing_scopes=["Faxes", "ReadCallLog", "EditPresence"])
    connection = connect()
    account = connection.sign_in(jwt_of(simulator), CancelToken())
    assert {lack.capability for lack in account.lacks} == {
        Capability.FAX_SEND,
        Capability.FAX_RESEND,
        Capability.CALL_LOG,
        Capability.PRESENCE_CHANGE,
    }
    assert account.can(Capability.CALL) and not account.can(Capability.FAX_SEND)
    assert "needs the permission Faxes" in account.why_not(Capability.FAX_SEND)
    with pytest.raises(NotAllowed):
        connection.session.request("GET", f"{ME}/call-log", group="Heavy", token=CancelToken())


def test_what_the_user_may_not_do_is_known_before(connect: Connect, simulator: RunningSimulator) -> None:
    simulator.sign_in_rules(missing_features=["RingOut", "FaxReceiving"])
    connection = connect()
    account = connection.sign_in(jwt_of(simulator), CancelToken())
    assert {lack.capability for lack in account.lacks} == {Capability.CALL, Capability.FAX_RECEIVE}
    assert "Ask the account's administrator" in account.why_not(Capability.CALL)
    with pytest.raises(NotAllowed):
        connection.session.request("POST", f"{ME}/ring-out", group="Heavy", token=CancelToken(), json={})
    simulator.sign_in_rules(missing_features=[])
    assert connection.load_account(CancelToken()).lacks == ()


def test_the_older_service_behind_the_same_door(connect: Connect, simulator: RunningSimulator) -> None:
    connection = connect(kind=ServerKind.LEGACY, client_id="")
    assert connection.resume(CancelToken()) is None
    with pytest.raises(SignInNeeded):
        connection.sign_in(password_of(simulator, "wrong"), CancelToken())
    account = connection.sign_in(password_of(simulator), CancelToken())
    assert connection.profile.grant is GrantKind.PASSWORD and connection.owner_id == account.owner_id
    assert account.ringable and not account.can(Capability.FAX_READ)
    assert not connection.phone.can_say_result and not connection.fax.can_follow
    with pytest.raises(NotAllowed, match="older service"):
        session_of(connection)
    again = connect(kind=ServerKind.LEGACY, client_id="")
    assert again.resume(CancelToken()) == account
    again.sign_out(CancelToken())
    assert connect(kind=ServerKind.LEGACY, client_id="").resume(CancelToken()) is None


def test_a_sign_in_given_up_at_its_very_end_changes_nothing(
    connect: Connect, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect()
    mine = connection.sign_in(jwt_of(simulator), CancelToken())
    token, read = CancelToken(), connection_module._account_of

    def read_and_given_up(session: ApiSession, its_token: CancelToken) -> Account:
        account = read(session, its_token)
        token.cancel()
        return account

    monkeypatch.setattr(connection_module, "_account_of", read_and_given_up)
    other = replace(jwt_of(simulator), jwt=simulator.second_credentials["jwt"])
    with pytest.raises(Cancelled):
        connection.sign_in(other, token)
    assert connection.owner_id == mine.owner_id
    assert connect().owner_id == mine.owner_id, "also after the next start"
    assert simulator.requests[-1].path.endswith("/oauth/revoke"), "the service was told"


@pytest.mark.parametrize("kind", ServerKind)
def test_a_profile_that_is_moved_to_another_server_takes_no_secret_there(
    simulator: RunningSimulator, secrets: Secrets, kind: ServerKind
) -> None:
    profile = ServerProfile(
        name="t", base_url=simulator.base_url, client_id=simulator.client_id, id="one", kind=kind
    )
    connection = Connection(profile, secrets)
    account = connection.sign_in(password_of(simulator), CancelToken())
    connection.close()
    moved = Connection(replace(profile, base_url="https://elsewhere.example"), secrets)
    kept = KeptSignIn(secrets, moved.profile)
    assert not moved.is_signed_in and moved.owner_id == "" and moved.session.tokens is None
    assert kept.client_secret == "" and kept.credentials is None
    moved.close()
    back = Connection(profile, secrets)
    assert back.owner_id == account.owner_id, "and moved back it goes on"
    back.close()


def test_a_service_that_does_not_name_the_owner_of_the_tokens(
    connect: Connect, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fax goes out from its own account only, so there must be a name to compare."""

    def nameless(body: dict[str, Any], now: datetime) -> Tokens | None:
        return read_tokens({**body, "owner_id": ""}, now)

    monkeypatch.setattr(auth, "read_tokens", nameless)
    connection = connect()
    account = connection.sign_in(jwt_of(simulator), CancelToken())
    assert account.owner_id and connection.owner_id == account.owner_id
    assert connect().owner_id == account.owner_id, "also at the next start"


def test_a_sign_in_with_another_app_that_is_refused_leaves_the_former_one(
    connect: Connect, simulator: RunningSimulator
) -> None:
    connection = connect()
    account = connection.sign_in(jwt_of(simulator), CancelToken())
    with pytest.raises(SignInNeeded):
        connection.sign_in(replace(jwt_of(simulator), client_id="another"), CancelToken())
    assert connection.profile.client_id == simulator.client_id and connection.is_signed_in
    assert connection.load_account(CancelToken()) == account
    other = connect(client_id="another")
    assert other.sign_in(jwt_of(simulator), CancelToken()) == account
    assert other.profile.client_id == simulator.client_id and other.is_signed_in


def test_the_profile_tells_whether_the_secret_of_the_app_is_kept(
    simulator: RunningSimulator, connect: Connect
) -> None:
    """Told by what is really kept, whatever an earlier version or another program has left in the profile."""
    connection = connect()
    assert now(connection.profile.app_secret) is AppSecret.NONE, "nothing is known yet"
    connection.sign_in(jwt_of(simulator), CancelToken())
    assert now(connection.profile.app_secret) is AppSecret.KEPT
    connection.session.sign_out(CancelToken())
    for known in AppSecret:
        assert connect(app_secret=known).profile.app_secret is AppSecret.KEPT, "only the tokens are gone"
    connection.sign_out(CancelToken())
    assert connection.profile.app_secret is AppSecret.MISSING
    assert connect(app_secret=AppSecret.KEPT).profile.app_secret is AppSecret.MISSING, "wiped elsewhere"
    assert connect().profile.app_secret is AppSecret.NONE
