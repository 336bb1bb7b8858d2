"""Licences: our keys, and what portals, feeds and the SCDL catalogue call each.

The keys are those of data.gouv.fr; ``scdl`` is the list of the LICENCE column. CKAN portals know different lists: of the
names in ``ckan``, the first that a portal has is used.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.i18n import N_, gettext

OTHER_SCDL = "Spécifique ou autre"


@dataclass(frozen=True, slots=True)
class Licence:
    """``uri``: its text, and what names it in a DCAT feed; ``short``: the name by which Opendatasoft lists it."""

    key: str
    title: str
    uri: str
    ckan: tuple[str, ...]
    short: str
    scdl: str

    def text(self) -> str:
        """Its name, in the current language."""
        return gettext(self.title)


LICENCES: dict[str, Licence] = {
    one.key: one
    for one in (
        Licence(
            "lov2",
            N_("Licence Ouverte 2.0"),
            "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
            ("lov2", "fr-lo-2.0", "etalab-2.0", "fr-lo"),
            "Licence Ouverte v2.0 (Etalab)",
            "Licence Ouverte-LO",
        ),
        Licence(
            "fr-lo",
            N_("Licence Ouverte 1.0"),
            "https://www.etalab.gouv.fr/wp-content/uploads/2014/05/Licence_Ouverte.pdf",
            ("fr-lo", "lov1"),
            "Licence Ouverte (Etalab)",
            "Licence Ouverte-LO",
        ),
        Licence(
            "odc-odbl",
            N_("Open Database License (ODbL)"),
            "http://opendatacommons.org/licenses/odbl/summary/",
            ("odc-odbl", "ODbL-1.0"),
            "Open Database License (ODbL)",
            "Open Database License-ODBL",
        ),
        Licence(
            "cc-by",
            N_("Creative Commons Attribution (CC BY)"),
            "https://creativecommons.org/licenses/by/4.0/",
            ("cc-by", "CC-BY-4.0"),
            "CC BY",
            "Creative Commons-CC",
        ),
        Licence(
            "cc-by-sa",
            N_("Creative Commons Attribution, partage dans les mêmes conditions (CC BY-SA)"),
            "https://creativecommons.org/licenses/by-sa/4.0/",
            ("cc-by-sa", "CC-BY-SA-4.0"),
            "CC BY-SA",
            "Creative Commons-CC",
        ),
        Licence(
            "cc-zero",
            N_("Creative Commons, sans condition (CC0)"),
            "https://creativecommons.org/publicdomain/zero/1.0/",
            ("cc-zero", "CC0-1.0"),
            "CC0",
            "Creative Commons-CC",
        ),
    )
}


def licence(key: str) -> Licence | None:
    """The licence of a key; None for a key that is not ours."""
    return LICENCES.get(key)
