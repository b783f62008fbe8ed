"""The doors of the simulator: one module for each resource, served because it lies here."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from rcdesk.simulator.visit import Route

_NO_REST = frozenset({"control", "legacy"})
"""The paths under /simulator/, and the old pages."""


def rest_routes() -> tuple[Route, ...]:
    """ROUTES of every other module here: the operations of the REST service that the simulator implements."""
    names = sorted({module.name for module in iter_modules(__path__)} - _NO_REST)
    return tuple(route for name in names for route in import_module(f"{__name__}.{name}").ROUTES)
