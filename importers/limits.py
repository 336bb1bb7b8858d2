"""How much of a file is read: every bound in one place, so that a setting can move it and a test can lower it.

What exceeds a bound ends in :class:`~schema_loader.errors.TableUnreadable`, with the bound as ``limit``.
"""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading. Sizes are in bytes, lengths in characters, the others are counts.

    ========================  =======================================================================================
    ``file_bytes``            the file as it was sent (``file-too-large``)
    ``unpacked_bytes``        one part of a workbook (``file-unpacks-too-large``); a sheet of a million rows and
                              twenty columns is half of the default
    ``strings_bytes``         the texts that a workbook's sheets share, which are held in memory
    ``ratio``                 how far a part may be compressed; sheets reach 10 to 60
    ``ratio_from_bytes``      below this size no ratio is a danger
    ``parts``                 files inside a workbook (``file-damaged``: no workbook has so many)
    ``sheets``                of a workbook (``file-too-many-sheets``)
    ``rows``                  filled rows, header included (``file-too-many-rows``)
    ``columns``               of a row (``file-too-many-columns``, ``file-sheet-too-wide``); spreadsheets have 16,384
    ``cells``                 filled cells, and blank ones between them (``file-too-many-cells``)
    ``cell_length``           of one cell (``file-cell-too-long``, ``file-sheet-cell-too-long``); a spreadsheet
                              writes 32,767 at most
    ``line_length``           of one line of a text (``file-cell-too-long``)
    ``old_workbook_bytes``    an ``.xls``, whose reader holds all of it in memory (``file-unpacks-too-large``)
    ========================  =======================================================================================
    """

    file_bytes: int = 2048 * MEGABYTE
    unpacked_bytes: int = 2048 * MEGABYTE
    strings_bytes: int = 512 * MEGABYTE
    styles_bytes: int = 64 * MEGABYTE
    ratio: int = 200
    ratio_from_bytes: int = 64 * MEGABYTE
    parts: int = 10_000
    sheets: int = 1_000
    rows: int = 5_000_000
    columns: int = 16_384
    cells: int = 200_000_000
    cell_length: int = 10_000_000
    line_length: int = 64 * MEGABYTE
    old_workbook_bytes: int = 256 * MEGABYTE


DEFAULT = Limits()
