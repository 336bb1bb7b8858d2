"""A web site of this machine that behaves as a portal does, and badly when told to: real HTTP, real cuts."""

from __future__ import annotations

import email.parser
import email.policy
import json
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """A request. ``target``: path and query as sent; ``form``: fields of a multipart or url-encoded body; ``files``: name → (file name, octets)."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    target: str = ""
    form: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


class Refused(Exception):
    """What the portal answers in place of a success."""

    def __init__(self, status: int, data: Any = None, **headers: str) -> None:
        self.status, self.data, self.headers = status, data, headers


Rule = Callable[..., Any]


def rule(method: str, pattern: str) -> Callable[[Rule], Rule]:
    """A method of a :class:`Site` that answers ``method`` at the addresses of ``pattern``."""

    def mark(function: Rule) -> Rule:
        function.rule = (method, re.compile(pattern))  # type: ignore[attr-defined]
        return function

    return mark


TROUBLES = ("cut_before", "cut_after", "500_before", "500_after", "429", "423")


class Site:
    """Answers by its rules. ``trouble[n]``: what happens at the nth request from the start, counted from 0; ``asked``: what came."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.trouble: dict[int, str] = {}
        self.now = 1_700_000_000.0
        self.slept: list[float] = []
        self._released_after: int | None = None
        self._late, self._acted = threading.Event(), threading.Event()
        rules = (getattr(type(self), name) for name in dir(type(self)))
        self._rules = [(*one.rule, one) for one in rules if hasattr(one, "rule")]
        self._lock = threading.Lock()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def _serve(self) -> None:
                site._serve(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815 (the names of http.server)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._late.set()
        self._server.shutdown()
        self._server.server_close()

    def sleep(self, seconds: float) -> None:
        """Time passes for the portal, not for the test."""
        self.slept.append(seconds)
        self.now += seconds

    def release_after(self, requests: int) -> None:
        """What is ``late`` is done, and never answered, when something is posted after that many requests."""
        self._released_after = requests

    def calls(self, method: str, pattern: str = "") -> list[Asked]:
        return [one for one in self.asked if one.method == method and re.search(pattern, one.path)]

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        if "chunked" in handler.headers.get("Transfer-Encoding", ""):
            body = b"".join(iter(lambda: _chunk(handler.rfile), b""))
        else:
            body = handler.rfile.read(length)
        parts = urlsplit(handler.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        headers = {key.lower(): value for key, value in handler.headers.items()}
        asked = Asked(handler.command, parts.path, query, headers, body, handler.path)
        _read_form(asked)
        with self._lock:
            trouble = self.trouble.pop(len(self.asked), "")
            self.asked.append(asked)
        if trouble == "late":
            self._late.wait(20)
            with self._lock:
                self._answer(asked)
            self._acted.set()
            return _cut(handler)
        if (
            self._released_after is not None
            and asked.method == "POST"
            and len(self.asked) > self._released_after
        ):
            self._late.set()
            self._acted.wait(20)
        with self._lock:
            if trouble == "cut_before":
                return _cut(handler)
            if trouble == "500_before":
                return _reply(handler, 500, {"message": "Internal Server Error"})
            if trouble == "429_long":
                return _reply(handler, 429, {"message": "later"}, {"Retry-After": "3600"})
            if trouble in {"429", "423"}:
                return _reply(handler, int(trouble), {"message": "later"}, {"Retry-After": "2"})
            status, data, more = self._answer(asked)
        if trouble == "cut_after":
            return _cut(handler)
        if trouble == "500_after":
            return _reply(handler, 500, {"message": "Internal Server Error"})
        return _reply(handler, status, data, more)

    def _answer(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:
        try:
            for method, pattern, function in self._rules:
                if method == asked.method and (found := pattern.fullmatch(asked.path)):
                    self.allow(asked)
                    answer = function(self, asked, *found.groups())
                    return answer if isinstance(answer, tuple) else (200, answer, {})
        except Refused as refusal:
            return refusal.status, refusal.data, refusal.headers
        return 404, None, {}

    def allow(self, asked: Asked) -> None:
        """Raise :class:`Refused` for a key that is not the one."""


def _chunk(stream: Any) -> bytes:
    size = int(stream.readline().strip() or b"0", 16)
    data = stream.read(size)
    stream.readline()
    return data


def _read_form(asked: Asked) -> None:
    kind = asked.headers.get("content-type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        asked.form = {key: values[-1] for key, values in parse_qs(asked.body.decode()).items()}
    if not kind.startswith("multipart/"):
        return
    whole = b"Content-Type: " + kind.encode() + b"\r\n\r\n" + asked.body
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(whole)
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True) or b""
        if part.get_filename() is None:
            asked.form[name] = content.decode()
        else:
            asked.files[name] = (part.get_filename(), content)


def _cut(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def _reply(
    handler: BaseHTTPRequestHandler, status: int, data: Any, headers: dict[str, str] | None = None
) -> None:
    html = data is None or isinstance(data, str)
    body = (data or f"<html>{status}</html>").encode() if html else json.dumps(data).encode()
    body = b"" if status == 204 else body
    handler.send_response(status)
    handler.send_header("Content-Type", "text/html" if html else "application/json")
    for name, value in (headers or {}).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
