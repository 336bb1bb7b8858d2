"""Logs: one line of JSON for each event, with the id of its request, and no personal data.

Of a request: the method, the route as it is declared (never the address, which may hold a token or a name), the status and
the time taken. No address of a person, no browser, no body.
"""

from __future__ import annotations

import json
import logging
import logging.config
import re
import secrets
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

request_id: ContextVar[str] = ContextVar("request_id", default="")
log = logging.getLogger(__name__)

HEADER = b"x-request-id"
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_QUIET = {"/healthz", "/readyz", "/static"}


class JsonFormatter(logging.Formatter):
    """``{"at", "level", "logger", "event", "request", …extra}``; an exception by its type and places, not its text."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if found := request_id.get():
            line["request"] = found
        line.update({name: value for name, value in vars(record).items() if name not in _USUAL})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = type(record.exc_info[1]).__qualname__
            line["trace"] = places(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """For a person at the terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        extra = {name: value for name, value in vars(record).items() if name not in _USUAL}
        line = super().format(record)
        return f"{line} {' '.join(f'{name}={value}' for name, value in extra.items())}" if extra else line


def places(error: BaseException) -> list[str]:
    """Where an exception went through, innermost last, its causes before it: ``file:line function``. Its text may quote a
    person's row, hence is left out."""
    found: list[str] = []
    chain: BaseException | None = error
    while chain is not None and len(found) < 60:
        trace = chain.__traceback__
        steps = []
        while trace is not None:
            code = trace.tb_frame.f_code
            name = "/".join(code.co_filename.replace("\\", "/").rsplit("/", 2)[-2:])
            steps.append(f"{name}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        found = [*steps, type(chain).__qualname__, *found]
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
    return found


def configure(style: str, level: str) -> None:
    """Send every log of this process to standard error, in a style: ``json`` or ``text``."""
    formatter = "app.logs.JsonFormatter" if style == "json" else "app.logs.TextFormatter"
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"chosen": {"()": formatter}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "chosen"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                # these say a person's address, an SQL value or an argument
                "uvicorn.access": {"handlers": [], "propagate": False},
                "sqlalchemy": {"level": "WARNING"},
                "procrastinate": {"level": "WARNING"},
                "alembic": {"level": "WARNING"},
                "httpx": {"level": "WARNING"},
            },
        }
    )


class RequestLog:
    """Gives each request its id, that of the proxy before us when it is plain, and logs how it ended."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(HEADER, b"").decode("latin-1")
        own = given if re.fullmatch(r"[A-Za-z0-9_-]{8,64}", given) else secrets.token_hex(8)
        token = request_id.set(own)
        scope.setdefault("state", {})["request_id"] = (
            own  # for the page of an error, made when this one is over
        )
        begun = time.perf_counter()
        status = 500

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, own.encode())]
            await send(message)

        try:
            await self.app(scope, receive, answered)
        except Exception:
            log.exception("request failed", extra={"method": scope["method"], "route": _route(scope)})
            raise
        finally:
            route = _route(scope)
            log.log(
                logging.DEBUG if route in _QUIET and status < 500 else logging.INFO,
                "request",
                extra={
                    "method": scope["method"],
                    "route": route,
                    "status": status,
                    "ms": round((time.perf_counter() - begun) * 1000, 1),
                },
            )
            request_id.reset(token)


def _route(scope: Scope) -> str:
    """The route as declared; nothing of an address that no route answers."""
    path = getattr(scope.get("route"), "path", None)
    if path:
        return str(path)
    return "/static" if scope["path"].startswith("/static/") else "-"
