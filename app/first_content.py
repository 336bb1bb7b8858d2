"""What a service holds from its first start: the starter catalogue, and in demonstration mode its made-up establishments."""

from __future__ import annotations

import logging

from app import db, demo
from app.catalog.service import install_starter
from app.settings import Settings
from app.tenancy import Scope

log = logging.getLogger(__name__)


def fill(settings: Settings) -> None:
    """Put in what is missing; nothing that is there changes. Of two servers that start at once, one does it."""
    with db.in_transaction(Scope.instance()) as session:
        if added := install_starter(session):
            log.info("starter catalogue installed", extra={"schemas": added})
    if settings.demo:
        with db.in_transaction(Scope.instance()) as session:
            if demo.install(session):
                log.info("demonstration data installed")
