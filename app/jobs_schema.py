"""The tables of the job queue, which are procrastinate's own: installed by our first migration, upgraded by later ones.

The library ships its whole schema and the steps between versions. The comment of its main table remembers the last step, so
that a migration applies only what is missing, on a database made yesterday or three years ago.
"""

from __future__ import annotations

from pathlib import Path

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, text

from app.db import run_script

GRANTS = """
ALTER FUNCTION procrastinate_defer_jobs_v1(procrastinate_job_to_defer_v1[]) SECURITY DEFINER SET search_path = public, pg_temp;
REVOKE EXECUTE ON FUNCTION procrastinate_defer_jobs_v1(procrastinate_job_to_defer_v1[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION procrastinate_defer_jobs_v1(procrastinate_job_to_defer_v1[]) TO tab_app, tab_web, tab_worker;
GRANT SELECT, INSERT, UPDATE, DELETE
  ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers TO tab_app;
GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq, procrastinate_periodic_defers_id_seq TO tab_app;
"""
"""Requests may put a job in the queue and see nothing of it; the worker's own connections, as ``tab_app``, run it."""


def steps() -> list[Path]:
    """The library's steps between versions, in order."""
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def last_step() -> str:
    """Name of the last step, which the database's comment must say."""
    return steps()[-1].name


def installed_step(connection: Connection) -> str | None:
    """The last step that the database has had."""
    found = connection.execute(text("SELECT obj_description('public.procrastinate_jobs'::regclass)")).scalar()
    return None if found is None else str(found)


def install_job_schema(connection: Connection) -> None:
    """Install the library's schema as it is now, for our roles."""
    run_script(connection, SchemaManager.get_schema())
    run_script(connection, GRANTS)
    _note(connection)


def upgrade_job_schema(connection: Connection) -> None:
    """Apply the steps that the database has not had; for the migration that goes with a newer library."""
    had = installed_step(connection) or ""
    for step in steps():
        if step.name > had:
            run_script(connection, step.read_text("utf-8"))
    run_script(connection, GRANTS)
    _note(connection)


def _note(connection: Connection) -> None:
    run_script(connection, f"COMMENT ON TABLE procrastinate_jobs IS '{last_step()}'")
