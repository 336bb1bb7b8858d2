"""What stands around or inside a text that nobody meant: spaces, invisible characters, quotation marks, double encoding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

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
# The second octet of à is a no-break space, which may have become a plain one, and been taken for the one between words
_LOST_SPACE = re.compile(r"Ã (?=\s|$)")
_COLLAPSED = re.compile(r"(?<= )Ã (?=[a-z])")
# UTF-8 read as Mac Roman: é is √©
_MAC = re.compile(r"[√¬][^\x00-\x7f]")
MOST_ENCODINGS = 3


# Unicode's format and control characters (Cf, Cc) of everyday scripts, but for line ends and tabs
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


def without_invisible(text: str) -> str:
    """The text without zero-width marks, soft hyphens, byte-order marks and control characters; line ends stay."""
    return _INVISIBLE.sub("", text)


def trimmed(text: str) -> tuple[str, str]:
    """The text without invisible characters and the spaces around it, and the kind of what goes; none where it is clean."""
    seen = without_invisible(text)
    bare = seen.strip()
    return bare, "invisible" if seen != text else "spaces" if bare != seen else ""


def cleaned(text: str) -> tuple[str, str]:
    """The same without the signs that keep it a text in a spreadsheet."""
    bare, kind = trimmed(text)
    protected = _PROTECTED.fullmatch(bare)
    if protected is not None:
        inner = next(group for group in protected.groups() if group is not None).strip()
        if inner:
            return inner, "quotes"
    return bare, kind


def well_encoded(text: str) -> str:
    """The text that was encoded twice (``numÃ©raire``), as it was meant; the very text where it was not."""
    for _ in range(MOST_ENCODINGS):
        if text.isascii():
            break
        better = _TWICE.sub(lambda found: _decoded(found[0]), text)
        better = _COLLAPSED.sub("à ", _LOST_SPACE.sub("à", better))
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
