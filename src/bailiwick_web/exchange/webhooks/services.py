"""The one write path to endpoints and deliveries: right → transaction → version → check → audit."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.outbound import check_address
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.sealing import seal, unseal
from bailiwick_web.core.services import audit, check_version, stamped, touch
from bailiwick_web.exchange.webhooks import kinds as k
from bailiwick_web.exchange.webhooks import signing
from bailiwick_web.exchange.webhooks.models import Delivery, Endpoint

SECRET_BYTES = 32
BOTH_SIGN = timedelta(hours=24)
"""After a rotation the old secret signs, too, for so long."""
MOST_ENDPOINTS = 50
MOST_REPLAYED = 1_000


def own_endpoints(actor: Actor) -> QuerySet[Endpoint]:
    """Endpoints that somebody manages: their own; administrators, all."""
    rows = Endpoint.objects.select_related("owner")
    return rows if actor.may(Right.PEOPLE) else rows.filter(owner=actor.user)


def find_endpoint(actor: Actor, public_id: UUID) -> Endpoint:
    """One endpoint that somebody manages.

    Raises
    ------
    NotAllowed, Missing
        Without the right; if there is none for this user.
    """
    actor.need(Right.CONNECT)
    found = own_endpoints(actor).filter(public_id=public_id).first()
    if found is None:
        raise Missing(_("There is no such endpoint, or it is not yours."))
    return found


def _locked(actor: Actor, public_id: UUID, version: int | None) -> Endpoint:
    found = Endpoint.objects.select_for_update().get(pk=find_endpoint(actor, public_id).pk)
    check_version(found, version)
    return found


@transaction.atomic
def create_endpoint(actor: Actor, *, name: str, url: str, kinds: Sequence[str] = ()) -> tuple[Endpoint, str]:
    """Let another system hear of events, and its secret, which is told this once. Who may connect may. Recorded."""
    actor.need(Right.CONNECT)
    if actor.user is None:
        raise Invalid(_("An endpoint belongs to a user: it hears what they may see."), code="no_owner")
    if Endpoint.objects.count() >= MOST_ENDPOINTS:
        raise Conflict(_("There are %(n)s endpoints, more cannot be served well; remove one.") % {"n": MOST_ENDPOINTS}, code="endpoints")
    secret = signing.secret_of(secrets.token_bytes(SECRET_BYTES))
    checked = {"name": _name(name), "url": _url(url), "kinds": _kinds(kinds)}
    made = Endpoint.objects.create(owner=actor.user, secret=seal(secret), **checked, **stamped(actor))
    audit(actor, "endpoint.created", made, after=made.url)
    return made, secret


@transaction.atomic
def change_endpoint(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> Endpoint:
    """Change name, address or kinds, switch it off, or on again. Its owner may. Recorded."""
    found = _locked(actor, public_id, version)
    checks: dict[str, Any] = {"name": _name, "url": _url, "kinds": _kinds, "is_on": _off}
    for name, value in given.items():
        field, checked = ("off" if name == "is_on" else name), checks[name](value)
        before = getattr(found, field)
        if name == "is_on" and value == found.is_on:
            continue
        if before != checked:
            setattr(found, field, checked)
            audit(actor, "endpoint.changed", found, field=field, before=before, after=checked)
    if found.is_on:
        found.failing_since = found.paused_until = None
    touch(actor, found, "name", "url", "kinds", "off", "failing_since", "paused_until")
    return found


@transaction.atomic
def remove_endpoint(actor: Actor, public_id: UUID, *, version: int | None) -> None:
    """Let it hear nothing more, and forget what was sent to it. Its owner may. Recorded."""
    found = _locked(actor, public_id, version)
    audit(actor, "endpoint.removed", found, before=found.url)
    found.delete()


@transaction.atomic
def rotate_secret(actor: Actor, public_id: UUID, *, version: int | None) -> tuple[Endpoint, str]:
    """A new secret, which is told this once; for a day the old one signs, too. Its owner may. Recorded."""
    found = _locked(actor, public_id, version)
    secret = signing.secret_of(secrets.token_bytes(SECRET_BYTES))
    found.old_secret, found.old_secret_until = found.secret, actor.now + BOTH_SIGN
    found.secret = seal(secret)
    touch(actor, found, "secret", "old_secret", "old_secret_until")
    audit(actor, "endpoint.rotated", found)
    return found, secret


def signing_secrets(endpoint: Endpoint, now: Any) -> list[str]:
    """The secrets that sign now, the new one first."""
    found = [unseal(endpoint.secret)]
    if endpoint.old_secret and endpoint.old_secret_until is not None and now < endpoint.old_secret_until:
        found.append(unseal(endpoint.old_secret))
    return found


@transaction.atomic
def send_test(actor: Actor, public_id: UUID) -> Delivery:
    """Send an event that says nothing, to see whether it arrives. Its owner may."""
    found = find_endpoint(actor, public_id)
    if not found.is_on:
        raise Conflict(_("This endpoint is off; switch it on first."), code="off")
    message = uuid7()
    body = k.body_of(k.TEST, actor.now.isoformat(), {"id": str(message), "endpoint": str(found.public_id)})
    plain = {"message_id": message, "kind": k.TEST, "body": body}
    return Delivery.objects.create(endpoint=found, due_at=actor.now, created_at=actor.now, **plain)


@transaction.atomic
def replay(actor: Actor, public_id: UUID) -> Delivery:
    """Send something again, with the same identifier. The owner of the endpoint may. Recorded.

    Raises
    ------
    Missing, Conflict
        If there is none for this user; if it is on its way already.
    """
    actor.need(Right.CONNECT)
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("endpoint")
    found = rows.filter(public_id=public_id, endpoint__in=own_endpoints(actor).values("pk")).first()
    if found is None:
        raise Missing(_("There is no such delivery, or it is not yours."))
    if found.state == Delivery.State.WAITING:
        raise Conflict(_("It is on its way already."), code="state")
    if not found.endpoint.is_on:
        raise Conflict(_("This endpoint is off; switch it on first."), code="off")
    found.state, found.n_attempts, found.due_at, found.finished_at = Delivery.State.WAITING, 0, actor.now, None
    found.save(update_fields=["state", "n_attempts", "due_at", "finished_at"])
    audit(actor, "delivery.replayed", found.endpoint, field=found.kind, after=found.message_id)
    return found


@transaction.atomic
def replay_dead(actor: Actor, public_id: UUID) -> int:
    """Send again everything that was given up, the oldest first, a thousand at most. Its owner may. Recorded. Returns their number."""
    found = find_endpoint(actor, public_id)
    if not found.is_on:
        raise Conflict(_("This endpoint is off; switch it on first."), code="off")
    dead = list(found.deliveries.filter(state=Delivery.State.DEAD).order_by("pk").values_list("pk", flat=True)[:MOST_REPLAYED])
    n = Delivery.objects.filter(pk__in=dead).update(state=Delivery.State.WAITING, n_attempts=0, due_at=actor.now, finished_at=None)
    audit(actor, "delivery.replayed", found, after=n)
    return n


def _name(value: Any) -> str:
    found = str(value or "").strip()[:120]
    if not found:
        raise Invalid(_("Give it a name, so that you know later what hears there."), code="no_name", field="name")
    return found


def _url(value: Any) -> str:
    return check_address(str(value or "")).geturl()


def _kinds(value: Any) -> list[str]:
    found = list(dict.fromkeys(str(part).strip() for part in value or () if str(part).strip()))
    if strange := [kind for kind in found if kind not in k.KINDS and kind not in k.WORDS]:
        raise Invalid(_("There is no event “%(kind)s”.") % {"kind": strange[0]}, code="unknown_event", field="kinds")
    return found


def _off(is_on: Any) -> str:
    return Endpoint.Off.NO.value if is_on else Endpoint.Off.OWNER.value
