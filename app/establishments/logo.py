"""A logo, judged by what the file holds: PNG or JPEG, of a reasonable size, kept without what tells more than the picture.

Chunks and segments that carry words, places or previews are left out; SVG is refused, since it may hold scripts and
addresses of other sites. Sources: PNG third edition (W3C 2023), 5 to 11; JPEG, ITU-T T.81, annex B.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass

from app.i18n import N_, gettext
from schema_loader.messages import Message

MAX_OCTETS = 1_000_000
MAX_SIDE = 4000  # pixels
ACCEPT = ".png,.jpg,.jpeg,image/png,image/jpeg"

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"IDAT", b"IEND"}
PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of the colour types
FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended and progressive: what browsers draw
JPEG_DROPPED = {
    *range(0xE1, 0xEE),
    0xEF,
    0xFE,
}  # APP1 to APP13, APP15 and comments; APP14 says how colours are coded


class LogoRefused(Exception):
    """The file is no logo that can be kept; ``told`` says why and what to do."""

    def __init__(self, problem: str, remedy: str, **params: object) -> None:
        super().__init__(problem)
        self.told = Message(gettext(problem, **params), gettext(remedy, **params))


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture to keep. ``name``: of the file, which changes with the content; ``width``, ``height`` in pixels."""

    name: str
    data: bytes
    width: int
    height: int


def read_logo(data: bytes) -> Logo:
    """The picture of a file. Raises :class:`LogoRefused`."""
    if len(data) > MAX_OCTETS:
        raise LogoRefused(
            N_("Ce fichier pèse plus de 1 Mo."),
            N_("Réduisez l’image : 400 pixels de large suffisent pour un logo."),
        )
    try:
        if data.startswith(PNG):
            ending, (kept, width, height) = "png", _png(data)
        elif data.startswith(JPEG):
            ending, (kept, width, height) = "jpg", _jpeg(data)
        else:
            raise _not_a_picture(data)
    except (struct.error, IndexError, zlib.error, ValueError) as error:
        raise LogoRefused(
            N_("Cette image est abîmée : elle ne se lit pas jusqu’au bout."),
            N_("Ouvrez-la dans un logiciel d’images et enregistrez-la de nouveau, en PNG."),
        ) from error
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise LogoRefused(
            N_("Cette image mesure {width} × {height} pixels ; {most} au plus de chaque côté."),
            N_("Réduisez-la : 400 pixels de large suffisent pour un logo."),
            width=width,
            height=height,
            most=MAX_SIDE,
        )
    return Logo(f"logo-{hashlib.sha256(kept).hexdigest()[:16]}.{ending}", kept, width, height)


def media_type(name: str) -> str:
    """Of a file that :func:`read_logo` named."""
    return "image/png" if name.endswith(".png") else "image/jpeg"


def _not_a_picture(data: bytes) -> LogoRefused:
    start = data[:1000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<svg", b"<?xml", b"<!doctype svg")):
        return LogoRefused(
            N_("Ce fichier est un dessin SVG, qui peut contenir des programmes : il n’est pas accepté."),
            N_("Ouvrez-le dans un logiciel de dessin et exportez-le en PNG."),
        )
    if start[:4] in (b"gif8",) or data[8:12] == b"WEBP" or data[4:8] == b"ftyp":
        return LogoRefused(
            N_("Cette image n’est ni en PNG, ni en JPEG."),
            N_("Ouvrez-la dans un logiciel d’images et enregistrez-la en PNG."),
        )
    return LogoRefused(
        N_("Ce fichier n’est pas une image PNG ou JPEG."),
        N_("Choisissez un fichier dont le nom finit par .png ou .jpg."),
    )


def _png(data: bytes) -> tuple[bytes, int, int]:
    kept, place, packed = bytearray(PNG), len(PNG), bytearray()
    width = height = depth = colour = interlaced = 0
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, end = data[place + 4 : place + 8], place + 12 + length
        if end > len(data):
            raise ValueError("cut")
        body = data[place + 8 : end - 4]
        if zlib.crc32(kind + body) != struct.unpack_from(">I", data, end - 4)[0]:
            raise ValueError("checksum")
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            if width > MAX_SIDE or height > MAX_SIDE:
                return b"", width, height
        elif kind == b"IDAT":
            packed += body
        elif kind[:1].isupper() and kind not in PNG_KEPT:
            raise ValueError("unknown critical chunk")
        if kind in PNG_KEPT:
            kept += data[place:end]
        place = end
        if kind == b"IEND":
            break
    else:
        raise ValueError("no end")
    line = (width * depth * PNG_CHANNELS[colour] + 7) // 8 + 1 if colour in PNG_CHANNELS else 0
    least = 1 if interlaced else line * height
    unpacked = zlib.decompressobj().decompress(bytes(packed), 2 * line * height + 1024)
    if not line or len(unpacked) < least or len(unpacked) > 2 * line * height:
        raise ValueError("pixels")
    return bytes(kept), width, height


def _jpeg(data: bytes) -> tuple[bytes, int, int]:
    kept, place = bytearray(data[:2]), 2
    width = height = 0
    while True:
        if data[place] != 0xFF:
            raise ValueError("marker")
        marker = data[place + 1]
        if marker == 0xFF:  # padding
            place += 1
            continue
        (length,) = struct.unpack_from(">H", data, place + 2)
        end = place + 2 + length
        if length < 2 or end > len(data):
            raise ValueError("cut")
        if marker in FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
        if marker not in JPEG_DROPPED:
            kept += data[place:end]
        place = end
        if marker == 0xDA:  # the picture itself begins: the rest is entropy-coded
            break
    stop = data.rfind(b"\xff\xd9")
    if stop < place or not width:
        raise ValueError("no end")
    return bytes(kept + data[place : stop + 2]), width, height
