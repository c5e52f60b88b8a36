"""What registry says of its attachments."""

from contracts.attachments import Attachment
from contracts.envelope import Event


class AttachmentStored(Event, type="rollcall.registry.attachment.stored.v1"):
    attachment: Attachment


class AttachmentCleared(Event, type="rollcall.registry.attachment.cleared.v1"):
    """The scanner found nothing."""

    attachment: Attachment


class AttachmentRefused(Event, type="rollcall.registry.attachment.refused.v1"):
    """The scanner found something: nobody can fetch it or name it any more."""

    attachment: Attachment


class AttachmentRemoved(Event, type="rollcall.registry.attachment.removed.v1"):
    """Nothing came to name it in time."""

    attachment: Attachment


FACTS = (AttachmentStored, AttachmentCleared, AttachmentRefused, AttachmentRemoved)
