"""What stands around or inside a text that nobody meant: spaces, invisible characters, quotation marks, double encoding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from schema_loader.repair.model import Meant, Readings
from schema_loader.repair.rule import ColumnRule

# What a spreadsheet writes, or a person types, so that a code stays a text: ="01004", "01004", '01004
_PROTECTED = re.compile(r'="([^"]*)"|"([^"]*)"|“([^”]*)”|«([^»]*)»|[\'’](?=[\d+=-])([^\'’]*)', re.S)
_PLAIN = str.maketrans({
    "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‐": "-",
    "‑": "-", "−": "-", "…": "...", "⁄": "/", "∕": "/",
})  # fmt: skip
_AROUND_SIGNS = re.compile(r"\s*([/;,|])\s*")

# UTF-8 read as Windows-1252 or Latin-1. Lead bytes C2, C3 and C5 are those of French letters, E2 of ’ … € and dashes.
_WINDOWS = {bytes((byte,)).decode("cp1252", "ignore"): byte for byte in range(0x80, 0xA0)}
_TRAIL = "".join(sorted(key for key in _WINDOWS if key)) + "\x80-\xbf"
_TWICE = re.compile(rf"[ÂÃÅ][{_TRAIL}]|â[{_TRAIL}]{{2}}")
_LOST_SPACE = re.compile(r"Ã (?=\s|$)|(?<= )Ã (?=[a-z])")  # à, whose second byte is a no-break space
# UTF-8 read as Mac Roman: é is √©
_MAC = re.compile(r"[√¬][^\x00-\x7f]")
MOST_ENCODINGS = 3


@lru_cache(maxsize=8192)
def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cc") and character not in "\n\r\t"


def without_invisible(text: str) -> str:
    """The text without zero-width marks, soft hyphens, byte-order marks and control characters; line ends stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character for character in text if not _is_invisible(character))


def cleaned(text: str) -> tuple[str, str]:
    """The text without what surrounds it, and the kind of what was taken away; no kind where it is clean."""
    seen = without_invisible(text)
    kind = "" if seen == text else "invisible"
    bare = seen.strip()
    if bare != seen:
        kind = kind or "spaces"
    protected = _PROTECTED.fullmatch(bare)
    if protected is not None:
        inner = next(group for group in protected.groups() if group is not None).strip()
        if inner:
            bare, kind = inner, "quotes"
    return bare, kind


def well_encoded(text: str) -> str:
    """The text that was encoded twice (``numÃ©raire``), as it was meant; the very text where it was not."""
    for _ in range(MOST_ENCODINGS):
        if text.isascii():
            break
        better = _LOST_SPACE.sub("à ", _TWICE.sub(lambda found: _decoded(found[0]), text)) if _TWICE.search(
            text
        ) or "Ã " in text else text  # fmt: skip
        if better == text:
            better = _MAC.sub(lambda found: _decoded_mac(found[0]), text)
        if better == text:
            break
        text = better
    return text


def _decoded(run: str) -> str:
    octets = bytes(_WINDOWS.get(character, ord(character) & 0xFF) for character in run)
    return _utf8(octets, run)


def _decoded_mac(run: str) -> str:
    try:
        return _utf8(run.encode("mac_roman"), run)
    except UnicodeEncodeError:
        return run


def _utf8(octets: bytes, run: str) -> str:
    try:
        character = octets.decode("utf-8")
    except UnicodeDecodeError:
        return run
    return character if unicodedata.category(character[0])[0] != "C" else run


def variants(text: str) -> Iterator[tuple[str, str]]:
    """What the text may be once it is cleaned, with the kind of cleaning; the text itself first where it is clean."""
    bare, kind = cleaned(text)
    yield bare, kind
    if not text.isascii():
        mended = cleaned(well_encoded(text))[0]
        if mended != bare:
            yield mended, "encoding"


def plainly_written(rule: ColumnRule, text: str) -> Iterator[Readings]:
    """A text with plain apostrophes, dashes and single spaces, where the column wants them so."""
    single = " ".join(text.split())
    plain = " ".join(text.translate(_PLAIN).split())
    for kind, candidate in (
        ("spaces", single),
        ("typography", plain),
        ("spaces", _AROUND_SIGNS.sub(r"\1", single)),
        ("typography", _AROUND_SIGNS.sub(r"\1", plain)),
    ):
        if candidate != text:
            yield (Meant(kind, candidate),)
