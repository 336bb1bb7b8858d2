"""Places by code or by name: communes, cantons, départements, regions, countries, postal codes.

Communes, départements and regions are checked against the official geographic code of the year that the schema declares,
postal codes against La Poste's (:mod:`schema_loader.custom_checks.cog`), countries against ISO 3166-1. Cantons are checked
**by form only** (``by_form_only``), since no list of them comes with Tabellion; the schema is warned of it
(``check-by-form-only``).
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Collection
from functools import cache, cached_property, partial
from typing import ClassVar

from schema_loader.custom_checks import cog, countries
from schema_loader.custom_checks.base import ColumnCheck, Params
from schema_loader.custom_checks.memo import memoised
from schema_loader.custom_checks.nearest import LONGEST, Codes, Names
from schema_loader.errors import Fault
from schema_loader.folding import fold_letters
from schema_loader.table_schema import TableSchema


class Listed(ColumnCheck):
    """A value of a closed list, letter for letter."""

    year = cog.LATEST

    @classmethod
    @abstractmethod
    def listing(cls, year: str) -> Names:
        """What is right, read when a value is first looked up. The same object for the same year."""

    @property
    def names(self) -> Names:
        """The list that the declaration asks for."""
        return self.listing(self.year)

    @cached_property
    def _right(self) -> Collection[str]:
        return self.names.values

    def passes(self, value: str) -> bool:
        """Letter for letter."""
        return value in self._right

    def judge(self, value: str) -> Fault | None:
        """``reason`` is case (right but for case, accents or apostrophes), other-year or unknown.

        ``meant`` is a close value or empty. other-year comes with ``year``, whose list was read, and ``listed``, the
        latest year whose list holds the value.
        """
        if self.passes(value):
            return None
        return unlisted_fault(value, type(self), self.year)

    @classmethod
    def elsewhere(cls, value: str, year: str) -> tuple[str, str] | None:
        """Another year whose list holds the value, and what it is called in this one or empty."""
        return None


@memoised
def unlisted_fault(text: str, check: type[Listed], year: str) -> Fault:
    """Names what was probably meant by a text that is not in the list."""
    other = check.elsewhere(text, year)
    if other is not None:
        listed, meant = other
        return check.fault(reason="other-year", meant=meant, year=year, listed=listed)
    meant = check.listing(year).meant(text)
    alike = bool(meant) and len(text) <= LONGEST and fold_letters(text) == fold_letters(meant)
    return check.fault(reason="case" if alike else "unknown", meant=meant)


class _ByYear(Listed):
    """A check whose list is that of a year of the official geographic code (``cog``: a year, or latest).

    A declaration without a year, or with one of which there is no list, is read as the latest: the reference does not
    run it.
    """

    def __init__(self, params: Params, schema: TableSchema) -> None:
        super().__init__(params, schema)
        self.year = declared_year(params)


def declared_year(params: Params) -> str:
    """The year of the list to read; what is odd about it goes to the parameters' oddities."""
    declared = params.get("cog")
    year = cog.year_of(declared)
    if year is None:
        params.oddities.append(("cog", "missing" if declared is None else "unknown-year"))
    return year or cog.LATEST


class _Coded(_ByYear):
    """The codes of a table of the official geographic code."""

    table: ClassVar[str]

    @classmethod
    def listing(cls, year: str) -> Names:
        return _codes(cls.table, year)


class _Named(_ByYear):
    """The names of a table of the official geographic code, as it spells them."""

    table: ClassVar[str]

    @classmethod
    def listing(cls, year: str) -> Names:
        return _names(cls.table, year)


@cache
def _codes(table: str, year: str) -> Names:
    return Codes(partial(cog.codes, table, year))


@cache
def _names(table: str, year: str) -> Names:
    return Names(partial(cog.names, table, year))


class NumeroDepartement(_Coded):
    """The number of a département or overseas collectivity: 01, 2A, 971 …"""

    name = "numero-departement"
    table = "departements"


class Departement(_Named):
    """The name of a département or overseas collectivity."""

    name = "departement"
    table = "departements"


class CodeRegion(_Coded):
    """The code of a region."""

    name = "code-region"
    table = "regions"


class Region(_Named):
    """The name of a region."""

    name = "region"
    table = "regions"


class CodeCommuneInsee(_Coded):
    """The INSEE code of a commune, of one that it absorbed and that is delegated or associated, or of an arrondissement."""

    name = "code-commune-insee"
    table = "communes"

    @classmethod
    def elsewhere(cls, value: str, year: str) -> tuple[str, str] | None:
        listed = next((other for other in reversed(cog.YEARS) if value in cog.codes("communes", other)), None)
        return None if listed is None else (listed, "")


class Commune(_Named):
    """The name of a commune, of one that it absorbed and that is delegated or associated, or of an arrondissement."""

    name = "commune"
    table = "communes"

    @classmethod
    def elsewhere(cls, value: str, year: str) -> tuple[str, str] | None:
        listed = next((other for other in reversed(cog.YEARS) if value in cog.names("communes", other)), None)
        if listed is None:
            return None
        if (
            listed > year
        ):  # the name that its code had before may be that of one only of those that merged into it
            return listed, ""
        codes = {code for code, name in cog.rows("communes", listed) if name == value}
        renamed = {name for code, name in cog.rows("communes", year) if code in codes}
        return listed, renamed.pop() if len(renamed) == 1 else ""


class CodePostal(Listed):
    """The postal code of a commune. That of a CEDEX is none."""

    name = "code-postal"

    @classmethod
    def listing(cls, year: str) -> Names:
        return _POSTAL_CODES


_POSTAL_CODES = Codes(cog.postal_codes)


class _OfCountries(_ByYear):
    """A list of countries, which no year changes."""

    countries: ClassVar[Names]

    @classmethod
    def listing(cls, year: str) -> Names:
        return cls.countries


class CodePaysIso2(_OfCountries):
    """A country's code of two letters (ISO 3166-1)."""

    name = "code-pays-iso2"
    countries = Codes(countries.alpha_2)


class CodePaysIso3(_OfCountries):
    """A country's code of three letters (ISO 3166-1)."""

    name = "code-pays-iso3"
    countries = Codes(countries.alpha_3)


class Pays(_OfCountries):
    """A country's name in French; several spellings are right where official lists differ."""

    name = "pays"
    countries = Names(countries.names)


class Canton(ColumnCheck):
    """The name of a canton, by its form: it starts with a capital letter and is not written in capitals."""

    name = "canton"
    by_form_only = True
    form = re.compile(r"[^\W\d_](?:\S|[ ](?! ))*(?<! )")

    def __init__(self, params: Params, schema: TableSchema) -> None:
        super().__init__(params, schema)
        declared_year(params)

    def judge(self, value: str) -> Fault | None:
        """``reason`` is form, or case for a name all in capitals or without its first one."""
        if not self.form.fullmatch(value):
            return self.fault(reason="form")
        if not value[0].isupper() or (len(value) > 2 and value.isupper()):
            return self.fault(reason="case")
        return None
