"""A keyring for the benchmarks that outlives a program: one JSON file. Never for real secrets."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class FileRing(KeyringBackend):
    """Keeps its entries in the file that RCDESK_BENCHMARK_RING names."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        """What is kept."""
        return self._read().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        self._write({**self._read(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        """Keep it no longer."""
        self._write({key: value for key, value in self._read().items() if key != f"{service} {username}"})

    @property
    def _path(self) -> Path:
        return Path(os.environ["RCDESK_BENCHMARK_RING"])

    def _read(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self._path.read_text("utf-8")) if self._path.exists() else {}
        return found

    def _write(self, entries: dict[str, str]) -> None:
        self._path.write_text(json.dumps(entries), encoding="utf-8")
