"""Which column of a file is which field of a schema, how sure that is, and why.

In turn: what this establishment mapped before, the name, the title, either in another spelling, a near spelling, the values
that a column holds. No column is ever given to two fields, no field to two columns. Nothing is decided here: a person
confirms what is proposed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from importers.evidence import Evidence
from importers.header import Column
from importers.labels import Words, keys, letters, likeness, visible, weights, words
from importers.table import Table, TitleLine
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema

Reason = Literal["person", "remembered", "name", "title", "spelling", "near", "values", "none"]
REASONS = get_args(Reason)
Filling = Literal["typed", "title"]

CONFIDENCE: Mapping[Reason, float] = {
    "person": 1.0,
    "remembered": 1.0,
    "name": 1.0,
    "title": 0.98,
    "spelling": 0.95,
}
SURE = 0.8  # from here on a match needs no second look
LEAST = 0.5  # below, nothing is proposed
NEAR = 0.55  # how alike two labels must be, where values say nothing
WEAK = 0.25  # how alike, where the values speak for it
MOST_COMPARED = 600  # columns and fields that are compared by likeness: beyond, it is no table of a town hall


@dataclass(frozen=True, slots=True)
class Match:
    """The column of one field: its ``index`` in the table (from 0) and its name; None and an empty text where there is none.

    ``confidence`` goes from 0 to 1; from :data:`SURE` on no second look is needed.
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
    return replace(matching, proposed=_proposed(schema, matching, table.title_lines))


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
    work = _Work(schema, labels, names)
    aside = work.take_remembered(remembered or {})
    work.take_equal("name", [(field, field.name) for field in schema.fields])
    work.take_equal("title", [(field, field.title) for field in schema.fields])
    for level in (0, 1):
        work.take_spellings(level, aside)
    work.take_alike(samples, aside)
    return Matching(tuple(work.found.get(field.name, Match(field.name)) for field in schema.fields), names)


