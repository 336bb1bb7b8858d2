"""What another site publishes, fetched by the service: schemas and catalogues of schemas.

The address comes from a person, and the answer is read by a machine inside the network of the public body. So each name is
resolved here, every address it has is checked, and the connection goes to an address that was checked: a name cannot
answer one thing to the check and another to the connection. Redirections are followed here, each checked anew. Source of
the rule: OWASP, Server-Side Request Forgery Prevention Cheat Sheet.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpcore

from app.errors import AppError
from app.i18n import N_
from app.settings import get_settings

MAX_BYTES = 10_000_000  # the largest real schema has 300 kB, the national catalogue 200
MAX_REDIRECTS = 5
MAX_ADDRESS = (
    8_000  # characters, as servers have it; what is asked then leaves in one piece, however slowly it is read
)
USER_AGENT = b"Tabellion"
PREFIX_OF_IPV4 = ipaddress.ip_network("64:ff9b::/96")  # NAT64, RFC 6052


class NotFetched(AppError):
    """The address gave no file: the message says why, and what to do."""

    status = 422


class TooLong(NotFetched):
    """The file is larger than asked for."""


class UnknownSite(NotFetched):
    """No machine answers to the name."""


class PrivateSite(NotFetched):
    """The name leads into a private network, which the settings do not open."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave. ``url``: the one that answered, after redirections."""

    url: str
    data: bytes


def fetch(
    url: str,
    *,
    max_bytes: int = MAX_BYTES,
    seconds: float | None = None,
    allow_private: bool | None = None,
) -> Fetched:
    """The file at an ``http`` or ``https`` address, whole, within ``seconds`` for everything.

    ``seconds`` and ``allow_private`` are those of the settings unless given. Raises :class:`NotFetched`.
    """
    settings = get_settings()
    deadline = time.monotonic() + (settings.fetch_seconds if seconds is None else seconds)
    private = settings.allow_private_addresses if allow_private is None else allow_private
    with httpcore.ConnectionPool(
        ssl_context=tls(), network_backend=Guard(allow_private=private, deadline=deadline)
    ) as pool:
        for _ in range(MAX_REDIRECTS + 1):
            answer = _ask(pool, url, max_bytes)
            if isinstance(answer, Fetched):
                return answer
            url = _next(url, answer)
    raise NotFetched(
        N_("L’adresse {url} renvoie sans fin vers d’autres adresses. Donnez celle du fichier lui-même."),
        url=url,
    )


def _ask(pool: httpcore.ConnectionPool, url: str, max_bytes: int) -> Fetched | str:
    """The file, or the address of a redirection."""
    check_address(url)
    asked = _spelt(url)
    headers = {
        b"user-agent": USER_AGENT,
        b"accept": b"application/json, */*",
        b"accept-encoding": b"identity",
    }
    try:
        with pool.stream("GET", asked, headers=headers) as response:
            told = {name.lower(): value for name, value in response.headers}
            if response.status in {301, 302, 303, 307, 308} and b"location" in told:
                return told[b"location"].decode("utf-8", "replace")
            if response.status != 200:
                raise NotFetched(
                    N_(
                        "L’adresse {url} répond par une erreur (code {status}). Ouvrez-la dans un navigateur pour la vérifier."
                    ),
                    url=url,
                    status=response.status,
                )
            return Fetched(url, _body(response.iter_stream(), told, url, max_bytes))
    except httpcore.TimeoutException as error:
        raise _late(url) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
        raise NotFetched(
            N_(
                "L’adresse {url} ne répond pas ({reason}). Vérifiez-la, ou téléchargez le fichier et envoyez-le."
            ),
            url=url,
            reason=str(error).strip(" .") or type(error).__name__,
        ) from error


