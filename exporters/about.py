"""What a file says of itself beside its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Licence:
    """``name`` is an identifier of opendefinition.org or SPDX (``etalab-2.0``), ``url`` leads to the text."""

    name: str = ""
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """A dataset at one moment, as the formats that have room for it tell it. Nothing is obligatory.

    ``version`` is the number of the publication, ``moment`` when it was frozen (with its zone), ``address`` its public page,
    ``file_name`` the name of the reference CSV inside a package. The same rows under the same ``About`` make the same
    octets.
    """

    title: str = ""
    description: str = ""
    publisher: str = ""
    publisher_url: str = ""
    licence: Licence = Licence()
    version: str = ""
    moment: datetime | None = None
    address: str = ""
    schema_url: str = ""
    keywords: tuple[str, ...] = ()
    file_name: str = "donnees.csv"
    lang: str = "fr"
