"""An establishment's accent colour, where it can be read: contrast as WCAG 2.2 measures it (1.4.3, 1.4.11)."""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass

PAPER_LIGHT, BAND_LIGHT = "#fbf9f5", "#f0ece3"
PAPER_DARK, BAND_DARK, SHEET_DARK = "#14171d", "#20252f", "#1a1e26"
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
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
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
    if min(contrast(light, ground) for ground in (PAPER_LIGHT, BAND_LIGHT)) < TEXT:
        return None
    red, green, blue = (int(light[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    dark = light
    while min(contrast(dark, ground) for ground in (PAPER_DARK, SHEET_DARK, BAND_DARK)) < TEXT + 1:
        lightness = min(1.0, lightness + 0.02)
        channels = colorsys.hls_to_rgb(hue, lightness, saturation)
        dark = "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
    return Accent(light, dark)
