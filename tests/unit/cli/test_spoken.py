"""What commands print is one line of plain letters, whoever named the thing they speak of."""

from __future__ import annotations

import ast
import io
import sys
from pathlib import Path

import pytest

import rcdesk.cli
from rcdesk.cli.account import AccountCommand, AccountWord
from rcdesk.cli.account_output import AccountTeller
from rcdesk.cli.call import Command
from rcdesk.cli.call_arguments import LineParser
from rcdesk.cli.fax_output import FaxTeller
from rcdesk.cli.output import Teller
from rcdesk.cli.spoken import plain, say
from rcdesk.core.orders.order import NumbersOrder

HOSTILE = (
    "\x1b[2J\x1b]0;title\x07",
    "\x9b31mred",
    "\x1bPq\x1b\\",
    "one\nrcdesk fax: Sent",
    "one\rtwo\x08\x08\x7f",
    "\u202egnp.exe\u2066",
    "\u2028two",
    "\udc1b[31m\udcff",
    "\ud800",
    "\ue000\U000e0041",
)


def _is_plain(line: str) -> bool:
    odd = [c for c in line if not (c.isprintable() or c in " \xa0\u200c\u200d")]
    return odd == []


@pytest.mark.parametrize("name", HOSTILE)
def test_no_foreign_name_reaches_the_terminal_as_a_command(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fax = FaxTeller(is_json=False, is_terminal=False)
    recipient = {
        "id": 1,
        "number": "+16505550110",
        "name": name,
        "state": "failed",
        "detail": name,
        "error_code": "",
        "message_id": "",
        "pages": None,
    }
    fax.tell({"fax": {"recipients": [recipient]}, "note": name, "error": name, "status": 1})
    numbers = Teller(Command(order=NumbersOrder()))
    phone = {"label": name, "number": name, "is_usual": True}
    numbers.tell({"ring": [phone], "show": [phone], "error": name, "status": 0})
    account = AccountTeller(AccountCommand(word=AccountWord.LOGOUT))
    account.tell({"signed_out": name, "note": name, "error": name, "status": 0})
    with pytest.raises(SystemExit):
        LineParser(prog="rcdesk").error(f"unrecognized arguments: {name}")
    told = capsys.readouterr()
    lines = told.out.split("\n")[:-1] + told.err.split("\n")[:-1]
    assert len(lines) == 2 + 1 + 4 + 1 + 2 + 1 + 1
    assert all(map(_is_plain, lines)), lines


@pytest.mark.parametrize("name", ["Müller & Söhne", "می‌خواهم", "株式会社", "Anne\xa0B.", "👩‍⚕️ Praxis"])
def test_the_names_of_people_stay_as_they_are(name: str) -> None:
    assert plain(name) == name


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_that_knows_few_letters_gets_a_line_all_the_same(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    say("Ringing 株式会社 — pick up")
    assert raw.getvalue().decode(encoding).startswith("Ringing ???? ")


def test_commands_print_for_people_in_one_place_only() -> None:
    """Elsewhere only JSON, which escapes by itself, and the clearing of a line."""
    folder = Path(rcdesk.cli.__file__).parent
    found: list[str] = []
    for path in folder.glob("*.py"):
        if path.name == "spoken.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                what = ast.unparse(node.args[0]) if node.args else ""
                if not what.startswith(("json.dumps(", "_CLEAR", "f'{_CLEAR}{_sending(")):
                    found.append(f"{path.name}: {what}")
    assert found == []
