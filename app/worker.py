"""The process that runs the jobs: a child of ``tabellion serve``, or ``tabellion worker`` on its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator

import procrastinate
from procrastinate.jobs import DeleteJobCondition

from app import db, jobs
from app.settings import Settings

log = logging.getLogger(__name__)

CONCURRENCY = 2
NAME = "tabellion worker"


def run(settings: Settings, url: str, *, parent: int | None = None) -> None:
    """Run jobs until SIGINT or SIGTERM; those under way have ``shutdown_seconds`` to end, then begin again elsewhere.

    ``parent``: a process without which this one has no reason to be.
    """
    jobs.load_tasks()
    db.connect(url, pool_size=CONCURRENCY + 1, name=NAME)
    try:
        asyncio.run(_run(settings, url, parent))
    finally:
        db.disconnect()


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[procrastinate.App]:
    """The queue, with connections to a database."""
    connector = procrastinate.PsycopgConnector(
        conninfo=url,
        min_size=1,
        max_size=4,
        kwargs={"prepare_threshold": None, "application_name": f"{NAME} queue"},
    )
    with jobs.queue.replace_connector(connector) as app:
        async with app.open_async():
            yield app


async def _run(settings: Settings, url: str, parent: int | None) -> None:
    async with opened(url) as app:
        await jobs.retry_stalled(app.job_manager)
        watch = asyncio.create_task(_watch(parent)) if parent is not None else None
        log.info("worker started")
        try:
            await app.run_worker_async(
                concurrency=CONCURRENCY,
                listen_notify=not settings.database_pooled,
                fetch_job_polling_interval=1.0 if settings.database_pooled else 5.0,
                shutdown_graceful_timeout=settings.shutdown_seconds,
                delete_jobs=DeleteJobCondition.SUCCESSFUL,
                update_heartbeat_interval=jobs.HEARTBEAT,
                stalled_worker_timeout=jobs.STALLED,
            )
        finally:
            if watch is not None:
                watch.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watch
    log.info("worker stopped")


async def _watch(parent: int) -> None:
    """Stop when the parent has died without stopping us."""
    while os.getppid() == parent:
        await asyncio.sleep(1)
    log.warning("the server is gone: worker stopping")
    os.kill(os.getpid(), signal.SIGTERM)
