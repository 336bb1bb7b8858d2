"""Numbers as people and spreadsheets write them: decimal comma, grouped thousands, units, percentages, ``.0``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from schema_loader.repair.model import NO_DECISIONS, Decisions, Meant, Readings
from schema_loader.repair.rule import ColumnRule

# Taken away without a thought: the column holds amounts of money, and the franc is gone.
_EURO = re.compile(r"(?i)^(?:€|eur(?:os?)?\b)\s*|\s*(?:€|(?<![a-z])eur(?:os?)?\.?)$")
# Told apart: a column in metres may not mean the kilometres that somebody typed.
_UNIT = re.compile(
    r"(?i)(?<=[\d\s])\s*(?:m²|m2|m³|m3|km²|km|cm|mm|m|kg|t|ha|l|h|ans?|années?|mois|jours?|j|personnes?|hab(?:\.|itants?)?|"
    r"places?|°c?|kwh?|mwh?|kva|(?:€|euros?)\s*(?:ttc|ht))$"
)
_SIGNS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "－": "-", "’": "'", "٫": ","})
_GROUPED = re.compile(r"([+-]?)(\d{1,3}(?:[\s']\d{3})+)([.,]\d+)?")
_PLAIN = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)", re.ASCII)
_BOTH = re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3})+\.\d*|(?:\.\d{3})+,\d*)", re.ASCII)
_MANY = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:,\d{3}){2,}|(?:\.\d{3}){2,})", re.ASCII)
_DOUBTFUL = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_EXPONENT = re.compile(r"[+-]?\d+,\d+[eE][+-]?\d{1,2}", re.ASCII)
MOST_DIGITS = 40

MARKS = {",": "comma", ".": "point"}


class Number(NamedTuple):
    """A number as it stands in a text: its value with a point and nothing else, and what the spelling shows."""

    plain: str
    kind: str
    choices: Decisions = NO_DECISIONS


def written_numbers(text: str) -> list[Number]:
    """The readings of a text that holds a number and nothing else; two where a lone mark may group thousands."""
    text = text.translate(_SIGNS)
    if len(text) > MOST_DIGITS:
        return []
    if _BOTH.fullmatch(text):
        mark = "," if text.rfind(",") > text.rfind(".") else "."
        return [Number(_with_point(text, mark), "number-thousands")]
    if found := _GROUPED.fullmatch(text):
        sign, whole, decimals = found.groups()
        whole = re.sub(r"[\s']", "", whole)
        return [Number(sign + whole + (decimals or "").replace(",", "."), "number-thousands")]
    if _MANY.fullmatch(text):
        return [Number(text.replace(",", "").replace(".", ""), "number-thousands")]
    if not _PLAIN.fullmatch(text):
        return []
    kind = "number-comma" if "," in text else ""
    if _DOUBTFUL.fullmatch(text):
        mark = MARKS["," if "," in text else "."]
        return [
            Number(text.replace(",", "."), kind, {mark: "decimal"}),
            Number(re.sub(r"[.,]", "", text), "number-thousands", {mark: "thousands"}),
        ]
    return [Number(text.replace(",", "."), kind)]


def _with_point(text: str, mark: str) -> str:
    return text.replace("." if mark == "," else ",", "").replace(mark, ".")


def without_unit(text: str) -> tuple[str, str, bool]:
    """A text without a unit or a per cent sign, the kind of what was taken away (or empty), whether it is a guess."""
    if text.endswith("%"):
        return text[:-1].rstrip(), "number-percent", False
    bare = _EURO.sub("", text)
    if bare != text:
        return bare.strip(), "number-euro", False
    bare = _UNIT.sub("", text)
    return (bare.strip(), "number-unit", True) if bare != text else (text, "", False)


def numbers(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """Readings of a text in a column of numbers, whole or not."""
    bare, unit, near = without_unit(text)
    if not unit and _EXPONENT.fullmatch(bare):
        written = _as_written(rule, bare.replace(",", "."))
        if written is not None:
            yield (Meant("number-comma", written[0], near=True),)
        return
    readings: list[Meant] = []
    for number in _settled(written_numbers(bare), decisions):
        for plain, choices in (
            _shares(rule, number, decisions) if unit == "number-percent" else ((number.plain, {}),)
        ):
            written = _as_written(rule, plain)
            if written is not None:
                kind = unit or number.kind
                if written[1] and kind in ("", "number-comma"):
                    kind = "number-zeros"
                readings.append(Meant(kind or "number-sign", written[0], near, {**number.choices, **choices}))
    if readings:
        yield tuple(readings)
        if not unit:
            yield from _percentages(rule, readings[0].text)


def _percentages(rule: ColumnRule, text: str) -> Iterator[Readings]:
    """A number up to 100 in a column of shares of 1."""
    limits = rule.field.constraints
    maximum, minimum = (limits[name].value if name in limits else None for name in ("maximum", "minimum"))
    value = rule.field.type.parse(text)
    if (
        maximum == 1
        and minimum is not None
        and 0 <= minimum < 1
        and isinstance(value, Decimal)
        and 1 < value <= 100
    ):
        yield (Meant("number-percent", rule.field.type.format(value.scaleb(-2).normalize()), near=True),)


def _settled(found: list[Number], decisions: Decisions) -> list[Number]:
    agreeing = [
        number
        for number in found
        if all(decisions.get(question, answer) == answer for question, answer in number.choices.items())
    ]
    return agreeing or found


def _shares(rule: ColumnRule, number: Number, decisions: Decisions) -> Iterable[tuple[str, Decisions]]:
    """80 % as the share 0.8 and as the number 80; the column's bounds mostly leave one of them."""
    decided = decisions.get("percent") or _percent_of(rule)
    share = f"{Decimal(number.plain).scaleb(-2).normalize():f}"
    for answer, plain in (("share", share), ("hundred", number.plain)):
        if decided in (None, answer):
            yield plain, {"percent": answer}


