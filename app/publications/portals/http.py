"""How portals are spoken to: HTTP with a key that is never logged, to addresses that are checked as those of ``app.fetch`` are."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

import httpcore
import httpx
import orjson

from app.fetch import Guard, NotFetched, PrivateSite, UnknownSite, check_address, tls
from app.publications.portals.faults import Fault, PortalError
from app.settings import get_settings

log = logging.getLogger(__name__)

MAX_ANSWER = 20_000_000  # octets: a dataset of data.gouv.fr may list thousands of files
DETAIL = 300  # characters of a portal's own words that are kept
AGENT = "Tabellion"
LONGEST_ASKED = 86_400.0  # seconds a portal may ask to wait before it is asked again


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: to connect, between two pieces of what is sent or read, and for a whole answer."""

    connect: float = 10
    read: float = 120
    write: float = 60
    answer: float = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What a portal answered. ``data``: its JSON, None where it answered something else."""

    status: int
    data: Any
    text: str
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def entry(self, *keys: str) -> Any:
        """What the JSON holds under nested keys, None where it does not."""
        found = self.data
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found


@dataclass(slots=True)
class PortalClient:
    """One portal at one address with one key. ``name``: what people call it.

    ``secret`` is taken out of whatever the portal answers before it is kept or shown. ``allow_private`` is that of the
    settings unless given. Raises :class:`PortalError` when the address cannot be asked.
    """

    base: str
    name: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: str = field(default="", repr=False)
    patience: Patience = Patience()
    allow_private: bool | None = None
    _client: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        private = get_settings().allow_private_addresses if self.allow_private is None else self.allow_private
        self.base = self.base.rstrip("/")
        try:
            check_address(self.base)
        except NotFetched as error:
            raise self.fault(Fault.UNKNOWN_SITE) from error
        if urlsplit(self.base).scheme != "https" and not private:
            raise self.fault(Fault.INSECURE)
        if not all(value.isprintable() and value.isascii() for value in self.headers.values()):
            raise self.fault(Fault.BAD_KEY)  # pasted with a line break or a word around it
        timeout = httpx.Timeout(
            self.patience.read, connect=self.patience.connect, write=self.patience.write, pool=5
        )
        self._client = httpx.Client(
            transport=_Transport(allow_private=private),
            headers={"User-Agent": AGENT, "Accept": "application/json", **self.headers},
            timeout=timeout,
            follow_redirects=False,  # the key would follow
            trust_env=False,
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask once. Raises :class:`PortalError` where there is no answer, and for what every portal answers alike: 3xx, 413,
        423, 429, 5xx. Any other answer is given back, be it a refusal."""
        url = path if path.startswith(("http://", "https://")) else self.base + path
        request = self._client.build_request(
            method,
            url,
            json=json,
            data=data,
            files=files,
            params=params,
            headers=dict(headers or {}),
        )
        try:
            response = self._client.send(request, stream=True)
            try:
                answer = self._read(response)
            finally:
                response.close()
        except UnknownSite as error:
            raise self.fault(Fault.UNKNOWN_SITE) from error
        except PrivateSite as error:
            raise self.fault(Fault.PRIVATE_SITE) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            kind = Fault.INSECURE if "certificate" in str(error).lower() else Fault.UNAVAILABLE
            raise self.fault(kind, detail=_cause(error)) from error
        except (httpx.HTTPError, OSError) as error:
            raise self.fault(Fault.UNAVAILABLE, detail=_cause(error), uncertain=True) from error
        self._common_faults(answer)
        return answer

    def fault(self, kind: Fault, **facts: Any) -> PortalError:
        """An error of this portal, without the key should it echo it."""
        facts["detail"] = self._clean(str(facts.get("detail", "")))
        facts["fields"] = {key: self._clean(str(words)) for key, words in (facts.get("fields") or {}).items()}
        return PortalError(kind, portal=self.name, **facts)

    def refusal(self, answer: Answer) -> PortalError:
        """What an answer that is no success means, where the portal has no words of its own for it."""
        kinds = {401: Fault.BAD_KEY, 403: Fault.FORBIDDEN, 404: Fault.MISSING, 410: Fault.GONE}
        if answer.data is None and answer.status in {404, 405}:
            return self.fault(Fault.NOT_A_PORTAL, detail=f"{answer.status}")
        return self.fault(kinds.get(answer.status, Fault.REFUSED), detail=_words(answer))

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, response: httpx.Response) -> Answer:
        body, deadline = bytearray(), time.monotonic() + self.patience.answer
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER:
                raise self.fault(Fault.NOT_A_PORTAL)
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the answer does not end")
        data = None
        if response.headers.get("content-type", "").partition(";")[0].strip().endswith("json"):
            try:
                data = orjson.loads(bytes(body))
            except orjson.JSONDecodeError:
                data = None
        text = "" if data is not None else bytes(body[:2000]).decode("utf-8", "replace")
        return Answer(response.status_code, data, text, response.headers)

    def _common_faults(self, answer: Answer) -> None:
        status, wait = answer.status, _retry_after(answer.headers.get("retry-after", ""))
        if 300 <= status < 400:
            raise self.fault(Fault.MOVED, detail=answer.headers.get("location", ""))
        if status == 413:
            raise self.fault(Fault.TOO_LARGE)  # the words are those of a proxy, in HTML
        if status == 423:
            raise self.fault(Fault.READ_ONLY, detail=_words(answer), retry_after=wait)
        if status == 429:
            raise self.fault(Fault.BUSY, detail=_words(answer), retry_after=wait)
        if status >= 500 or status in {408, 425}:
            raise self.fault(
                Fault.UNAVAILABLE, detail=_words(answer) or f"{status}", retry_after=wait, uncertain=True
            )

    def _clean(self, words: str) -> str:
        if len(self.secret) > 3:
            words = words.replace(self.secret, "…")
        return " ".join(words.split())[:DETAIL]


def _words(answer: Answer) -> str:
    """The portal's own sentence, where it is one for people."""
    for key in ("message", "error", "error_description", "detail"):
        found = answer.entry(key)
        if isinstance(found, dict):
            found = found.get("message") or found.get("__type")
        if isinstance(found, str) and found:
            return found
    return ""


def _retry_after(value: str) -> float | None:
    """Seconds; a date of HTTP is left to our own back-off."""
    return (
        min(float(value), LONGEST_ASKED) if value.isascii() and value.isdigit() and len(value) < 9 else None
    )


def _cause(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


class _Stream(httpx.SyncByteStream):
    def __init__(self, parts: Any) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._parts

    def close(self) -> None:
        self._parts.close()


class _as_httpx:  # noqa: N801 (reads as a word at its place, `with _as_httpx():`)
    """What httpcore raises, as httpx names it."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, httpcore.ConnectError):
            raise httpx.ConnectError(str(error)) from error
        if isinstance(error, httpcore.ConnectTimeout):
            raise httpx.ConnectTimeout(str(error)) from error
        if isinstance(error, httpcore.TimeoutException):
            raise httpx.ReadTimeout(str(error)) from error
        if isinstance(error, httpcore.NetworkError | httpcore.ProtocolError):
            raise httpx.ReadError(str(error)) from error


class _Transport(httpx.BaseTransport):
    """httpx over connections that :class:`app.fetch.Guard` opens."""

    def __init__(self, *, allow_private: bool) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls(),
            max_connections=2,
            keepalive_expiry=5,
            network_backend=Guard(allow_private=allow_private),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with _as_httpx():
            answer = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Stream(answer.stream),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()
