"""A scanner made of arithmetic: a drawn sheet comes out as paper does, with noise, blur, dust and a slant.

The same seed gives the same scan. The noise is a tile drawn once.
"""

from __future__ import annotations

import functools
import random
from pathlib import Path
from statistics import NormalDist

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tests.corpus.sheet import LETTER, Sheet, write_pdf

TILE = 512


def scan(
    sheet: Sheet,
    folder: Path,
    name: str,
    *,
    dpi: int = 200,
    paper: int = 246,
    ink: int = 25,
    noise: float = 3.0,
    blur: float = 0.5,
    degrees: float = 0.0,
    dust: int = 0,
    seed: int = 1,
) -> Image.Image:
    """The sheet as a scanner sees it; positive degrees lean clockwise."""
    clean = drawn(sheet, folder / f"{name}.scanned.pdf", dpi)
    if degrees:
        clean = clean.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=255)
    if blur:
        clean = clean.filter(ImageFilter.GaussianBlur(blur))
    toned = clean.point([round(ink + (paper - ink) * v / 255) for v in range(256)])
    chance = random.Random(seed)
    if dust:
        draw = ImageDraw.Draw(toned)
        for _ in range(dust):
            x, y = chance.randrange(toned.width), chance.randrange(toned.height)
            size = chance.choice((1, 1, 2))
            draw.rectangle((x, y, x + size - 1, y + size - 1), fill=chance.randrange(40, 140))
    return with_noise(toned, noise) if noise else toned


def drawn(sheet: Sheet, path: Path, dpi: float) -> Image.Image:
    """The sheet as PDFium draws it."""
    write_pdf(path, [sheet])
    document = pypdfium2.PdfDocument(path)
    page = document[0]
    picture: Image.Image = page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
    page.close()
    document.close()
    return picture


def with_noise(picture: Image.Image, sigma: float) -> Image.Image:
    """Bell-shaped noise on every dot."""
    tile = _noise_tile(sigma)
    field = Image.new("L", picture.size)
    for y in range(0, picture.height, TILE):
        for x in range(0, picture.width, TILE):
            field.paste(tile, (x, y))
    return ImageChops.add(picture, field, 1, -128)


@functools.cache
def _noise_tile(sigma: float) -> Image.Image:
    bell = NormalDist(128, sigma)
    levels = bytes(min(255, max(0, round(bell.inv_cdf((v + 0.5) / 256)))) for v in range(256))
    raw = random.Random(7).randbytes(TILE * TILE).translate(levels)
    return Image.frombytes("L", (TILE, TILE), raw)


def shaded(picture: Image.Image, depth: int) -> Image.Image:
    """Darker towards the right side, as by a lid that is not shut, by so many levels."""
    slope = Image.linear_gradient("L").rotate(90).resize(picture.size)
    return ImageChops.subtract(picture, slope.point([depth - round(v * depth / 255) for v in range(256)]))


def page_of(picture: Image.Image, size: tuple[float, float] = LETTER) -> Sheet:
    """A sheet that is this picture, from edge to edge."""
    sheet = Sheet(size)
    sheet.picture(0, 0, size[0], size[1], picture)
    return sheet
