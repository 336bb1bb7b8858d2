"""Errors the application expects: each carries what a person should read, and its HTTP status where one reads it in a page."""

from __future__ import annotations

from app import i18n
from app.i18n import N_


class AppError(Exception):
    """An expected refusal: ``message`` is a French msgid with ``{params}``; each kind has its ``status``, HTTP's."""

    status = 400

    def __init__(self, message: str, /, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params

    def text(self, lang: str | None = None) -> str:
        """The sentence, in the current language or the one given."""
        with i18n.use(lang or i18n.language()):
            return i18n.gettext(self.message, **self.params)

    def __str__(self) -> str:
        return self.text()


class NotFound(AppError):
    """What was asked for does not exist, or must not be known to exist."""

    status = 404

    def __init__(self, message: str | None = None, /, **params: object) -> None:
        super().__init__(message or N_("Cette page n’existe pas, ou vous n’y avez pas accès."), **params)


class Forbidden(AppError):
    """The person may know that it exists, but not do this. Where existence must stay hidden, raise NotFound."""

    status = 403

    def __init__(self, message: str | None = None, /, **params: object) -> None:
        super().__init__(message or N_("Votre rôle ne permet pas cette action."), **params)


class SignInNeeded(AppError):
    """Nobody is signed in: the page offers to sign in, then comes back."""

    status = 401

    def __init__(self) -> None:
        super().__init__(N_("Connectez-vous pour continuer."))


class Conflict(AppError):
    """Somebody else changed it meanwhile, or it exists already."""

    status = 409


class Busy(Conflict):
    """Others hold what is to be written for longer than a person waits: the transaction is to be rolled back, and tried again."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Beaucoup de lignes changent en ce moment dans ce jeu de données, sans doute par un import. Attendez quelques instants, puis recommencez."
            )
        )


class Gone(AppError):
    """It was there, and was taken back for a reason that the message says."""

    status = 410


class NotYet(AppError):
    """It is being made: ``retry_after`` is in seconds."""

    status = 503

    def __init__(self, message: str, /, retry_after: int, **params: object) -> None:
        super().__init__(message, **params)
        self.retry_after = retry_after


class TooMany(AppError):
    """Too many attempts: ``retry_after`` is in seconds."""

    status = 429

    def __init__(self, message: str, /, retry_after: int, **params: object) -> None:
        super().__init__(message, **params)
        self.retry_after = retry_after


class CannotStart(AppError):
    """The service cannot start, or a command cannot run: the message says what to do about it."""

    status = 503
