"""Colours of a screen in, inks out: through the output intent, neutral ones in black alone, none above the ink limit.

In: an `Intent`, the limit in per cent. Out: `Inks`, which converts single colours and whole pictures by the same rules.
"""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ketapub.formats.pdf.press.intent import Intent

if TYPE_CHECKING:
    from PIL.Image import Image

Colour = tuple[float, ...]  # from 0 to 1: red, green, blue, or cyan, magenta, yellow, black
NEUTRAL = 0.002  # red, green and blue that differ by less are a grey


@dataclass(frozen=True)
class Inks:
    intent: Intent
    limit: int  # most ink on one spot, in per cent
    black_only: bool = False
    known: dict[Colour, Colour] = field(default_factory=dict, compare=False, repr=False)

    def of_rgb(self, colour: Colour) -> Colour:
        """sRGB → inks. A grey is black ink alone: no coloured edges where a plate slips, and text stays sharp."""
        colour = tuple(min(1.0, max(0.0, part)) for part in colour)
        if max(colour) - min(colour) < NEUTRAL:
            return of_grey(sum(colour) / 3)
        if self.black_only:
            return of_grey(_lightness(colour))
        if colour not in self.known:
            from PIL import Image

            dot = Image.new("RGB", (1, 1), tuple(round(part * 255) for part in colour))
            inks: Any = limited(self._from_srgb.apply(dot), self.limit).getpixel((0, 0))
            self.known[colour] = tuple(round(ink / 255, 4) for ink in inks)
        return self.known[colour]

    def of_inks(self, colour: Colour) -> Colour:
        """Inks that the author chose stay, unless there is black alone."""
        if not self.black_only:
            return colour
        *three, black = colour
        return of_grey(_lightness(tuple((1 - ink) * (1 - black) for ink in three)))

    def of_lab(self, lightness: float, a: float, b: float) -> Colour:
        """CIE Lab → inks, by way of sRGB."""
        from PIL import Image

        byte = [lightness * 2.55, a + 128, b + 128]
        dot = Image.new("LAB", (1, 1), tuple(min(255, max(0, round(part))) for part in byte))
        red, green, blue = self._from_lab.apply(dot).getpixel((0, 0))
        return self.of_rgb((red / 255, green / 255, blue / 255))

    def of_picture(self, picture: Image, profile: bytes | None) -> Image:
        """A picture in RGB or CMYK → inks, not yet limited. `profile` is its own: without one it is sRGB, or stays."""
        from PIL import ImageCms

        transform = None if picture.mode == "CMYK" else self._from_srgb
        if profile:  # a damaged one, or one for other pictures, is none
            with suppress(OSError, ImageCms.PyCMSError):
                transform = self._transform(ImageCms.ImageCmsProfile(io.BytesIO(profile)), picture.mode)
        found: Image = transform.apply(picture) if transform else picture
        return found

    @cached_property
    def _from_srgb(self) -> Any:
        from PIL import ImageCms

        return self._transform(ImageCms.createProfile("sRGB"), "RGB")

    @cached_property
    def _from_lab(self) -> Any:
        from PIL import ImageCms

        return ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")

    def _transform(self, source: Any, mode: str) -> Any:
        from PIL import ImageCms

        return ImageCms.buildTransform(
            source,
            ImageCms.ImageCmsProfile(io.BytesIO(self.intent.profile)),
            mode,
            "CMYK",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )


def _lightness(colour: Colour) -> float:
    """ITU-R BT.601, as Pillow turns pictures grey."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue


def of_grey(lightness: float) -> Colour:
    return (0.0, 0.0, 0.0, round(1 - min(1.0, max(0.0, lightness)), 4))


def most_ink(picture: Image) -> float:
    """Of all pixels of a CMYK picture, in per cent."""
    cyan, magenta, yellow, black = picture.split()
    total = _maths(lambda at: at["c"] + at["m"] + at["y"] + at["k"], c=cyan, m=magenta, y=yellow, k=black)
    most: Any = total.getextrema()[1]
    return float(most) / 2.55


def limited(picture: Image, limit: float) -> Image:
    """A CMYK picture with no pixel above the limit.

    What cyan, magenta and yellow have in common is grey: as much of it as needed becomes black ink, which takes one
    part for three (grey component replacement). Where black is full already, the three are thinned out.
    """
    from PIL import Image

    if most_ink(picture) <= limit:
        return picture
    most = int(limit * 2.55)
    cyan, magenta, yellow, black = picture.split()

    def grey(at: Any) -> Any:
        over = at["max"](at["c"] + at["m"] + at["y"] + at["k"] - most, 0)
        return at["min"](at["min"]((over + 1) / 2, 255 - at["k"]), at["min"](at["c"], at["min"](at["m"], at["y"])))

    swapped = _maths(grey, c=cyan, m=magenta, y=yellow, k=black)
    black = _maths(lambda at: at["k"] + at["g"], k=black, g=swapped).convert("L")
    colours = [_maths(lambda at: at["x"] - at["g"], x=one, g=swapped).convert("L") for one in (cyan, magenta, yellow)]
    total = _maths(lambda at: at["c"] + at["m"] + at["y"], **dict(zip("cmy", colours, strict=True)))

    def thinner(at: Any) -> Any:
        return at["x"] * at["min"](most - at["k"], at["t"]) / at["max"](at["t"], 1)

    colours = [_maths(thinner, x=one, k=black, t=total).convert("L") for one in colours]
    return Image.merge("CMYK", (*colours, black))


def _maths(rule: Any, **bands: Image) -> Image:
    """Whole numbers, pixel by pixel; a division cuts off."""
    from PIL import ImageMath

    found: Image = ImageMath.lambda_eval(rule, **bands)
    return found
