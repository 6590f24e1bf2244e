"""What every resource of customers shares: list, get, add, change, put away, take back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import create_model

from bailiwick_web.core.access import Actor, actor_of
from bailiwick_web.core.models import Person, Position, Record
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.rest.requests import VERSIONED, if_match, one_page, tag
from bailiwick_web.core.roles import Right
from bailiwick_web.crm import models as m
from bailiwick_web.crm.queries.lists import RELATED, rows
from bailiwick_web.crm.services.merging import survivor
from bailiwick_web.crm.visibility import find

REFERENCES: dict[str, type[Model]] = {
    "account": m.Account,
    "parent": m.Account,
    "referrer_account": m.Account,
    "contact": m.Contact,
    "referrer": m.Contact,
    "opportunity": m.Opportunity,
    "lead": m.Lead,
    "case": m.Case,
    "series": m.ActivitySeries,
    "location": m.Location,
    "pipeline": m.Pipeline,
    "stage": m.Stage,
    "product": m.Product,
    "line": m.ProductLine,
    "competitor": m.Competitor,
    "lost_to": m.Competitor,
    "position": Position,
    "owner": Person,
    "person": Person,
    "deputy": Person,
}
"""Fields that hold the identifier of another record, and of which type; a resource may say otherwise."""

Show = Callable[[Actor, Sequence[Any]], list[dict[str, Any]]]


@dataclass(frozen=True)
class Resource:
    """One kind of record over the interface.

    Attributes
    ----------
    path
        Its address, such as ``accounts``.
    one, many
        Words for the description.
    new, patch, out
        What a new one, a change and an answer look like; without ``new`` or ``patch`` there is no such request.
    filters
        What a list can be asked.
    show
        Records as the answer shows them, many at once.
    """

    path: str
    one: str
    many: str
    model: type[Any]
    out: type[Schema]
    filters: type[Schema]
    show: Show
    new: type[Schema] | None = None
    patch: type[Schema] | None = None
    create: Callable[..., Any] | None = None
    change: Callable[..., Any] | None = None
    archive: Callable[..., Any] | None = None
    restore: Callable[..., Any] | None = None
    right: Right = Right.SELL
    references: Mapping[str, type[Model]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Name of its operations."""
        return self.path.replace("-", "_")


def add_routes(router: Router, resource: Resource) -> None:
    """The usual requests of a resource."""
    _add_reading(router, resource)
    if resource.new is not None and resource.create is not None:
        _add_post(router, resource, resource.new, resource.create)
    if resource.patch is not None and resource.change is not None:
        _add_patch(router, resource, resource.patch, resource.change)
    if resource.archive is not None:
        _add_delete(router, resource, resource.archive)
    if resource.restore is not None:
        _add_restore(router, resource, resource.restore)


def page_of(out: type[Schema]) -> type[Schema]:
    """A page of records; ``next`` is the cursor of the next page."""
    shape: dict[str, Any] = {"items": (list[out], ...), "next": (int | None, None)}  # type: ignore[valid-type]
    made: type[Schema] = create_model(out.__name__.removesuffix("Out") + "Page", __base__=Schema, **shape)
    made.__doc__ = "A page of records; ``next`` is the cursor of the next page."
    return made


def _add_reading(router: Router, resource: Resource) -> None:
    def get_list(request: HttpRequest, wanted: Any, after: int | None = None, limit: int | None = None) -> Any:
        actor = reader(request)
        found = rows(actor, resource.model, **wanted.dict(exclude_unset=True))
        page = one_page(found, lambda record: record, after=after, limit=limit)
        return page | {"items": resource.show(actor, page["items"])}

    def get_one(request: HttpRequest, response: HttpResponse, record_id: UUID) -> Any:
        actor = reader(request)
        try:
            return answer(resource, actor, response, record_id)
        except Missing:
            following = survivor(actor, resource.model, record_id) if resource.model in {m.Account, m.Contact} else None
            if following is None:
                raise
            return HttpResponse(status=307, headers={"Location": request.path.replace(str(record_id), str(following.public_id))})

    get_list.__annotations__["wanted"] = Annotated[resource.filters, Query()]  # type: ignore[type-arg]
    about: Any = {"operation_id": f"list_{resource.key}", "description": f"{resource.many}, newest first."}
    router.get(f"/{resource.path}", response=page_of(resource.out), **about)(get_list)
    about = {"operation_id": f"get_{resource.key}", "description": f"{resource.one}; the ``ETag`` is its version.{_leads_on(resource)}"}
    router.get(f"/{resource.path}/{{uuid:record_id}}", response=resource.out, **about)(get_one)


def _leads_on(resource: Resource) -> str:
    return " The address of one that was merged leads to the survivor (307)." if resource.model in {m.Account, m.Contact} else ""


