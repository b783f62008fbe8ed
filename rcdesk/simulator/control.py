"""What a test or a person can order the simulator to do besides what the service does: faxes, calls, texts
and voicemails that come in, calls that are recorded, sync tokens that are forgotten, the state of everything.

Lives on the simulator's event loop thread. Read next: `routes/control` (the HTTP side), `running` (for tests
in Python).
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.calls.inbound import OUTCOMES
from rcdesk.simulator.calls.recordings import RECORDING_KINDS
from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.mail.sound import mp3_sound, wav_sound
from rcdesk.simulator.mail.texts import StoredText
from rcdesk.simulator.mail.voicemail import TRANSCRIPTS, StoredVoicemail
from rcdesk.simulator.messages import StoredDocument, StoredFile, StoredMessage
from rcdesk.simulator.recording import SentText, StoredFax, sent_text, stored_fax
from rcdesk.simulator.refusal import bad_parameter
from rcdesk.simulator.server import SimulatorServer


def text_documents(spool: Path, texts: Sequence[str]) -> tuple[StoredDocument, ...]:
    """One text file in the spool for each page."""
    documents = []
    for text in texts:
        path = spool / f"inbound-{secrets.token_hex(8)}.txt"
        path.write_text(text, encoding="utf-8")
        size_bytes = path.stat().st_size
        documents.append(StoredDocument(path=path, name=path.name, media_type="txt", size_bytes=size_bytes))
    return tuple(documents)


def receive_fax(server: SimulatorServer, order: dict[str, Any]) -> StoredMessage:
    """An inbound fax of `{to?, from?, pages?, text?}`; to a number of either account."""
    world = server.world
    to_number = str(order.get("to") or world.subscribers[0].fax_number)
    owner = _owner_of(server, to_number)
    pages = order.get("pages", 1)
    if not isinstance(pages, int) or not 1 <= pages <= 200:
        raise bad_parameter("pages", pages)
    text = str(order.get("text") or "A fax received by the simulator.")
    texts = [f"{text}\n\nPage {number} of {pages}\n" for number in range(1, pages + 1)]
    message = world.faxes.receive(
        owner,
        from_number=str(order.get("from") or "+16505550142"),
        to_number=to_number,
        documents=text_documents(server.spool, texts),
    )
    server.renderer.begin(message)
    return message


def _owner_of(server: SimulatorServer, number: str) -> Subscriber:
    """Whose number this is; CMN-101 when it is nobody's."""
    people = server.world.subscribers
    owner = next((s for s in people if any(line.number == number for line in s.lines)), None)
    if owner is None:
        raise bad_parameter("to", number)
    return owner


def _picture(colour: str) -> StoredFile:
    """A small picture to send along."""
    from PIL import Image

    out = io.BytesIO()
    try:
        Image.new("RGB", (320, 240), colour).save(out, "PNG")
    except ValueError as exc:
        raise bad_parameter("picture", colour) from exc
    return StoredFile(content=out.getvalue(), media_type="image/png", name="picture.png")


def receive_text(
    server: SimulatorServer, order: dict[str, Any], files: Sequence[StoredFile] = ()
) -> StoredText:
    """An inbound text of `{to?, from?, text?, picture?, others?}`; picture is a colour, others a group."""
    world = server.world
    texting = next(line.number for line in world.subscribers[0].lines if "SmsSender" in line.features)
    to_number = str(order.get("to") or texting)
    pictures = [_picture(str(order["picture"]))] if order.get("picture") else []
    others = order.get("others") or []
    if not isinstance(others, list | tuple):
        raise bad_parameter("others", others)
    return world.texts.receive(
        _owner_of(server, to_number),
        sender=str(order.get("from") or "+16505550143"),
        to_number=to_number,
        text=str(order.get("text") or ""),
        files=[*files, *pictures],
        others=[str(number) for number in others],
    )


def receive_voicemail(server: SimulatorServer, order: dict[str, Any]) -> StoredVoicemail:
    """A voicemail of `{to?, from?, seconds?, transcript?, after_s?, status?, private?, sound?, name?}`.

    sound: wav or mp3; after_s: when the transcript comes, with that status (Completed).
    """
    world = server.world
    owner = _owner_of(server, str(order.get("to") or world.subscribers[0].main_number))
    seconds = seconds_of(order, "seconds") or 12.0
    status = order.get("status") or "Completed"
    if status not in TRANSCRIPTS:
        raise bad_parameter("status", status)
    is_mp3 = order.get("sound") == "mp3"
    content = mp3_sound(seconds) if is_mp3 else wav_sound(seconds, world.messages.next_id())
    sound = StoredFile(
        content=content,
        media_type="audio/mpeg" if is_mp3 else "audio/wav",
        name=f"voicemail.{'mp3' if is_mp3 else 'wav'}",
    )
    return world.voicemail(
        owner,
        str(order.get("from") or ""),
        sound,
        round(seconds),
        name=str(order.get("name") or ""),
        transcript=str(order.get("transcript") or ""),
        transcript_status=status,
        after_s=seconds_of(order, "after_s"),
        is_private=order.get("private") is True,
        age_s=seconds_of(order, "age_s"),
        record_id=str(order.get("record_id") or ""),
    )


