"""Places by code or by name: communes, cantons, départements, regions, countries, postal codes.

Three kinds. Regions and départements are checked against the official geographic code of 2024, countries against
ISO 3166-1. Communes, cantons and postal codes are checked **by form only** (``by_form_only``): no list of them comes with
Tabellion yet, so that a code of the right form that does not exist is not noticed. The schema is warned of it
(``check-by-form-only``).
"""

from __future__ import annotations

import difflib
import re
from abc import abstractmethod
from collections.abc import Collection
from typing import ClassVar

from schema_loader.custom_checks import cog, countries
from schema_loader.custom_checks.base import ColumnCheck, Params
from schema_loader.custom_checks.folding import fold
from schema_loader.custom_checks.memo import memoised
from schema_loader.errors import Fault
from schema_loader.table_schema import TableSchema


class _Listed(ColumnCheck):
    """A value of a closed list, letter for letter."""

    @classmethod
    @abstractmethod
    def values(cls) -> Collection[str]:
        """What is right."""

    def judge(self, value: str) -> Fault | None:
        """``reason`` is case (right but for case, accents or apostrophes) or unknown; ``meant`` a close value or empty."""
        return None if value in self.values() else unlisted_fault(value, type(self))


@memoised
def unlisted_fault(text: str, check: type[_Listed]) -> Fault:
    """Names what was probably meant by a text that is not in the list."""
    folded = {fold(value): value for value in sorted(check.values())}
    wanted = " ".join(fold(text).split())
    if wanted in folded:
        return check.fault(reason="case", meant=folded[wanted])
    close = difflib.get_close_matches(wanted, folded, 1, 0.75) if len(wanted) > 3 else []
    return check.fault(reason="unknown", meant=folded[close[0]] if close else "")


class _ByYear(ColumnCheck):
    """A check whose list is that of a year of the official geographic code (``cog``: 2023, 2024 or latest).

    A declaration without a year, or with another, is read as the latest: the reference does not run it.
    """

    def __init__(self, params: Params, schema: TableSchema) -> None:
        super().__init__(params, schema)
        year = params.get("cog")
        if year is None:
            params.oddities.append(("cog", "missing"))
        elif str(year) not in cog.YEARS:
            params.oddities.append(("cog", "unknown-year"))


class NumeroDepartement(_ByYear, _Listed):
    """The number of a département or overseas collectivity: 01, 2A, 971 …"""

    name = "numero-departement"

    @classmethod
    def values(cls) -> Collection[str]:
        """The numbers."""
        return cog.DEPARTEMENTS


class Departement(_ByYear, _Listed):
    """The name of a département or overseas collectivity, as the official geographic code spells it."""

    name = "departement"
    _names = frozenset(cog.DEPARTEMENTS.values())

    @classmethod
    def values(cls) -> Collection[str]:
        """The names."""
        return cls._names


class CodeRegion(_ByYear, _Listed):
    """The code of a region."""

    name = "code-region"

    @classmethod
    def values(cls) -> Collection[str]:
        """The codes."""
        return cog.REGIONS


class Region(_ByYear, _Listed):
    """The name of a region, as the official geographic code spells it."""

    name = "region"
    _names = frozenset(cog.REGIONS.values())

    @classmethod
    def values(cls) -> Collection[str]:
        """The names."""
        return cls._names


class CodePaysIso2(_ByYear, _Listed):
    """A country's code of two letters (ISO 3166-1)."""

    name = "code-pays-iso2"

    @classmethod
    def values(cls) -> Collection[str]:
        """The codes."""
        return countries.alpha_2()


class CodePaysIso3(_ByYear, _Listed):
    """A country's code of three letters (ISO 3166-1)."""

    name = "code-pays-iso3"

    @classmethod
    def values(cls) -> Collection[str]:
        """The codes."""
        return countries.alpha_3()


class Pays(_ByYear, _Listed):
    """A country's name in French; several spellings are right where official lists differ."""

    name = "pays"

    @classmethod
    def values(cls) -> Collection[str]:
        """The names."""
        return countries.names()


class _Formed(ColumnCheck):
    """A value of which the form alone is known."""

    by_form_only = True
    form: ClassVar[re.Pattern[str]]

    def judge(self, value: str) -> Fault | None:
        """``reason`` is form."""
        return None if self.form.fullmatch(value) else self.fault(reason="form")


class CodePostal(_Formed):
    """A postal code, by its form: five digits that start with the number of a département or an overseas series."""

    name = "code-postal"
    form = re.compile(r"(?:0[1-9]|[1-8][0-9]|9[0-578])[0-9]{3}")


class CodeCommuneInsee(_ByYear, _Formed):
    """The INSEE code of a commune, by its form: the number of its département, then two or three digits."""

    name = "code-commune-insee"
    form = re.compile(r"(?:0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-578])[0-9]{3}")


class _Named(_ByYear, _Formed):
    """A name by its form: it starts with a capital letter and is not written in capitals."""

    form = re.compile(r"[^\W\d_](?:\S|[ ](?! ))*(?<! )")

    def judge(self, value: str) -> Fault | None:
        """``reason`` is form, or case for a name all in capitals or without its first one."""
        if not self.form.fullmatch(value):
            return self.fault(reason="form")
        if not value[0].isupper() or (len(value) > 2 and value.isupper()):
            return self.fault(reason="case")
        return None


class Commune(_Named):
    """The name of a commune, by its form."""

    name = "commune"


class Canton(_Named):
    """The name of a canton, by its form."""

    name = "canton"
