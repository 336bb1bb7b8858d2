"""The marks that a workbook of ours carries, so that it is known when it comes back filled in.

They stand twice: in the properties of the document, which Excel and LibreOffice keep, and in a hidden row of the sheet that
explains, which survives those that drop properties. They came through other hands: whoever reads them checks what they say.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from xml.parsers import expat

Kind = Literal["template", "correction"]

MARK = "tabellion"
PREFIX = "Tabellion "
PARTS = {"docProps/custom.xml": ("property", "name"), "meta.xml": ("user-defined", "name")}  # XLSX, ODS
MAX_PART = 1_000_000  # octets: a dozen short properties
MAX_TEXT = 255  # characters of a property, as Excel shows it
SEARCHED_ROWS = 20


@dataclass(frozen=True, slots=True)
class Marks:
    """What a file was made for.

    ``schema_hash`` is ``TableSchema.content_hash``; ``establishment`` and ``dataset`` are slugs; ``base`` is the
    service's token for the values that were written in it (so that a change there and a change here can be told apart), or
    for the import that a correction file belongs to. ``notes`` are digests of the rows that are the file's own.
    """

    kind: Kind
    schema_name: str
    schema_version: str
    schema_hash: str
    establishment: str = ""
    dataset: str = ""
    base: str = ""
    made_at: datetime | None = None
    lang: str = "fr"
    notes: tuple[str, ...] = ()

    def is_note(self, cells: Sequence[str]) -> bool:
        """Whether a row (its texts, number column first) is one that the file came with, letter for letter.

        An example that someone wrote over is a row like any other: it is theirs.
        """
        return digest(cells) in self.notes

    def texts(self) -> dict[str, str]:
        """The marks as texts, by name; what is not known is left out."""
        values = {
            "kind": self.kind, "schema": self.schema_name, "version": self.schema_version, "hash": self.schema_hash,
            "establishment": self.establishment, "dataset": self.dataset, "base": self.base,
            "made_at": self.made_at.astimezone(UTC).isoformat(timespec="seconds") if self.made_at else "",
            "lang": self.lang, "notes": " ".join(self.notes),
        }  # fmt: skip
        return {name: text[:MAX_TEXT] for name, text in values.items() if text}


def digest(cells: Sequence[str]) -> str:
    """A short name for the content of a row, empty cells at its end aside."""
    kept = [cell.strip() for cell in cells]
    while kept and not kept[-1]:
        kept.pop()
    return hashlib.sha256("\x1f".join(kept).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def marks_of(texts: dict[str, str]) -> Marks | None:
    """Marks from their texts; None where they are none, or not whole."""
    kind, content = texts.get("kind"), texts.get("hash", "")
    if kind not in ("template", "correction") or not re.fullmatch(r"[0-9a-f]{64}", content):
        return None
    try:
        made_at = datetime.fromisoformat(texts["made_at"]) if texts.get("made_at") else None
    except ValueError:
        made_at = None
    return Marks(
        kind=kind,  # type: ignore[arg-type]
        schema_name=texts.get("schema", ""),
        schema_version=texts.get("version", ""),
        schema_hash=content,
        establishment=texts.get("establishment", ""),
        dataset=texts.get("dataset", ""),
        base=texts.get("base", ""),
        made_at=made_at if made_at is None or made_at.tzinfo else None,
        lang="en" if texts.get("lang") == "en" else "fr",
        notes=tuple(texts.get("notes", "").split()),
    )


def hidden_row(marks: Marks) -> list[str]:
    """The row that says the same in a sheet."""
    return [MARK, *(f"{name}={text}" for name, text in marks.texts().items())]


def marks_of_rows(rows: Iterable[Sequence[str]]) -> Marks | None:
    """Marks in the first rows of a sheet (as a reader of workbooks gives them), or None."""
    for _, row in zip(range(SEARCHED_ROWS), rows, strict=False):
        if row and row[0] == MARK:
            return marks_of(dict(cell.split("=", 1) for cell in row[1:] if "=" in cell))
    return None


def read_marks(path: Path) -> Marks | None:
    """The marks in the properties of a workbook (XLSX, or ODS as LibreOffice saves it); None for any other file.

    Only that one small part is read, within bounds, so that a hostile file costs nothing. Raises ``OSError``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            known = set(archive.namelist())
            for part, (element, attribute) in PARTS.items():
                if part in known:
                    with archive.open(part) as content:
                        data = content.read(MAX_PART + 1)
                    return marks_of(_properties(data, element, attribute)) if len(data) <= MAX_PART else None
    except (zipfile.BadZipFile, expat.ExpatError, RuntimeError, NotImplementedError, EOFError, ValueError):
        return None
    return None


def _properties(data: bytes, element: str, attribute: str) -> dict[str, str]:
    """Property → text, of those whose name begins with ours."""
    found: dict[str, list[str]] = {}
    current: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal current
        if tag.rpartition(":")[2] == element:
            name = next(
                (value for key, value in attributes.items() if key.rpartition(":")[2] == attribute), ""
            )
            current = found.setdefault(name.removeprefix(PREFIX), []) if name.startswith(PREFIX) else []

    def no_doctype(*_: object) -> None:
        raise ValueError("a document type in a workbook")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.CharacterDataHandler = lambda text: current.append(text)
    parser.StartDoctypeDeclHandler = no_doctype
    parser.Parse(data, True)
    return {name: "".join(texts).strip() for name, texts in found.items()}
