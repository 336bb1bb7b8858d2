"""What tests put into the database before they begin: written as its superuser, past the walls between establishments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine, func
from sqlalchemy.orm import Session

from app import auth
from app.datasets.service import choose_keys
from app.models import (
    Account,
    Attachment,
    Base,
    CatalogueSchema,
    ColumnMemory,
    Connection,
    Dataset,
    Delivery,
    Draft,
    Establishment,
    LoginSession,
    Membership,
    Publication,
    Publishing,
    Record,
    RecordChange,
    RecordIndex,
    RecordOrder,
    SchemaVersion,
    Submission,
    SubmissionRow,
)
from schema_loader import starter
from schema_loader.compile import compile_schema

_numbers = count(1)


def siren(number: int) -> str:
    """A SIREN with its check digit (Luhn), never a real one's by intent."""
    body = f"{90_000_000 + number:08d}"
    total = sum(
        sum(divmod(int(digit) * (2 if place % 2 == 0 else 1), 10))
        for place, digit in enumerate(reversed(body))
    )
    return body + str(-total % 10)


@dataclass(slots=True)
class Make:
    """``make.account(name="Ada")``: each call writes one row, commits, and gives it back detached."""

    engine: Engine
    made: list[Base] = field(default_factory=list)

    def add(self, row: Any) -> Any:
        with Session(self.engine, expire_on_commit=False) as session:
            session.add(row)
            session.commit()
        self.made.append(row)
        return row

    def account(self, **values: Any) -> Account:
        n = next(_numbers)
        return self.add(Account(**{"email": f"personne{n}@exemple.fr", "name": f"Personne {n}", **values}))

    def establishment(self, **values: Any) -> Establishment:
        n = next(_numbers)
        return self.add(
            Establishment(**{"slug": f"commune-{n}", "name": f"Commune {n}", "siren": siren(n), **values})
        )

    def member(self, account: Account, establishment: Establishment, role: str = "editor") -> Membership:
        return self.add(Membership(establishment_id=establishment.id, account_id=account.id, role=role))

    def schema(self, key: str = "scdl/deliberations", descriptor: bytes | None = None) -> SchemaVersion:
        """A schema of the catalogue with one version: that of the starter catalogue named at the end of ``key``, or a descriptor."""
        data = descriptor if descriptor is not None else starter.read(key.rpartition("/")[2])
        table = compile_schema(data)
        number = table.version or "1.0.0"
        title = table.title or key
        held = self.add(CatalogueSchema(key=key, title=title, keywords=[], newest=number, kind="tableschema"))
        return self.add(
            SchemaVersion(
                schema_id=held.id,
                version=number,
                descriptor=data,
                content_hash=table.content_hash,
                warnings=[],
            )
        )

    def dataset(self, establishment: Establishment, version: SchemaVersion, **values: Any) -> Dataset:
        """A dataset of an establishment on a version of a schema."""
        n = next(_numbers)
        keys = list(choose_keys(compile_schema(version.descriptor)))
        return self.add(
            Dataset(
                **{
                    "establishment_id": establishment.id,
                    "slug": f"jeu-{n}",
                    "title": f"Jeu {n}",
                    "version_id": version.id,
                    "keys": keys,
                    "constants": {},
                    **values,
                }
            )
        )

    def dataset_with_rows(
        self, establishment: Establishment, version: SchemaVersion, account: Account
    ) -> Dataset:
        """A dataset with one row in each table of records, of imports, of publications and of portals."""
        held = self.dataset(establishment, version)
        place = {"establishment_id": establishment.id, "dataset_id": held.id, "number": 1}
        cells = {"DELIB_OBJET": f"de {establishment.name}"}
        self.add(Record(**place, cells=cells, state="valid", created_by=account.id, updated_by=account.id))
        words = func.to_tsvector("simple", establishment.slug)
        self.add(
            RecordIndex(**place, state="valid", updated_at=func.now(), k1=establishment.slug, words=words)
        )
        self.add(RecordOrder(**place, field=1, version=1, key=establishment.slug))
        self.add(RecordChange(**place, act="created", version=1, after=cells))
        self.add(Draft(**place, account_id=account.id, cells=cells))
        brought = self.add(
            Submission(
                establishment_id=establishment.id,
                dataset_id=held.id,
                account_id=account.id,
                file_name=f"{establishment.slug}.csv",
                stored_name="import-1",
                file_hash="0" * 64,
                octets=1,
            )
        )
        self.add(
            SubmissionRow(
                establishment_id=establishment.id,
                submission_id=brought.id,
                kind="fault",
                row_number=2,
                cells=cells,
            )
        )
        self.add(
            ColumnMemory(
                establishment_id=establishment.id,
                schema_id=version.schema_id,
                label=establishment.name,
                field="DELIB_OBJET",
            )
        )
        self.add(
            Publication(**place, version_id=version.id, title=f"de {establishment.name}", state="proposed")
        )
        self.add(Publishing(establishment_id=establishment.id, dataset_id=held.id))
        portal = self.connection(establishment)
        self.add(
            Delivery(establishment_id=establishment.id, dataset_id=held.id, connection_id=portal.id, wanted=1)
        )
        self.attachment(held)
        return held

    def connection(self, establishment: Establishment, **values: Any) -> Connection:
        """A portal of an establishment; a rehearsal unless ``values`` say otherwise."""
        told = {"kind": "null", "base_url": "", "name": f"portail de {establishment.name}"}
        return self.add(Connection(**{"establishment_id": establishment.id, **told, **values}))

    def attachment(self, dataset: Dataset, **values: Any) -> Attachment:
        """A document of a dataset, without its file."""
        token = f"{dataset.establishment_id}-{next(_numbers):032x}"
        told = {"field": "DELIB_URL", "token": token, "sha256": "0" * 64, "stored_name": f"piece-{token}.pdf"}
        told |= {"file_name": "deliberation.pdf", "establishment_id": dataset.establishment_id}
        return self.add(Attachment(**{"dataset_id": dataset.id, "size": 1, **told, **values}))

    def signed_in(self, account: Account) -> str:
        """A session of the account; gives the token of its cookie (:func:`app.auth.cookie_name`)."""
        token = f"token-of-{account.id}-{next(_numbers)}"
        self.add(
            LoginSession(
                token_hash=auth.token_hash(token),
                account_id=account.id,
                expires_at=datetime.now(UTC) + timedelta(days=1),
            )
        )
        return token
