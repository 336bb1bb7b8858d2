"""The address of a view of rows: what is searched, chosen, sorted. It names columns as the lists of the service do.

==================  ==============================================================
``q``               words that are sought
``f.NAME``          a value of the column NAME, once for each that is enough; of a column of dates, a year, a month or a day
``NAME``            the same, where no other parameter has the name
``de.NAME``, ``a.NAME``  lowest and highest value, of numbers and dates
``tri``             the name of a column; after ``-`` downwards
``page``            from 1
==================  ==============================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from app.publications.public.rows.service import PAGE_SIZE, Asked
from schema_loader.table_schema import TableSchema

SOUGHT, SORT, PAGE, COLUMNS, SIZE = "q", "tri", "page", "colonnes", "taille"
EQUAL, FROM, TO = "f.", "de.", "a."
OURS = frozenset((SOUGHT, SORT, PAGE, COLUMNS, SIZE))
LENGTH, VALUES, PARAMETERS = 200, 50, 100
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class View:
    """A view of rows, and the addresses of its neighbours. ``unknown``: parameters that mean nothing here."""

    asked: Asked
    all_columns: bool
    unknown: tuple[str, ...] = ()

    @property
    def order(self) -> str:
        return f"-{self.asked.sort}" if self.asked.descending else self.asked.sort

    def pairs(self, without: Iterable[str] = ()) -> list[Pair]:
        """The parameters, without the page."""
        left_out = frozenset(without)
        found = [(SOUGHT, self.asked.sought)] if self.asked.sought else []
        found += [(EQUAL + name, text) for name, texts in self.asked.equals.items() for text in texts]
        for name, (low, high) in self.asked.ranges.items():
            found += [(FROM + name, low)] if low else []
            found += [(TO + name, high)] if high else []
        found += [(SORT, self.order)] if self.order else []
        found += [(COLUMNS, "toutes")] if self.all_columns else []
        return [pair for pair in found if pair[0] not in left_out]

    def query(self, without: Iterable[str] = (), **more: str) -> str:
        """The end of the address of this view, changed: ``?q=eau``."""
        return ending(
            [*self.pairs((*without, *more)), *((name, text) for name, text in more.items() if text)]
        )

    def toggled(self, name: str, text: str) -> str:
        """With one more value of a column, or without it where it is chosen."""
        pair, kept = (EQUAL + name, text), self.pairs()
        return ending([one for one in kept if one != pair] if pair in kept else [*kept, pair])

    def cleared(self, name: str) -> str:
        """Without anything that is asked of a column."""
        return self.query((EQUAL + name, FROM + name, TO + name))

    def sorted_by(self, name: str) -> str:
        """Sorted by a column, the other way round where it is already."""
        return self.query(**{SORT: f"-{name}" if self.order == name else name})

    def page(self, number: int) -> str:
        return self.query(**{PAGE: str(number) if number > 1 else ""})


def ending(pairs: Sequence[Pair]) -> str:
    """The end of an address."""
    return f"?{urlencode(pairs)}" if pairs else ""


def read(schema: TableSchema, pairs: Iterable[Pair], size: int = PAGE_SIZE) -> View:
    """The view that an address asks for; empty parameters ask for nothing."""
    known = schema.by_name
    plain: dict[str, str] = {}
    equals: dict[str, list[str]] = {}
    bounds: dict[str, list[str]] = {}
    unknown: list[str] = []
    for name, given in list(pairs)[:PARAMETERS]:
        text = given.replace("\0", "").strip()[:LENGTH]
        if name in OURS:
            plain[name] = text
        elif name.startswith(EQUAL) and name[len(EQUAL) :] in known:
            equals.setdefault(name[len(EQUAL) :], []).append(text)
        elif name.startswith((FROM, TO)) and name.partition(".")[2] in known:
            side, _, field = name.partition(".")
            bounds.setdefault(field, ["", ""])[0 if side == "de" else 1] = text
        elif name in known:
            equals.setdefault(name, []).append(text)
        else:
            unknown.append(name)
    sort = plain.get(SORT, "")
    descending = sort.startswith("-") and sort not in known
    sort = sort[1:] if descending else sort
    asked = Asked(
        sought=plain.get(SOUGHT, ""),
        equals={
            name: tuple(dict.fromkeys(texts))[:VALUES]
            for name, told in equals.items()
            if (texts := [text for text in told if text])
        },
        ranges={name: (low, high) for name, (low, high) in bounds.items() if low or high},
        sort=sort if sort in known else "",
        descending=descending and sort in known,
        page=plain.get(PAGE, "1"),
        size=size,
    )
    return View(asked, plain.get(COLUMNS) == "toutes", tuple(unknown))
