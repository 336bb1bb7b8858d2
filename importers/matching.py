"""Which column of a file is which field of a schema, how sure that is, and why.

In turn: what this establishment mapped before, the name, the title, either in another spelling, a near spelling, the values
that a column holds. No column is ever given to two fields, no field to two columns. Nothing is decided here: a person
confirms what is proposed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from importers.fillers import proposed_values
from importers.header import Column
from importers.labels import visible
from importers.pairing import SURE, Reason, pair
from importers.table import Table
from schema_loader.table_schema import TableSchema

Filling = Literal["typed", "title"]


@dataclass(frozen=True, slots=True)
class Match:
    """The column of one field: its ``index`` in the table (from 0) and its name; None and an empty text where there is none.

    ``confidence`` goes from 0 to 1; from :data:`~importers.pairing.SURE` on no second look is needed.
    """

    field: str
    column: int | None = None
    label: str = ""
    confidence: float = 0.0
    reason: Reason = "none"

    @property
    def sure(self) -> bool:
        """Whether a person need not look twice."""
        return self.confidence >= SURE


@dataclass(frozen=True, slots=True)
class Filler:
    """What may stand in every row for a field that has no column: typed, or found in a line above the header.

    ``row`` and ``letter`` say where in the file; ``row`` is 0 for what was typed.
    """

    field: str
    value: str
    source: Filling = "typed"
    row: int = 0
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Matching:
    """The fields of a schema and the columns of a table.

    ``matches`` has one entry for each field, in schema order. ``labels`` are the names of all columns, in order.
    ``constants`` are applied to every row; ``proposed`` are those that the lines above the header suggest, for fields
    without a column, likeliest first: applied only when a person takes them (:meth:`with_constant`).
    """

    matches: tuple[Match, ...]
    labels: tuple[str, ...]
    constants: tuple[Filler, ...] = ()
    proposed: tuple[Filler, ...] = ()

    @property
    def by_field(self) -> Mapping[str, Match]:
        """Matches by the name of their field."""
        return {match.field: match for match in self.matches}

    @property
    def columns(self) -> tuple[str | None, ...]:
        """The field of each column of the table, None where it is ignored."""
        fields = {match.column: match.field for match in self.matches if match.column is not None}
        return tuple(fields.get(index) for index in range(len(self.labels)))

    @property
    def ignored(self) -> tuple[int, ...]:
        """The columns that no field takes, by index; :attr:`ignored_labels` are their names."""
        return tuple(index for index, field in enumerate(self.columns) if field is None)

    @property
    def ignored_labels(self) -> tuple[str, ...]:
        """The names of the columns that no field takes."""
        return tuple(self.labels[index] for index in self.ignored)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the fields that have neither a column nor a constant, in schema order."""
        constant = {filler.field for filler in self.constants}
        return tuple(m.field for m in self.matches if m.column is None and m.field not in constant)

    def assign(self, field: str, column: int | None) -> Matching:
        """The same with a field on another column (None: on none), as a person says; what had that column loses it.

        Raises ``KeyError`` for an unknown field, ``IndexError`` for a column that the table does not have.
        """
        if field not in self.by_field:
            raise KeyError(field)
        if column is not None and not 0 <= column < len(self.labels):
            raise IndexError(column)
        label = "" if column is None else self.labels[column]
        decided = Match(field, column, label, 1.0, "person")
        return replace(
            self,
            matches=tuple(
                decided
                if match.field == field
                else Match(match.field)
                if column is not None and match.column == column
                else match
                for match in self.matches
            ),
        )

    def with_constant(
        self, field: str, value: str, *, source: Filling = "typed", row: int = 0, letter: str = ""
    ) -> Matching:
        """The same with one value for every row of a field (an empty value: none any more). Raises ``KeyError``."""
        if field not in self.by_field:
            raise KeyError(field)
        kept = tuple(filler for filler in self.constants if filler.field != field)
        added = (Filler(field, value, source, row, letter),) if value else ()
        return replace(self, constants=kept + added)

    def memory(self) -> dict[str, str | None]:
        """What to remember for the next file: label → field, None for a column that a person left aside."""
        fields = self.columns
        return {visible(label): fields[index] for index, label in enumerate(self.labels)}

    def to_json(self) -> dict[str, Any]:
        """Plain data for storing: :meth:`from_json` gives an equal object back."""
        return {
            "matches": [
                {
                    "field": m.field,
                    "column": m.column,
                    "label": m.label,
                    "confidence": m.confidence,
                    "reason": m.reason,
                }
                for m in self.matches
            ],
            "labels": list(self.labels),
            "constants": [_filler_json(filler) for filler in self.constants],
            "proposed": [_filler_json(filler) for filler in self.proposed],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Matching:
        """What :meth:`to_json` wrote. Raises ``KeyError`` or ``TypeError`` for anything else."""
        return cls(
            tuple(Match(**match) for match in data["matches"]),
            tuple(data["labels"]),
            tuple(Filler(**filler) for filler in data["constants"]),
            tuple(Filler(**filler) for filler in data["proposed"]),
        )


def _filler_json(filler: Filler) -> dict[str, Any]:
    return {
        "field": filler.field,
        "value": filler.value,
        "source": filler.source,
        "row": filler.row,
        "letter": filler.letter,
    }


def match_table(
    schema: TableSchema, table: Table, remembered: Mapping[str, str | None] | None = None
) -> Matching:
    """:func:`match_columns` of a table, with what the lines above its header propose for missing fields."""
    matching = match_columns(schema, table.columns, [row.cells for row in table.sample], remembered)
    missing = [schema.by_name[name] for name in matching.missing]
    found = proposed_values(schema, missing, table.title_lines)
    return replace(
        matching,
        proposed=tuple(Filler(value.field, value.text, "title", value.row, value.letter) for value in found),
    )


def match_columns(
    schema: TableSchema,
    columns: Sequence[Column | str],
    samples: Iterable[Sequence[str]] = (),
    remembered: Mapping[str, str | None] | None = None,
) -> Matching:
    """Propose a column for each field. ``columns`` are those of a table, or labels; ``samples`` are rows of cells.

    ``remembered`` is what :meth:`Matching.memory` gave for earlier files of the same schema: a label that was left aside
    then is proposed for no field now, unless it is the very name of one.
    """
    labels = [column if isinstance(column, str) else column.label for column in columns]
    names = tuple(column if isinstance(column, str) else column.name for column in columns)
    found = pair(schema, labels, names, samples, remembered or {})
    matches = []
    for field in schema.fields:
        got = found.get(field.name)
        if got is None:
            matches.append(Match(field.name))
        else:
            matches.append(Match(field.name, got.column, names[got.column], got.confidence, got.reason))
    return Matching(tuple(matches), names)
