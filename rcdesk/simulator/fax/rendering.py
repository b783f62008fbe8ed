"""Where faxes are drawn, so that the event loop stays free: a small thread pool, and a child process for
PDFs.

The child keeps pdfium, which is not safe on two threads, out of the program that embeds the simulator.
`begin` is called when a fax is accepted, `settled` by whoever wants to be sure it is drawn. Begins and
ends on the loop's thread. Read next: `render` for the drawing.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rcdesk.simulator.fax.faxes import COVER_PAGES
from rcdesk.simulator.messages import StoredMessage
from rcdesk.simulator.world import World

_log = logging.getLogger(__name__)
CHILD_TIMEOUT_S = 300


class _Child:
    """The process that draws a PDF; killed when the simulator stops."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._is_over = False

    def kill(self) -> None:
        """End it at once, also if it is only just about to start."""
        self._is_over = True
        process = self._process
        if process is not None:
            process.kill()

    def draw(self, job_json: str, folder: Path) -> tuple[int | None, str | None]:
        """Page count, or why there is none; it works in folder. Runs in the pool.

        Neither -P nor a PYTHONPATH of whole paths lets Python look for modules where the program was started.
        """
        root = str(Path(__file__).resolve().parents[3])
        said = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        paths = [root, *(entry for entry in said if os.path.isabs(entry))]
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "rcdesk.simulator.fax.render"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        ) as process:
            self._process = process
            if self._is_over:
                process.kill()
            try:
                out, problem = process.communicate(job_json, CHILD_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            finally:
                self._process = None
        if process.returncode != 0:
            if process.returncode > 0:
                _log.error("drawing a fax failed: %s", problem[-500:])
            return None, "RenderingFailed"
        answer = json.loads(out)
        return answer.get("pages"), answer.get("error")


def _draw(
    child: _Child, message: StoredMessage, to_names: tuple[str, ...], output: Path
) -> tuple[int | None, str | None]:
    """Page count, or why there is none. Runs in the pool."""
    from rcdesk.simulator.fax.render import Cover, RenderFailed, RenderJob, draw

    cover = None
    if message.cover_index != 0 and message.direction == "Outbound":
        cover = Cover(
            style=COVER_PAGES[message.cover_index],
            to_names=to_names,
            to_numbers=tuple(party.number for party in message.recipients),
            from_name=f"{message.owner.name}, {message.owner.company}",
            from_number=message.sender.number,
            date=message.created_at.strftime("%d %B %Y, %H:%M UTC"),
            note=message.cover_text,
        )
    job = RenderJob(
        output=str(output),
        media_type=message.owner.fax_media_type,
        resolution=message.resolution,
        cover=cover,
        documents=tuple((str(d.path), d.name, d.media_type) for d in message.documents),
    )
    if job.needs_pdfium and not getattr(sys, "frozen", False):
        return child.draw(job.to_json(), output.parent)
    try:
        return draw(job), None
    except RenderFailed as exc:
        return None, exc.error_code


def _pages_of(message: StoredMessage) -> tuple[str, ...]:
    """What two faxes must share to look alike; () for one that is like no other, as a cover page makes it."""
    digests = [document.digest for document in message.documents]
    if message.cover_index != 0 or not all(digests):
        return ()
    return message.owner.fax_media_type, message.resolution, *digests


class RenderBackend:
    """Draws faxes one after another, off the loop; the same pages once."""

    def __init__(self, world: World, spool: Path) -> None:
        self._world = world
        self._spool = spool
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="simulator-render")
        self._child = _Child()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._drawn: dict[tuple[str, ...], tuple[Path, int]] = {}
        self._turn = asyncio.Lock()

    def begin(self, message: StoredMessage) -> None:
        """Draw this fax and tell the world when done."""
        task = asyncio.get_running_loop().create_task(self._render(message))
        self._tasks[message.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(message.id, None))

    async def settled(self, message: StoredMessage | None = None) -> None:
        """Wait until this fax (or every fax) is drawn."""
        wanted = self._tasks.values() if message is None else [self._tasks.get(message.id)]
        waiting = [task for task in wanted if task is not None]
        if waiting:
            await asyncio.gather(*waiting)

    async def close(self) -> None:
        """Give up what is being drawn, then end the pool's thread."""
        self._child.kill()
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    async def _render(self, message: StoredMessage) -> None:
        async with self._turn:
            drawn = self._drawn.get(_pages_of(message)) or await self._drawing(message)
        if isinstance(drawn, str):
            self._world.faxes.rendered(message, page_count=None, error=drawn)
        else:
            message.rendered, pages = drawn
            self._world.faxes.rendered(message, page_count=pages, error=None)

    def _to_names(self, message: StoredMessage) -> tuple[str, ...]:
        """Whom the cover page names: by the request, else by the address book."""
        books = self._world.books
        return tuple(p.name or books.addressee_of(message.owner, p.number) for p in message.recipients)

    async def _drawing(self, message: StoredMessage) -> tuple[Path, int] | str:
        """The file and its page count, or why there is none (a FaxErrorCodeEnum value)."""
        suffix = ".tiff" if message.owner.fax_media_type == "image/tiff" else ".pdf"
        output = self._spool / f"rendered-{message.id}{suffix}"
        try:
            pages, error = await asyncio.get_running_loop().run_in_executor(
                self._pool, _draw, self._child, message, self._to_names(message), output
            )
        except (OSError, ValueError, subprocess.SubprocessError):
            _log.exception("drawing a fax failed")
            return "RenderingFailed"
        if error is not None or pages is None:
            return error or "RenderingFailed"
        if _pages_of(message):
            self._drawn[_pages_of(message)] = output, pages
        return output, pages
