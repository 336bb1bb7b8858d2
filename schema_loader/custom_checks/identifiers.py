"""Identifiers with a form or a key of their own: SIREN, SIRET, FANTOIR, matters of the nomenclature ACTES."""

from __future__ import annotations

import difflib
import re
from typing import ClassVar, Literal

from schema_loader.custom_checks.base import ColumnCheck
from schema_loader.custom_checks.memo import memoised
from schema_loader.errors import Fault
from schema_loader.folding import fold_letters

RNA = re.compile(r"W[0-9]{9}")
LENGTHS = {"siren": 9, "siret": 14}
LA_POSTE = "356000000"  # the SIREN whose establishments have a rule of their own
TWICE = str.maketrans("0123456789", "0246813579")  # a digit twice, its own digits summed


def compacted(text: str) -> str:
    """A number without the spaces and dots between its digits."""
    if text.isascii():
        return text.replace(" ", "").replace(".", "").strip()
    from stdnum.fr.siren import compact

    return str(compact(text))


def is_key_right(kind: Literal["siren", "siret"], text: str) -> bool:
    """Whether a text is such a number with the right control digit; spaces and dots between digits do not count.

    Source: INSEE's Luhn key, and La Poste's own rule for its establishments, by python-stdnum (``stdnum.fr``).
    """
    if text.isascii():
        number = compacted(text)
        if len(number) != LENGTHS[kind] or not number.isdigit():
            return False  # what the library would say by raising, which costs ten times as much
        if not number.startswith(LA_POSTE):
            return _luhn(number) and (kind == "siren" or _luhn(number[:9]))  # as the library, at once
    from stdnum.fr import siren, siret

    return bool((siren if kind == "siren" else siret).is_valid(text))


def _luhn(number: str) -> bool:
    return sum(map(int, number[::-2] + number[-2::-2].translate(TWICE))) % 10 == 0


class _Sirene(ColumnCheck):
    kind: ClassVar[Literal["siren", "siret"]]

    def passes(self, value: str) -> bool:
        """By the key alone."""
        return is_key_right(self.kind, value)

    def judge(self, value: str) -> Fault | None:
        """``reason`` is not-digits, length or check-digit; ``looks_like`` is siren, siret, rna or empty."""
        return sirene_fault(value, type(self))


@memoised
def sirene_fault(text: str, check: type[_Sirene]) -> Fault | None:
    """What is wrong with a text as a SIREN or a SIRET, if anything."""
    if is_key_right(check.kind, text):
        return None
    number = compacted(text)
    expected = LENGTHS[check.kind]
    all_digits = number.isascii() and number.isdigit()
    reason = "not-digits" if not all_digits else "length" if len(number) != expected else "check-digit"
    other: Literal["siren", "siret"] = "siren" if check.kind == "siret" else "siret"
    looks_like = (
        other
        if len(number) == LENGTHS[other] and is_key_right(other, text)
        else "rna"
        if RNA.fullmatch(number)
        else ""
    )
    digits = sum(character in "0123456789" for character in number)
    return check.fault(reason=reason, digits=digits, expected=expected, looks_like=looks_like)


class Siret(_Sirene):
    """A SIRET: 14 digits with their key. An integer field always fails, since it would lose leading zeros."""

    name = "siret"
    older_names = ("french-siret-value",)
    kind = "siret"


class Siren(_Sirene):
    """A SIREN: 9 digits with their key. An integer field always fails, since it would lose leading zeros."""

    name = "siren"
    older_names = ("french-siren-value",)
    kind = "siren"


class CodeFantoir(ColumnCheck):
    """A FANTOIR (now TOPO) street code: 4 characters within its commune, then a control letter.

    The form alone: the control letter also depends on the commune, which the code does not hold.
    Source: DGFiP, « Descriptif du fichier TOPO ».
    """

    name = "code-fantoir"
    by_form_only = True
    form = re.compile(r"[0-9A-Z]{2}[0-9]{2}[A-Z]")

    def judge(self, value: str) -> Fault | None:
        """No ``params``."""
        return None if self.form.fullmatch(value) else self.fault()


class NomenclatureActe(ColumnCheck):
    """A matter of the national nomenclature ACTES: one of nine, a slash without spaces, then a finer matter.

    Case and accents do not count. Source: the Interior's nomenclature for the transmission of acts to the State, level 1.
    """

    name = "nomenclature-acte"
    older_names = ("nomenclature-actes-value",)
    MATTERS: ClassVar[tuple[str, ...]] = (
        "commande publique",
        "urbanisme",
        "domaine et patrimoine",
        "fonction publique",
        "institutions et vie politique",
        "libertés publiques et pouvoirs de police",
        "finances locales",
        "domaines de compétences par thèmes",
        "autres domaines de compétences",
    )

    def judge(self, value: str) -> Fault | None:
        """``reason`` is no-slash, spaces or unknown-matter; ``matter`` is what stands first, ``meant`` one of the nine."""
        return acte_fault(value)


FOLDED_MATTERS = {fold_letters(matter): matter for matter in NomenclatureActe.MATTERS}


@memoised
def acte_fault(text: str) -> Fault | None:
    """What is wrong with a text as a matter of the nomenclature, if anything."""
    matter, slash, rest = text.partition("/")
    folded = fold_letters(matter)
    if slash and folded in FOLDED_MATTERS and not rest.startswith(" "):
        return None
    close = difflib.get_close_matches(" ".join(folded.split()), FOLDED_MATTERS, 1, 0.8)
    meant = FOLDED_MATTERS[close[0]] if close else ""
    if not slash:
        reason = "no-slash"
    elif matter != matter.strip() or rest.startswith(" "):
        reason = "spaces"
    else:
        reason = "unknown-matter"
    return NomenclatureActe.fault(reason=reason, matter=matter.strip(), meant=meant)
