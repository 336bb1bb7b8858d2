"""E-mails, given to a real SMTP server of this machine."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest

from app import mail
from app.mail import Letter
from app.settings import Settings, get_settings

LETTER = Letter(
    "bob@ville.fr", "Invitation à Saint-Rémi", ("Bonjour, ouvrez :", "À bientôt."), "http://t.example/x"
)


class Sink(socketserver.StreamRequestHandler):
    """Enough of RFC 5321 to receive one message."""

    def handle(self) -> None:
        server = self.server
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"RCPT" and server.refuses:
                server.refused += 1
                self.wfile.write(b"550 no such person\r\n")
            elif verb == b"MAIL" and server.busy:
                server.busy -= 1
                self.wfile.write(b"421 later\r\n")
                return
            elif verb == b"DATA":
                self.wfile.write(b"354 go\r\n")
                body = b""
                while (line := self.rfile.readline()) != b".\r\n":
                    body += line
                server.received.append(body)
                self.wfile.write(b"250 ok\r\n")
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Sink)
        self.received: list[bytes] = []
        self.refuses, self.refused, self.busy = False, 0, 0


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(mail, "PAUSES", (0, 0))
    with Server() as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join(5)


def settings(server: Server | None, **others: object) -> Settings:
    port = server.server_address[1] if server else 9
    values = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", **others}
    return get_settings().model_copy(update=values)


def test_a_letter_arrives_whole(server: Server, data_dir) -> None:
    assert mail.deliver(LETTER, settings(server, mail_from="tabellion@ville.fr"))
    (raw,) = server.received
    message = message_from_bytes(raw, policy=policy.default)
    assert message["To"] == "bob@ville.fr"
    assert message["From"] == "Tabellion <tabellion@ville.fr>"
    assert message["Subject"] == "Invitation à Saint-Rémi"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().split("\r\n\r\n") == [
        "Bonjour, ouvrez :",
        "http://t.example/x",
        "À bientôt.\r\n",
    ]


def test_a_server_that_is_busy_is_asked_again(server: Server, data_dir) -> None:
    server.busy = 2
    assert mail.deliver(LETTER, settings(server))
    assert len(server.received) == 1


def test_a_letter_that_nobody_takes_is_given_up_without_a_word_of_whom(
    server: Server, data_dir, caplog: pytest.LogCaptureFixture
) -> None:
    server.refuses = True
    assert not mail.deliver(LETTER, settings(server))
    assert server.refused == 1
    assert "bob@ville.fr" not in caplog.text


def test_a_server_that_is_not_there_is_logged(data_dir, caplog, monkeypatch) -> None:
    monkeypatch.setattr(mail, "PAUSES", (0, 0))
    assert not mail.deliver(LETTER, settings(None))
    assert [record.error for record in caplog.records] == ["ConnectionRefusedError"] * 3


def test_without_a_server_the_link_goes_to_the_log_and_nothing_of_the_person(data_dir, caplog) -> None:
    assert not mail.deliver(LETTER, get_settings().model_copy(update={"smtp_host": None}))
    (record,) = caplog.records
    assert record.link == "http://t.example/x"
    assert "bob" not in str(vars(record))


def test_an_address_adds_no_header(data_dir) -> None:
    with pytest.raises(ValueError, match=r"linefeed|newline|CR"):
        mail.compose(Letter("a@b.fr\nBcc: c@d.fr", "x", ("y",)), get_settings())
