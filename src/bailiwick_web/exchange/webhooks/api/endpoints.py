"""Webhooks: endpoints, deliveries, replay."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.rest.requests import VERSIONED, if_match, one_page, tag
from bailiwick_web.core.roles import Right
from bailiwick_web.exchange.webhooks import services
from bailiwick_web.exchange.webhooks.kinds import KINDS
from bailiwick_web.exchange.webhooks.models import Delivery, Endpoint

router = Router(tags=["webhooks"])


class EndpointIn(Schema):
    """Where events go; no kinds means all."""

    name: str
    url: str
    kinds: list[str] = []


class EndpointPatch(Schema):
    """What is to be changed."""

    name: str | None = None
    url: str | None = None
    kinds: list[str] | None = None
    is_on: bool | None = None


class EndpointOut(Schema):
    """An endpoint; ``off`` says why it hears nothing. The secret is told when it is made, and never again."""

    id: UUID
    version: int
    name: str
    url: str
    kinds: list[str]
    owner: str
    is_on: bool
    off: str
    failing_since: datetime | None
    paused_until: datetime | None
    created_at: datetime
    secret: str | None = None


class EndpointsOut(Schema):
    """A page of endpoints; ``next`` is the cursor of the next page."""

    items: list[EndpointOut]
    next: int | None


class AttemptOut(Schema):
    """One attempt; ``status`` is null if there was no answer, ``error`` says why."""

    at: datetime
    seconds: float
    status: int | None
    error: str
    answer: str


class DeliveryOut(Schema):
    """An event on its way; ``message_id`` stays when it is sent again."""

    id: UUID
    message_id: UUID
    kind: str
    state: str
    n_attempts: int
    due_at: datetime
    created_at: datetime
    finished_at: datetime | None
    body: str
    attempts: list[AttemptOut]


class DeliveriesOut(Schema):
    """A page of deliveries; ``next`` is the cursor of the next page."""

    items: list[DeliveryOut]
    next: int | None


@router.get("/webhook-kinds", response=list[str])
def list_webhook_kinds(request: HttpRequest) -> Any:
    """Kinds of events that can be heard of."""
    actor_of(request).need(Right.CONNECT)
    return sorted(KINDS)


@router.get("/webhooks", response=EndpointsOut)
def list_webhooks(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """One's endpoints, newest first; administrators see all."""
    actor = actor_of(request)
    actor.need(Right.CONNECT)
    return one_page(services.own_endpoints(actor), endpoint_out, after=after, limit=limit)


@router.post("/webhooks", response={201: EndpointOut})
def post_webhook(request: HttpRequest, response: HttpResponse, new: EndpointIn) -> Any:
    """Let another system hear of events; the answer holds the secret, this once."""
    made, secret = services.create_endpoint(actor_of(request), **new.dict())
    tag(response, made.version)
    return Status(201, endpoint_out(made) | {"secret": secret})


@router.get("/webhooks/{uuid:webhook_id}", response=EndpointOut)
def get_webhook(request: HttpRequest, response: HttpResponse, webhook_id: UUID) -> Any:
    """One endpoint."""
    found = services.find_endpoint(actor_of(request), webhook_id)
    tag(response, found.version)
    return endpoint_out(found)


@router.patch("/webhooks/{uuid:webhook_id}", response=EndpointOut, openapi_extra=VERSIONED)
def patch_webhook(request: HttpRequest, response: HttpResponse, webhook_id: UUID, changes: EndpointPatch) -> Any:
    """Change an endpoint, switch it off or on; needs ``If-Match``."""
    actor = actor_of(request)
    actor.need(Right.CONNECT)
    found = services.change_endpoint(actor, webhook_id, version=if_match(request), **changes.dict(exclude_unset=True))
    tag(response, found.version)
    return endpoint_out(found)


@router.delete("/webhooks/{uuid:webhook_id}", response={204: None}, openapi_extra=VERSIONED)
def delete_webhook(request: HttpRequest, webhook_id: UUID) -> Any:
    """Remove an endpoint and what was sent to it; needs ``If-Match``."""
    actor = actor_of(request)
    actor.need(Right.CONNECT)
    services.remove_endpoint(actor, webhook_id, version=if_match(request))
    return Status(204, None)


@router.post("/webhooks/{uuid:webhook_id}/rotate", response=EndpointOut, openapi_extra=VERSIONED)
def post_rotate(request: HttpRequest, response: HttpResponse, webhook_id: UUID) -> Any:
    """A new secret, told this once; the old one signs, too, for 24 hours; needs ``If-Match``."""
    actor = actor_of(request)
    actor.need(Right.CONNECT)
    found, secret = services.rotate_secret(actor, webhook_id, version=if_match(request))
    tag(response, found.version)
    return endpoint_out(found) | {"secret": secret}


@router.post("/webhooks/{uuid:webhook_id}/test", response={202: DeliveryOut})
def post_test(request: HttpRequest, webhook_id: UUID) -> Any:
    """Send an event of the kind ``test``."""
    return Status(202, delivery_out(services.send_test(actor_of(request), webhook_id)))


@router.get("/webhooks/{uuid:webhook_id}/deliveries", response=DeliveriesOut)
def list_deliveries(request: HttpRequest, webhook_id: UUID, state: str = "", after: int | None = None, limit: int | None = None) -> Any:
    """What was sent, newest first, with every attempt; ``state`` is waiting, done or dead."""
    found = services.find_endpoint(actor_of(request), webhook_id).deliveries.prefetch_related("attempts")
    return one_page(found.filter(state=state) if state else found, delivery_out, after=after, limit=limit)


@router.post("/deliveries/{uuid:delivery_id}/replay", response={202: DeliveryOut})
def post_replay(request: HttpRequest, delivery_id: UUID) -> Any:
    """Send something again, with the same ``webhook-id``."""
    return Status(202, delivery_out(services.replay(actor_of(request), delivery_id)))


def endpoint_out(found: Endpoint) -> dict[str, Any]:
    """An endpoint as the interface shows it."""
    same = ("version", "name", "url", "kinds", "is_on", "off", "failing_since", "paused_until", "created_at")
    return {name: getattr(found, name) for name in same} | {"id": found.public_id, "owner": str(found.owner)}


def delivery_out(found: Delivery) -> dict[str, Any]:
    """A delivery as the interface shows it."""
    same = ("message_id", "kind", "state", "n_attempts", "due_at", "created_at", "finished_at", "body")
    tries = [{name: getattr(a, name) for name in ("at", "seconds", "status", "error", "answer")} for a in found.attempts.all()]
    return {name: getattr(found, name) for name in same} | {"id": found.public_id, "attempts": tries}
