"""The parts of a long form: its fields in runs that belong together, each with an anchor and a title.

A schema seldom says what belongs together. Where it does (a ``section``, ``group`` or ``category`` of each field) that is
followed; else runs of neighbours whose names begin or end with the same word; else runs of about a dozen.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from weakref import WeakKeyDictionary

from forms.control import Control, controls
from forms.labels import readable, words_of
from schema_loader.folding import fold
from schema_loader.messages.i18n import words
from schema_loader.table_schema import TableSchema

SMALL = 15  # fields; a shorter form is one section
USUAL = 12
LARGEST = 18
SMALLEST = 6
SHORTEST_RUN = 3
LONGEST_LABEL = 48  # characters of a label within a title
DECLARED = (
    "section",
    "group",
    "groupe",
    "category",
    "categorie",
    "catégorie",
    "rubrique",
    "bloc",
    "theme",
    "thème",
)


@dataclass(frozen=True, slots=True)
class Section:
    """A run of controls. ``anchor`` is an id for the page; ``title`` is empty where the form has one section only."""

    anchor: str
    title: str
    controls: tuple[Control, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields."""
        return tuple(control.field.name for control in self.controls)


@dataclass(frozen=True, slots=True)
class SectionState:
    """How far a section is: fields that hold something, required ones that hold nothing, fields with errors."""

    filled: int
    total: int
    missing: int
    faulty: int


@dataclass(slots=True)
class _Run:
    start: int
    end: int
    title: str = ""

    @property
    def size(self) -> int:
        return self.end - self.start


_made: WeakKeyDictionary[TableSchema, dict[str, tuple[Section, ...]]] = WeakKeyDictionary()


def sections(schema: TableSchema, lang: str = "fr") -> tuple[Section, ...]:
    """The sections of a form, which hold every control of the schema once, in its order. Made once."""
    by_lang = _made.setdefault(schema, {})
    lang = words(lang).lang
    found = by_lang.get(lang)
    if found is None:
        made = controls(schema, lang)
        runs = _runs(made)
        found = by_lang[lang] = tuple(
            Section(f"partie-{n}", run.title if len(runs) > 1 else "", made[run.start : run.end])
            for n, run in enumerate(runs, start=1)
        )
    return found


def states(
    parts: Sequence[Section], row: Mapping[str, str | None], faulty: Collection[str] = ()
) -> tuple[SectionState, ...]:
    """How far each section is. ``row``: stored texts by field name; ``faulty``: names of the fields with errors."""
    return tuple(_state(part, row, faulty) for part in parts)


def _state(part: Section, row: Mapping[str, str | None], faulty: Collection[str]) -> SectionState:
    filled = [
        control.field.name
        for control in part.controls
        if (row.get(control.field.name) or "") not in ("", *control.field.missing_values)
    ]
    missing = [c for c in part.controls if c.required and c.field.name not in filled]
    return SectionState(
        len(filled), len(part.controls), len(missing), sum(name in faulty for name in part.names)
    )


# -- what belongs together ----------------------------------------------------------------------------------------


def _runs(made: Sequence[Control]) -> list[_Run]:
    if len(made) <= SMALL:
        return [_Run(0, len(made))]
    runs = _declared(made) or _found(made, 0, len(made))
    cut = [piece for run in runs for piece in _cut(run, made)]
    for run in cut:
        run.title = run.title or _span(made[run.start], made[run.end - 1])
    return cut


def _declared(made: Sequence[Control]) -> list[_Run] | None:
    """Runs of fields that name the same group in their descriptor; None where fewer than two groups are named."""
    for key in DECLARED:
        named = [control.field.descriptor.get(key) for control in made]
        texts = [value.strip() if isinstance(value, str) else "" for value in named]
        if len({*texts} - {""}) >= 2 and sum(map(bool, texts)) >= len(texts) / 2:
            return _as_runs(texts)
    return None


def _as_runs(keys: Sequence[str]) -> list[_Run]:
    runs, at = [], 0
    for key, group in groupby(keys):
        size = len(list(group))
        runs.append(_Run(at, at + size, key[:1].upper() + key[1:]))
        at += size
    return runs


def _tokens(control: Control) -> tuple[str, ...]:
    return tuple(re.sub(r"\d+$", "", fold(word)) or word for word in words_of(control.field.name))