class _Work:
    """The fields and columns that are still to be paired."""

    def __init__(self, schema: TableSchema, labels: Sequence[str], names: Sequence[str]) -> None:
        self.schema = schema
        self.labels = labels
        self.names = names
        self.found: dict[str, Match] = {}
        self.free = dict.fromkeys(range(len(labels)))

    def take(self, field: Field, column: int, confidence: float, reason: Reason) -> None:
        """Pair a field with a column, if both are free."""
        if field.name not in self.found and column in self.free:
            del self.free[column]
            self.found[field.name] = Match(
                field.name, column, self.names[column], round(confidence, 3), reason
            )

    def open_fields(self) -> list[Field]:
        """Fields without a column, in schema order."""
        return [field for field in self.schema.fields if field.name not in self.found]

    def take_remembered(self, remembered: Mapping[str, str | None]) -> frozenset[int]:
        """Pair what was paired before; the answer is the columns that were left aside then."""
        exact = {visible(label): field for label, field in remembered.items()}
        folded: dict[str, set[str | None]] = defaultdict(set)
        for label, known in remembered.items():
            folded[letters(label)].add(known)
        aside = set()
        for column, label in enumerate(self.labels):
            name = visible(self.names[column])
            alike = folded.get(letters(label), set()) if letters(label) else set()
            known = exact[name] if name in exact else next(iter(alike)) if len(alike) == 1 else ""
            if known is None:
                aside.add(column)
            elif known and known in self.schema.by_name:
                self.take(self.schema.by_name[known], column, CONFIDENCE["remembered"], "remembered")
        return frozenset(aside)

    def take_equal(self, reason: Reason, texts: Sequence[tuple[Field, str]]) -> None:
        """Pair labels that say the very name or title."""
        first: dict[str, int] = {}
        for column in self.free:
            first.setdefault(self.labels[column].strip(), column)
        for field, text in texts:
            place = first.get(text.strip()) if text.strip() else None
            if place is not None:
                self.take(field, place, CONFIDENCE[reason], reason)

    def take_spellings(self, level: int, aside: frozenset[int]) -> None:
        """Pair labels that say a name or a title in another spelling, where but one field is meant."""
        meant: dict[str, dict[str, Field]] = defaultdict(dict)
        for field in self.open_fields():
            for text in (field.name, field.title):
                for key in keys(text)[level : level + 1]:
                    meant[key][field.name] = field
        for column in list(self.free):
            if column in aside:
                continue
            for key in keys(self.labels[column])[: level + 1]:
                fields = meant.get(key, {})
                if len(fields) == 1:
                    self.take(
                        next(iter(fields.values())), column, CONFIDENCE["spelling"] - level * 0.05, "spelling"
                    )

    def take_alike(self, samples: Iterable[Sequence[str]], aside: frozenset[int]) -> None:
        """Pair what is alike in spelling and in values, best pairs first."""
        fields = self.open_fields()[:MOST_COMPARED]
        columns = [column for column in self.free if column not in aside][:MOST_COMPARED]
        if not fields or not columns:
            return
        evidence = Evidence(self.schema, fields, columns, samples)
        weight = weights(text for field in self.schema.fields for text in (field.name, field.title))
        said: dict[int, Words] = {column: words(self.labels[column]) for column in columns}
        spoken = {field.name: (words(field.name), words(field.title)) for field in fields}
        scored: list[tuple[float, float, int, Field]] = []
        for field in fields:
            for column in columns:
                alike = max(likeness(said[column], text, weight) for text in spoken[field.name])
                score = self._score(alike, evidence.speaks_for(field, column))
                if score >= LEAST:
                    scored.append((score, alike, column, field))
        best: dict[tuple[str, int], list[float]] = defaultdict(list)
        for score, _, column, field in scored:
            best["", column].append(score)
            best[field.name, -1].append(score)
        for score, alike, column, field in sorted(scored, key=lambda s: (-s[0], -s[1], s[2], s[3].position)):
            rivals = sorted((*best["", column], *best[field.name, -1]), reverse=True)
            tied = rivals[2] if len(rivals) > 2 else 0.0  # its own score is there twice
            unsure = score - 0.15 if tied > score - 0.05 else score
            if alike < WEAK and unsure < score:
                continue  # two columns hold the like and neither label tells: a person knows
            self.take(field, column, max(LEAST, unsure), "near" if alike >= NEAR else "values")

    @staticmethod
    def _score(alike: float, speaks: float) -> float:
        """One figure for the likeness of labels (0 to 1) and for what the values say (-1 against, 0 nothing, 1 for)."""
        if alike >= NEAR:
            return min(0.9, 0.5 + 0.4 * (alike - NEAR) / (1 - NEAR) + (0.15 if speaks > 0 else 0.2) * speaks)
        if alike >= WEAK and speaks > 0.5:
            return min(0.8, 0.35 + 0.3 * alike + 0.25 * speaks)
        return 0.6 * speaks if speaks > 0.9 else 0.0


def _proposed(schema: TableSchema, matching: Matching, lines: Sequence[TitleLine]) -> tuple[Filler, ...]:
    """Values of the lines above the header that missing fields would take: a label stands before them, or their rule is strict."""
    missing = [schema.by_name[name] for name in matching.missing]
    if not missing or not lines:
        return ()
    weight = weights(text for field in schema.fields for text in (field.name, field.title))
    found: list[tuple[float, int, Filler]] = []
    for line in lines[:40]:
        for place, cell in enumerate(line.cells[:40]):
            before, colon, after = cell.text.partition(":")
            label = before if colon else line.cells[place - 1].text if place else ""
            for text in dict.fromkeys((after.strip(), cell.text.strip()) if colon else (cell.text.strip(),)):
                if not text or len(text) > 500:
                    continue
                said = words(label) if text != cell.text.strip() or not colon else ()
                for order, field in enumerate(missing):
                    if field.read(text)[1]:
                        continue
                    alike = max(likeness(said, words(t), weight) for t in (field.name, field.title))
                    strict = Evidence.strict(schema, field, text)
                    score = alike + strict
                    if score >= NEAR:
                        found.append(
                            (-score, order, Filler(field.name, text, "title", line.number, cell.letter))
                        )
    found.sort(key=lambda item: item[:2])
    return tuple(dict.fromkeys(filler for _, _, filler in found))
