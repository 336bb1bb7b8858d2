"""The tables, one file per noun. Importing this package knows them all."""

from __future__ import annotations

from app.models.account import Account, LoginSession, PasswordReset, SignInAttempt
from app.models.attachment import Attachment
from app.models.base import Base
from app.models.dataset import Dataset
from app.models.establishment import Establishment, Invitation, Membership
from app.models.job import JobProgress
from app.models.journal import JournalEntry
from app.models.portal import Answer, Connection, Delivery, PortalKind
from app.models.publication import PUBLIC_STATES, Publication, PublicationState, Publishing
from app.models.record import Draft, Record, RecordChange, RecordIndex, RecordOrder, RecordState
from app.models.role import Role
from app.models.submission import ColumnMemory, Mode, Submission, SubmissionRow, SubmissionState
from app.models.table_schema import CatalogueSchema, SchemaVersion

__all__ = [
    "PUBLIC_STATES",
    "Account",
    "Answer",
    "Attachment",
    "Base",
    "CatalogueSchema",
    "ColumnMemory",
    "Connection",
    "Dataset",
    "Delivery",
    "Draft",
    "Establishment",
    "Invitation",
    "JobProgress",
    "JournalEntry",
    "LoginSession",
    "Membership",
    "Mode",
    "PasswordReset",
    "PortalKind",
    "Publication",
    "PublicationState",
    "Publishing",
    "Record",
    "RecordChange",
    "RecordIndex",
    "RecordOrder",
    "RecordState",
    "Role",
    "SchemaVersion",
    "SignInAttempt",
    "Submission",
    "SubmissionRow",
    "SubmissionState",
]
