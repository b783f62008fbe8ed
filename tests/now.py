"""What something is at this moment: for a value that a test looks at, makes change, and looks at again.

mypy takes `assert page.is_busy` for true until `page` itself is another, whatever is called meanwhile, and
calls what follows `assert not page.is_busy` unreachable: it would go unchecked. The first look goes through
here.
"""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def now(value: T) -> T:
    """The value, of which mypy keeps nothing in mind."""
    return value
