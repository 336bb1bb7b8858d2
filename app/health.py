"""Whether the process lives, and whether it can work: for whoever watches over it."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import Depends
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import access, db, migrate
from app.routing import Router
from app.tenancy import Scope

log = logging.getLogger(__name__)
router = Router(tags=["operations"])
Anybody = Annotated[None, Depends(access.anybody)]


@router.get("/healthz", include_in_schema=False)
def healthz(_: Anybody) -> JSONResponse:
    """The process answers; says nothing of the database."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


@router.get("/readyz", include_in_schema=False)
def readyz(_: Anybody) -> JSONResponse:
    """200 when the database answers and its tables are those of this code, else 503 with what is missing."""
    try:
        with db.aside(Scope("tab_web")) as session:
            found = session.execute(text("SELECT version_num FROM public.alembic_version")).scalar()
        missing = None if found == migrate.head() else "migrations"
    except (SQLAlchemyError, RuntimeError):
        log.warning("database unreachable", exc_info=True)
        missing = "database"
    status = {"status": "ok"} if missing is None else {"status": "unready", "missing": missing}
    return JSONResponse(status, 200 if missing is None else 503, headers={"Cache-Control": "no-store"})
