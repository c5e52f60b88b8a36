"""Mail over SMTP. The Message-ID stays the same at every try (RFC 5322, 3.6.4)."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

import aiosmtplib

from services.notifier.channels.message import Attachment, Message, NotDelivered, Permanent, Send, Transient
from services.notifier.channels.refusals import BadRecipient, NotNow
from services.notifier.settings import NotifierSettings

SECONDS = 20.0


@asynccontextmanager
async def opened(settings: NotifierSettings) -> AsyncIterator[Send]:
    """Connections for one batch: made when needed, used again, closed at its end."""
    mailer = Mailer(settings)
    try:
        yield mailer.send
    finally:
        await mailer.close()


class Mailer:
    """Sends over connections that lie idle, or new ones."""

    def __init__(self, settings: NotifierSettings) -> None:
        self.settings = settings
        self._idle: list[aiosmtplib.SMTP] = []

    async def send(self, message: Message, setting: Mapping[str, Any]) -> None:
        """Send one mail; raises Permanent when it is refused for good (5xx), Transient for anything else."""
        mail = compose(message, setting["address"], self.settings.mail_from)
        line = self._idle.pop() if self._idle else self._new_line()
        try:
            async with asyncio.timeout(SECONDS):
                if not line.is_connected:
                    await line.connect()
                # Named here too, so that no header is ever read as another recipient.
                await line.send_message(
                    mail, sender=self.settings.mail_from, recipients=[write_address(setting["address"])]
                )
            self._idle.append(line)
        except TimeoutError:
            raise Transient(f"the mail server took longer than {SECONDS:g} s") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise sort_refusal(error) from error
        finally:
            # A connection that was cut off in a mail is no good: its late answer would be read as the next one's.
            if line not in self._idle:
                line.close()

    async def close(self) -> None:
        """Take leave of the server, which need not answer."""
        for line in self._idle:
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await line.quit(timeout=1)
            line.close()

    def _new_line(self) -> aiosmtplib.SMTP:
        if self.settings.smtp_url is None:
            raise Transient("no mail server is set; expected ROLLCALL_SMTP_URL")
        server = urlsplit(self.settings.smtp_url)
        return aiosmtplib.SMTP(hostname=server.hostname, port=server.port, timeout=SECONDS)


def compose(message: Message, address: str, mail_from: str) -> EmailMessage:
    """The mail itself: text, the same in HTML, and files. Header values can hold no line end.

    No List-Unsubscribe (RFC 8058): all that is said here is official, and nobody can leave it.
    """
    domain = mail_from.rpartition("@")[2]
    mail = EmailMessage()
    mail["From"] = mail_from
    mail["To"] = write_address(address)
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(message.written_at)
    mail["Message-ID"] = f"<{message.delivery_id}@{domain}>"
    # The head of each conversation is a mail that was never sent: readers gather what answers it all the same.
    heads = [f"<thread.{id}@{domain}>" for id in message.threads]
    if heads:
        mail["In-Reply-To"] = " ".join(heads)
    if len(heads) == 1:
        # With several parents References is not defined (RFC 5322, 3.6.4).
        mail["References"] = heads[0]
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html")
    for each in message.attachments:
        _attach(mail, each)
    return mail


def _attach(mail: EmailMessage, file: Attachment) -> None:
    main, _, sub = file.media_type.partition("/")
    if file.media_type == "text/calendar":
        mail.add_attachment(
            file.content.decode(), subtype=sub, filename=file.filename, params={"method": "PUBLISH"}
        )
    else:
        mail.add_attachment(file.content, maintype=main, subtype=sub, filename=file.filename)


def write_address(address: str) -> str:
    """The address with its domain as the network writes it, so that only a name in other letters needs SMTPUTF8."""
    name, _, domain = address.rpartition("@")
    try:
        return f"{name}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def sort_refusal(error: Exception) -> NotDelivered:
    """What a refusal means: 5xx for the recipient or the content is for good; a server that is not ready may mend."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        said = "; ".join(f"{each.code} {each.message}" for each in error.recipients)
        return _refusal_of_recipient(error.recipients)(f"the mail server refused: {said}")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        said = f"{error.code} {error.message}"
        is_for_good = isinstance(error, aiosmtplib.SMTPDataError) and error.code >= 500
        if isinstance(error, aiosmtplib.SMTPDataError) and not is_for_good:
            return NotNow(f"the mail server refused: {said}")
    elif isinstance(error, aiosmtplib.SMTPNotSupported):
        return Permanent(f"the mail server cannot take this address: {error}")
    else:
        return Transient(f"{type(error).__name__}: {error}")
    return (Permanent if is_for_good else Transient)(f"the mail server refused: {said}")


def _refusal_of_recipient(refused: Sequence[aiosmtplib.SMTPRecipientRefused]) -> type[NotDelivered]:
    """5.7.x speaks of who sends, not of the mailbox (RFC 3463): the address stays good."""
    if any(each.code < 500 for each in refused):
        return NotNow
    is_unknown = all(each.code in (550, 551, 553) and not each.message.startswith("5.7") for each in refused)
    return BadRecipient if is_unknown else Permanent
