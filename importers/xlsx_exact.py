"""Sheets and shared texts of an ``.xlsx``, whatever way they are written: each element in turn.

Source: ECMA-376-1 §18.3.1 (sheet data), §18.4 (shared strings).
"""

from __future__ import annotations

from collections.abc import Iterator

from importers.bounded_zip import feed, xml_parser
from importers.limits import Limits
from importers.sheet_rows import FilledRow, cell_name, column_number, trimmed
from importers.xlsx_cells import CellTexts, unescaped
from schema_loader.errors import TableUnreadable


def whole_number(text: str | None) -> int:
    """A number of the file. Raises :class:`TableUnreadable` ``file-damaged``."""
    try:
        return int(text or "0")
    except ValueError as error:
        raise TableUnreadable("file-damaged") from error


def read_texts(parts: Iterator[bytes]) -> list[str]:
    """The texts that cells name by number. Runs of one text are joined; readings of East Asian signs are left out."""
    texts: list[str] = []
    pieces: list[str] = []
    state = {"text": False, "aside": False}

    def start(tag: str, _: dict[str, str]) -> None:
        local = tag.rpartition("|")[2]
        if local == "t":
            state["text"] = not state["aside"]
        elif local == "rPh":
            state["aside"] = True

    def end(tag: str) -> None:
        local = tag.rpartition("|")[2]
        if local == "si":
            texts.append(unescaped("".join(pieces)))
            pieces.clear()
        elif local == "t":
            state["text"] = False
        elif local == "rPh":
            state["aside"] = False

    def characters(text: str) -> None:
        if state["text"]:
            pieces.append(text)

    parser = xml_parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    for _ in feed(parser, parts):
        pass
    return texts


class SheetParser:
    """Handlers of one sheet. ``done`` receives each filled row; the caller empties it."""

    def __init__(self, cells: CellTexts, limits: Limits, row_number: int = 0) -> None:
        self.done: list[FilledRow] = []
        self.cells = cells
        self.limits = limits
        self.columns: dict[str, int] = {}
        self.row_number = row_number
        self.parser = xml_parser()
        self.parser.StartElementHandler = self._root

    def _root(self, tag: str, _: dict[str, str]) -> None:
        """The namespace is that of the first element: the standard has two, transitional and strict."""
        space = tag.rpartition("|")[0]
        self._listen(f"{space}|" if space else "")

    def _listen(self, space: str) -> None:  # noqa: C901 (called ten million times: one closure, no attribute look-ups)
        row_tag, cell_tag, value_tag = f"{space}row", f"{space}c", f"{space}v"
        text_tag, aside_tag, formula_tag = f"{space}t", f"{space}rPh", f"{space}f"
        data_tag = f"{space}sheetData"
        columns, done = self.columns, self.done
        longest, widest = self.limits.cell_length, self.limits.columns
        pieces: list[str] = []
        row: list[str] = []
        column = length = 0
        row_number, text_of = self.row_number, self.cells.of
        kind = style = ""
        listening = aside = formula = False

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal column, kind, style, listening, aside, formula, row_number, row
            if tag == cell_tag:
                place = attributes.get("r")
                if place is None:
                    column += 1
                else:
                    letters = place.rstrip("0123456789")
                    known = columns.get(letters)
                    if known is None:
                        known = columns[letters] = column_number(letters, widest)
                    if known <= column:
                        raise TableUnreadable("file-damaged")
                    column = known
                kind = attributes.get("t", "n")
                style = attributes.get("s", "0")
                formula = False
                pieces.clear()
            elif tag == value_tag:
                listening = True
            elif tag == row_tag:
                number = attributes.get("r")
                row_number = row_number + 1 if number is None else whole_number(number)
                row = []
                column = 0
            elif tag == text_tag:
                listening = kind == "inlineStr" and not aside
            elif tag == aside_tag:
                aside = True
            elif tag == formula_tag:
                formula = True

        def characters(text: str) -> None:
            nonlocal length
            if listening:
                pieces.append(text)
                length += len(text)
                if length > longest:
                    name = cell_name(row_number, column)
                    raise TableUnreadable("file-sheet-cell-too-long", cell=name, limit=longest)

        def end(tag: str) -> None:
            nonlocal listening, aside, length
            if tag in (value_tag, text_tag):
                listening = False
            elif tag == cell_tag:
                length = 0
                if pieces:
                    stored = pieces[0] if len(pieces) == 1 else "".join(pieces)
                    shown = text_of(stored, kind, style)
                    if shown:
                        missing = column - len(row) - 1
                        if missing:
                            row.extend([""] * missing)
                        row.append(shown)
                elif formula and kind == "n":
                    # written by a program that does not calculate: what the cell shows is not in the file
                    name = cell_name(row_number, column)
                    raise TableUnreadable("file-formula-without-value", cell=name)
            elif tag == row_tag:
                self.row_number = row_number
                if trimmed(row):
                    done.append((row_number, row))
            elif tag == aside_tag:
                aside = False
            elif tag == data_tag:
                self.parser.StartElementHandler = self.parser.EndElementHandler = None
                self.parser.CharacterDataHandler = None

        self.parser.StartElementHandler = start
        self.parser.EndElementHandler = end
        self.parser.CharacterDataHandler = characters
