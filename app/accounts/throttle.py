"""Guessing is slowed down, in a way that a stranger cannot use to keep a person out.

Attempts are counted, over a sliding quarter of an hour, per account and network together, and per network alone; never per
account alone. Hence a stranger who guesses from elsewhere fills their own count and nobody else's. In the same network (a
town hall behind one address), a browser where the person has signed in before has a count of its own: see
:mod:`app.accounts.devices`.

An attempt is counted before its password is looked at, so that a hundred at once pass no more than one after the other, and
taken back when the password is right. A refused attempt is not counted: the wait it is told is the wait there is.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app import db
from app.accounts import queries
from app.errors import TooMany
from app.i18n import N_
from app.models import SignInAttempt
from app.settings import get_settings
from app.tenancy import Scope

WINDOW = timedelta(minutes=15)
PER_PAIR, PER_NETWORK = 8, 60
DEVICE_NETWORK = "0.0.0.0/32"
"""Stands for the network in the counts of a known browser: they follow it wherever it goes, and no network's count has them."""
NO_NETWORK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted attempt."""

    email_hash: bytes
    network: str
    is_last: bool
    """The next one will have to wait."""


def network_of(address: str | None) -> str:
    """What a stranger can hardly change: an IPv4 address, the /64 of an IPv6 one."""
    try:
        found = ipaddress.ip_address((address or NO_NETWORK).partition("%")[0])
    except ValueError:  # a socket of this machine
        found = ipaddress.ip_address(NO_NETWORK)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network(f"{found}/{32 if found.version == 4 else 64}", strict=False))


def count(kind: str, email: str, network: str, device: str | None = None) -> Attempt:
    """Count an attempt. ``kind``: what is tried; ``device``: the mark of a browser that this account knows.

    Raises :class:`TooMany`.
    """
    if device is not None:
        kind, network = f"{kind}:{device}", DEVICE_NETWORK
    email_hash = _hash(f"{kind}:{email}")
    now = datetime.now(UTC)
    with db.aside(Scope()) as session:
        queries.lock_attempts(session, *{_key(email_hash), _key(network.encode())})
        of_pair = queries.attempts_of_pair(session, email_hash, network, now - WINDOW)
        if len(of_pair) >= PER_PAIR:
            raise _wait(of_pair[PER_PAIR - 1], now)
        if device is None:
            of_network = queries.attempts_of_network(session, network, now - WINDOW, PER_NETWORK)
            if len(of_network) >= PER_NETWORK:
                raise _wait(of_network[-1], now)
        session.add(SignInAttempt(email_hash=email_hash, network=network))
    return Attempt(email_hash, network, is_last=len(of_pair) + 1 >= PER_PAIR)


def forgive(attempt: Attempt) -> None:
    """The password was right: the count begins again."""
    with db.aside(Scope()) as session:
        queries.forget_attempts(session, attempt.email_hash, attempt.network)


def _wait(oldest: datetime, now: datetime) -> TooMany:
    seconds = max(1, int((oldest + WINDOW - now).total_seconds()) + 1)
    return TooMany(
        N_(
            "Trop de tentatives depuis votre réseau. Réessayez dans {minutes} min, ou choisissez un nouveau mot de passe avec "
            "« Mot de passe oublié »."
        ),
        retry_after=seconds,
        minutes=-(-seconds // 60),
    )


def _hash(text: str) -> bytes:
    return hmac.new(
        get_settings().secret().encode(), f"attempt:{text}".encode("utf-8", "replace"), hashlib.sha256
    ).digest()


def _key(data: bytes) -> int:
    """Of an advisory lock: 63 bits."""
    return int.from_bytes(hashlib.sha256(data).digest()[:8], "big") >> 1
