"""Closed lists: the words for yes and no, choices spelt otherwise, choices nearly met, words that stand for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from schema_loader.folding import fold
from schema_loader.repair.model import Decisions, Meant, Readings
from schema_loader.repair.rule import ColumnRule

PLACEHOLDERS = frozenset((
    "-", "--", "---", "/", "?", "??", "???", ".", "…", "...", "n/a", "na", "nc", "n.c.", "nd", "n.d.", "nr", "n.r.", "neant",
    "inconnu", "inconnue", "null", "none", "nan", "<na>", "nat", "vide", "(vide)", "aucun", "aucune", "rien", "sans objet",
    "sans", "so", "s.o.", "non renseigne", "non renseignee", "non communique", "non communiquee", "non connu", "non connue",
    "non applicable", "non disponible", "a completer", "a renseigner", "x", "xx", "xxx",
))  # fmt: skip
YES = frozenset(("oui", "o", "yes", "y", "vrai", "v", "true", "t", "1", "x", "ok"))
NO = frozenset(("non", "n", "no", "faux", "f", "false", "0"))
UNSURE = frozenset(("ok", "v", "f", "t"))  # what may stand for another word
POINT_ZERO = {"1.0": "1", "0.0": "0", "1,0": "1", "0,0": "0"}


def _yes_or_no(folded: str) -> bool | None:
    return True if folded in YES else False if folded in NO else None


def booleans(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """The schema's own word for a yes or a no."""
    kind: Any = rule.field.type
    folded = fold(text)
    folded = POINT_ZERO.get(folded, folded)
    spelt = [word for word in kind.words if fold(word) == folded]
    meanings = {kind.words[word] for word in spelt}
    if len(meanings) == 1:
        yield (Meant("boolean-words", spelt[0]),)
    answer = _yes_or_no(folded)
    if answer is not None and not meanings:
        yield (Meant("boolean-words", kind.format(answer), near=folded in UNSURE),)


def choices(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """A choice of the column's closed list, spelt otherwise or nearly met."""
    spelt = rule.names.spelt(text)
    if spelt:
        yield (Meant("enum-spelling", spelt),)
    folded = fold(text)
    answer = _yes_or_no(POINT_ZERO.get(folded, folded))
    if answer is not None:
        word = _words_for(rule.choices).get(answer)
        if word is not None:
            yield (Meant("boolean-words", word, near=folded in UNSURE or folded == "x"),)
    if folded not in PLACEHOLDERS:
        near = rule.names.meant(text)
        if near:
            yield (Meant("enum-near", near, near=True),)


@lru_cache(maxsize=512)
def _words_for(listed: tuple[str, ...]) -> Mapping[bool, str]:
    """The one choice of a list that says yes, and the one that says no; none where several do, or only one side does."""
    found: dict[bool, list[str]] = {True: [], False: []}
    for choice in listed:
        answer = _yes_or_no(fold(choice))
        if answer is not None:
            found[answer].append(choice)
    return (
        {answer: words[0] for answer, words in found.items()}
        if all(len(w) == 1 for w in found.values())
        else {}
    )


def listed_elsewhere(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """What a French check of the column says was meant: the official name of a commune, a region, a country."""
    fault = rule.check_fault(text) if rule.checks else None
    meant = fault.params.get("meant") if fault is not None else None
    if fault is None or not isinstance(meant, str) or not meant:
        return
    if fault.code.endswith("/nomenclature-acte"):
        _, slash, rest = text.partition("/")
        yield (Meant("enum-near", f"{meant}{slash}{rest.strip()}", near=True),)
    elif rule.listed is not None:
        sure = rule.listed.spelt(text) == meant
        yield (Meant("enum-spelling" if sure else "enum-near", meant, near=not sure),)


def placeholders(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """A word for « nothing » as an empty cell, where the column may be left empty."""
    if rule.empty is not None and (not text or fold(text[:30]) in PLACEHOLDERS):
        yield (Meant("empty-word" if text else "spaces", rule.empty, near=bool(text)),)
