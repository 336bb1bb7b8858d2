"""``tabellion serve``: the database where it is ours, the worker, the web server; all started here is stopped here."""

from __future__ import annotations

import contextlib
import errno
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Self

import uvicorn

from app import db
from app.errors import CannotStart
from app.first_content import fill
from app.i18n import N_
from app.main import create_app
from app.provision import Database, open_database
from app.settings import Settings
from app.zero_copy import ZeroCopy

log = logging.getLogger(__name__)

BACKLOG = 256
RESTART_SECONDS = (1, 2, 5, 10, 30)
COLLECTED_AFTER = (20_000, 10, 10)  # objects more than before; rounds of the younger generation
STEADY_SECONDS = 60  # a worker that lasted this long is restarted at once again


class Stopped(BaseException):
    """A signal came before the server could take it."""


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Raises :class:`CannotStart` with what to do."""
    with _stopped_by_signals(), contextlib.suppress(Stopped), contextlib.ExitStack() as stack:
        listening = stack.enter_context(listen(settings.host, settings.port))
        settings.secret()
        database = stack.enter_context(open_database(settings))
        db.connect(database.url, pool_size=settings.pool_size, prepares=settings.prepares)
        stack.callback(db.disconnect)
        fill(settings)
        if settings.worker:
            stack.enter_context(WorkerProcess(settings, database))
        _announce(settings, listening)
        _web(settings, listening)
    log.info("stopped")


@contextlib.contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """The socket of the web server, taken before anything is started. Raises :class:`CannotStart`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen(BACKLOG)
        except (OSError, OverflowError) as error:
            raise _not_listening(host, port, error) from error
        yield listening


class WorkerProcess:
    """The worker as a child, started again when it dies."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker keeper", daemon=True)

    def __enter__(self) -> Self:
        self._start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(self._settings.shutdown_seconds + 5)
            if child.poll() is None:
                log.warning("worker killed: its jobs begin again later")
                child.kill()
                child.wait()
        self._thread.join()

    def _start(self) -> None:
        self._child = subprocess.Popen(  # noqa: S603 (our own command, no shell)
            [sys.executable, "-m", "app.cli", "worker", "--parent", str(os.getpid())],
            start_new_session=True,  # Ctrl-C in the terminal is for the server, which stops the worker in its turn
            stdin=subprocess.DEVNULL,
        )

    def _keep(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            begun = time.monotonic()
            child = self._child
            while child is not None and child.poll() is None:
                if self._stopping.wait(0.2):
                    return
            failures = 0 if time.monotonic() - begun > STEADY_SECONDS else failures + 1
            pause = RESTART_SECONDS[min(failures, len(RESTART_SECONDS)) - 1] if failures else 0
            log.error("worker died", extra={"code": child.returncode if child else None, "again_in": pause})
            if self._stopping.wait(pause):
                return
            self._start()


def _web(settings: Settings, listening: socket.socket) -> None:
    server = uvicorn.Server(
        uvicorn.Config(
            ZeroCopy(create_app(settings)),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_graceful_shutdown=max(1, round(settings.shutdown_seconds)),
            timeout_keep_alive=20,
            lifespan="on",
        )
    )
    _spare_what_stays()
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn, once stopped, raises the signal again
        server.run(sockets=[listening])


def _spare_what_stays() -> None:
    """What was imported and built so far lasts as long as the process: the collector of cycles need not go through it again and
    again. A page leaves some thousand objects, nearly all of which end without it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGINT and SIGTERM unwind what has been started, at any moment; a second one changes nothing: it is under way."""
    seen = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if not seen.is_set():
            seen.set()
            raise Stopped

    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _announce(settings: Settings, listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    address = settings.base_url or f"http://{settings.host}:{port}"
    log.info("serving", extra={"address": address, "demo": settings.demo})


def _not_listening(host: str, port: int, error: OSError | OverflowError) -> CannotStart:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return CannotStart(
            N_(
                "Le port {port} est déjà pris sur {host} : un autre programme, ou un autre Tabellion, l’utilise. Arrêtez-le, ou "
                "choisissez un autre port avec --port, par exemple --port {other}."
            ),
            port=port,
            host=host,
            other=port + 1,
        )
    if number == errno.EACCES:
        return CannotStart(
            N_(
                "Le port {port} est réservé au compte root. Choisissez un port à partir de 1024, par exemple --port 8000."
            ),
            port=port,
        )
    return CannotStart(
        N_("L’adresse {host}, port {port}, ne peut pas être ouverte ({reason}). Vérifiez --host et --port."),
        host=host,
        port=port,
        reason=str(error),
    )
