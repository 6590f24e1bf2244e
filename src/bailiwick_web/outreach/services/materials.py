"""Materials: kept with their versions, tagged, shared with customers as a touch that is logged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, tell, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Account, Activity, Contact, Opportunity, Product
from bailiwick_web.crm.models.work import Kind
from bailiwick_web.crm.services import attachments, work, writing
from bailiwick_web.outreach.models import Material, MaterialShare, MaterialVersion
from bailiwick_web.outreach.services.reaching import REASONS, way

WAYS = (Kind.EMAIL, Kind.MEETING, Kind.VISIT, Kind.CALL)
MATERIAL = writing.Spec(
    Material,
    {
        "name": c.needed(200),
        "description": c.text(5_000),
        "segments": c.tags,
        "stages": c.tags,
        "owner": c.reference,
        "is_active": c.yes_no,
    },
    needs=("name",),
    right=Right.ORGANISE,
)
SHARE = writing.Spec(
    MaterialShare,
    {
        **dict.fromkeys(("material", "edition", "account", "contact", "opportunity", "activity"), c.reference),
        "shared_at": c.instant,
    },
)


def create_material(
    actor: Actor, filename: str, chunks: Iterable[bytes], *, products: Sequence[Product] = (), note: str = "", **given: Any
) -> Material:
    """Keep a material with its first version, of at most 25 MB. Who organises may. Recorded, told."""
    actor.need(Right.ORGANISE)
    with _kept(actor, filename, chunks, note) as version, transaction.atomic():
        made = writing.create(actor, MATERIAL, given)
        made.products.set(products)
        version.material, version.number = made, 1
        version.save()
    return made


@transaction.atomic
def change_material(
    actor: Actor, public_id: UUID, *, version: int | None, products: Sequence[Product] | None = None, **given: Any
) -> Material:
    """Change what is given of a material. Who organises may. Recorded field by field, told."""
    material = writing.locked(actor, MATERIAL, public_id, version)
    changed = writing.change(actor, MATERIAL, material, given)
    if products is not None and set(products) != (before := set(material.products.all())):
        material.products.set(products)
        told = [", ".join(sorted(map(str, group))) for group in (before, products)]
        writing.note(actor, MATERIAL, material, "products", *told)
        if not changed:
            touch(actor, material)
    return material


def add_version(
    actor: Actor, public_id: UUID, filename: str, chunks: Iterable[bytes], *, version: int | None, note: str = ""
) -> MaterialVersion:
    """Keep a new file of a material: it is what is shared from now on, the older ones stay. Who organises may. Recorded, told."""
    actor.need(Right.ORGANISE)
    with _kept(actor, filename, chunks, note) as made, transaction.atomic():
        material = writing.locked(actor, MATERIAL, public_id, version)
        last = material.versions.aggregate(last=Max("number"))["last"] or 0
        made.material, made.number = material, last + 1
        made.save()
        touch(actor, material)
        audit(actor, "material.version", material, field="version", before=last, after=made.number, reason=made.note)
        tell(actor, "material.changed", id=str(material.public_id), fields=["version"])
    return made


@contextmanager
def _kept(actor: Actor, filename: str, chunks: Iterable[bytes], note: str) -> Iterator[MaterialVersion]:
    """A file in the data folder that goes again if what is done with it fails."""
    name, media_type = attachments.named(filename)
    file = MaterialVersion(
        filename=name, media_type=media_type, note=c.text(300)("note", note), created_at=actor.now, created_by=actor.user
    )
    try:
        file.n_bytes, file.digest = attachments.store(file, chunks)
        yield file
    except BaseException:
        attachments.drop_content(file)
        raise


def file_of(material: Material, number: int) -> MaterialVersion:
    """A version whose content is there.

    Raises
    ------
    Missing
        If there is none.
    """
    found = material.versions.filter(number=number).first()
    if found is None or not attachments.path_of(found).exists():
        raise Missing(_("The content of this file is gone."))
    return found


def archive_material(actor: Actor, public_id: UUID, *, version: int | None) -> Material:
    """Put a material into the bin. Who organises may. Recorded, told."""
    return writing.archive(actor, MATERIAL, public_id, version=version)


def restore_material(actor: Actor, public_id: UUID, *, version: int | None) -> Material:
    """Take a material out of the bin. Who organises may. Recorded, told."""
    return writing.restore(actor, MATERIAL, public_id, version=version)


@transaction.atomic
def share(
    actor: Actor,
    material: Material,
    account: Account,
    *,
    contact: Contact | None = None,
    opportunity: Opportunity | None = None,
    by: str = Kind.EMAIL,
    note: str = "",
) -> MaterialShare:
    """Keep that the latest version of a material was shown or sent, as an activity that is done. Sellers may. Recorded, told.

    Raises
    ------
    Conflict
        If it is not in use, or the contact may not be written to: whoever sends it finds out before.
    """
    actor.need(Right.SELL)
    if not material.is_active or material.deleted_at is not None:
        raise Conflict(_("“%(material)s” is not in use.") % {"material": material}, code="not_active")
    by = c.choice(WAYS)("by", by)
    for record, word in ((contact, "contact"), (opportunity, "opportunity")):
        if record is not None and record.account_id != account.pk:
            raise Invalid(_("“%(record)s” belongs to another account.") % {"record": record}, code="field", field=word)
    if contact is not None and by == Kind.EMAIL and (obstacle := way(contact, by).obstacle):
        told = {"contact": contact, "why": REASONS[obstacle]}
        raise Conflict(_("“%(contact)s” must not be written to: %(why)s.") % told, code="not_allowed_to_reach", why=obstacle)
    edition = material.versions.first()
    about: dict[str, Any] = {"account": account, "contact": contact, "opportunity": opportunity}
    subject = _("Shared: %(material)s (version %(n)s)") % {"material": material, "n": edition.number if edition else 0}
    touched = work.create_activity(actor, kind=by, state=Activity.State.DONE, subject=subject[:300], text=note, **about)
    return writing.create(actor, SHARE, {**about, "material": material, "edition": edition, "activity": touched, "shared_at": actor.now})
