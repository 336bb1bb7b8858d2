"""A form that was posted after its session had ended: carried by the sign-in page, given back once signed in again.

It travels in the page itself, compressed and signed, and is stored nowhere. Passwords are not carried, nor are files, which no
page may put back into a form: they are named, so that they can be chosen again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
import zlib
from dataclasses import dataclass

from starlette.datastructures import FormData

from app import csrf

MOST_OCTETS = 1_000_000
"""Of fields and values together; a larger form is not carried."""
LASTS = 7 * 86400  # seconds
SECRET = ("password", "mot_de_passe", "cle_secrete")


@dataclass(frozen=True, slots=True)
class Kept:
    """A form to post again. ``path``: where, with its query; ``files``: names of the files it came with."""

    path: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()
    multipart: bool = False
    is_whole: bool = True
    """Nothing but files is left out: no password, nothing too large."""

    @property
    def can_be_sent(self) -> bool:
        """A form of passwords alone, or too large, must be filled in again."""
        return bool(self.fields) or self.is_whole

    def shown(self) -> list[tuple[str, str]]:
        """What the person typed, without what a page adds for itself."""
        return [(name, value) for name, value in self.fields if value.strip()]


def keep(path: str, form: FormData, *, multipart: bool) -> Kept:
    """What can be carried of a posted form."""
    fields: list[tuple[str, str]] = []
    files: list[str] = []
    size, is_whole = 0, True
    for name, value in form.multi_items():
        if not isinstance(value, str):
            if value.filename:
                files.append(value.filename)
        elif name == csrf.FIELD:
            continue
        elif any(word in name.lower() for word in SECRET):
            is_whole = False
        else:
            size += len(name.encode()) + len(value.encode())
            fields.append((name, value))
    if size > MOST_OCTETS:
        return Kept(path, (), tuple(files), multipart, is_whole=False)
    return Kept(path, tuple(fields), tuple(files), multipart, is_whole)


def seal(key: bytes, kept: Kept) -> str:
    """The form as a page carries it."""
    data = [kept.path, kept.fields, kept.files, kept.multipart, kept.is_whole, int(time.time()) + LASTS]
    body = base64.urlsafe_b64encode(zlib.compress(json.dumps(data, ensure_ascii=False).encode())).decode()
    return f"{body}.{_mac(key, body)}"


def unseal(key: bytes, sealed: str) -> Kept | None:
    """The form that we sealed; None for anything else, or after a week."""
    body, _dot, mac = sealed.partition(".")
    if not body or not hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(key, body).encode()):
        return None
    try:  # signed, hence ours: made by this version, or by another
        path, fields, files, multipart, is_whole, expires = json.loads(
            zlib.decompress(base64.urlsafe_b64decode(body))
        )
        found = Kept(path, tuple((name, value) for name, value in fields), tuple(files), multipart, is_whole)
    except (binascii.Error, zlib.error, ValueError, TypeError):
        return None
    return found if expires > time.time() else None


def _mac(key: bytes, body: str) -> str:
    return hmac.new(key, b"kept:" + body.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