def _add_post(router: Router, resource: Resource, schema: type[Schema], create: Callable[..., Any]) -> None:
    def post(request: HttpRequest, response: HttpResponse, new: Any) -> Any:
        actor = writer(request, resource.right)
        made = create(actor, **resolved(actor, new.dict(exclude_unset=True), resource.references))
        return Status(201, answer(resource, actor, response, made.public_id, record=made))

    post.__annotations__["new"] = schema
    about: Any = {"operation_id": f"add_{resource.key}", "description": f"Add one: {resource.one.lower()}."}
    router.post(f"/{resource.path}", response={201: resource.out}, **about)(post)


def _add_patch(router: Router, resource: Resource, schema: type[Schema], change: Callable[..., Any]) -> None:
    def patch(request: HttpRequest, response: HttpResponse, record_id: UUID, changes: Any) -> Any:
        actor, version = writer(request, resource.right), if_match(request)
        given = resolved(actor, changes.dict(exclude_unset=True), resource.references)
        changed = change(actor, record_id, version=version, **given)
        return answer(resource, actor, response, record_id, record=changed)

    patch.__annotations__["changes"] = schema
    about: Any = {"operation_id": f"change_{resource.key}", "description": "Change what is given, the rest stays; needs ``If-Match``."}
    router.patch(f"/{resource.path}/{{uuid:record_id}}", response=resource.out, openapi_extra=VERSIONED, **about)(patch)


def _add_delete(router: Router, resource: Resource, archive: Callable[..., Any]) -> None:
    def delete(request: HttpRequest, record_id: UUID) -> Any:
        archive(writer(request, resource.right), record_id, version=if_match(request))
        return Status(204, None)

    text = "Put it into the bin, from which it can be taken back for 90 days" if resource.restore else "Take it away"
    about: Any = {"operation_id": f"remove_{resource.key}", "description": f"{text}; needs ``If-Match``."}
    router.delete(f"/{resource.path}/{{uuid:record_id}}", response={204: None}, openapi_extra=VERSIONED, **about)(delete)


def _add_restore(router: Router, resource: Resource, restore: Callable[..., Any]) -> None:
    def post_restore(request: HttpRequest, response: HttpResponse, record_id: UUID) -> Any:
        actor = writer(request, resource.right)
        made = restore(actor, record_id, version=if_match(request))
        return answer(resource, actor, response, record_id, record=made)

    about: Any = {"operation_id": f"restore_{resource.key}", "description": "Take it out of the bin; needs ``If-Match``."}
    router.post(f"/{resource.path}/{{uuid:record_id}}/restore", response=resource.out, openapi_extra=VERSIONED, **about)(post_restore)


def answer(resource: Resource, actor: Actor, response: HttpResponse, record_id: UUID, record: Any = None) -> dict[str, Any]:
    """One record as the interface shows it, with its version as ``ETag``.

    What somebody has just written is shown to them also if it is somebody else's now: a lead that went to another territory.
    """
    found = record if record is not None else find(actor, resource.model, record_id)
    if record is None and (related := RELATED.get(resource.model)):
        found = resource.model._default_manager.select_related(*related).get(pk=found.pk)
    if isinstance(found, Record):
        tag(response, found.version)
    return resource.show(actor, [found])[0]


def reader(request: HttpRequest) -> Actor:
    """Whoever asks, if they may look."""
    actor = actor_of(request)
    actor.need(Right.LOOK)
    return actor


def writer(request: HttpRequest, right: Right = Right.SELL) -> Actor:
    """Whoever asks, if they may write: the right comes first, so that who has it not learns nothing of what there is."""
    actor = actor_of(request)
    actor.need(right)
    return actor


def resolved(actor: Actor, given: Mapping[str, Any], references: Mapping[str, type[Model]] | None = None) -> dict[str, Any]:
    """What was given, with records in the place of their identifiers, as far as the user sees them; lines and rivals, too."""
    models = {**REFERENCES, **(references or {})}
    found: dict[str, Any] = {}
    for name, value in given.items():
        if isinstance(value, UUID) and name in models:
            found[name] = find(actor, models[name], value)
        elif name in {"lines", "competitors"} and value is not None:
            found[name] = [resolved(actor, part) for part in value]
        else:
            found[name] = value
    return found


def plain(record: Any, *names: str, **more: Any) -> dict[str, Any]:
    """Fields of a record for an answer; other records by their identifier."""
    shown: dict[str, Any] = {"id": record.public_id}
    for name in names:
        value: Any = getattr(record, name)
        shown[name] = value.public_id if isinstance(value, Model) else value  # type: ignore[attr-defined]
    return shown | more


def external_ids(model: type[Model], records: Sequence[Any]) -> dict[int, dict[str, str]]:
    """Primary key → identifiers in other systems, in one query."""
    found: dict[int, dict[str, str]] = {}
    ids = m.ExternalId.objects.filter(record_type=model._meta.model_name, record_key__in=[r.pk for r in records])
    for row in ids:
        found.setdefault(row.record_key, {})[row.source] = row.external_id
    return found
