"""Files of accounts: over the interface."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid, Missing
from bailiwick_web.crm.api.common import Resource, add_routes, plain, reader, writer
from bailiwick_web.crm.models import Account, Attachment, Contact
from bailiwick_web.crm.services import attachments
from bailiwick_web.crm.visibility import find

router = Router(tags=["customers"])


class FileOut(Schema):
    """A file of an account."""

    id: UUID
    version: int
    account: UUID
    contact: UUID | None
    filename: str
    media_type: str
    n_bytes: int
    created_at: datetime


FILE = ("version", "account", "contact", "filename", "media_type", "n_bytes", "created_at")


class FileFilter(Schema):
    """What a list of files can be asked."""

    account: UUID | None = None
    contact: UUID | None = None


def _files(actor: Actor, found: Sequence[Attachment]) -> list[dict[str, Any]]:
    return [plain(file, *FILE) for file in found]


add_routes(
    router,
    Resource(
        path="files",
        one="A file of an account",
        many="Files of accounts",
        model=Attachment,
        out=FileOut,
        filters=FileFilter,
        show=_files,
        archive=attachments.archive_attachment,
    ),
)


@router.post("/accounts/{uuid:account_id}/files", response={201: FileOut})
def post_file(request: HttpRequest, account_id: UUID, file: File[UploadedFile | None] = None, contact: Form[UUID | None] = None) -> Any:
    """Keep a file of an account, of at most 25 MB."""
    actor = writer(request)
    account = find(actor, Account, account_id)
    if file is None:
        raise Invalid("Send a file, as the part “file” of a form.", code="missing", field="file")
    about = find(actor, Contact, contact) if contact else None
    made = attachments.attach(actor, account, file.name or "", file.chunks(), contact=about)
    return Status(201, plain(made, *FILE))


@router.get("/files/{uuid:file_id}/content")
def get_file_content(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The content of a file, as a download."""
    file = find(reader(request), Attachment, file_id)
    path = attachments.path_of(file)
    if not path.exists():
        raise Missing("The content of this file is gone.")
    response = FileResponse(path.open("rb"), as_attachment=True, filename=file.filename, content_type="application/octet-stream")
    response.headers["Content-Security-Policy"] = "sandbox"
    return response  # type: ignore[return-value]
