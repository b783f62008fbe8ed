"""What every command without a window shares: the archive's lock in short turns, and how it signs in.

Nothing of Qt but QtCore is imported. Main thread of a program without a window. Read next:
executor.py, engine.py, account.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from rcdesk.bridge.runtime.instance import Instance
from rcdesk.cli.spoken import say
from rcdesk.core.account.account import Credentials, ServerProfile, ServerProfiles
from rcdesk.core.account.keyring import KeyringState
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.calls.call import CallState
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import Cancelled, NotSent, OutcomeUnknown, RcdeskError, SignInNeeded, UserError
from rcdesk.core.orders.order import ExitStatus
from rcdesk.store.account import preferences as preferences_file
from rcdesk.store.account import profiles as profiles_store
from rcdesk.store.json_file import take_notes
from rcdesk.store.paths import Paths

if TYPE_CHECKING:
    from rcdesk.simulator import RunningSimulator
    from rcdesk.store.account.secrets import Secrets

Output: TypeAlias = dict[str, Any]

TURN_TRIES = 25
TURN_PAUSE_S = 0.2


class SignInWay(Struct, frozen=True, kw_only=True):
    """How this program signs in when no window is open."""

    demo: bool = False
    demo_speed: float = 1.0
    sign_in: Path | None = None


class ArchiveLock:
    """The lock, the folders and the sign-in of one command."""

    def __init__(self, way: SignInWay, paths: Paths, stop: CancelToken) -> None:
        """stop: cancelled by Ctrl+C. Raises StoreError when the archive's folders cannot be made."""
        self._way = way
        self.paths = paths.create()
        self.stop = stop
        self.instance = Instance(self.paths.data_dir)
        self._simulator: RunningSimulator | None = None
        self._secrets: Secrets | None = None

    def close(self) -> None:
        """Give everything back, and say what the start had to say of the disk."""
        for sentence in take_notes():
            say(sentence, on_error=True)
        if self._simulator is not None:
            self._simulator.stop()
        self.instance.end_turn()

    def take(self) -> None:
        """Take the lock of a window that has gone. Raises NotSent when another program was faster."""
        for _ in range(TURN_TRIES):
            if self.instance.begin_turn():
                return
            self.stop.sleep(TURN_PAUSE_S)
        raise NotSent("Another rcdesk is just starting. Ask again in a moment.")

    def preferences(self) -> Preferences:
        return preferences_file.load(self.paths.preferences_file)

    def profiles(self) -> ServerProfiles:
        return profiles_store.load(
            profiles_store.profiles_file(self.paths.preferences_file), self.preferences()
        )

    def save_profiles(self, saved: ServerProfiles) -> None:
        """Keep them. Raises StoreUnavailable."""
        profiles_store.save(profiles_store.profiles_file(self.paths.preferences_file), saved)

    def server(self) -> tuple[ServerProfile, Credentials | None]:
        """Where to sign in, and with what when it is not the keyring's. Raises UserError."""
        from rcdesk.services.account.sign_in_file import sign_in_of

        if not self._way.demo:
            active = None if self._way.sign_in else self.profiles().active
            return (active, None) if active else sign_in_of(self._way.sign_in, self.preferences())
        running = self._start_demo()
        profile = ServerProfile(
            name="Demo desk",
            base_url=running.base_url,
            client_id=running.credentials["client_id"],
            is_demo=True,
        )
        return profile, Credentials(
            client_id=running.credentials["client_id"],
            client_secret=running.credentials["client_secret"],
            jwt=running.credentials["jwt"],
        )

    def secrets(self) -> Secrets:
        """What is kept of the sign-ins, as the keyring has it now; Ctrl+C ends every wait for it."""
        if self._secrets is None:
            from rcdesk.store.account.secrets import Secrets

            self._secrets = Secrets(stop=self.stop, told=self._keyring_told)
        return self._secrets

    def _keyring_told(self, state: KeyringState) -> None:
        """Without the sign-in of the keyring a command says so by itself; with another one it goes on."""
        if state is KeyringState.WAITING and sys.stderr is not None and sys.stderr.isatty():
            say("Waiting for the keyring…", on_error=True)
        if state.is_trouble and self._way.sign_in is not None:
            say(f"{state.trouble}. This goes on without it.", on_error=True)

    def _start_demo(self) -> RunningSimulator:
        if self._simulator is not None:
            return self._simulator
        try:
            from rcdesk.simulator import RunningSimulator

            self._simulator = RunningSimulator.start(clock="real", speed=self._way.demo_speed)
        except ImportError as exc:
            raise UserError(
                "The demo needs the simulator's parts. Install them with: pip install 'rcdesk[demo]'"
            ) from exc
        return self._simulator


def refusal(sentence: str, status: ExitStatus) -> Output:
    """A last line that says what went wrong."""
    return {"error": sentence, "status": int(status)}


def refused(error: RcdeskError, interrupted: str) -> Output:
    """The last line for this error; interrupted: the sentence when it was Ctrl+C."""
    match error:
        case SignInNeeded():
            return refusal(str(error), ExitStatus.SIGNED_OUT)
        case UserError():
            return refusal(str(error), ExitStatus.WRONG)
        case Cancelled():
            return refusal(interrupted, ExitStatus.INTERRUPTED)
        case OutcomeUnknown():
            return refusal(str(error), ExitStatus.UNKNOWN)
        case _:
            return refusal(str(error), ExitStatus.TROUBLE)


def is_dialling(output: Output) -> bool:
    """True for a line that only says that a call was asked for."""
    return "status" not in output and output.get("call", {}).get("state") == CallState.DIALLING.value
