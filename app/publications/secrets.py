"""Keys of portals at rest: sealed with a key made from the secret of the service, and bound to the place they are kept in.

AES-256-GCM (NIST SP 800-38D) with a key of its own, derived from the secret by HKDF-SHA256 (RFC 5869). A sealed text says which
key sealed it, so that the secret can be changed: the old one, given as the previous, opens what is left until it is sealed anew.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import AppError
from app.i18n import N_
from app.settings import get_settings

VERSION = "s1"
PURPOSE = b"tabellion: keys of portals"
NONCE = 12  # octets


class Unreadable(AppError):
    """The secret that sealed it is no longer known, or the text was changed or moved."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            N_(
                "La clé du portail ne peut plus être lue : le secret du service a changé. Collez-la à nouveau dans « Portails »."
            )
        )


class Sealer:
    """Seals with ``secret``; opens what it or one of the ``previous`` sealed."""

    def __init__(self, secret: str, previous: Iterable[str] = ()) -> None:
        keys = [_derived(one) for one in (secret, *previous)]
        self._current = _id(keys[0])
        self._keys = {_id(key): AESGCM(key) for key in reversed(keys)}

    def seal(self, text: str, place: str) -> str:
        """``place``: where it is kept (``establishment 3, portal 12``); it opens nowhere else."""
        nonce = os.urandom(NONCE)
        sealed = self._keys[self._current].encrypt(nonce, text.encode(), _bound(place))
        return f"{VERSION}.{self._current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """The text. Raises :class:`Unreadable`."""
        try:
            version, key, body = sealed.split(".")
            octets = base64.urlsafe_b64decode(body.encode("ascii"))
            if version != VERSION:
                raise Unreadable
            return self._keys[key].decrypt(octets[:NONCE], octets[NONCE:], _bound(place)).decode()
        except (ValueError, KeyError, binascii.Error, InvalidTag) as error:
            raise Unreadable from error

    def is_stale(self, sealed: str) -> bool:
        """Whether it should be sealed anew, with the secret of now."""
        return sealed.split(".")[:2] != [VERSION, self._current]


def sealer() -> Sealer:
    """With the secret of the settings, and the one before."""
    settings = get_settings()
    before = settings.previous_secret_key
    return Sealer(settings.secret(), [] if before is None else [before.get_secret_value()])


def hint(key: str) -> str:
    """What a page shows of a key, to tell it from another: its last four characters, if it is long enough."""
    return f"…{key[-4:]}" if len(key) >= 16 else "…"


def _derived(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())


def _id(key: bytes) -> str:
    """Names a key without telling it."""
    return hashlib.sha256(b"id:" + key).hexdigest()[:8]


def _bound(place: str) -> bytes:
    return f"{VERSION} {place}".encode()
