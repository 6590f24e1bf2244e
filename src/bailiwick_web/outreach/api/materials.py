"""Materials, their versions, which fit an account, and what was shared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.rest.requests import VERSIONED, if_match, tag
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.api.common import Resource, add_routes, plain, reader, writer
from bailiwick_web.crm.models import Account, Opportunity, Product
from bailiwick_web.crm.services import attachments
from bailiwick_web.crm.visibility import find
from bailiwick_web.outreach.models import Material, MaterialShare
from bailiwick_web.outreach.queries import materials as queries
from bailiwick_web.outreach.services import materials

router = Router(tags=["outreach"])


class MaterialFields(Schema):
    """What a material may hold; without a tag of a kind it fits all of that kind."""

    name: str | None = None
    description: str | None = None
    segments: list[str] | None = None
    stages: list[str] | None = None
    products: list[UUID] | None = None
    owner: UUID | None = None
    is_active: bool | None = None


class MaterialFileOut(Schema):
    """A version of a material."""

    number: int
    filename: str
    media_type: str
    n_bytes: int
    note: str
    created_at: datetime


class MaterialOut(MaterialFields):
    """A material with its versions, the latest first, and its use within the scope."""

    id: UUID
    version: int
    versions: list[MaterialFileOut]
    n_shared: int
    n_accounts: int
    n_closed: int
    n_won: int
    created_at: datetime
    changed_at: datetime


class MaterialFilter(Schema):
    """What a list of materials can be asked."""

    q: str | None = None
    is_active: bool | None = None
    changed_since: datetime | None = None


class FitOut(Schema):
    """A material that fits, why, and when the account got it."""

    material: UUID
    name: str
    reasons: list[str]
    n_shared: int
    shared_at: datetime | None


class ShareIn(Schema):
    """A material that was shown or sent to an account, or to a contact of it."""

    material: UUID
    account: UUID
    contact: UUID | None = None
    opportunity: UUID | None = None
    by: Literal["email", "meeting", "visit", "call"] = "email"
    note: str = ""


class ShareOut(Schema):
    """That a version of a material was shared."""

    id: UUID
    version: int
    material: UUID
    number: int
    account: UUID
    contact: UUID | None
    opportunity: UUID | None
    activity: UUID | None
    shared_at: datetime


class ShareFilter(Schema):
    """What a list of what was shared can be asked."""

    material: UUID | None = None
    account: UUID | None = None
    contact: UUID | None = None
    opportunity: UUID | None = None
    changed_since: datetime | None = None


OWN = tuple(name for name in MaterialFields.model_fields if name != "products")
OF_FILE = tuple(MaterialFileOut.model_fields)


def _materials(actor: Actor, found: Sequence[Material]) -> list[dict[str, Any]]:
    there = list(Material.objects.filter(pk__in=[m.pk for m in found]).prefetch_related("versions", "products"))
    full = {m.pk: m for m in there}
    used = queries.usage(actor, there)
    shown = []
    for material in found:
        use, whole = used.get(material.pk, queries.Usage()), full[material.pk]
        files = [{name: getattr(v, name) for name in OF_FILE} for v in whole.versions.all()]
        counts = {"n_shared": use.n, "n_accounts": use.n_accounts, "n_closed": use.n_closed, "n_won": use.n_won}
        products = [product.public_id for product in whole.products.all()]
        shown.append(plain(material, *OWN, "version", "created_at", "changed_at", versions=files, products=products, **counts))
    return shown


def _shares(actor: Actor, found: Sequence[MaterialShare]) -> list[dict[str, Any]]:
    names = ("version", "material", "account", "contact", "opportunity", "activity", "shared_at")
    return [plain(share, *names, number=share.edition.number) for share in found]


def _change(actor: Actor, public_id: UUID, *, version: int | None, products: Sequence[UUID] | None = None, **given: Any) -> Material:
    found = None if products is None else [find(actor, Product, key) for key in products]
    return materials.change_material(actor, public_id, version=version, products=found, **given)


def _share(actor: Actor, *, material: Material, account: Account, **given: Any) -> MaterialShare:
    return materials.share(actor, material, account, **given)


add_routes(
    router,
    Resource(
        path="materials",
        one="A material",
        many="Materials",
        model=Material,
        patch=MaterialFields,
        out=MaterialOut,
        filters=MaterialFilter,
        show=_materials,
        right=Right.ORGANISE,
        change=_change,
        archive=materials.archive_material,
        restore=materials.restore_material,
    ),
)
add_routes(
    router,
    Resource(
        path="material-shares",
        one="What was shared",
        many="What was shared",
        model=MaterialShare,
        new=ShareIn,
        out=ShareOut,
        filters=ShareFilter,
        show=_shares,
        create=_share,
        references={"material": Material},
    ),
)


def _needed(file: UploadedFile | None) -> UploadedFile:
    if file is None:
        raise Invalid("Send a file, as the part “file” of a form.", code="missing", field="file")
    return file


@router.post("/materials", response={201: MaterialOut})
def post_material(
    request: HttpRequest, file: File[UploadedFile | None] = None, name: Form[str] = "", description: Form[str] = "", note: Form[str] = ""
) -> Any:
    """Keep a material with its first version, of at most 25 MB; its tags are set by a change."""
    actor, upload = writer(request, Right.ORGANISE), _needed(file)
    given: dict[str, Any] = {"name": name or upload.name or "", "description": description}
    made = materials.create_material(actor, upload.name or "", upload.chunks(), note=note, **given)
    return Status(201, _materials(actor, [made])[0])


@router.post("/materials/{uuid:record_id}/versions", response={201: MaterialOut}, openapi_extra=VERSIONED)
def post_version(
    request: HttpRequest, response: HttpResponse, record_id: UUID, file: File[UploadedFile | None] = None, note: Form[str] = ""
) -> Any:
    """Keep a new file of a material: it is what is shared from now on; needs ``If-Match``."""
    actor = writer(request, Right.ORGANISE)
    find(actor, Material, record_id)
    upload = _needed(file)
    made = materials.add_version(actor, record_id, upload.name or "", upload.chunks(), version=if_match(request), note=note)
    tag(response, made.material.version)
    return Status(201, _materials(actor, [made.material])[0])


@router.get("/materials/{uuid:record_id}/versions/{int:number}/content")
def get_material_content(request: HttpRequest, record_id: UUID, number: int) -> HttpResponse:
    """The content of a version, as a download."""
    version = materials.file_of(find(reader(request), Material, record_id), number)
    content = attachments.path_of(version).open("rb")
    response = FileResponse(content, as_attachment=True, filename=version.filename, content_type="application/octet-stream")
    response.headers["Content-Security-Policy"] = "sandbox"
    return response  # type: ignore[return-value]


def _fits(found: Sequence[queries.Fit]) -> list[dict[str, Any]]:
    return [
        {"material": f.material.public_id, "name": f.material.name, "reasons": f.reasons, "n_shared": f.usage.n, "shared_at": f.shared_at}
        for f in found
    ]


@router.get("/accounts/{uuid:record_id}/materials", response=list[FitOut])
def get_materials_for_account(request: HttpRequest, record_id: UUID) -> Any:
    """Materials that fit an account, what it has not got yet first, and why each fits."""
    actor = reader(request)
    return _fits(queries.fitting(actor, find(actor, Account, record_id)))


@router.get("/opportunities/{uuid:record_id}/materials", response=list[FitOut])
def get_materials_for_deal(request: HttpRequest, record_id: UUID) -> Any:
    """Materials that fit a deal, by its stage and products and the segment of its account."""
    actor = reader(request)
    deal = find(actor, Opportunity, record_id)
    return _fits(queries.fitting(actor, deal.account, deal))
