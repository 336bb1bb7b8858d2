"""How often a dataset is updated: our keys, and what portals, feeds and the SCDL catalogue call each.

The keys are those of data.gouv.fr (udata, ``UpdateFrequency``). The European authority table is
http://publications.europa.eu/resource/authority/frequency; the SCDL words are the list of its FREQ_MAJ column.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from app.i18n import N_, gettext

AUTHORITY = "http://publications.europa.eu/resource/authority/frequency/"


@dataclass(frozen=True, slots=True)
class Frequency:
    """``days``: what data.gouv.fr counts between two updates (None: nothing is expected at a given date); ``months``: the same
    on a calendar; ``eu``: code of the European table; ``scdl``: word of the SCDL catalogue; ``iso``: ISO 8601, for CKAN."""

    key: str
    label: str
    days: int | None
    months: int
    eu: str
    scdl: str
    iso: str = ""

    @property
    def uri(self) -> str:
        """Its IRI in the European authority table."""
        return AUTHORITY + self.eu

    def text(self) -> str:
        """Its name, in the current language."""
        return gettext(self.label)


_DAILY, _WEEKLY = "Quotidienne ou plusieurs fois par jour", "Hebdomadaire ou plusieurs fois par semaine"
_MONTHLY = "Mensuelle ou plusieurs fois par mois"

FREQUENCIES: dict[str, Frequency] = {
    one.key: one
    for one in (
        Frequency("continuous", N_("En continu"), None, 0, "UPDATE_CONT", "Continuelle", "R/PT1S"),
        Frequency("hourly", N_("Toutes les heures"), 0, 0, "HOURLY", "Toutes les heures", "R/PT1H"),
        Frequency("daily", N_("Tous les jours"), 1, 0, "DAILY", _DAILY, "R/P1D"),
        Frequency("semiweekly", N_("Deux fois par semaine"), 7, 0, "WEEKLY_2", _WEEKLY, "R/P3.5D"),
        Frequency("weekly", N_("Toutes les semaines"), 7, 0, "WEEKLY", _WEEKLY, "R/P1W"),
        Frequency("biweekly", N_("Toutes les deux semaines"), 14, 0, "BIWEEKLY", _MONTHLY, "R/P2W"),
        Frequency("semimonthly", N_("Deux fois par mois"), 31, 1, "MONTHLY_2", _MONTHLY, "R/P0.5M"),
        Frequency("monthly", N_("Tous les mois"), 31, 1, "MONTHLY", _MONTHLY, "R/P1M"),
        Frequency("bimonthly", N_("Tous les deux mois"), 62, 2, "BIMONTHLY", "Bimestrielle", "R/P2M"),
        Frequency("quarterly", N_("Tous les trois mois"), 93, 3, "QUARTERLY", "Trimestrielle", "R/P3M"),
        Frequency("semiannual", N_("Deux fois par an"), 365, 6, "ANNUAL_2", "Semestrielle", "R/P6M"),
        Frequency("annual", N_("Tous les ans"), 365, 12, "ANNUAL", "Annuelle", "R/P1Y"),
        Frequency("biennial", N_("Tous les deux ans"), 730, 24, "BIENNIAL", "Biennale", "R/P2Y"),
        Frequency("triennial", N_("Tous les trois ans"), 1095, 36, "TRIENNIAL", "Triennale", "R/P3Y"),
        Frequency("quinquennial", N_("Tous les cinq ans"), 1825, 60, "QUINQUENNIAL", "Quinquennale", "R/P5Y"),
        Frequency("punctual", N_("Une seule fois"), None, 0, "AS_NEEDED", "Ponctuelle"),
        Frequency("irregular", N_("De temps en temps"), None, 0, "IRREG", "Irrégulière"),
        Frequency("unknown", N_("Inconnue"), None, 0, "UNKNOWN", "Inconnue"),
    )
}
UNKNOWN = FREQUENCIES["unknown"]


def frequency(key: str) -> Frequency:
    """The frequency of a key; « unknown » for a key that is not ours."""
    return FREQUENCIES.get(key, UNKNOWN)


def next_due(last: date, key: str) -> date | None:
    """The last day on which the next update is in time; None where none is expected at a given date."""
    found = frequency(key)
    if found.months:
        return last + relativedelta(months=found.months)
    return None if found.days is None else last + timedelta(days=max(found.days, 1))
