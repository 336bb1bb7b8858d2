"""Whether octets are a PDF and nothing else besides: known by their content, never by a name or by what a browser says.

Source: ISO 32000-1, 7.5 (file structure): a header, objects, a cross-reference, a trailer. A file that is also a page or an
archive (a « polyglot ») hides what it holds from whoever looks at it as a PDF: it begins and ends as a PDF does, and no other
kind of file does.
"""

from __future__ import annotations

import re

HEADER = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\s\x00]")
END = re.compile(rb"startxref[\s\x00]+(\d{1,12})[\s\x00]+%%EOF[\s\x00]*\Z")
CROSS_REFERENCE = re.compile(rb"[\s\x00]*(xref[\s\x00]|\d+[\s\x00]+\d+[\s\x00]+obj)")
PAGE = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|meta)", re.IGNORECASE)
LOOKED_AT, TAIL = 2048, 4096  # octets, from the beginning and from the end
ZIP_END, ZIP_SIZE, ZIP_COMMENT = b"PK\x05\x06", 22, 65_535


def is_pdf(data: bytes) -> bool:
    """Whether ``data`` is a whole PDF, and neither a page nor an archive besides."""
    if HEADER.match(data) is None or PAGE.search(data, 0, LOOKED_AT) is not None:
        return False
    found = END.search(data, max(0, len(data) - TAIL))
    if found is None or not _leads_somewhere(data, int(found[1])):
        return False
    return not _is_archive(data)


def _leads_somewhere(data: bytes, offset: int) -> bool:
    """Whether a cross-reference is where the end says; some programs count a few octets wrong."""
    if not 0 < offset < len(data):
        return False
    return any(CROSS_REFERENCE.match(data, max(0, offset - before)) for before in range(3))


def _is_archive(data: bytes) -> bool:
    """Whether the end of the file is that of a ZIP, whose last field, a comment of any content, reaches to the very end."""
    at = data.rfind(ZIP_END, max(0, len(data) - ZIP_SIZE - ZIP_COMMENT))
    while at >= 0:
        length = int.from_bytes(data[at + 20 : at + 22], "little")
        if at + ZIP_SIZE + length >= len(data):
            return True
        at = data.rfind(ZIP_END, max(0, len(data) - ZIP_SIZE - ZIP_COMMENT), at)
    return False
