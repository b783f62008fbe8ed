"""The fixture of the fax services' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.unit.services.fax_rig import Rig, signed_in

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator


@pytest.fixture
def rig(simulator: RunningSimulator, tmp_path: Path) -> Iterator[Rig]:
    """Signed in, with an empty archive; time stands still."""
    with signed_in(simulator, tmp_path) as desk:
        yield desk
