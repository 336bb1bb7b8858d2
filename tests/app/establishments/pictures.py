"""Small pictures, made octet by octet."""

from __future__ import annotations

import struct
import zlib


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    width: int = 3,
    height: int = 2,
    *extra: bytes,
    colour: int = 2,
    rows: bytes | None = None,
    interlaced: int = 0,
) -> bytes:
    """A picture in one colour; ``extra``: chunks between its head and its pixels."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 1)
    pixels = (b"\0" + b"\x2a" * (channels * width)) * height if rows is None else rows
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, interlaced)
    parts = [chunk(b"IHDR", head), *extra, chunk(b"IDAT", zlib.compress(pixels)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg(width: int = 5, height: int = 4, *extra: bytes) -> bytes:
    """The frame of a JPEG; what its entropy-coded part holds does not matter to whoever reads its head."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0")
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0")
        + b"".join(extra)
        + frame
        + scan
        + b"\x12\x34\xff\0"
        + b"\xff\xd9"
    )
