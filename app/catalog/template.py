"""The workbook to fill in for a schema of the catalogue (« gabarit »): empty, the same for everybody."""

from __future__ import annotations

from collections.abc import Callable

from app.i18n import gettext, language
from exporters.marks import Marks
from exporters.template import write_template
from schema_loader.compile import compile_schema

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORM = 1
"""Of the workbook: a browser that holds an earlier one takes it again. Raised when the writer changes what it writes."""
KEPT = 32  # workbooks of some ten thousand octets, in memory

_made: dict[tuple[str, str, str], bytes] = {}


def workbook(key: str, version: str, content_hash: str, load: Callable[[], bytes]) -> bytes:
    """The workbook of a version in the current language, made once while it is asked for."""
    place = (key, content_hash, language())
    found = _made.get(place)
    if found is None:
        schema = compile_schema(load())
        marks = Marks("template", key, version, schema.content_hash, lang=language())
        found = b"".join(write_template(schema, marks))
        while len(_made) >= KEPT:
            _made.pop(next(iter(_made)), None)
        _made[place] = found
    return found


def name_of(key: str, version: str) -> str:
    """The name of the file."""
    return f"{gettext('gabarit')}-{key.rpartition('/')[2]}-{version}.xlsx"
