"""The vendor's own Python SDK as a foreign client of the simulator: sign-in, ring-out, fax, message store.

If the SDK is content with what it hears, the simulator speaks the service's language and not only ours.
The SDK keeps no connection and starts no thread; everything here runs on the test's thread, with the
manual clock.
"""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pypdfium2
import pytest

from rcdesk.simulator import RunningSimulator
from tests.patience import PATIENCE_S

ringcentral = pytest.importorskip("ringcentral", reason="needs the vendor's SDK: pip install ringcentral")

pytestmark = [
    pytest.mark.contract,
    pytest.mark.filterwarnings("ignore:username-password login:UserWarning"),
]

EXTENSION = "/restapi/v1.0/account/~/extension/~"


@pytest.fixture
def sdk(simulator: RunningSimulator) -> Any:
    return ringcentral.SDK(simulator.client_id, simulator.client_secret, simulator.base_url)


@pytest.fixture
def platform(sdk: Any, simulator: RunningSimulator) -> Any:
    platform = sdk.platform()
    platform.login(jwt=simulator.jwt)
    return platform


def one_page_pdf() -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(612, 792).close()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def test_jwt_sign_in_refresh_and_sign_out(platform: Any) -> None:
    assert platform.logged_in()
    before = platform.auth().access_token()
    platform.refresh()
    assert platform.auth().access_token() != before
    assert platform.get(EXTENSION).json_dict()["name"] == "Mara Okafor"
    platform.logout()
    assert not platform.logged_in()


def test_password_sign_in(sdk: Any, simulator: RunningSimulator) -> None:
    platform = sdk.platform()
    platform.login(simulator.username, simulator.extension, simulator.password)
    assert platform.logged_in()


def test_wrong_jwt_is_an_api_exception(sdk: Any) -> None:
    from ringcentral.http.api_exception import ApiException

    with pytest.raises(ApiException, match="JWT"):
        sdk.platform().login(jwt="wrong")


def test_numbers_and_ring_out(platform: Any, simulator: RunningSimulator) -> None:
    phones = platform.get(f"{EXTENSION}/forwarding-number").json_dict()["records"]
    first = next(p for p in phones if "CallForwarding" in p["features"])
    body = {
        "from": {"phoneNumber": first["phoneNumber"]},
        "to": {"phoneNumber": "+16505550200"},
        "playPrompt": False,
    }
    call = platform.post(f"{EXTENSION}/ring-out", body).json_dict()
    assert call["status"]["callStatus"] == "InProgress"
    simulator.advance(8)
    assert platform.get(call["uri"]).json().status.calleeStatus == "Success"
    second = platform.post(f"{EXTENSION}/ring-out", body).json_dict()
    assert platform.delete(second["uri"]).response().status_code == 204
    assert platform.get(second["uri"]).json_dict()["status"]["callStatus"] == "CannotReach"


@pytest.mark.parametrize("is_mixed", [True, False], ids=["multipart/mixed", "multipart/form-data"])
def test_fax_and_message_store(sdk: Any, platform: Any, simulator: RunningSimulator, is_mixed: bool) -> None:
    builder = sdk.create_multipart_builder()
    builder.set_multipart_mixed(is_mixed)
    builder.set_body(
        {
            "to": [{"phoneNumber": "+16505554000", "name": "Records"}],
            "faxResolution": "High",
            "coverIndex": 7,
            "coverPageText": "From the vendor's SDK",
        }
    )
    builder.add(("note.txt", "Two lines\nof text", "text/plain"))
    builder.add(("form.pdf", one_page_pdf(), "application/pdf"))
    fax = platform.send_request(builder.request(f"{EXTENSION}/fax")).json_dict()
    assert (fax["messageStatus"], fax["coverPageText"]) == ("Queued", "From the vendor's SDK")
    simulator.advance(7)
    query = {"messageType": "Fax", "direction": "Outbound"}
    [record] = platform.get(f"{EXTENSION}/message-store", query).json_dict()["records"]
    assert (record["id"], record["messageStatus"], record["faxPageCount"]) == (fax["id"], "Sent", 3)
    content = platform.get(record["attachments"][0]["uri"]).response().content
    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 3
    platform.delete(f"{EXTENSION}/message-store/{fax['id']}")
    assert platform.get(f"{EXTENSION}/message-store").json_dict()["records"] == []


def test_an_error_reaches_the_sdk_with_its_message(platform: Any) -> None:
    from ringcentral.http.api_exception import ApiException

    with pytest.raises(ApiException) as refused:
        platform.post(f"{EXTENSION}/ring-out", {"from": {"phoneNumber": "x"}, "to": {"phoneNumber": "y"}})
    assert refused.value.api_response().response().status_code == 400


async def heard_over_a_socket(sdk: Any, simulator: RunningSimulator) -> list[Any]:
    """Subscribe with the vendor's client, let something happen, change and end the subscription."""
    from ringcentral.websocket.events import WebSocketEvents

    client = sdk.create_web_socket_client()
    heard: asyncio.Queue[Any] = asyncio.Queue()
    ready, made = asyncio.Event(), asyncio.Queue[Any]()
    client.on(WebSocketEvents.connectionCreated, lambda _: ready.set())
    client.on(WebSocketEvents.subscriptionCreated, made.put_nowait)
    client.on(WebSocketEvents.receiveSubscriptionNotification, heard.put_nowait)
    connection = asyncio.create_task(client.create_new_connection())
    await asyncio.wait_for(ready.wait(), PATIENCE_S)
    await client.create_subscription([f"{EXTENSION}/message-store"])
    subscription = await asyncio.wait_for(made.get(), PATIENCE_S)
    await asyncio.to_thread(simulator.inbound_text, "Hello")
    found = [await asyncio.wait_for(heard.get(), PATIENCE_S)]
    await client.update_subscription(subscription, [f"{EXTENSION}/message-store/instant?type=SMS"])
    await asyncio.wait_for(made.get(), PATIENCE_S)
    await asyncio.to_thread(simulator.inbound_text, "Again")
    found.append(await asyncio.wait_for(heard.get(), PATIENCE_S))
    await client.remove_subscription(subscription)
    await client.close_connection()
    connection.cancel()
    await asyncio.wait([connection])
    return found


def test_news_over_a_socket(sdk: Any, platform: Any, simulator: RunningSimulator) -> None:
    counted, whole = asyncio.run(heard_over_a_socket(sdk, simulator))
    assert counted[1]["body"]["changes"][0]["newCount"] == 1
    assert counted[1]["event"].endswith("/extension/400131427008/message-store")
    assert (whole[1]["body"]["subject"], whole[1]["body"]["eventType"]) == ("Again", "Create")


def test_a_text(platform: Any, simulator: RunningSimulator) -> None:
    body = {
        "from": {"phoneNumber": "+16505550190"},
        "to": [{"phoneNumber": "+16505553000"}],
        "text": "Hello",
    }
    sent = platform.post(f"{EXTENSION}/sms", body).json_dict()
    simulator.advance(10)
    assert platform.get(f"{EXTENSION}/message-store/{sent['id']}").json_dict()["messageStatus"] == "Delivered"


def test_a_text_with_a_file(sdk: Any, platform: Any, simulator: RunningSimulator) -> None:
    builder = sdk.create_multipart_builder()
    builder.set_body({"from": {"phoneNumber": "+16505550190"}, "to": [{"phoneNumber": "+16505553000"}]})
    builder.add(("note.txt", "Hello", "text/plain"))
    sent = platform.send_request(builder.request(f"{EXTENSION}/mms")).json_dict()
    assert [item["type"] for item in sent["attachments"]] == ["MmsAttachment"]
