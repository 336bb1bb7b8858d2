"""Names of files as the guide of the Socle commun des données locales wants them."""

from __future__ import annotations

import re
from datetime import date

from schema_loader.folding import fold_letters

MAX_NAME = 100  # characters; with day and number, what every file system and portal takes


def file_name(siren: str, title: str, day: date, extension: str = "csv") -> str:
    """``AAAAMMJJ_<SIREN>_<nom-en-minuscules>.csv``: ``20240312_217500016_deliberations.csv``.

    ``siren`` may be a SIRET, of which the first nine figures count; an establishment that has neither leaves its part
    out. ``title`` is folded to letters, digits and hyphens. Source: guide SCDL, « Nommage des fichiers ».
    """
    number = re.sub(r"\D", "", siren)[:9]
    name = re.sub(r"[^a-z0-9]+", "-", fold_letters(title)).strip("-")[:MAX_NAME].strip("-")
    return "_".join(part for part in (f"{day:%Y%m%d}", number, name or "donnees") if part) + f".{extension}"
