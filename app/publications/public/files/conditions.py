"""What a request asks of a file, by its headers alone: which encoding, whether it has it already, which part of it.

Source: RFC 9110 (12.5.3 encodings, 13 conditional requests, 14 ranges).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from enum import Enum, auto

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(\d*)[ \t]*-[ \t]*(\d*)[ \t]*", re.IGNORECASE)


class Part(Enum):
    """A range that is none: the whole is sent, or nothing can be."""

    whole = auto()
    unsatisfiable = auto()


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells one state of a file from another. ``etag``: strong, with its quotes; ``modified``: to the second."""

    etag: str
    modified: datetime

    @classmethod
    def of(cls, sha256: str, encoding: str, modified: datetime) -> Validators:
        """The hash of the file; its encoded forms are other octets, hence have another tag."""
        return cls(f'"{sha256}-{encoding}"' if encoding else f'"{sha256}"', modified.replace(microsecond=0))

    @property
    def last_modified(self) -> str:
        return format_datetime(self.modified.astimezone(UTC), usegmt=True)


def chosen_encoding(accepted: str | None, offered: Sequence[str]) -> str:
    """The best of the encodings that the request takes, in our order where it has no preference; empty for none."""
    if not accepted:
        return ""
    weights: dict[str, float] = {}
    for item in accepted[:500].split(","):
        name, _semicolon, parameter = item.partition(";")
        weights[name.strip().lower()] = _weight(parameter)
    any_other = weights.get("*", 0.0)
    plain = weights.get("identity", any_other if "*" in weights else 1.0)
    best, most = "", 0.0
    for name in offered:
        weight = max(weights.get(name, any_other), weights.get(f"x-{name}", 0.0))
        if weight > most:
            best, most = name, weight
    # where both are as welcome, the smaller one; a client that would rather have it plain says so
    return best if most >= plain or (most and "identity" not in weights) else ""


def _weight(parameter: str) -> float:
    name, _equals, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    return float(value) if re.fullmatch(r"[01](\.\d{0,3})?", value.strip()) else 0.0


def is_known(headers: Mapping[str, str], held: Validators) -> bool:
    """The client has this very state already: 304."""
    tags = headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or any(tag == held.etag for _, tag in _TAG.findall(tags))
    # the very day it has: going back to an older version is a change too (nginx does the same)
    return _moment(headers.get("if-modified-since")) == held.modified


def is_refused(headers: Mapping[str, str], held: Validators) -> bool:
    """The client wants a state that this is not: 412."""
    tags = headers.get("if-match")
    if tags is not None:
        return tags.strip() != "*" and not any(
            not weak and tag == held.etag for weak, tag in _TAG.findall(tags)
        )
    since = _moment(headers.get("if-unmodified-since"))
    return since is not None and held.modified > since


def part_of(headers: Mapping[str, str], held: Validators, size: int) -> tuple[int, int] | Part:
    """The first octet asked for and the one after the last. Several ranges at once are answered by the whole, as they may be."""
    asked = headers.get("range")
    if asked is None:
        return Part.whole
    if (condition := headers.get("if-range")) is not None and not _is_of(condition.strip(), held):
        return Part.whole
    found = _RANGE.fullmatch(asked.strip()[:100])
    if found is None or not any(found.groups()):
        return Part.whole
    first, last = found.groups()
    if not first:  # the last octets
        start, end = max(0, size - int(last)), size
        return (start, end) if int(last) and size else Part.unsatisfiable
    start, end = int(first), min(size, int(last) + 1) if last else size
    if last and int(last) < start:
        return Part.whole
    return (start, end) if start < size else Part.unsatisfiable


def _is_of(condition: str, held: Validators) -> bool:
    return condition == held.etag or _moment(condition) == held.modified


def _moment(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
