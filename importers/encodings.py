"""Which encoding a text file is written in, and where a byte belies it.

UTF-8 and UTF-16 can be known for certain. What is neither is one byte for each letter: Windows-1252 as French
spreadsheets save it, unless its letters make sense only as an old Macintosh or DOS wrote them.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import BinaryIO

from schema_loader.errors import TableUnreadable

CHUNK = 1 << 20
SAMPLE = 4 * CHUNK
UTF8_SEQUENCE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")
ASCII = bytes(range(128))
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SINGLE_BYTE = ("cp1252", "mac-roman", "cp850")
CHOICES = ("utf-8", "cp1252", "iso-8859-15", "iso-8859-1", "mac-roman", "cp850", "utf-16-le", "utf-16-be")
"""What a person may pick from, as Python names it."""
USUAL = frozenset("éèêëàâäîïôöùûüçœæÿÉÈÊËÀÂÎÏÔÙÛÜÇŒÆ«»’‘“”„–—…€°²³n\u00a0·•§ñßµ±×½¼º")
SURE = 0.9  # of the letters must be usual before another encoding than Windows-1252 is believed


def detect_encoding(file: BinaryIO) -> tuple[str, int]:
    """The encoding of a whole file, and the bytes to skip at its start.

    UTF-8 if every byte says so, else one byte for each letter, unless that is ruled out. A file that holds sound UTF-8
    sequences beside a byte that is none is damaged UTF-8, not Windows-1252: reading it as the latter would turn each
    « é » into « Ã© » without a word. Raises :class:`TableUnreadable` ``file-bad-byte`` with the place.
    """
    file.seek(0)
    start = file.read(4)
    mark = next((name for mark, name in BYTE_ORDER_MARKS if start.startswith(mark)), "")
    if mark == "utf-16":
        return check_encoding(file, "utf-16"), 0
    fault = first_fault(file, "utf-8")
    if fault is None:
        wide = "" if mark else _wide(file)
        return wide or mark or "utf-8", 0
    if not mark and (wide := _wide(file)):
        return check_encoding(file, wide), 0
    file.seek(0)
    content = file.read(SAMPLE)
    skip = 3 if mark else 0  # some programs put the mark of UTF-8 before a text that is none
    accented = len(UTF8_SEQUENCE.findall(content))
    foreign = sum(byte >= 0x80 for byte in UTF8_SEQUENCE.sub(b"", content[skip:]))
    if accented - bool(skip) <= foreign:
        for encoding in _by_likelihood(content[skip:]):
            if first_fault(file, encoding) is None:
                return encoding, skip
    raise TableUnreadable("file-bad-byte", **place(file, fault), encoding="utf-8")


def _wide(file: BinaryIO) -> str:
    """UTF-16 without its mark: every other byte of a Latin text is zero."""
    file.seek(0)
    sample = file.read(4096)
    if len(sample) < 4 or b"\0" not in sample:
        return ""
    high, low = sample[1::2].count(0) / len(sample[1::2]), sample[::2].count(0) / len(sample[::2])
    if high > 0.7 and low < 0.1:
        return "utf-16-le"
    return "utf-16-be" if low > 0.7 and high < 0.1 else ""


def _by_likelihood(content: bytes) -> list[str]:
    """The encodings of one byte for each letter that may be meant, likeliest first."""
    counts = Counter(content.translate(None, ASCII))
    total = max(counts.total(), 1)
    usual = {
        name: sum(n for byte, n in counts.items() if _letter(byte, name) in USUAL) / total
        for name in SINGLE_BYTE
    }
    others = [name for name in SINGLE_BYTE[1:] if usual[name] >= SURE and usual[name] > usual["cp1252"] + 0.3]
    return [*sorted(others, key=lambda name: -usual[name]), "cp1252"]


def _letter(byte: int, encoding: str) -> str:
    return bytes([byte]).decode(encoding, errors="replace")


def check_encoding(file: BinaryIO, encoding: str) -> str:
    """The encoding, if it exists and explains every byte; else :class:`TableUnreadable` with the place."""
    try:
        "".encode(encoding)  # also refuses a codec that is none of texts, such as base64
    except (LookupError, UnicodeError, ValueError) as error:
        raise TableUnreadable("file-unknown-encoding", encoding=encoding) from error
    fault = first_fault(file, encoding)
    if fault is not None:
        raise TableUnreadable("file-bad-byte", **place(file, fault), encoding=encoding)
    return encoding


def first_fault(file: BinaryIO, encoding: str) -> int | None:
    """The offset of the first byte that is no text in this encoding, or None."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    offset = 0
    while True:
        chunk = file.read(CHUNK)
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return offset - pending + error.start
        except UnicodeError:  # no mark where UTF-16 needs one, and the like
            return offset
        if not chunk:
            return None
        offset += len(chunk)


def place(file: BinaryIO, offset: int) -> dict[str, int | str]:
    """The line of the file (from 1) on which a byte stands, and the byte."""
    file.seek(0)
    line, left = 1, offset
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        line += chunk.count(b"\n")
        left -= len(chunk)
    byte = file.read(1)
    file.seek(0)
    return {"line": line, "offset": offset, "byte": byte.hex().upper()}
