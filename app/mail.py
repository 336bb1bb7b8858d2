"""E-mails: plain text, one at a time, sent once the transaction that asks for them is committed and the answer is gone.

    mail.send(background, mail.Letter(to=…, subject=…, lines=[…], link=…))

Sent by the process that answers, never through the queue: a link is a key, and the queue is a table. Without an SMTP server
(``TABELLION_SMTP_HOST``) the link is written to the log, and the pages of those who may give it show it.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
import time
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING

from app.settings import Settings, get_settings

if TYPE_CHECKING:
    from starlette.background import BackgroundTasks

log = logging.getLogger(__name__)

TIMEOUT = 20  # seconds
PAUSES = (2, 10)  # seconds before each new attempt


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent. ``lines``: paragraphs, in the language of the person; ``link``: the address they are to open."""

    to: str
    subject: str
    lines: tuple[str, ...]
    link: str = ""


def is_set() -> bool:
    """Whether there is a server to send by."""
    return bool(get_settings().smtp_host)


def send(background: BackgroundTasks, letter: Letter) -> None:
    """Send once the answer has left."""
    background.add_task(deliver, letter)


def deliver(letter: Letter, settings: Settings | None = None) -> bool:
    """Send now, trying three times; says whether it left. Never raises: a mail that is lost is asked for again."""
    settings = settings or get_settings()
    if not settings.smtp_host:
        # the link alone: the log holds no name and no address
        log.warning("mail not sent: no SMTP server (TABELLION_SMTP_HOST)", extra={"link": letter.link})
        return False
    message = compose(letter, settings)
    for pause in (*PAUSES, None):
        try:
            _send(message, settings)
        except (OSError, smtplib.SMTPException) as error:
            code = getattr(error, "smtp_code", None)
            log.warning(
                "mail not sent", extra={"error": type(error).__qualname__, "code": code, "again_in": pause}
            )
            if pause is None or isinstance(
                error, (smtplib.SMTPRecipientsRefused, smtplib.SMTPAuthenticationError)
            ):
                return False
            time.sleep(pause)
        else:
            return True
    return False


def compose(letter: Letter, settings: Settings) -> EmailMessage:
    """The message as it travels. The address cannot add a header: :class:`EmailMessage` refuses line breaks."""
    message = EmailMessage()
    message["From"] = Address("Tabellion", addr_spec=settings.mail_from)
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=settings.mail_from.partition("@")[2] or None)
    message["Auto-Submitted"] = "auto-generated"
    paragraphs = [*letter.lines]
    if letter.link:
        paragraphs.insert(1, letter.link)
    message.set_content("\n\n".join(paragraphs) + "\n")
    return message


def _send(message: EmailMessage, settings: Settings) -> None:
    host, port = settings.smtp_host or "", settings.smtp_port
    context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user and settings.smtp_password is not None:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message)
