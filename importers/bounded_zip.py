"""Compressed workbooks read within bounds: so much text and no more, and no XML that defines things of its own.

A few kilobytes can unfold to gigabytes (a « bomb »), and an XML document can name files of the machine that reads it.
Spreadsheets need neither: sizes and ratios are bounded, a document type or an entity ends the reading.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn
from xml.parsers import expat

from importers.limits import DEFAULT, MEGABYTE, Limits
from schema_loader.errors import TableUnreadable

CHUNK = 64 * 1024

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OverflowError, UnicodeDecodeError)


@contextmanager
def opened_zip(path: Path, limits: Limits = DEFAULT) -> Iterator[zipfile.ZipFile]:
    """The archive. Raises :class:`TableUnreadable` ``file-damaged`` where its list of parts cannot be read."""
    with path.open("rb") as file:
        try:
            archive = zipfile.ZipFile(file)
        except (*DAMAGED, ValueError, OSError) as error:
            raise TableUnreadable("file-damaged") from error
        with archive:
            if len(archive.infolist()) > limits.parts:
                raise TableUnreadable("file-damaged")
            yield archive


def part_info(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo | None:
    """A part by its name, whose case does not matter; None where there is none."""
    try:
        return archive.getinfo(name)
    except KeyError:
        wanted = name.casefold()
        return next((info for info in archive.infolist() if info.filename.casefold() == wanted), None)


def read_part(
    archive: zipfile.ZipFile, name: str, limits: Limits = DEFAULT, most: int | None = None
) -> Iterator[bytes]:
    """The bytes of a part, piece by piece; ``most`` of them, by default ``limits.unpacked_bytes``.

    Raises :class:`TableUnreadable`: ``file-damaged``, ``file-password``, ``file-unpacks-too-large``.
    """
    info = part_info(archive, name)
    if info is None:
        raise TableUnreadable("file-damaged")
    if info.flag_bits & 0x1:
        raise TableUnreadable("file-password")
    most = limits.unpacked_bytes if most is None else most
    packed = max(info.compress_size, 1)
    too_dense = info.file_size > limits.ratio_from_bytes and info.file_size > limits.ratio * packed
    if info.file_size > most or too_dense:
        raise TableUnreadable("file-unpacks-too-large", limit=most // MEGABYTE)
    try:
        with archive.open(info) as part:
            yield from _pieces(part, most)
    except TableUnreadable:
        raise
    except (*DAMAGED, ValueError, OSError) as error:
        raise TableUnreadable("file-damaged") from error


def _pieces(part: IO[bytes], most: int) -> Iterator[bytes]:
    total = 0
    while piece := part.read(CHUNK):
        total += len(piece)
        if total > most:  # the size that the archive states is only a statement
            raise TableUnreadable("file-unpacks-too-large", limit=most // MEGABYTE)
        yield piece


class Stop(Exception):
    """Raised by a handler that has seen all it wants."""


def xml_parser() -> expat.XMLParserType:
    """A parser of names ``namespace|local`` that refuses document types and entities."""
    parser = expat.ParserCreate(namespace_separator="|")
    parser.buffer_text = True
    parser.buffer_size = CHUNK

    def refuse(*_: object) -> NoReturn:
        raise TableUnreadable("file-unsafe-xml")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    return parser


def feed(parser: expat.XMLParserType, pieces: Iterator[bytes], *, final: bool = True) -> Iterator[None]:
    """Parse piece by piece; after each, the caller takes what its handlers have gathered. ``final``: these are all.

    Raises :class:`TableUnreadable` ``file-damaged`` for what is no XML.
    """
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            yield
        if final:
            parser.Parse(b"", True)
            yield
    except TableUnreadable:
        raise
    except (expat.ExpatError, ValueError) as error:
        raise TableUnreadable("file-damaged") from error
    except LookupError as error:
        if type(error) is not LookupError:
            raise
        raise TableUnreadable("file-damaged") from error  # an encoding that nobody knows


def each_element(
    archive: zipfile.ZipFile,
    name: str,
    start: Callable[[str, dict[str, str]], None],
    limits: Limits = DEFAULT,
) -> None:
    """Call ``start(local name, attributes)`` for each element of a small part; attributes lose their namespace too."""
    parser = xml_parser()

    def local(tag: str, attributes: dict[str, str]) -> None:
        start(tag.rpartition("|")[2], {key.rpartition("|")[2]: value for key, value in attributes.items()})

    parser.StartElementHandler = local
    try:
        for _ in feed(parser, read_part(archive, name, limits, limits.styles_bytes)):
            pass
    except Stop:
        pass
