"""The lamps: what is painted for each leg, and that they move only while something rings."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from rcdesk.core.calls.call import Leg
from rcdesk.ui.kit.theme import apply, current
from rcdesk.ui.phone.lamp import LampPair
from tests.now import now
from tests.patient_bot import QtBot


@pytest.fixture
def lamps(qtbot: QtBot, qapp: QApplication) -> LampPair:
    apply(qapp, "light")
    pair = LampPair()
    qtbot.addWidget(pair)
    pair.resize(400, pair.sizeHint().height())
    with qtbot.waitExposed(pair):
        pair.show()
    return pair


def fill_of_yours(lamps: LampPair) -> QColor:
    """The colour inside the left lamp, beside its icon."""
    return lamps.grab().toImage().pixelColor(100 - 18, lamps.height() // 2)


@pytest.mark.parametrize(
    ("leg", "token"),
    [
        (Leg.WAITING, "well"),
        (Leg.RINGING, "wait_tint"),
        (Leg.ANSWERED, "good"),
        (Leg.BUSY, "bad_tint"),
        (Leg.UNREACHABLE, "bad_tint"),
        (Leg.HUNG_UP, "well"),
    ],
)
def test_a_leg_has_its_colour(lamps: LampPair, leg: Leg, token: str) -> None:
    lamps.set_legs(leg, Leg.WAITING, "deskphone", is_over=False)
    assert fill_of_yours(lamps).name() == QColor(getattr(current(), token)).name()


def test_only_a_ringing_lamp_moves(lamps: LampPair) -> None:
    lamps.set_legs(Leg.ANSWERED, Leg.RINGING, "mobile", is_over=False)
    assert now(lamps.is_breathing)
    lamps.set_legs(Leg.ANSWERED, Leg.RINGING, "mobile", is_over=True)
    assert not now(lamps.is_breathing)
    lamps.set_legs(Leg.RINGING, Leg.WAITING, "mobile", is_over=False)
    assert now(lamps.is_breathing)
    lamps.hide()
    assert not now(lamps.is_breathing)
