"""Files of accounts: their content lies in the data folder under an identifier of ours, never under a name of theirs."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, stamped, tell
from bailiwick_web.crm.models import Account, Attachment, Contact
from bailiwick_web.crm.services import writing

MOST_BYTES = 25 * 1024 * 1024
ATTACHMENT = writing.Spec(Attachment, {})


class Stored(Protocol):
    """A record whose content lies in the data folder."""

    public_id: Any


def path_of(file: Stored) -> Path:
    """Where the content of a file lies."""
    return Path(settings.DATA_FOLDER) / "attachments" / str(file.public_id)


def attach(actor: Actor, account: Account, filename: str, chunks: Iterable[bytes], *, contact: Contact | None = None) -> Attachment:
    """Keep a file of an account, of at most 25 MB. Sellers may. Recorded, told.

    It is always sent as a download, whatever it says of itself, so that nothing in it runs on our pages.
    """
    actor.need(Right.SELL)
    name, media_type = named(filename)
    file = Attachment(account=account, contact=contact, filename=name, media_type=media_type, **stamped(actor))
    try:
        file.n_bytes, file.digest = store(file, chunks)
        with transaction.atomic():
            file.save()
            audit(actor, "attachment.created", file, field="account", after=account)
            tell(actor, "attachment.created", id=str(file.public_id), account=str(account.public_id))
    except BaseException:
        drop_content(file)
        raise
    return file


def named(filename: str) -> tuple[str, str]:
    """The name of a file without its folders, and what it is by its ending."""
    name = Path(filename.replace("\\", "/")).name.replace("\x00", "").strip()[:200] or "file"
    return name, mimetypes.guess_type(name)[0] or "application/octet-stream"


def store(file: Stored, chunks: Iterable[bytes]) -> tuple[int, str]:
    """Write the content of a file; its length and digest."""
    path_of(file).parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    digest, n_bytes = hashlib.sha256(), 0
    with path_of(file).open("wb") as target:
        for chunk in chunks:
            n_bytes += len(chunk)
            if n_bytes > MOST_BYTES:
                raise Invalid(
                    _("A file may have %(most)s MB at most.") % {"most": MOST_BYTES // 1024 // 1024}, code="too_large", field="file"
                )
            digest.update(chunk)
            target.write(chunk)
    return n_bytes, digest.hexdigest()


def archive_attachment(actor: Actor, public_id: UUID, *, version: int | None) -> Attachment:
    """Put a file into the bin. Sellers may. Recorded, told."""
    return writing.archive(actor, ATTACHMENT, public_id, version=version)


def drop_content(file: Stored) -> None:
    """Take the content away for good."""
    path_of(file).unlink(missing_ok=True)
