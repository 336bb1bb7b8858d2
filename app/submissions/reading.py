"""How a file is read: the bounds, what a person decides of it, and the refusal of one that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import AppError
from app.i18n import language
from app.settings import get_settings
from importers.limits import Limits
from schema_loader import messages
from schema_loader.errors import TableUnreadable


class FileRefused(AppError):
    """The file cannot be read as a table: the words are the core's."""

    status = 422

    def __init__(self, unreadable: TableUnreadable) -> None:
        super().__init__("")
        self.unreadable = unreadable

    def told(self) -> messages.Message:
        """What is wrong, and how to mend it, in the current language."""
        return messages.unreadable(self.unreadable, language())

    def text(self, lang: str | None = None) -> str:
        return str(messages.unreadable(self.unreadable, lang or language()))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person decides of how a file is read; None where what was found stands. ``header_row`` 0: there is none."""

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None


def limits() -> Limits:
    """The bounds that the settings give to imports."""
    settings = get_settings()
    return Limits(
        file_bytes=settings.max_upload,
        rows=settings.max_import_rows,
        cells=settings.max_import_cells,
        sheets=settings.max_import_sheets,
    )
