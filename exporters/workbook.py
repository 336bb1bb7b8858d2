"""Large workbooks without large memory: openpyxl makes all but the rows, the rows are written beside it.

openpyxl knows the parts of a workbook (styles, filters, drop-downs, comments, properties) and writes 7,000 rows a second;
a row of a sheet is simple XML, of which Python writes ten times as many. So a workbook is made by openpyxl with its
header and a *model row* that has the styles of each column, and saved in memory: that skeleton is copied to the archive,
and where the model rows stood the real ones go by (docs/decisions/0013).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from exporters.zip_stream import ZipStream

if TYPE_CHECKING:
    from openpyxl import Workbook

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COMPRESSION = 3  # of zlib: 1.4 times as fast as its usual 6, for an eighth more octets
LONGEST_TITLE = 31
ROW = re.compile(rb"<row [^>]*?(?:/>|>.*?</row>)", re.DOTALL)
STYLE = re.compile(rb'<c r="([A-Z]+)\d+"(?: s="(\d+)")?')
CHANGED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms)")


@dataclass(frozen=True, slots=True)
class SheetParts:
    """A sheet of a skeleton around its rows: ``head`` ends after the header, ``styles`` are those of the model rows,
    by column letters, ``tail`` begins with the end of the rows."""

    head: bytes
    styles: tuple[Mapping[str, str], ...]
    tail: bytes

    def style(self, column: str, model: int = 0) -> str:
        """The style of a column in one of the model rows."""
        return self.styles[model].get(column, "0")


class Skeleton:
    """A workbook that openpyxl saved: its parts by name. Dates of the file are ``moment``, by default 1 January 1980."""

    def __init__(self, book: Workbook, moment: datetime | None = None) -> None:
        content = io.BytesIO()
        book.save(content)
        book.close()
        with zipfile.ZipFile(content) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        said = f"{(moment or datetime(1980, 1, 1, tzinfo=UTC)).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
        core = "docProps/core.xml"
        self.parts[core] = CHANGED.sub(rb"\g<1>" + said + rb"\g<3>", self.parts[core])

    def sheet(self, name: str, models: int) -> SheetParts:
        """A sheet cut at its last ``models`` rows, which are dropped."""
        xml = re.sub(rb"<dimension [^>]*/>", b"", self.parts[name])
        rows = list(ROW.finditer(xml))[-models:]
        styles = tuple(
            {column.decode(): (style or b"0").decode() for column, style in STYLE.findall(row[0])}
            for row in rows
        )
        return SheetParts(xml[: rows[0].start()], styles, xml[rows[-1].end() :])


Fill = Callable[[], Iterator[bytes]]
"""The octets of one part, made when its turn comes."""


def write_parts(parts: Mapping[str, bytes], filled: Mapping[str, Fill]) -> Iterator[bytes]:
    """The archive of a workbook: ``parts``, those named in ``filled`` made on the way."""
    archive = ZipStream(COMPRESSION)
    for name, data in parts.items():
        yield from archive.member(name, filled[name]() if name in filled else [data])
    yield archive.end()


def in_blocks(pieces: Iterator[str], size: int = 64 * 1024) -> Iterator[bytes]:
    """Texts as octets, some dozens of kilobytes at a time."""
    block: list[str] = []
    length = 0
    for piece in pieces:
        block.append(piece)
        length += len(piece)
        if length >= size:
            yield "".join(block).encode()
            block.clear()
            length = 0
    yield "".join(block).encode()


def ignoring_numbers_as_text(tail: bytes, cells: str) -> bytes:
    """The end of a sheet that spares the reader a green corner on each code (ECMA-376-1 §18.3.1.51)."""
    note = f'<ignoredErrors><ignoredError sqref="{cells}" numberStoredAsText="1"/></ignoredErrors>'.encode()
    place = re.search(
        rb"<(?:smartTags|drawing|legacyDrawing|legacyDrawingHF|picture|oleObjects|tableParts|extLst)\b", tail
    )
    at = place.start() if place else tail.rindex(b"</worksheet>")
    return tail[:at] + note + tail[at:]


def sheet_title(text: str, default: str) -> str:
    """A name that a sheet may have: 31 characters, none of ``[]:*?/\\``, no apostrophe at either end."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]+|[^\u0000-\uffff]", " ", text)
    name = " ".join(name.split()).strip("'")
    if len(name) > LONGEST_TITLE:
        name = name[: LONGEST_TITLE - 1].rstrip() + "…"
    return name if name and name.casefold() not in ("history", "historique") else default