def record_call(server: SimulatorServer, order: dict[str, Any]) -> str:
    """A recording of `{id?, kind?, ready_after_s?, sound?, seconds?}` on a call of the first user's log.

    id: the call's telephonySessionId or its record's, the latest call when it is not given. Returns the
    recording's id; CMN-101 when there is no such call.
    """
    kind = order.get("kind") or "OnDemand"
    if kind not in RECORDING_KINDS:
        raise bad_parameter("kind", kind)
    server.world.clock.settle()
    recording = server.world.record_call(
        server.world.subscribers[0],
        str(order.get("id") or ""),
        kind=kind,
        ready_after_s=seconds_of(order, "ready_after_s"),
        is_mp3=order.get("sound") == "mp3",
        length_s=seconds_of(order, "seconds") or None,
    )
    if recording is None:
        raise bad_parameter("id", order.get("id") or "")
    return recording.id


def stored_texts(server: SimulatorServer) -> list[SentText]:
    """Every text that went out, oldest first."""
    server.world.clock.settle()
    return [
        sent_text(m)
        for m in server.world.messages.all()
        if isinstance(m, StoredText) and m.direction == "Outbound"
    ]


def drop_sockets(server: SimulatorServer, order: dict[str, Any]) -> int:
    """Lose the event sockets of `{how?}` (see events/sockets, DROPS); how many there were."""
    return server.sockets.drop(str(order.get("how") or "abort"))


def colleague_presence(server: SimulatorServer, order: dict[str, Any]) -> None:
    """A colleague's presence of `{extension?, telephonyStatus?, presenceStatus?}`, told to administrators."""
    words: dict[str, Any] = {
        name: str(order[name])
        for name in ("telephonyStatus", "presenceStatus", "userStatus", "dndStatus")
        if name in order
    }
    server.events.colleague(str(order.get("extension") or "400131427101"), words)


def forget_sync_tokens(server: SimulatorServer) -> None:
    """Every sync token given so far is void, of messages and of calls."""
    server.world.messages.forget_tokens()
    server.world.log.forget_tokens()


def seconds_of(order: dict[str, Any], name: str) -> float:
    """A length of time in an order, 0 when it is not there; CMN-101 when it is none."""
    value = order.get(name) or 0
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise bad_parameter(name, value)
    return float(value)


def receive_call(server: SimulatorServer, order: dict[str, Any]) -> str:
    """An inbound call of `{from?, to?, outcome?, talk_s?, rings_s?, name?, queue?}`; its telephonySessionId.

    "" when the queue (its id or extension) does not offer the call to the user.
    """
    world = server.world
    world.clock.settle()
    owner = _owner_of(server, str(order.get("to") or world.subscribers[0].main_number))
    outcome = order.get("outcome") or "missed"
    if outcome not in OUTCOMES:
        raise bad_parameter("outcome", outcome)
    wanted = str(order.get("queue") or "")
    queue = next((q for q in world.presence.queues(owner) if wanted in (q.id, q.extension)), None)
    if wanted and queue is None:
        raise bad_parameter("queue", wanted)
    call = world.inbound_call(
        owner,
        str(order.get("from") or ""),
        outcome=outcome,
        talk_s=seconds_of(order, "talk_s"),
        rings_s=seconds_of(order, "rings_s"),
        name=str(order.get("name") or ""),
        queue=queue,
    )
    return call.id if call else ""


def state_json(server: SimulatorServer) -> dict[str, Any]:
    """What `GET /simulator/state` says."""
    world = server.world
    world.clock.settle()
    people = [
        {
            "name": s.name,
            "company": s.company,
            "username": s.username,
            "extension": s.extension,
            "password": s.password,
            "jwt": s.jwt,
            "country": s.country.iso_code,
        }
        for s in world.subscribers
    ]
    return {
        "now": wire_time(world.clock.now()),
        "clock": "manual" if world.clock.is_manual else "real",
        "speed": world.clock.speed,
        "credentials": server.credentials,
        "people": people,
        "calls": [
            {
                "id": c.id,
                "from": c.from_number,
                "to": c.to_number or c.to_extension,
                "phase": c.phase.value,
                **c.status(),
            }
            for c in world.calls.all()
        ],
        "faxes": [m.json(server.base_url) for m in world.messages.faxes()],
        "messages": [m.json(server.base_url) for m in world.messages.all() if m.kind != "Fax"],
        "faults": server.faults.as_json(),
        "storm": server.storm.as_json() if server.storm else None,
        "injected": dict(server.injected),
        "limits": world.limits.limits,
        "requests": len(server.requests),
        "requestsByGroup": dict(world.limits.counts),
        "requestsInPenalty": world.limits.requests_in_penalty,
    }


def order_presence(server: SimulatorServer, order: dict[str, Any]) -> None:
    """What the first user chose in the old user interface, and whether accounts are moved."""
    desk = server.world.presence
    if isinstance(order.get("is_moved"), bool):
        desk.is_moved = order["is_moved"]
    if "dndStatus" in order:
        desk.order(server.world.subscribers[0], str(order["dndStatus"]))


def stored_faxes(server: SimulatorServer) -> list[StoredFax]:
    """Every outbound message, oldest first."""
    server.world.clock.settle()
    return [stored_fax(m) for m in server.world.messages.faxes() if m.direction == "Outbound"]
