"""``tabellion publish``: a version of a dataset, made by whoever runs the service, through the same steps as in the pages."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from app.cli_service import NOT_DONE, DataDir, establishment_at, settings_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.publications.preview import Preview

REFUSED = 1


class AnswerFormat(StrEnum):
    """Forms of the answer."""

    text = "text"
    json = "json"


def publish(
    dataset: Annotated[
        str,
        typer.Argument(metavar="ÉTABLISSEMENT/JEU", help="Comme dans l’adresse : valbrune/deliberations."),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Dire ce qui changerait, sans rien publier.")
    ] = False,
    sure: Annotated[
        bool, typer.Option("--yes", help="Confirmer une version qui retire plus de la moitié des lignes.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Publier à nouveau ce qui n’a pas changé, pour dire que c’est à jour."),
    ] = False,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="PORTAIL",
            help="L’envoyer aussi, tout de suite : un portail de « tabellion portals ».",
        ),
    ] = None,
    form: Annotated[AnswerFormat, typer.Option("--format", help="Forme de la réponse.")] = AnswerFormat.text,
    data_dir: DataDir = None,
) -> None:
    """Publier les lignes valides d’un jeu de données. Code de sortie : 0 publié, ou rien n’a changé, 1 refusé, 2 jeu introuvable."""
    with settings_of(data_dir=data_dir) as settings:
        from app.errors import AppError, CannotStart, NotFound
        from app.i18n import gettext as _

        place, _slash, slug = dataset.strip("/").partition("/")
        try:
            with establishment_at(settings, place, connections=2) as (establishment, url):
                answer = publish_one(
                    establishment,
                    slug,
                    dry_run=dry_run,
                    sure=sure,
                    force=force,
                    to=to,
                    work=lambda: _do_what_waits(url),
                )
        except NotFound:
            address = f"/e/{place}/{slug}/"
            _stop(_("Aucun jeu de données à l’adresse {address}.", address=address), NOT_DONE)
        except CannotStart:
            raise  # nothing was done, and nothing refused
        except AppError as refused:
            _stop(refused.text(), REFUSED)
        if form is AnswerFormat.json:
            print(json.dumps(answer, ensure_ascii=False))
        else:
            for line in _sentences(answer):
                print(line)
        if (answer.get("portal") or {}).get("problem"):
            raise typer.Exit(REFUSED)


class _Hand:
    """Makes a version without the queue: see :class:`app.publications.work.Hand`."""

    account: int | None = None

    def __init__(self, establishment: int) -> None:
        self.establishment = establishment

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[Session]:
        from app import db
        from app.tenancy import Scope

        with db.in_transaction(Scope.job(self.establishment), read_only=read_only) as session:
            yield session

    def progress(self, done: int, total: int | None = None, message: str = "", **params: Any) -> None:
        if sys.stderr.isatty() and total:
            print(f"\r{done}/{total}", end="", file=sys.stderr, flush=True)


def publish_one(
    establishment: int,
    slug: str,
    *,
    dry_run: bool = False,
    sure: bool = False,
    force: bool = False,
    to: str | None = None,
    work: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Publish a dataset, or say what that would do: ``{"version" (none for a trial), "rows", "added", …, "sha256"}``.

    Where nothing has changed no version is made, unless ``force``: ``"unchangedSince"`` is then the number of the current one (none
    elsewhere), and the answer is about that one.

    ``to``: a portal it is brought to at once, by ``work``; the answer has then ``"portal": {"name", "arrived", "page", "problem", "said"}``.

    Raises :class:`app.errors.AppError`: NotFound, or why it may not go out.
    """
    from app.datasets import service as datasets
    from app.errors import AppError
    from app.i18n import N_
    from app.publications import describe, preview, queries, service
    from app.publications import work as making
    from app.publications.deliveries import by_hand

    hand = _Hand(establishment)
    if to is not None:
        with hand.transaction(read_only=True) as session:
            by_hand.portal_named(session, establishment, to)  # before anything is published
    with hand.transaction() as session:
        view = datasets.find(session, establishment, slug)
        service.refuse_if_unfit(session, view)
        seen = preview.make(session, view)
        service.refuse_personal(seen.personal, describe.of_dataset(session, view).answers)
        same = None if force else preview.unchanged_since(session, view, seen)
        since = same.number if same is not None else None
        if dry_run:
            trial: dict[str, Any] = {"version": None, "unchangedSince": since, **_counts(seen)}
            session.rollback()  # no transaction waits for another site
            return trial | _at(to, by_hand.rehearse, hand, slug)
        if seen.removes_much and not sure:
            raise AppError(
                N_(
                    "Cette version retirerait plus de la moitié des lignes publiées. Ajoutez --yes si c’est bien voulu."
                )
            )
        number = since or service.publish_now(session, view, account=None, queued=False).number
    if since is None:
        making.make_version(hand, view.id, number, publish=True)
    with hand.transaction(read_only=True) as session:
        made = queries.get(session, establishment, view.id, number)
        assert made is not None  # noqa: S101 (it was made above)
        counts = {
            "rows": made.rows,
            "leftOut": made.left_out,
            "added": made.added,
            "changed": made.changed,
            "removed": made.removed,
        }
        answer = {
            "version": number,
            "unchangedSince": since,
            **(counts if since is None else _counts(seen)),
            "sha256": made.sha256,
        }
    return answer | _at(to, partial(by_hand.deliver, work=work), hand, slug)


