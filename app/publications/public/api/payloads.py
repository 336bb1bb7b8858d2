"""What the API answers, as OpenAPI describes it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field


class ProducerOut(BaseModel):
    """Who publishes."""

    name: str
    siret: str | None = Field(description="14 digits")
    siren: str | None = Field(description="9 digits")
    page: str = Field(description="Address of its public page")
    email: str | None


class PeriodOut(BaseModel):
    """Days, both included."""

    start: date
    end: date


class LicenceOut(BaseModel):
    """``key``: as data.gouv.fr names it."""

    key: str
    title: str
    url: str


class SchemaOut(BaseModel):
    """The Table Schema of the rows."""

    key: str
    version: str
    title: str
    url: str


class FileOut(BaseModel):
    """A file of a version."""

    format: str = Field(examples=["csv"])
    media_type: str
    url: str
    size: int = Field(description="Octets")
    sha256: str


class VersionOut(BaseModel):
    """A version that was published; withdrawn, it has a reason and no file."""

    number: int
    published_at: datetime
    is_current: bool
    is_withdrawn: bool
    withdrawn_at: datetime | None
    reason: str | None = Field(description="Why it was withdrawn")
    is_empty: bool = Field(description="Says that there is nothing to publish (« néant »)")
    rows: int
    added: int
    changed: int
    removed: int
    files: list[FileOut]


class DatasetOut(BaseModel):
    """A dataset at its current version."""

    identifier: str
    title: str
    description: str = Field(description="Markdown")
    page: str
    producer: ProducerOut
    licence: LicenceOut | None
    frequency: str = Field(description="As data.gouv.fr names it", examples=["quarterly"])
    keywords: list[str]
    coverage: PeriodOut | None
    place: str | None
    zones: list[str]
    table_schema: SchemaOut
    first_published_at: datetime
    next_due_on: date | None
    latest: dict[str, str] = Field(description="Format → address of the current file, for good")
    rows_url: str
    version_count: int
    versions: list[VersionOut] = Field(description="The newest hundred")


class RowsOut(BaseModel):
    """A page of rows, typed as the schema says."""

    total: int = Field(description="Rows that are asked for, on all pages")
    page: int
    pages: int
    size: int
    version: int
    next: str | None = Field(description="Address of the next page")
    previous: str | None
    rows: list[dict[str, Any]]


class ProblemOut(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
