"""What programs say in an address or a form: refused where it means nothing, in a sentence that names the parameter.

A person is answered with the nearest thing that makes sense, since the page shows what it was; a program would not notice.
"""

from __future__ import annotations

from app.errors import AppError
from app.formats import number
from app.i18n import N_

SHOWN = 50
"""Signs of what was sent that a refusal repeats."""


class ParameterRefused(AppError):
    """A value that means nothing where it stands; the message names its parameter."""

    status = 400


def whole_number(name: str, given: str, least: int, most: int, *, example: int) -> int:
    """The number that was written in plain digits, between the bounds, both included. Raises :class:`ParameterRefused`."""
    digits = (given.lstrip("0") or "0") if given.isascii() and given.isdecimal() else ""
    if digits and len(digits) <= len(str(most)) and least <= int(digits) <= most:
        return int(digits)
    raise ParameterRefused(
        N_(
            "Le paramètre « {name} » attend un nombre entier de {least} à {most}, et non « {given} ». Exemple : {name}={example}."
        ),
        name=name,
        least=least,
        most=number(most),
        given=shown(given),
        example=example,
    )


def refuse_nul(name: str, given: str) -> None:
    """Raises :class:`ParameterRefused` for a text with the sign NUL, which no database keeps and no name has."""
    if "\0" in given:
        raise ParameterRefused(
            N_(
                "Le paramètre « {name} » contient un caractère nul (U+0000), qui n’a de sens dans aucun texte. Retirez-le."
            ),
            name=name,
        )


def shown(given: str) -> str:
    """What was sent, as a sentence may repeat it."""
    kept = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in given[:SHOWN])
    return kept + "…" if len(given) > SHOWN else kept
