"""What a form sent, as it was sent: every value a text, repeated names kept, nothing converted or refused by the framework."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from app import csrf


async def posted(request: Request) -> AsyncIterator[FormData]:
    """The form of the request; its files are closed when the answer has been made."""
    async with request.form(max_part_size=csrf.MAX_PART) as form:
        yield form


Posted = Annotated[FormData, Depends(posted)]


def text_of(form: FormData, name: str) -> str:
    """The text of a field, without the spaces around it; empty where it was not sent."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def texts_of(form: FormData, name: str) -> list[str]:
    """The texts of a repeated field, in order."""
    return [value.strip() for value in form.getlist(name) if isinstance(value, str)]


def file_of(form: FormData, name: str, limit: int) -> bytes | None:
    """The content of a file, one octet more than ``limit`` at most; None where none was chosen."""
    value = form.get(name)
    if not isinstance(value, UploadFile) or not value.filename:
        return None
    return value.file.read(limit + 1)


def filename_of(form: FormData, name: str) -> str:
    """The name that a file had on the person's computer."""
    value = form.get(name)
    return (value.filename or "") if isinstance(value, UploadFile) else ""
