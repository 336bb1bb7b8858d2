"""Web addresses, e-mail addresses and telephone numbers as people paste them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from schema_loader.repair.model import Decisions, Meant, Readings
from schema_loader.repair.rule import HOST, SCHEMES, ColumnRule

_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[a-z]{2,24}(?::\d+)?(?:[/?#]\S*)?", re.I)
_WRONG_SCHEME = re.compile(r"(?:https?|htpps?|htttps?|hhttps?|http)\s*[:;]?\s*/{1,3}\s*(?=\w)", re.I)
_MAILTO = re.compile(r"(?i)^(?:mailto|e-?mail|courriel|mél)\s*:\s*")
_SPACE = re.compile(r"\s")
_NAMED = re.compile(r"[^<>@]*<\s*([^<>\s]+@[^<>\s]+)\s*>")
_AT = re.compile(r"(?i)\s*(?:\(at\)|\[at\]|\(a\)|\[a\]|\(arobase\)|\[arobase\])\s*")
_FRENCH_NUMBER = re.compile(r"(?:0|(?:\+|00)33(?:\(0\)|0)?)([1-9]\d{8})")
_IN_NUMBERS = re.compile(r"[\s.\-/_]+")
_LABEL = re.compile(r"(?i)^(?:t[ée]l(?:[ée]phone)?|fax|port(?:able)?|mobile)\s*\.?\s*:?\s*(?=[+(\d])")


def web_addresses(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """An address with its scheme, where the column wants one."""
    if "@" in text or "." not in text:
        return
    scheme = _scheme(rule)
    if _HOST.fullmatch(text):
        yield (Meant("url-scheme", f"{scheme}{text}"),)
        return
    found = _WRONG_SCHEME.match(text)
    if found is not None and _HOST.fullmatch(text[found.end() :]):
        kept = "http://" if found[0].lower().startswith("http:") else scheme
        yield (Meant("url-scheme", kept + text[found.end() :], near=True),)


@lru_cache(maxsize=512)
def _scheme(rule: ColumnRule) -> str:
    """https, unless the column takes http alone."""
    return next(
        (
            scheme
            for scheme in SCHEMES
            if rule.accepts(f"{scheme}{HOST}") or rule.accepts(f"{scheme}{HOST}/page")
        ),
        SCHEMES[0],
    )


def mail_addresses(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """An address without its label, its spaces and the sign that followed it in a list."""
    if "@" not in text and "(a" not in text.lower() and "[a" not in text.lower():
        return
    bare = _MAILTO.sub("", text).partition("?")[0].strip(" ;,.<>\t\n")
    found = _NAMED.fullmatch(text)
    for address, near in (
        (bare, False),
        (found[1] if found is not None else "", False),
        (re.sub(r"\s*([@.])\s*", r"\1", bare), False),
        (_SPACE.sub("", bare), True),
        (_AT.sub("@", bare), True),
    ):
        if address.count("@") == 1 and not _SPACE.search(address):
            yield (Meant("email-form", address, near),)


def phone_numbers(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """A French number in the spelling that the column takes: all spellings are the same number."""
    if len(text) > 40:
        return
    found = _FRENCH_NUMBER.fullmatch(_IN_NUMBERS.sub("", _LABEL.sub("", text)))
    if found is None:
        return
    digits = found[1]
    national, pairs = f"0{digits}", [digits[at : at + 2] for at in range(1, 9, 2)]
    for spelling in (
        national,
        f"0{digits[0]} {' '.join(pairs)}",
        f"+33{digits}",
        f"+33 {digits[0]} {' '.join(pairs)}",
        f"0{digits[0]}.{'.'.join(pairs)}",
        f"0{digits[0]}-{'-'.join(pairs)}",
        f"0033{digits}",
    ):
        yield (Meant("phone-form", spelling),)
