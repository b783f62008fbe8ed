"""What the sender chose about a fax stays with it on disk and between starts, whatever the choices are."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from msgspec.structs import replace

from rcdesk.core.fax.fax import FaxDraft, FaxOptions, Recipient
from rcdesk.core.fax.kept_draft import KeptDraft
from rcdesk.core.orders.asked_fax import AskedFax, asked_fax_json, read_asked_fax
from rcdesk.core.service import FaxContents
from rcdesk.store.fax.drafts import from_json, to_json
from rcdesk.store.fax.outbox import Outbox

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
TO = Recipient(number="+16505550110")


def _another(name: str) -> FaxOptions:
    """The usual choices but for this one."""
    usual = getattr(FaxOptions(), name)
    kind = get_type_hints(FaxOptions)[name]
    value: Any
    if isinstance(usual, Enum):
        value = next(one for one in type(usual) if one is not usual)
    elif isinstance(usual, bool):
        value = not usual
    elif isinstance(usual, int) or kind == int | None:
        value = 7
    else:
        value = "Grüße, 12"
    return replace(FaxOptions(), **{name: value})


EACH = [_another(name) for name in FaxOptions.__struct_fields__]


@pytest.mark.parametrize("options", [*EACH, FaxOptions(cover_index=None)], ids=str)
def test_each_choice_is_kept_in_the_outbox_in_a_draft_and_in_an_order(
    tmp_path: Path, options: FaxOptions
) -> None:
    draft = FaxDraft(recipients=(TO,), documents=()).with_options(options)
    with closing(Outbox(tmp_path / "rcdesk.sqlite3")) as outbox:
        (job,) = outbox.add(draft, (), "1", "", NOW)
        assert job.options == outbox.get(job.id).options == options
    kept = KeptDraft(key="k").with_options(options)
    assert from_json(to_json(kept)) == kept and kept.options == options
    asked = AskedFax(draft=draft)
    assert read_asked_fax(json.loads(asked_fax_json(asked))) == asked and asked.draft.options == options


def test_taking_over_choices_changes_nothing_else() -> None:
    contents = FaxContents(recipients=(TO,), mark="m", text="t")
    for options in EACH:
        taken = contents.with_options(options)
        assert taken.options == options and taken.with_options(contents) == contents