def _do_what_waits(url: str) -> None:
    """What the worker does for portals, until nothing waits that nobody else does."""
    import asyncio

    from app import jobs
    from app.worker import opened

    jobs.load_tasks()

    async def run() -> None:
        async with opened(url) as app:
            await app.run_worker_async(wait=False, install_signal_handlers=False, queues=["portals"])

    asyncio.run(run())


def _at(to: str | None, act: Any, hand: _Hand, slug: str) -> dict[str, Any]:
    """What became of it at a portal; nothing where none was named."""
    return {} if to is None else {"portal": _shown(act(hand.transaction, hand.establishment, slug, to))}


def _shown(outcome: Any) -> dict[str, Any]:
    told = asdict(outcome)
    return {"name": told.pop("portal"), **told}


def _counts(seen: Preview) -> dict[str, Any]:
    return {
        "rows": seen.rows,
        "leftOut": seen.left_out,
        "added": seen.added,
        "changed": seen.changed,
        "removed": seen.removed,
    }


def _sentences(answer: dict[str, Any]) -> list[str]:
    from app.i18n import gettext as _
    from app.i18n import ngettext
    from app.publications.pages import changes

    lines = [
        sentence for _sign, _kind, sentence in changes(answer["added"], answer["changed"], answer["removed"])
    ]
    if answer["leftOut"]:
        lines.append(
            ngettext(
                "{n} ligne à corriger n’y est pas.", "{n} lignes à corriger n’y sont pas.", answer["leftOut"]
            )
        )
    since = answer["unchangedSince"]
    if answer["version"] is None and since is not None:
        return [
            _("Rien n’a changé depuis la version {number} : rien ne serait publié.", number=since),
            *lines,
            *_at_portal(answer),
        ]
    if since is not None:
        return [
            _(
                "Rien n’a changé depuis la version {number} : il n’en est pas fait d’autre. Ajoutez --force pour la publier à nouveau et dire qu’elle est à jour.",
                number=since,
            ),
            *lines,
            *_at_portal(answer),
        ]
    if answer["version"] is None:
        return [
            ngettext("{n} ligne serait publiée.", "{n} lignes seraient publiées.", answer["rows"]),
            *lines,
            _("Rien n’a été publié : c’était un essai."),
            *_at_portal(answer),
        ]
    told = ngettext(
        "✓ La version {number} est publiée : {n} ligne.",
        "✓ La version {number} est publiée : {n} lignes.",
        answer["rows"],
        number=answer["version"],
    )
    return [told, *lines, *_at_portal(answer)]


def _at_portal(answer: dict[str, Any]) -> list[str]:
    from app.i18n import gettext as _

    told = answer.get("portal")
    if told is None:
        return []
    if told["problem"]:
        return [_("{portal} : {problem}", portal=told["name"], problem=told["problem"])]
    if not told["arrived"]:
        return [
            _("Ce qui serait envoyé à {portal} :", portal=told["name"]),
            *(f"  - {one}" for one in told["said"]),
        ]
    return [_("✓ Arrivée sur {portal} : {page}", portal=told["name"], page=told["page"])]


def _stop(words: str, code: int) -> NoReturn:
    print(words, file=sys.stderr)
    raise typer.Exit(code)