def _found(made: Sequence[Control], start: int, end: int) -> list[_Run]:
    """Neighbours whose names begin, or end, with the same word, once what all of them begin with is left out."""
    tokens = [_tokens(control) for control in made[start:end]]
    while all(len(names) > 1 for names in tokens) and len({names[0] for names in tokens}) == 1:
        tokens = [names[1:] for names in tokens]
    runs: list[_Run] = []
    at, loose = 0, 0
    while at < len(tokens):
        ahead = _alike(tokens, at, 0)
        behind = _alike(tokens, at, -1) if len(tokens[at]) > 1 else 0
        size = max(ahead, behind)
        if size < SHORTEST_RUN:
            at += 1
            continue
        if loose < at:
            runs.append(_Run(start + loose, start + at))
        shared = _shared(tokens[at : at + size], last=behind > ahead)
        runs.append(_Run(start + at, start + at + size, _title(shared, made[start + at : start + at + size])))
        at = loose = at + size
    if loose < at:
        runs.append(_Run(start + loose, start + at))
    return _gathered(runs)


def _alike(tokens: Sequence[tuple[str, ...]], at: int, place: int) -> int:
    """How many names from ``at`` on have the same word at this place."""
    word = tokens[at][place] if tokens[at] else ""
    size = 0
    while word and not word.isdigit() and at + size < len(tokens):
        words = tokens[at + size]
        if not words or words[place] != word:
            break
        size += 1
    return size


def _shared(group: Sequence[tuple[str, ...]], last: bool) -> tuple[str, ...]:
    """The words that all names of a group begin (or end) with."""
    step = -1 if last else 1
    shared: list[str] = []
    for place in range(min(map(len, group))):
        heads = {names[::step][place] for names in group}
        if len(heads) > 1:
            break
        shared.append(heads.pop())
    return tuple(shared[::step])


def _title(shared: tuple[str, ...], group: Sequence[Control]) -> str:
    """The shared words as a title, where they are words: spoken in the fields' own titles, or long where there are none."""
    titles = [set(re.findall(r"\w+", fold(control.field.title))) for control in group if control.field.title]
    if titles:
        known = all(
            sum(word in title or f"{word}s" in title for title in titles) * 3 >= len(titles)
            for word in shared
        )
    else:
        known = any(len(word) > 3 for word in shared)
    return readable("_".join(shared)) if known else ""


def _gathered(runs: list[_Run]) -> list[_Run]:
    """Short runs joined with their neighbours."""
    out: list[_Run] = []
    for run in runs:
        if out and out[-1].size + run.size <= USUAL and min(out[-1].size, run.size) < SMALLEST:
            larger = max(out[-1], run, key=lambda each: each.size)
            title = (
                larger.title
                if larger.size >= 2 * min(out[-1].size, run.size) and larger.size >= SMALLEST
                else ""
            )
            out[-1] = _Run(out[-1].start, run.end, title)
        else:
            out.append(run)
    return out


def _cut(run: _Run, made: Sequence[Control]) -> list[_Run]:
    """A run that is too long in pieces of about a dozen, where the number within the names changes if it does."""
    if run.size <= LARGEST:
        return [run]
    numbers = [_number(control) for control in made[run.start : run.end]]
    changes = [at for at in range(1, run.size) if numbers[at] != numbers[at - 1]]
    counted = len(changes) >= run.size // 6
    if not counted:
        finer = _found(made, run.start, run.end)
        if len(finer) > 1:
            for piece in finer:
                piece.title = (
                    f"{run.title} : {piece.title.lower()}" if run.title and piece.title else piece.title
                )
            return [smaller for piece in finer for smaller in _cut(piece, made)]
    pieces = -(-run.size // USUAL)
    edges = {0, run.size}
    for n in range(1, pieces):
        aim = round(n * run.size / pieces)
        edges.add(min(changes, key=lambda at, aim=aim: abs(at - aim)) if counted else aim)  # type: ignore[misc]
    return [_piece(run, start, end, numbers if counted else ()) for start, end in pairwise(sorted(edges))]


def _piece(run: _Run, start: int, end: int, numbers: Sequence[str]) -> _Run:
    title = ""
    if run.title and numbers and numbers[start] and numbers[end - 1]:
        title = f"{run.title} {numbers[start]} – {numbers[end - 1]}"
    return _Run(run.start + start, run.start + end, title)


def _number(control: Control) -> str:
    found = re.findall(r"(?:^|[_ -])(\d+)(?=$|[_ -])", control.field.name)
    return found[-1] if found else ""


def _span(first: Control, last: Control) -> str:
    """« Numéro de la voie – Commune »: what a run without a name goes from and to."""
    if first is last:
        return _short(first.label)
    return f"{_short(first.label)} – {_short(last.label)}"


def _short(label: str) -> str:
    label = label[:1].upper() + label[1:]
    return (
        label if len(label) <= LONGEST_LABEL else label[:LONGEST_LABEL].rsplit(" ", 1)[0].rstrip(",;:(") + "…"
    )
