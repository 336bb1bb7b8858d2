"""A latitude and a longitude in two columns, changed about: row by row, because one column alone does not tell.

A pair is proposed where it lies in France once its numbers change places, and not as it stands
(:class:`~schema_loader.custom_checks.coordinates.FrenchGpsCoordinates`: no box is another's mirror image, so no point is both).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from schema_loader.custom_checks.coordinates import FrenchGpsCoordinates
from schema_loader.folding import fold_letters
from schema_loader.repair.model import ColumnProposal, Sample
from schema_loader.table_schema import TableSchema

KIND = "axes-swapped"
SAMPLES = 5
MOST_TEXTS = 50_000  # whose numbers are remembered
_LATITUDE = re.compile(r"(?:^|(?<=[^a-z]))y?_?lat(?:itude)?(?=[^a-z]|$)")
_LONGITUDE = re.compile(r"(?:^|(?<=[^a-z]))x?_?(?:long?(?:itude)?|lng)(?=[^a-z]|$)")
_NUMBER = re.compile(r"[-+−]?\d{1,3}(?:[.,]\d+)?")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
OF_NUMBERS = ("number", "integer", "string")


class Axes(NamedTuple):
    """The names of the two fields of one point."""

    latitude: str
    longitude: str


def axes_of(schema: TableSchema) -> tuple[Axes, ...]:
    """The fields of a schema that are the two halves of points, by their names: ``lat`` and ``lon``, ``lat_coor1`` and
    ``long_coor1``, ``Ylatitude`` and ``Xlongitude``."""
    found: dict[bool, dict[str, str]] = {False: {}, True: {}}
    for field in schema.fields:
        if field.type.name not in OF_NUMBERS:
            continue
        name = fold_letters(_WORDS.sub("_", field.name))
        for is_longitude, form in ((False, _LATITUDE), (True, _LONGITUDE)):
            rest, times = form.subn("@", name)
            if times == 1:
                found[is_longitude].setdefault(rest, field.name)
    return tuple(Axes(name, found[True][rest]) for rest, name in found[False].items() if rest in found[True])


def _decimal(text: str) -> Decimal | None:
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        return None
    return Decimal(stripped.replace("−", "-").replace(",", "."))


class Swapper:
    """The rows of a file whose two numbers of one point are changed about. ``count`` rows, then read :meth:`proposal`."""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self.cells = 0
        self._known: dict[tuple[str, str], bool] = {}
        self._samples: Counter[tuple[str, str]] = Counter()

    def is_swapped(self, latitude: str, longitude: str) -> bool:
        """Whether the two texts of a row must change places."""
        if not latitude or not longitude:
            return False
        pair = (latitude, longitude)
        known = self._known.get(pair)
        if known is None:
            known = self._look(latitude, longitude)
            if len(self._known) < MOST_TEXTS:
                self._known[pair] = known
        return known

    @staticmethod
    def _look(latitude: str, longitude: str) -> bool:
        lat, lon = _decimal(latitude), _decimal(longitude)
        holds = FrenchGpsCoordinates.holds
        return lat is not None and lon is not None and holds(lat, lon) and not holds(lon, lat)

    def count(self, latitudes: Iterable[str], longitudes: Iterable[str]) -> None:
        """Look at some rows: a text of each column."""
        for pair in zip(latitudes, longitudes, strict=True):
            if self.is_swapped(*pair):
                self.cells += 1
                if pair in self._samples or len(self._samples) < SAMPLES:
                    self._samples[pair] += 1

    def swapped(
        self, latitudes: Sequence[str], longitudes: Sequence[str]
    ) -> tuple[list[str], list[str]] | None:
        """The texts of both columns, with those changed about that must be; None where none must."""
        wrong = [
            n for n, pair in enumerate(zip(latitudes, longitudes, strict=True)) if self.is_swapped(*pair)
        ]
        if not wrong:
            return None
        first, second = list(latitudes), list(longitudes)
        for n in wrong:
            first[n], second[n] = second[n], first[n]
        return first, second

    def proposal(self) -> ColumnProposal | None:
        """What is proposed, once the rows have been counted: of the latitude's column, with the other's name as ``partner``."""
        if not self.cells:
            return None
        samples = tuple(
            Sample(f"{lat} ; {lon}", f"{lon} ; {lat}", cells) for (lat, lon), cells in self._samples.items()
        )
        return ColumnProposal(
            self.axes.latitude,
            KIND,
            "near",
            self.cells,
            len(samples),
            samples,
            partner=self.axes.longitude,
        )
