"""Codes: the zero that a spreadsheet took for nothing, the spaces and the ``.0`` that it put in, the digits that it lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from schema_loader.custom_checks.identifiers import LENGTHS, is_key_right
from schema_loader.repair.model import NO_DECISIONS, Decisions, Meant, Readings
from schema_loader.repair.rule import ColumnRule

_SEPARATORS = re.compile(r"[\s.\-_/']+")
_CODE = re.compile(r"[^\W_](?:[\s.\-_/']*[^\W_])*")
_JOINING = re.compile(r"[-_/']")
_DECIMAL = re.compile(r"\d+[.]\d\d?", re.ASCII)
_POINT_ZERO = re.compile(r"(\d+)[.,]0+", re.ASCII)
_ABBREVIATED = re.compile(r"[+-]?\d(?:[.,]\d+E\+?|E\+)\d+", re.I | re.ASCII)
_ROUNDED = re.compile(r"\d{7,}0{5}", re.ASCII)
MOST_CHARACTERS = 100
SHORTEST_CODE = 4  # digits; ``1.0`` may be a version
LONGEST_CODE = 20  # characters, where there are letters among them
MOST_ZEROS = 6
FEW_ZEROS = (
    1  # what a spreadsheet takes from most codes; more are put back after a look, or where a key proves them
)
# 12 digits and more, of which a spreadsheet shows 2,18601946E+13; what is saved then ends with zeros
SPREADSHEET_ERRORS = frozenset((
    "#n/a", "#ref!", "#valeur!", "#value!", "#nom?", "#name?", "#div/0!", "#nul!", "#null!", "#nombre!", "#num!", "#spill!",
))  # fmt: skip


def is_abbreviated(text: str) -> bool:
    """Whether a spreadsheet has written a long number short: ``2,17E+13``."""
    return _ABBREVIATED.fullmatch(text) is not None


def beyond(rule: ColumnRule, text: str, decisions: Decisions) -> str | None:
    """The kind of what is lost in a text that no repair can bring back; None where nothing shows a loss."""
    bare = text.strip()
    if bare[:1] == "#" and bare.casefold() in SPREADSHEET_ERRORS:
        return "beyond-error"
    if rule.field.type.name in ("number", "boolean") or bare[-1:] < "0" or bare[-1:] > "9":
        return None
    if is_abbreviated(bare):
        return "beyond-abbreviated"
    if rule.field.type.name in ("string", "any"):
        found = _POINT_ZERO.fullmatch(bare)
        digits = found[1] if found is not None else bare
        if is_rounded(digits) or (
            found is not None and decisions.get("digits") == "rounded" and digits.endswith("00")
        ):
            return "beyond-rounded"
    return None


def codes_with_point(rule: ColumnRule, text: str) -> Iterator[Meant]:
    """The codes that a text ending with ``.0`` may stand for; some checks and patterns forgive points."""
    found = _POINT_ZERO.fullmatch(text) if rule.is_coded else None
    if found is not None and len(found[1]) >= SHORTEST_CODE:
        meant = (
            Meant("code-point-zero", found[1]),
            *(m for ms in _padded(rule, found[1], NO_DECISIONS) for m in ms),
        )
        yield from (reading for reading in meant if rule.accepts(reading.text))


def is_rounded(text: str) -> bool:
    """Whether a long number ends with the zeros of one that was rounded. No establishment of a SIRET has the number 0000."""
    return _ROUNDED.fullmatch(text) is not None


def _key_is_right(digits: str) -> bool | None:
    """Whether a number of the length of a SIREN or a SIRET has the right key; None for other lengths."""
    if len(digits) == LENGTHS["siret"]:
        return is_key_right("siret", digits)
    return is_key_right("siren", digits) if len(digits) == LENGTHS["siren"] else None


def codes(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """Readings of a text in a column of text with rules: first what changes least."""
    if (not rule.field.constraints and not rule.checks) or len(text) > MOST_CHARACTERS:
        return
    pointless = _POINT_ZERO.fullmatch(text)
    if pointless is not None:
        yield (Meant("code-point-zero", pointless[1], near=_key_is_right(pointless[1]) is False),)
        yield from _padded(rule, pointless[1], decisions)
    elif _CODE.fullmatch(text) and not _DECIMAL.fullmatch(text):
        compact = _SEPARATORS.sub("", text)
        figures = sum(map(str.isdigit, compact))
        # letters have words between them, and a dash may stand between two short codes
        near = figures * 2 < len(compact) or (len(compact) < LENGTHS["siren"] and bool(_JOINING.search(text)))
        if compact != text and (figures == len(compact) or (rule.is_coded and len(compact) <= LONGEST_CODE)):
            yield (Meant("code-separators", compact, near),)
            yield (Meant("code-separators", compact.upper(), near),)
        yield from _padded(rule, compact, decisions)
    for other in () if rule.choices else (text.upper(), text.lower(), text.capitalize(), text.title()):
        if other != text:
            yield (Meant("case", other),)


def _padded(rule: ColumnRule, digits: str, decisions: Decisions) -> Iterator[Readings]:
    """The zeros put back before a number that is too short, where one number of zeros alone makes a code."""
    if not (digits.isascii() and digits.isdecimal()) or rule.holds_years:
        return
    padded = [
        "0" * zeros + digits for zeros in range(1, MOST_ZEROS + 1) if rule.accepts("0" * zeros + digits)
    ]
    if len(padded) == 1:
        key = _key_is_right(padded[0])
        few = len(padded[0]) - len(digits) <= FEW_ZEROS and decisions.get("zeros") != "kept"
        yield (Meant("code-zeros", padded[0], near=not (few if key is None else key)),)


def decide_digits(texts: Iterable[str]) -> dict[str, str]:
    """Whether the long numbers of a column were rounded, so that those which end with two zeros may not be trusted either."""
    rounded = any(is_rounded(text[:-2] if text.endswith((".0", ",0")) else text) for text in texts)
    return {"digits": "rounded"} if rounded else {}


def decide_zeros(texts: Iterable[str]) -> dict[str, str]:
    """Whether a column has kept its leading zeros, so that a short code in it is rather one with a digit forgotten."""
    return {"zeros": "kept"} if any(text[:1] == "0" and text[1:].isdecimal() for text in texts) else {}