def _percent_of(rule: ColumnRule) -> str | None:
    """What a percentage is in a column whose bounds tell it: up to 1, or up to 100."""
    if rule.accepts(rule.field.type.format(Decimal("0.5"))) and not rule.accepts("50"):
        return "share"
    maximum = rule.field.constraints.get("maximum")
    return "hundred" if maximum is not None and maximum.value == 100 else None


def _as_written(rule: ColumnRule, plain: str) -> tuple[str, bool] | None:
    """A plain number in the column's own marks, and whether idle decimals were dropped; None where it cannot hold it."""
    kind: Any = rule.field.type
    if kind.name == "integer":
        whole, _, decimals = plain.partition(".")
        if decimals.strip("0"):
            return None
        return str(int(whole or "0")), bool(decimals or "." in plain)
    value = kind.parse(plain.replace(".", kind.decimal_char))
    return (kind.format(value), False) if value is not None else None


def doubtful(text: str) -> bool:
    """Whether a text alone does not tell what its comma or its point is (``1,234``)."""
    return _DOUBTFUL.fullmatch(without_unit(text)[0].translate(_SIGNS)) is not None


def decide_marks(texts: Iterable[str], *, whole: bool) -> dict[str, str]:
    """What a comma and a point are in a column, where its texts tell it: ``12,5`` has no thousands, ``1,234.5`` has.

    ``whole``: the column holds no decimals, so that the point of ``1.234`` can only group thousands.
    """
    told: dict[str, set[str]] = {"comma": set(), "point": set()}
    for text in texts:
        bare = without_unit(text.strip())[0].translate(_SIGNS)
        if _DOUBTFUL.fullmatch(bare):
            if whole and not bare.endswith("000"):
                told["comma" if "," in bare else "point"].add("thousands")
        elif _BOTH.fullmatch(bare):
            comma_last = bare.rfind(",") > bare.rfind(".")
            told["comma"].add("decimal" if comma_last else "thousands")
            told["point"].add("thousands" if comma_last else "decimal")
        elif _MANY.fullmatch(bare):
            told["comma" if "," in bare else "point"].add("thousands")
        elif _PLAIN.fullmatch(bare) or _GROUPED.fullmatch(bare):
            for sign, mark in MARKS.items():
                if sign in bare and not bare.endswith(sign):
                    told[mark].add("decimal")
    return {mark: answers.pop() for mark, answers in told.items() if len(answers) == 1}
