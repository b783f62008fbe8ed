"""Pages come from the media host beside the API, with the token; as at RingCentral."""

from __future__ import annotations

from rcdesk.api.rest import message_store
from rcdesk.core.account.account import Credentials, ServerProfile
from rcdesk.core.cancel import CancelToken
from rcdesk.services.account.connection import Connection
from rcdesk.simulator import RunningSimulator
from rcdesk.store.account.secrets import Secrets

TOKEN = CancelToken()


def test_pages_come_from_the_media_host(simulator: RunningSimulator) -> None:
    base_url = simulator.base_url.replace("127.0.0.1", "platform.localhost")
    profile = ServerProfile(name="Test", base_url=base_url, client_id=simulator.client_id)
    connection = Connection(profile, Secrets(use_keyring=False))
    credentials = Credentials(
        client_id=simulator.client_id, client_secret=simulator.client_secret, jwt=simulator.jwt
    )
    connection.sign_in_jwt(credentials, TOKEN)
    message_id = str(simulator.inbound_fax())
    pages = message_store.get(connection.session, message_id, TOKEN).pages
    assert pages is not None and pages.uri.startswith("http://media.localhost:")
    content = bytearray()
    message_store.content(connection.session, pages, content.extend, TOKEN)
    connection.close()
    assert content.startswith(b"%PDF")
