"""A file that is another one by the time it is sent: what was looked at is what is sent, or it is said."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import Document, FaxDraft, Recipient
from rcdesk.core.fax.paper import PageRef
from rcdesk.documents.inspect import inspect
from rcdesk.documents.lists.address_list import read_address_list
from rcdesk.services.fax.drafts import check_unchanged
from tests.unit.services.fax_rig import GOOD, Rig


def other_file(path: Path) -> None:
    """An editor saves: a new file under the old name."""
    new = path.with_suffix(".new")
    new.write_text("Pay 9000 dollars to somebody else.")
    os.replace(new, path)


def same_size_and_time(path: Path) -> None:
    """The same inode, length and time, other bytes."""
    was = path.stat()
    path.write_text(path.read_text().replace("100", "900"))
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


def longer(path: Path) -> None:
    """More is written to it."""
    with path.open("a") as file:
        file.write("And one thing more.")


def link_to_another(path: Path) -> None:
    """The name is a link to another file by now."""
    target = path.with_name("target.txt")
    target.write_text("Somebody else's letter.")
    path.unlink()
    path.symlink_to(target)


def look(rig: Rig, path: Path) -> Document:
    (check,) = rig.faxes.check((path,), CancelToken())
    assert check.document is not None, check.problem
    return check.document


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text("Pay 100 dollars to Mara.")
    return path


@pytest.mark.parametrize("change", [other_file, same_size_and_time, longer, link_to_another])
def test_a_file_swapped_after_the_look_is_not_sent(
    rig: Rig, letter: Path, change: Callable[[Path], None]
) -> None:
    document = look(rig, letter)
    change(letter)
    draft = FaxDraft(recipients=(Recipient(number=GOOD),), documents=(document,))
    with pytest.raises(UserError, match=r"letter\.txt was changed after it was added.*Nothing was sent"):
        rig.faxes.queue(draft, rig.account, CancelToken())
    rig.send_all()
    assert rig.stored() == 0


def test_the_same_bytes_in_a_new_file_are_what_was_looked_at(rig: Rig, letter: Path) -> None:
    document = look(rig, letter)
    copy = letter.with_suffix(".copy")
    copy.write_bytes(letter.read_bytes())
    os.replace(copy, letter)
    draft = FaxDraft(recipients=(Recipient(number=GOOD),), documents=(document,))
    rig.faxes.queue(draft, rig.account, CancelToken())
    check_unchanged([document], CancelToken())


def test_a_file_that_is_gone_is_said(rig: Rig, letter: Path) -> None:
    document = look(rig, letter)
    letter.unlink()
    with pytest.raises(UserError, match="not there any more"):
        check_unchanged([document], CancelToken())


def pipe(path: Path) -> None:
    """Opening it waits for somebody who writes."""
    path.unlink()
    os.mkfifo(path)


def endless(path: Path) -> None:
    """Reading it never ends."""
    path.unlink()
    path.symlink_to("/dev/zero")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize("change", [pipe, endless])
def test_a_file_that_is_none_any_more_is_neither_waited_for_nor_sent(
    rig: Rig, letter: Path, change: Callable[[Path], None]
) -> None:
    document = look(rig, letter)
    change(letter)
    draft = FaxDraft(recipients=(Recipient(number=GOOD),), documents=(document,))
    with pytest.raises(UserError, match=r"letter\.txt is not there any more\. Nothing was sent"):
        rig.faxes.queue(draft, rig.account, CancelToken())
    with pytest.raises(UserError, match=r"letter\.txt cannot be read \(this is not a file\)"):
        rig.spool.add(letter, CancelToken())
    with pytest.raises(UserError, match=r"letter\.txt cannot be read \(this is not a file\)"):
        read_address_list(letter)
    rig.send_all()
    assert rig.stored() == 0


def test_a_file_swapped_while_its_pages_are_counted_is_not_taken(letter: Path) -> None:
    def count(ref: PageRef, token: CancelToken | None) -> int:
        other_file(ref.path)
        return 7

    with pytest.raises(UserError, match="was changed"):
        inspect(letter, CancelToken(), count)
