"""Documents that come with the form of a record: beside each column that holds an address, a file that takes its place."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.datasets.access import At
from app.errors import AppError
from app.i18n import language
from app.posted import file_of, filename_of
from app.records.attachments import service
from app.settings import get_settings
from forms.control import Control, controls

KIND = "url"
"""Of the controls that offer to join a document."""


def input_name(control: Control) -> str:
    """``piece-c5``: the file beside the control ``c5``."""
    return f"piece-{control.name}"


def take_posted(session: Session, at: At, form: FormData, row: dict[str, str]) -> AppError | None:
    """Keep the documents that a form came with, and put their addresses into the row. Gives the first refusal, if any."""
    refused: AppError | None = None
    limit = get_settings().max_attachment
    for control in controls(at.dataset.schema, language()):
        if control.kind != KIND:
            continue
        name = input_name(control)
        data = file_of(form, name, limit)
        if data is None:
            continue
        try:
            taken = service.take(
                session, at.dataset, control.field.name, data, filename_of(form, name), account=at.account
            )
        except AppError as error:
            refused = refused or error
            continue
        row[control.field.name] = taken.url
    return refused
