"""Child process: a foreign MP3 or WAV made into plain samples, and the heights of its waveform.

`-m rcdesk.documents.confined rcdesk.documents.sound.decode SOUND SAMPLES`: reads SOUND and writes SAMPLES
(form.py) with SAMPLES.json beside it. Confined before miniaudio sees the file: no network, no other program,
no writing elsewhere, bounded memory. Status 3: longer than what is played here. Read next: reader.py.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from rcdesk.documents.sound.form import LONGEST_S, PEAKS, RATE_HZ
from rcdesk.documents.worker.limits import bound_address_space

TOO_LONG_STATUS = 3
_CHUNK_FRAMES = RATE_HZ // 50
"""A fiftieth of a second has one height."""


def heights(found: list[int], count: int = PEAKS) -> list[int]:
    """At most so many heights of 0 to 255 out of those of all chunks, the loudest being 255."""
    if not found:
        return []
    count = min(count, len(found))
    edges = [len(found) * n // count for n in range(count + 1)]
    most = [max(found[start:end]) for start, end in pairwise(edges)]
    loudest = max([1, *most])
    return [height * 255 // loudest for height in most]


def samples(source: Path) -> Iterator[array[int]]:
    """The sound in chunks."""
    import miniaudio

    stream = miniaudio.stream_file(
        str(source), nchannels=1, sample_rate=RATE_HZ, frames_to_read=_CHUNK_FRAMES
    )
    yield from stream


def main(arguments: list[str]) -> int:
    source, target = map(Path, arguments)
    bound_address_space(300_000_000)
    found: list[int] = []
    with target.open("wb") as file:
        for chunk in samples(source):
            if not chunk:
                break
            found.append(max(max(chunk), -min(chunk)))
            if len(found) * _CHUNK_FRAMES > LONGEST_S * RATE_HZ:
                return TOO_LONG_STATUS
            file.write(chunk.tobytes())
    target.with_name(target.name + ".json").write_text(json.dumps(heights(found)), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
