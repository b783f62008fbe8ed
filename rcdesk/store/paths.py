"""Where everything lies on this machine.

The folders follow the platform's rules (XDG on Linux). Tests and the demo use a root of their own, so that
they never touch a person's archive. Pure values plus one method that makes the folders; any thread.
Read next: database.py, spool.py.
"""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from rcdesk.core.errors import StoreUnavailable
from rcdesk.store.json_file import note

APP_NAME = "rcdesk"


class Paths(Struct, frozen=True, kw_only=True):
    """The places rcdesk writes to; nothing exists until create().

    archive_dir holds the pages of received faxes, sounds_dir voicemails and recordings, texts_dir the files
    of texts, proof_dir the proof packs unless the user chooses another place, proof_cache_dir the pages of
    sent faxes as the service rendered them: they can be had again.
    pasted_dir holds what was pasted into the fax that is being written, pages_dir the pages and covers made
    for it until the spool has them, covers_dir the covers of one's own.
    """

    data_dir: Path
    config_dir: Path
    spool_dir: Path
    archive_dir: Path
    sounds_dir: Path
    texts_dir: Path
    proof_dir: Path
    proof_cache_dir: Path
    pasted_dir: Path
    pages_dir: Path
    covers_dir: Path
    database: Path
    preferences_file: Path
    watched_file: Path
    presence_file: Path
    account_file: Path
    log_file: Path

    @classmethod
    def default(cls) -> Paths:
        """The folders of the person who is logged in."""
        import platformdirs

        return cls._of(
            data=platformdirs.user_data_path(APP_NAME, appauthor=False),
            config=platformdirs.user_config_path(APP_NAME, appauthor=False),
            log=platformdirs.user_log_path(APP_NAME, appauthor=False),
        )

    @classmethod
    def chosen(cls, *, is_demo: bool = False) -> Paths:
        """The folders of this start: below RCDESK_HOME when that is set, else the person's; the demo has its
        own, because it must not mix simulated faxes into a person's archive."""
        root = os.environ.get("RCDESK_HOME")
        if root:
            return cls.under(Path(root))
        paths = cls.default()
        return cls.under(paths.data_dir / "demo") if is_demo else paths

    @classmethod
    def under(cls, root: Path) -> Paths:
        """Everything below one folder."""
        return cls._of(data=root / "data", config=root / "config", log=root / "log")

    @classmethod
    def _of(cls, *, data: Path, config: Path, log: Path) -> Paths:
        return cls(
            data_dir=data,
            config_dir=config,
            spool_dir=data / "spool",
            archive_dir=data / "received",
            sounds_dir=data / "sounds",
            texts_dir=data / "texts",
            proof_dir=data / "proofs",
            proof_cache_dir=data / "proof-cache",
            pasted_dir=data / "pasted",
            pages_dir=data / "pages",
            covers_dir=data / "covers",
            database=data / "rcdesk.sqlite3",
            preferences_file=config / "preferences.json",
            watched_file=config / "watched-folder.json",
            presence_file=config / "presence.json",
            account_file=config / "account.json",
            log_file=log / "rcdesk.log",
        )

    def create(self) -> Paths:
        """Make the folders, readable by this person only. Raises StoreUnavailable when that is impossible."""
        for folder in (
            self.data_dir,
            self.config_dir,
            self.spool_dir,
            self.archive_dir,
            self.sounds_dir,
            self.texts_dir,
            self.proof_dir,
            self.proof_cache_dir,
            self.log_file.parent,
        ):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as exc:
                raise StoreUnavailable(
                    f"The folder {folder} cannot be written ({exc.strerror}). rcdesk keeps your faxes there: "
                    "make it writable and start rcdesk again."
                ) from exc
            tighten(folder, 0o700)
        return self


def tighten(path: Path, mode: int) -> None:
    """Nobody else may look into a folder or file that was there before; it is noted when that fails."""
    if os.name != "posix":
        return
    try:
        if path.stat().st_mode & 0o077:
            path.chmod(mode)
    except FileNotFoundError:
        return
    except OSError as exc:
        note(
            f"Other users of this computer can read {path}, where your faxes and calls are kept, and that "
            f"could not be changed ({exc.strerror})."
        )
