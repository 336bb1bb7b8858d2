"""The address of a list: everything that a person asked of it, so that a link sent to a colleague shows the same lines.

=====================  ================================================================================================
``q``                  words that are sought
``tri``                the name of a column, ``.numero`` for the order of entry; after ``-`` downwards
``colonnes``           a column that is shown, once for each; none: the usual ones
``etat``               ``valide`` or ``a-corriger``
``annee``              of the first column of dates
``utilisateur``        number of the account that changed the line last
``import``             number of the import that brought it
``f.NAME``             a value of the column NAME, once for each that is enough; empty: « Non renseigné »
``de.NAME``, ``a.NAME``  lowest and highest value of the column, as they were typed
``apres``, ``avant``   where the page begins or ends; ``rang``: the rank of its first line, where it is known
=====================  ================================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from app.datasets.service import DatasetView
from app.i18n import gettext
from app.models import RecordState
from app.records.listing.service import Asked, facet_fields, range_fields, year_field
from forms.control import controls
from forms.typed import holds_days, understood
from forms.words import error_words
from schema_loader.errors import CellError
from schema_loader.field import Field
from schema_loader.messages import Message
from schema_loader.sort_keys import bound_key

SOUGHT, SORT, COLUMNS, STATE, YEAR, USER, SUBMISSION = (
    "q", "tri", "colonnes", "etat", "annee", "utilisateur", "import",
)  # fmt: skip
AFTER, BEFORE, RANK = "apres", "avant", "rang"
EQUAL, FROM, TO = "f.", "de.", "a."
NUMBER = ".numero"
STATES: Mapping[str, str] = {"valide": RecordState.valid, "a-corriger": RecordState.to_fix}
META_COLUMNS = (NUMBER, ".date", ".utilisateur", ".import")
"""What may be shown of a line beside its cells."""
PLACE = (AFTER, BEFORE, RANK)

SOUGHT_LENGTH, TYPED_LENGTH, CURSOR_LENGTH, VALUES = 200, 200, 1000, 100
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class View:
    """A list as it was asked for. ``columns``: as chosen, empty for the usual ones; ``typed``: bounds as they were typed, by the
    name of their parameter; ``faults``: what is wrong with some of them, which are not applied; ``rank``: of the first line, 0 where it is not known."""

    asked: Asked
    columns: tuple[str, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, Message] = field(default_factory=dict)
    rank: int = 0

    @property
    def order(self) -> str:
        """What the list is sorted by, as the address says it; empty for the usual order."""
        if not self.asked.sort:
            return "" if self.asked.descending else NUMBER
        return f"-{self.asked.sort}" if self.asked.descending else self.asked.sort

    def pairs(self, without: Iterable[str] = ()) -> list[Pair]:
        """The parameters of the address, where one stands in the list left out. ``without``: parameters to leave out too."""
        asked = self.asked
        states = {state: word for word, state in STATES.items()}
        found: list[Pair] = [(SOUGHT, asked.sought.strip()), (STATE, states.get(asked.state, ""))]
        found += [(YEAR, asked.year)]
        found += [(USER, str(asked.user)) if asked.user is not None else (USER, "")]
        found += [(SUBMISSION, str(asked.submission)) if asked.submission is not None else (SUBMISSION, "")]
        found = [pair for pair in found if pair[1]]
        found += [(EQUAL + name, text) for name, texts in asked.equals.items() for text in texts]
        found += [(name, text) for name, text in self.typed.items() if text]
        found += [(SORT, self.order)] if self.order else []
        found += [(COLUMNS, name) for name in self.columns]
        left_out = frozenset(without)
        return [pair for pair in found if pair[0] not in left_out]

    def query(self, without: Iterable[str] = (), **more: str) -> str:
        """``?q=eau&tri=-montant``: the end of the address, empty for the plain list. ``more``: parameters set otherwise."""
        kept = self.pairs((*without, *more)) + [(name, text) for name, text in more.items() if text]
        return f"?{urlencode(kept)}" if kept else ""

    def sorted_by(self, order: str) -> str:
        """The end of the address of the same list in another order, from its beginning."""
        return self.query(**{SORT: "" if order == f"-{NUMBER}" else order})

    def with_value(self, name: str, text: str) -> str:
        """The end of the address with one more value of a column to be enough; without it where it is chosen."""
        kept = [pair for pair in self.pairs() if pair != (EQUAL + name, text)]
        if len(kept) == len(self.pairs()):
            kept.append((EQUAL + name, text))
        return f"?{urlencode(kept)}" if kept else ""


def read(dataset: DatasetView, pairs: Iterable[Pair], lang: str = "fr") -> View:
    """The list that an address asks for. What means nothing is passed over; a bound that is no value is told in
    ``faults`` and keeps no line out, nor do two that are the wrong way round."""
    given: dict[str, list[str]] = {}
    for name, text in pairs:
        given.setdefault(name, []).append(text.replace("\0", ""))

    def last(name: str, length: int = TYPED_LENGTH) -> str:
        return given.get(name, [""])[-1].strip()[:length]

    sort, descending = _order(dataset, last(SORT))
    year = last(YEAR)
    typed, ranges, faults = _ranges(dataset, given, lang)
    asked = Asked(
        sought=last(SOUGHT, SOUGHT_LENGTH),
        state=STATES.get(last(STATE), ""),
        sort=sort,
        descending=descending,
        equals=_equals(dataset, given),
        ranges=ranges,
        year=year if re.fullmatch(r"\d{4}", year, re.ASCII) and year_field(dataset) is not None else "",
        user=_number(last(USER)),
        submission=_number(last(SUBMISSION)),
        after=last(AFTER, CURSOR_LENGTH),
        before=last(BEFORE, CURSOR_LENGTH),
    )
    known = {*dataset.schema.by_name, *META_COLUMNS}
    columns = tuple(dict.fromkeys(name for name in given.get(COLUMNS, ()) if name in known))
    beginning = 0 if asked.after or asked.before else 1
    return View(asked, columns, typed, faults, _number(last(RANK)) or beginning)


def placed(view: View, *, after: str = "", before: str = "", rank: int = 0) -> str:
    """The end of the address of another page of the same list."""
    return view.query(**{AFTER: after, BEFORE: before, RANK: str(rank) if rank > 0 else ""})


def without_place(view: View) -> View:
    """The same list from its beginning."""
    return replace(view, asked=replace(view.asked, after="", before=""), rank=1)


def _order(dataset: DatasetView, order: str) -> tuple[str, bool]:
    by_name = dataset.schema.by_name
    if order in by_name:
        return order, False
    if order.startswith("-") and order[1:] in by_name:
        return order[1:], True
    return "", order != NUMBER


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,18}", text, re.ASCII) else None


def _equals(dataset: DatasetView, given: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    found = {}
    for one in facet_fields(dataset.schema, dataset.keys):
        texts = given.get(EQUAL + one.name)
        if texts:
            found[one.name] = tuple(dict.fromkeys(text[:TYPED_LENGTH] for text in texts[:VALUES]))
    return found


def _ranges(
    dataset: DatasetView, given: Mapping[str, Sequence[str]], lang: str
) -> tuple[dict[str, str], dict[str, tuple[str, str]], dict[str, Message]]:
    typed: dict[str, str] = {}
    ranges: dict[str, tuple[str, str]] = {}
    faults: dict[str, Message] = {}
    for one in range_fields(dataset.schema, dataset.keys):
        bounds = []
        for start, is_high in ((FROM, False), (TO, True)):
            name = start + one.name
            text = given.get(name, [""])[-1].strip()[:TYPED_LENGTH]
            bound = ""
            if text:
                typed[name] = text
                bound = bound_of(one, text, lang, high=is_high)
                if not bound:
                    faults[name] = _not_understood(dataset, one, text, lang)
            bounds.append(bound)
        low, high = (bound_key(one, bound) for bound in bounds)
        if low is not None and high is not None and low > high:
            faults[TO + one.name] = _inverted(typed[FROM + one.name], typed[TO + one.name])
        elif any(bounds):
            ranges[one.name] = (bounds[0], bounds[1])
    return typed, ranges, faults


def _not_understood(dataset: DatasetView, one: Field, text: str, lang: str) -> Message:
    """What is wrong with a bound, in the words of the form: one types in a filter as one types there."""
    fault = CellError(one.type_fault.code, None, one, one.position, text, one.type_fault.params)
    control = next(made for made in controls(dataset.schema, lang) if made.field.name == one.name)
    return error_words(control, fault)


def _inverted(low: str, high: str) -> Message:
    return Message(
        gettext(
            "De {low} à {high}, il n’y a aucune valeur : la première dépasse la seconde.", low=low, high=high
        ),
        gettext("Échangez-les."),
    )


def bound_of(one: Field, typed: str, lang: str, *, high: bool) -> str:
    """The stored text of a bound as people type it (12/03/2024, 2024, 1 234,50); empty where it is none."""
    kind: Any = one.type
    if holds_days(kind) and re.fullmatch(r"\d{4}", typed, re.ASCII) and typed != "0000":
        return str(kind.format(date(int(typed), 12, 31) if high else date(int(typed), 1, 1)))
    text = understood(one, typed, lang)
    return text if kind.parse(text) is not None else ""
