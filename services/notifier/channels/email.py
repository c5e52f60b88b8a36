"""Mail over SMTP. The Message-ID stays the same at every try (RFC 5322, 3.6.4)."""

from email.message import EmailMessage
from urllib.parse import urlsplit

import aiosmtplib

from services.notifier.channels.message import Message, Permanent, Transient

SECONDS = 10.0


async def send(message: Message, address: str, smtp_url: str | None, mail_from: str) -> None:
    """Send one mail; raises Permanent for a refusal for good (5xx), Transient for anything else."""
    if smtp_url is None:
        raise Transient("no mail server is set; expected ROLLCALL_SMTP_URL")
    server = urlsplit(smtp_url)
    try:
        await aiosmtplib.send(
            compose(message, address, mail_from),
            hostname=server.hostname,
            port=server.port,
            timeout=SECONDS,
            start_tls=None,
        )
    except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as refused:
        raise _sort(refused) from refused
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Transient(f"{type(error).__name__}: {error}") from error


def compose(message: Message, address: str, mail_from: str) -> EmailMessage:
    """The mail itself; header values can hold no line end, for the texts are cleaned of them."""
    mail = EmailMessage()
    mail["From"] = mail_from
    mail["To"] = address
    mail["Subject"] = " ".join(message.subject.split())
    mail["Message-ID"] = f"<{message.delivery_id}@{mail_from.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    return mail


def _sort(refused: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPResponseException) -> Exception:
    if isinstance(refused, aiosmtplib.SMTPRecipientsRefused):
        codes = [each.code for each in refused.recipients]
        said = "; ".join(f"{each.code} {each.message}" for each in refused.recipients)
    else:
        codes, said = [refused.code], f"{refused.code} {refused.message}"
    is_for_good = all(code >= 500 for code in codes)
    return (Permanent if is_for_good else Transient)(f"the mail server refused: {said}")
