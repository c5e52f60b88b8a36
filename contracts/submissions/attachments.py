"""What submissions says of its attachments."""

from contracts.attachments import Attachment
from contracts.envelope import Event


class AttachmentStored(Event, type="rollcall.submissions.attachment.stored.v1"):
    attachment: Attachment


class AttachmentCleared(Event, type="rollcall.submissions.attachment.cleared.v1"):
    """The scanner found nothing."""

    attachment: Attachment


class AttachmentRefused(Event, type="rollcall.submissions.attachment.refused.v1"):
    """The scanner found something: nobody can fetch it or name it any more."""

    attachment: Attachment


class AttachmentRemoved(Event, type="rollcall.submissions.attachment.removed.v1"):
    """Nothing came to name it in time."""

    attachment: Attachment


FACTS = (AttachmentStored, AttachmentCleared, AttachmentRefused, AttachmentRemoved)
