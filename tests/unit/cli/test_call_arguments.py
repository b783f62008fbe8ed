"""The arguments of `rcdesk call`, `status`, `cancel` and `numbers`: understood, refused, explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcdesk.cli.call import Command
from rcdesk.cli.call_arguments import parse_command
from rcdesk.cli.main import main
from rcdesk.core.orders.order import CallOrder, CancelOrder, NumbersOrder, StatusOrder


def test_everything_a_call_can_be_told() -> None:
    given = ["650", "555", "0142", "--from", "mob", "--show-as", "2", "--no-prompt", "--wait", "--json"]
    assert parse_command("call", [*given, "--demo", "--sign-in", "f"]) == Command(
        order=CallOrder(
            number="650 555 0142", ring_me_on="mob", show_as="2", ask_to_press_1=False, is_wait=True
        ),
        is_json=True,
        demo=True,
        sign_in=Path("f"),
    )
    assert parse_command("call", ["tel:+1650", "--prompt"]).order == CallOrder(
        number="+1650", ask_to_press_1=True
    )
    assert parse_command("cancel", []).order == CancelOrder()
    assert parse_command("cancel", ["ab"]).order == CancelOrder(call_id="ab")
    assert parse_command("status", []).order == StatusOrder()
    assert parse_command("numbers", []).order == NumbersOrder()


@pytest.mark.parametrize(
    "given", [["call"], ["call", "1", "--prompt", "--no-prompt"], ["status", "x"], ["cancel", "1", "2"]]
)
def test_arguments_that_make_no_sense(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(given)
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert said.startswith(f"rcdesk {given[0]}: ") and said.count("\n") == 1


@pytest.mark.parametrize("word", ["call", "status", "cancel", "numbers"])
def test_help_tells_every_status(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([word, "--help"])
    said = capsys.readouterr().out
    assert stopped.value.code == 0
    assert all(f"\n{status:>4}  " in said for status in (0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 130))
