"""How large a file of an import may be."""

from __future__ import annotations

from app.settings import get_settings
from importers.limits import Limits


def limits() -> Limits:
    """The bounds that the settings give to imports."""
    settings = get_settings()
    return Limits(
        file_bytes=settings.max_upload,
        rows=settings.max_import_rows,
        cells=settings.max_import_cells,
        sheets=settings.max_import_sheets,
        ratio=settings.max_import_ratio,
    )
