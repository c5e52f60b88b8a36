"""What leaves the house, and what an answer means."""

import base64
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import aiosmtplib
import pytest
from standardwebhooks.webhooks import Webhook

from services.notifier.channels.address import is_public
from services.notifier.channels.email import compose, sort_refusal
from services.notifier.channels.message import Message, Permanent, Transient
from services.notifier.channels.posting import read_retry_after
from services.notifier.channels.webhook import write_body, write_headers

ID = UUID("01920000-0000-7000-8000-000000000001")
NOW = datetime.now(UTC)
MESSAGE = Message(ID, "主题", "正文\n", [{"title": "活动总结"}], NOW)


def test_the_message_id_is_made_of_the_delivery_alone() -> None:
    mail = compose(MESSAGE, "a@units.test", "office@rollcall.test")
    assert mail["Message-ID"] == f"<{ID}@rollcall.test>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == "主题"
    assert mail["Date"] is not None
    assert mail.get_content() == "正文\n"


def test_the_signature_holds_and_the_id_is_made_of_the_delivery_alone() -> None:
    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    # Verified by the clock, however long ago this module was read.
    message = replace(MESSAGE, written_at=datetime.now(UTC))
    body = write_body(message)
    headers = write_headers(message, [secret], body)
    assert headers["webhook-id"] == f"msg_{ID.hex}"
    Webhook(secret).verify(body, headers)
    assert "webhook-signature" not in write_headers(MESSAGE, [], body)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(550, "no", "a@b")]), Permanent),
        (aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(452, "full", "a@b")]), Transient),
        (aiosmtplib.SMTPDataError(554, "spam"), Permanent),
        (aiosmtplib.SMTPDataError(451, "later"), Transient),
        (aiosmtplib.SMTPSenderRefused(550, "not you", "office@b"), Transient),
        (aiosmtplib.SMTPConnectResponseError(554, "closed"), Transient),
        (aiosmtplib.SMTPNotSupported("no SMTPUTF8"), Permanent),
        (ConnectionResetError("gone"), Transient),
    ],
)
def test_only_what_speaks_of_the_recipient_or_the_text_is_for_good(error: Exception, kind: type) -> None:
    assert isinstance(sort_refusal(error), kind)


def test_what_is_kept_of_an_error_names_no_address_and_is_short() -> None:
    said = str(Permanent("550 <a.b@units.test>:\r\n unknown " + "x" * 1_000))
    assert said.startswith("550 <…@…>: unknown x")
    assert len(said) == 300


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "223.5.5.5", "2606:4700:4700::1111", "2400:3200::1", "::ffff:8.8.8.8"]
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "169.254.169.254",
        "172.31.255.255",
        "192.0.0.192",
        "192.88.99.1",
        "192.168.1.1",
        "198.19.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:0:7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fe80::1%2",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_that_no_webhook_may_point_to(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("120", 120),
        ("999999", 3_600),
        ("-5", 0),
        ("soon", 0),
        ("Fri, 06 Sep 2024 01:01:00 GMT", 60),
        ("Fri, 06 Sep 2024 00:00:00 GMT", 0),
    ],
)
def test_how_long_the_other_side_asks_to_wait(text: str | None, seconds: float) -> None:
    assert read_retry_after(text, datetime(2024, 9, 6, 1, tzinfo=UTC)) == seconds
