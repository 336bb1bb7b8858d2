"""Faults as data: what is wrong in a descriptor, a header, a row or a cell.

Nothing here is ever raised, except :class:`SchemaRefused`, which ends the compilation of a descriptor, and
:class:`TableUnreadable`, which ends the reading of a file. The words a
person reads are made from these by :mod:`schema_loader.messages`.

A *code* is ``<type>`` or ``<type>/<detail>``. The part before the slash is the error type of frictionless-py 5
(``type-error``, ``constraint-error``, ``missing-label`` …) and never changes meaning; the part after it says which
rule failed (``constraint-error/minimum``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from schema_loader.field import Field

NO_PARAMS: Mapping[str, Any] = MappingProxyType({})


def _no_params() -> Mapping[str, Any]:
    return NO_PARAMS


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that a value breaks, before it has a place: the code and what the words need.

    A field's rule makes each of its faults once, at compilation; checking only hands them out.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=_no_params)


class CellError(NamedTuple):
    """One error with its place in a table. (A tuple: a large file makes a million of them.)

    ``row_number`` counts records with the header as row 1, and is None for an error of the header itself.
    ``field_number`` is the position of the column in the file, from 1; None for an error of a whole row. ``cell`` is
    the raw text that was read (a header error: the label). ``field`` is None where no field is concerned (extra
    cells, blank rows).
    """

    code: str
    row_number: int | None = None
    field: Field | None = None
    field_number: int | None = None
    cell: str = ""
    params: Mapping[str, Any] = NO_PARAMS

    def __repr__(self) -> str:
        return f"CellError({self.code!r}, row {self.row_number}, {self.field_name!r}, {self.cell[:80]!r})"

    @property
    def type(self) -> str:
        """The stable frictionless error type, e.g. ``constraint-error``."""
        return self.code.partition("/")[0]

    @property
    def field_name(self) -> str:
        """The name of the field; of a column that is no field, its label; else an empty text."""
        return self.field.name if self.field is not None else str(self.params.get("label", ""))

    @property
    def kind(self) -> tuple[str, Field | str]:
        """What errors alike share: the rule, and the column."""
        return self.code, self.field or self.field_name


def by_kind(errors: Sequence[CellError]) -> list[Sequence[CellError]]:
    """Errors grouped by column and rule, in the order in which they were first met."""
    if not isinstance(errors, list):
        kinds: Callable[[], list[Sequence[CellError]]] | None = getattr(errors, "kinds", None)
        if kinds is not None:
            return kinds()
    groups: dict[tuple[str, Field | str], list[CellError]] = {}
    for error in errors:
        groups.setdefault(error.kind, []).append(error)
    return list(groups.values())


@dataclass(frozen=True, slots=True)
class SchemaWarning:
    """An oddity of a descriptor that compiles all the same: what was read instead is said by its code.

    ``place`` is a path in the descriptor as a person would say it: a field's name, or an empty text for the schema.
    """

    code: str
    place: str = ""
    params: Mapping[str, Any] = field(default_factory=_no_params)


class SchemaRefused(ValueError):
    """The descriptor cannot become rules.

    Attributes: ``code`` names the fault, ``place`` the field (or an empty text), ``params`` what the words need.
    ``str()`` gives an English sentence good enough for a log; a person is shown ``messages.refusal()``.
    """

    def __init__(self, code: str, place: str = "", **params: Any) -> None:
        self.code = code
        self.place = place
        self.params = params
        where = f" (field {place!r})" if place else ""
        detail = ", ".join(f"{key}={value!r}" for key, value in params.items())
        super().__init__(f"{code}{where}{': ' + detail if detail else ''}")


class NotReadable(SchemaRefused):
    """The bytes are no JSON text at all (or too large to be read): nothing could be judged."""


class TableUnreadable(ValueError):
    """A file that cannot be read as a table at all, or not to its end.

    ``code`` names the fault (``file-bad-byte``, ``file-cell-too-long`` …), ``params`` hold the place (``row``, ``line``,
    ``byte``) as far as it is known. A person is shown ``messages.unreadable()``.
    """

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(f"{code}: " + ", ".join(f"{key}={value!r}" for key, value in params.items()))
