"""Fields paired with columns, surest pairs first; a column goes to one field, a field to one column."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from importers.evidence import Evidence
from importers.labels import Words, alike, keys, letters, likeness, same_words, visible, weights, words
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema

Reason = Literal["person", "remembered", "name", "title", "spelling", "near", "values", "place", "none"]
"""Why a column is a field's: a person said so, or said so for an earlier file; it is its name, its title, either in another
spelling; its label is near to either; its values keep the field's rule; in a file without labels, it stands in the field's
place. ``none``: no column."""

SURE = 0.8  # from here on a match needs no second look
UNSURE = 0.75  # the most that likeness can reach while the words are not the same
LEAST = 0.45  # below, nothing is proposed
WEAK = 0.25  # below, labels have nothing in common
TIED = 0.05  # two pairs so close that either may be meant
NEIGHBOUR = 0.08  # for a column that stands where the field would
TELLING = 0.65  # what values must say where labels say nothing
BY_PLACE = 0.6
MOST_COMPARED = 300  # columns and fields that are compared by likeness: beyond, it is no table of a town hall


class Pair(NamedTuple):
    """A column (from 0) for a field."""

    column: int
    confidence: float
    reason: Reason


class _Candidate(NamedTuple):
    score: float
    alike: float
    column: int
    field: Field


def pair(
    schema: TableSchema,
    labels: Sequence[str],
    names: Sequence[str],
    samples: Iterable[Sequence[str]],
    remembered: Mapping[str, str | None],
) -> Mapping[str, Pair]:
    """The column of each field that has one, by the field's name: see :func:`importers.matching.match_columns`.

    ``names`` tell columns apart where ``labels`` do not.
    """
    work = _Pairing(schema, labels)
    work.take_remembered(names, remembered)
    work.take_equal("name", 1.0, [(field, field.name) for field in schema.fields])
    titles = Counter(field.title.strip() for field in schema.fields)
    work.take_equal("title", 0.98, [(f, f.title) for f in schema.fields if titles[f.title.strip()] == 1])
    work.take_spellings(1, 0.95)
    work.take_spellings(2, 0.9)
    if any(labels):
        work.take_alike(samples)
    else:
        work.take_places(samples)
    return work.found


class _Pairing:
    """The fields and columns that are still to be paired."""

    def __init__(self, schema: TableSchema, labels: Sequence[str]) -> None:
        self.schema = schema
        self.labels = labels
        self.found: dict[str, Pair] = {}
        self.free = dict.fromkeys(range(len(labels)))
        self.aside: set[int] = set()

    def take(self, field: Field, column: int, confidence: float, reason: Reason) -> None:
        """Pair a field with a column, if both are free."""
        if field.name not in self.found and column in self.free:
            del self.free[column]
            self.found[field.name] = Pair(column, round(confidence, 2), reason)

    def open_fields(self) -> list[Field]:
        """Fields without a column, in schema order."""
        return [field for field in self.schema.fields if field.name not in self.found]

    def open_columns(self) -> list[int]:
        """Columns without a field, but for those that a person once left aside."""
        return [column for column in self.free if column not in self.aside]

    def take_remembered(self, names: Sequence[str], remembered: Mapping[str, str | None]) -> None:
        """Pair what was paired before: by the very label, else by its letters where they mean one field."""
        exact = {visible(label): field for label, field in remembered.items()}
        folded: dict[str, set[str | None]] = defaultdict(set)
        for label, known in remembered.items():
            folded[letters(label)].add(known)
        for column, label in enumerate(self.labels):
            name = visible(names[column])
            meant = folded[letters(label)] if letters(label) in folded and letters(label) else set()
            known = exact[name] if name in exact else next(iter(meant)) if len(meant) == 1 else ""
            if known is None:
                self.aside.add(column)
            elif known in self.schema.by_name:
                self.take(self.schema.by_name[known], column, 1.0, "remembered")

    def take_equal(self, reason: Reason, confidence: float, texts: Sequence[tuple[Field, str]]) -> None:
        """Pair labels that are the very name or title."""
        first: dict[str, int] = {}
        for column in self.free:
            first.setdefault(self.labels[column].strip(), column)
        for field, text in texts:
            column = first.get(text.strip(), -1) if text.strip() else -1
            self.take(field, column, confidence, reason)

    def take_spellings(self, strictness: int, confidence: float) -> None:
        """Pair labels that say a name or a title in another spelling, where but one field is meant.

        ``strictness`` is how many of a label's keys are looked at, strictest first.
        """
        meant: dict[str, dict[str, Field]] = defaultdict(dict)
        for field in self.open_fields():
            for text in (field.name, field.title):
                for key in keys(text)[:strictness]:
                    meant[key][field.name] = field
        for column in self.open_columns():
            fields = next((meant[key] for key in keys(self.labels[column])[:strictness] if key in meant), {})
            if len(fields) == 1:
                self.take(next(iter(fields.values())), column, confidence, "spelling")

    def take_places(self, samples: Iterable[Sequence[str]]) -> None:
        """Without any label, the columns are taken to be the fields in order, if they are as many and no value belies it."""
        fields, columns = self.open_fields(), self.open_columns()
        if len(fields) != len(columns):
            return self.take_alike(samples)
        evidence = Evidence(self.schema, fields, columns, samples)
        if any(evidence.speaks_for(field, column) < 0 for field, column in zip(fields, columns, strict=True)):
            return self.take_alike(samples)
        for field, column in zip(fields, columns, strict=True):
            self.take(field, column, BY_PLACE, "place")
        return None

    def take_alike(self, samples: Iterable[Sequence[str]]) -> None:
        """Pair what is alike in spelling and in values, best pairs first.

        Where two pairs are as good, and no label tells which one is meant, a person knows better.
        """
        left = sorted(
            self._candidates(samples), key=lambda c: (-c.score, -c.alike, c.column, c.field.position)
        )
        while left:
            best = left[0]
            rivals = [
                c
                for c in left[1:]
                if best.score - c.score < TIED and (c.column == best.column) != (c.field is best.field)
            ]
            if rivals and best.alike < WEAK:
                doubtful = [best, *rivals]
                left = [c for c in left if c not in doubtful]
                continue
            reason: Reason = "near" if best.alike >= WEAK else "values"
            self.take(best.field, best.column, max(LEAST, best.score - (0.1 if rivals else 0.0)), reason)
            left = [c for c in left if c.field is not best.field and c.column != best.column]

    def _candidates(self, samples: Iterable[Sequence[str]]) -> Iterable[_Candidate]:
        fields = self.open_fields()[:MOST_COMPARED]
        columns = self.open_columns()[:MOST_COMPARED]
        if not fields or not columns:
            return
        evidence = Evidence(self.schema, fields, columns, samples)
        weight = weights(text for field in self.schema.fields for text in {field.name, field.title})
        said = {column: words(self.labels[column]) for column in columns}
        holding: dict[str, set[int]] = defaultdict(set)  # word → columns whose label has it
        for column, label in said.items():
            for word in label:
                holding[word].add(column)
        places = {pair.column: self.schema.by_name[name].position for name, pair in self.found.items()}
        near: dict[str, set[int]] = {}  # word of a field → columns whose label has one alike
        for field in fields:
            spoken = spellings(field, evidence.checks(field))
            for word in {word for one in spoken for word in one} - near.keys():
                near[word] = set().union(*(at for other, at in holding.items() if alike(word, other) > 0))
            for column in columns:
                degree = max(
                    (
                        likeness(said[column], one, weight)
                        for one in spoken
                        if any(column in near[word] for word in one)
                    ),
                    default=0.0,
                )
                speaks = evidence.speaks_for(field, column)
                if said[column] and degree < WEAK and not evidence.is_own(field):
                    continue  # five digits may be anything: a label that says something else is believed
                same = any(same_words(said[column], one) for one in spoken)
                beside = any(places.get(column + step) == field.position + step for step in (-1, 1))
                score = _score(degree, speaks, NEIGHBOUR * beside, same=same)
                if score >= LEAST:
                    yield _Candidate(score, degree, column, field)


def spellings(field: Field, checks: Iterable[str] = ()) -> list[Words]:
    """The words that may name a field: of its name, of its title; « siret » for an identifier that is checked to be one."""
    said = {words(field.name), words(field.title)} - {()}
    for check in checks:
        said |= {tuple(check if word == "identifiant" else word for word in one) for one in said}
    return sorted(said)


def _score(degree: float, speaks: float, beside: float, *, same: bool) -> float:
    """One figure for the likeness of labels (0 to 1), what the values say (-1 against, 0 nothing, 1 for), and the place."""
    if degree < WEAK:
        return UNSURE * speaks if speaks >= TELLING else 0.0
    score = 0.75 * degree + (0.25 if speaks > 0 else 0.15) * speaks + beside
    return max(score, SURE) if same and speaks > -0.5 else min(score, UNSURE)
