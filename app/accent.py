"""An establishment's accent colour, where it can be read: contrast as WCAG 2.2 measures it (1.4.3, 1.4.11)."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable
from dataclasses import dataclass

PAPER_LIGHT, BAND_LIGHT = "#fbf9f5", "#f0ece3"  # --papier, --lin of static/css/tokens.css
PAPER_DARK, BAND_DARK = "#14171d", "#20252f"
TINT_LIGHT, TINT_DARK = 0.09, 0.16  # how much of the accent is in --lapis-pale
TEXT = 4.5  # least contrast of text

_HEX = re.compile(r"#?[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Accent:
    """A colour for links and actions on light pages, and the one of the same hue for dark pages; ``#rrggbb``."""

    light: str
    dark: str

    @property
    def stylesheet(self) -> str:
        """What replaces the tokens of ``static/css/tokens.css``."""
        return f":root {{ --lapis-light: {self.light}; --lapis-dark: {self.dark}; }}\n"


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1 (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours ``#rrggbb``, 1 to 21."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def accent(colour: str) -> Accent | None:
    """The accent made of a colour ``#rrggbb`` or ``rrggbb``; None when it is not a colour, or too pale on our paper.

    Its partner for dark pages keeps the hue and is lightened until it can be read.
    """
    if not _HEX.fullmatch(colour):
        return None
    light = f"#{colour.removeprefix('#').lower()}"
    if not _readable(light, PAPER_LIGHT, BAND_LIGHT, TINT_LIGHT):
        return None
    red, green, blue = _channels(light)
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    dark = light
    while not _readable(dark, PAPER_DARK, BAND_DARK, TINT_DARK):
        lightness = min(1.0, lightness + 0.02)
        dark = _hex(colorsys.hls_to_rgb(hue, lightness, saturation))
    return Accent(light, dark)


def nearest(colour: str) -> str | None:
    """The same hue, darkened just until it can be read on our paper; None when ``colour`` is no colour."""
    if not _HEX.fullmatch(colour):
        return None
    tried = f"#{colour.removeprefix('#').lower()}"
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(tried))
    while accent(tried) is None:
        lightness = max(0.0, lightness - 0.02)
        tried = _hex(colorsys.hls_to_rgb(hue, lightness, saturation))
    return tried


def mix(colour: str, ground: str, share: float) -> str:
    """``share`` of a colour in another, as CSS's ``color-mix(in srgb, …)``."""
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return _hex(share * one + (1 - share) * other for one, other in pairs)


def _readable(colour: str, paper: str, band: str, tint: float) -> bool:
    return min(contrast(colour, ground) for ground in (paper, band, mix(colour, paper, tint))) >= TEXT


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _hex(channels: Iterable[float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