def _body(chunks: Iterable[bytes], headers: dict[bytes, bytes], url: str, max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in _decoded(chunks, headers.get(b"content-encoding", b""), max_bytes):
        body += chunk
        if len(body) > max_bytes:
            raise TooLong(
                N_(
                    "Le fichier de l’adresse {url} pèse plus de {limit} Mo : ce n’est sans doute pas un schéma. Vérifiez l’adresse."
                ),
                url=url,
                limit=max_bytes // 1_000_000,
            )
    return bytes(body)


def _decoded(chunks: Iterable[bytes], encoding: bytes, max_bytes: int) -> Iterator[bytes]:
    """Some servers compress whatever they are asked; what comes out is bounded too."""
    if encoding.strip().lower() not in {b"gzip", b"x-gzip", b"deflate"}:
        yield from chunks
        return
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        for chunk in chunks:
            yield inflate.decompress(chunk, max_bytes + 1)
    except zlib.error as error:
        raise httpcore.RemoteProtocolError("unreadable compression") from error


def check_address(url: str) -> None:
    """Refuse what is no whole web address. Raises :class:`NotFetched`."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        plain = parts.username is None and parts.password is None and url.isprintable() and " " not in url
        plain = plain and len(_spelt(url)) <= MAX_ADDRESS
    except ValueError:
        known = plain = False
    if not known or not plain:
        raise NotFetched(
            N_(
                "« {url} » n’est pas une adresse web. Écrivez-la en entier, par exemple https://exemple.fr/schema.json."
            ),
            url=url,
        )


def _spelt(url: str) -> str:
    """An address as it is sent: people write and copy accents, in names of sites too. Raises ``ValueError``."""
    if url.isascii():
        return url
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    site = host if parts.port is None else f"{host}:{parts.port}"
    path, query = (quote(part, safe="/%:@!$&'()*+,;=~?") for part in (parts.path, parts.query))
    return urlunsplit((parts.scheme, site, path, query, ""))


def _next(url: str, location: str) -> str:
    target = urljoin(url, location)
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
        raise NotFetched(
            N_(
                "L’adresse {url} renvoie vers une adresse qui n’est pas sécurisée ({target}). Donnez une adresse en https."
            ),
            url=url,
            target=target,
        )
    return target


def _late(url: str) -> NotFetched:
    return NotFetched(
        N_(
            "L’adresse {url} met trop de temps à répondre. Réessayez plus tard, ou téléchargez le fichier et envoyez-le."
        ),
        url=url,
    )


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """What a site must show to be believed: a certificate of a known authority, in its name."""
    return ssl.create_default_context()


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and not of this machine, its network or a special use."""
    try:
        found: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if (inside := found.ipv4_mapped or found.sixtofour) is not None:
            found = inside
        elif found in PREFIX_OF_IPV4:
            found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.is_global and not found.is_multicast and not found.is_reserved


class Guard(httpcore.NetworkBackend):
    """Opens connections to addresses that were checked, and to them alone.

    ``deadline``: the moment of ``time.monotonic`` before which all must be done, from the name of the site to the last octet
    of its answer; without it, the ``timeout`` of each step counts. Raises :class:`UnknownSite` and :class:`PrivateSite`.
    """

    def __init__(self, *, allow_private: bool, deadline: float | None = None) -> None:
        self._backend = httpcore.SyncBackend()
        self._allow_private = allow_private
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        addresses = self._addresses(host, port)
        last: Exception | None = None
        for address in addresses:
            left = timeout if self._deadline is None else _left(self._deadline, httpcore.ConnectTimeout)
            try:
                stream = self._backend.connect_tcp(address, port, left, local_address, socket_options)
            except httpcore.ConnectError as error:
                last = error
            else:
                return stream if self._deadline is None else _Hurried(stream, self._deadline)
        raise last or httpcore.ConnectError(host)

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("no such address")

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = self._resolved(host, port)
        except (OSError, UnicodeError) as error:
            raise UnknownSite(
                N_(
                    "Le site « {host} » est introuvable. Vérifiez l’adresse, et l’accès à internet du service."
                ),
                host=host,
            ) from error
        addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
        if not self._allow_private and not all(map(is_public, addresses)):
            raise PrivateSite(
                N_(
                    "Le site « {host} » est dans un réseau privé, que le service n’interroge pas. Téléchargez le fichier et "
                    "envoyez-le, ou demandez à la personne qui installe le service de régler TABELLION_ALLOW_PRIVATE_ADDRESSES."
                ),
                host=host,
            )
        return addresses

    def _resolved(self, host: str, port: int) -> list[Any]:
        if self._deadline is None:
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        # the system's resolver knows no deadline; the thread that it keeps waiting ends with its own attempts
        answers: SimpleQueue[list[Any] | Exception] = SimpleQueue()

        def ask() -> None:
            try:
                answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=ask, name="resolve", daemon=True).start()
        try:
            answer = answers.get(timeout=_left(self._deadline, httpcore.ConnectTimeout))
        except Empty:
            raise httpcore.ConnectTimeout(host) from None
        if isinstance(answer, Exception):
            raise answer
        return answer


def _left(deadline: float, late: type[httpcore.TimeoutException]) -> float:
    """The seconds until a deadline, more than 0; raises ``late`` past it."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise late("too late")
    return seconds


class _Hurried(httpcore.NetworkStream):
    """A connection whose every step has what is left of the time for all: a site that sends an octet now and then is left."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, httpcore.ConnectTimeout)
        return _Hurried(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
