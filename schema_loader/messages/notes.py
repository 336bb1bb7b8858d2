"""Technical notes in the style of frictionless-py 5, in English, for machines and for those who compare reports."""

from __future__ import annotations

from typing import Any

from schema_loader.errors import CellError
from schema_loader.messages.i18n import visible

MAX_NOTE = 200


def note(error: CellError) -> str:
    """A short English note, e.g. ``type is "date/default"``; an empty text where the type of the error says it all."""
    return visible(_note(error), MAX_NOTE)


def _note(error: CellError) -> str:
    kind, _, detail = error.code.partition("/")
    field, params = error.field, error.params
    if "item" in params and field is not None:
        item = getattr(field.type, "item", None)
        inner = CellError(
            error.code, error.row_number, item, params={k: v for k, v in params.items() if k != "item"}
        )
        return f"array item {params['item']}: {_note(inner)}"
    if kind == "type-error":
        return f'type is "{detail}/{params.get("format", "default")}"'
    if kind == "constraint-error":
        return f'constraint "{detail}" is "{_declared(error, detail)}"'
    if error.code == "primary-key/empty":
        return 'cells composing the primary keys are all "None"'
    if kind in ("unique-error", "primary-key"):
        return f"the same as in the row at position {params['row']}" if "row" in params else ""
    if kind == "duplicate-label" and "first" in params:
        return f'at position "{params["first"]}"'
    if kind == "custom-check-error":
        return f'check "{detail}" failed'
    return ""


def _declared(error: CellError, name: str) -> Any:
    """The constraint as the descriptor has it."""
    if name == "required":
        return True
    raw = error.field.descriptor.get("constraints") if error.field is not None else None
    if isinstance(raw, dict) and name in raw:
        return raw[name]
    return next((error.params[key] for key in ("limit", "choices", "pattern") if key in error.params), "")
