"""The addresses of SCIM: signed by a token for SCIM alone, of somebody who may manage people."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import replace as changed
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from bailiwick_web.core.access import Actor, actor_of, public
from bailiwick_web.core.models import AccessToken
from bailiwick_web.core.refusals import Conflict, Invalid, Refused
from bailiwick_web.core.rest import limits
from bailiwick_web.core.rest.problems import NotSignedIn
from bailiwick_web.core.roles import Right, Role
from bailiwick_web.core.token_services import find_token
from bailiwick_web.exchange.scim import discovery, patching, users
from bailiwick_web.exchange.scim.filters import condition
from bailiwick_web.exchange.scim.refusing import conflict, invalid, missing

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
MOST_BYTES = 1_000_000
TYPES = frozenset({"invalidFilter", "invalidValue", "invalidSyntax", "invalidPath", "uniqueness", "mutability", "noTarget"})
Answer = tuple[int, dict[str, Any] | None]
Do = Callable[..., Answer]


def scim(*methods: str) -> Callable[[Do], Callable[..., HttpResponse]]:
    """A view of SCIM: signed, limited, and every refusal in the form of SCIM."""

    def wrap(do: Do) -> Callable[..., HttpResponse]:
        @functools.wraps(do)
        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                actor = _actor(request)
                if request.method not in methods:
                    raise _method(request.method or "")
                status, body = do(request, actor, *args, **kwargs)
            except Refused as error:
                return _refused(error)
            return _answer(status, body)

        return public(csrf_exempt(view))  # type: ignore[return-value]

    return wrap


def _actor(request: HttpRequest) -> Actor:
    actor, (scheme, _blank, key) = actor_of(request), request.headers.get("Authorization", "").partition(" ")
    token = find_token(key.strip(), actor.now) if scheme.lower() == "bearer" else None
    if token is None or token.purpose != AccessToken.Purpose.SCIM:
        raise NotSignedIn("Send a token for SCIM: Authorization: Bearer …")
    limits.count(request, token.pk)
    found = changed(actor, user=token.user)
    found.need(Right.PEOPLE)
    return found


def _method(method: str) -> Refused:
    refusal = Refused(f"{method} is not for this address.", code="method")
    refusal.status = 405
    return refusal


def _refused(error: Refused) -> HttpResponse:
    status = 400 if isinstance(error, Invalid) else error.status
    kind = error.code if error.code in TYPES else "uniqueness" if isinstance(error, Conflict) else "invalidValue" if status == 400 else ""
    body = {"schemas": [ERROR], "status": str(status), "detail": error.message} | ({"scimType": kind} if kind else {})
    response = _answer(status, body)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Bailiwick"'
    if "retry_after" in error.details:
        response.headers["Retry-After"] = str(error.details["retry_after"])
    return response


def _answer(status: int, body: dict[str, Any] | None) -> HttpResponse:
    if body is None:
        return HttpResponse(status=status)
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type="application/scim+json")
    if status == 201:
        response.headers["Location"] = body["meta"]["location"]
    return response


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/scim/v2")


def _document(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body) if len(request.body) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise invalid("Send one JSON object.", code="invalidSyntax")
    return found


def _number(request: HttpRequest, name: str, otherwise: int) -> int:
    text = request.GET.get(name, "")
    try:
        return int(text[:9]) if text else otherwise
    except ValueError:
        raise invalid(f"{name} must be a number.", code="invalidValue") from None


def _listed(found: list[Any], n_all: int, start: int) -> Answer:
    return 200, {"schemas": [LIST], "totalResults": n_all, "startIndex": start, "itemsPerPage": len(found), "Resources": found}


@scim("GET")
def config(request: HttpRequest, actor: Actor) -> Answer:
    """What this service can do."""
    return 200, discovery.service_provider_config(_base(request))


@scim("GET")
def described(request: HttpRequest, actor: Actor, kind: str, key: str = "") -> Answer:
    """Types of resources and their schemas: all, or one."""
    found = (discovery.resource_types if kind == "ResourceTypes" else discovery.schemas)(_base(request))
    if not key:
        return _listed(found, len(found), 1)
    one = next((each for each in found if each["id"] == key), None)
    if one is None:
        raise missing("There is no such thing here.")
    return 200, one


@scim("GET", "POST")
def all_users(request: HttpRequest, actor: Actor) -> Answer:
    """Users that fit a filter, or a new one."""
    base = _base(request)
    if request.method == "POST":
        return 201, users.user_out(users.create(actor, _document(request)), base)
    rows = users.all_users()
    if text := request.GET.get("filter", ""):
        rows = rows.filter(condition(text, users.USER_COLUMNS))
    start, count = max(1, _number(request, "startIndex", 1)), min(discovery.MOST, max(0, _number(request, "count", 100)))
    shown = [users.user_out(user, base) for user in rows[start - 1 : start - 1 + count]]
    return _listed(shown, rows.count(), start)


@scim("GET", "PUT", "PATCH", "DELETE")
def one_user(request: HttpRequest, actor: Actor, key: str) -> Answer:
    """One user: look, replace, change; to delete one takes their access away and keeps what they did."""
    if request.method == "DELETE":
        users.change(actor, key, {"active": False})
        return 204, None
    if request.method == "PUT":
        found = users.replace(actor, key, _document(request))
    elif request.method == "PATCH":
        found = users.change(actor, key, patching.user_changes(_document(request)))
    else:
        found = users.find_user(key)
    return 200, users.user_out(found, _base(request))


@scim("GET", "POST")
def all_groups(request: HttpRequest, actor: Actor) -> Answer:
    """The roles; there are no others."""
    if request.method == "POST":
        name = str(_document(request).get("displayName", ""))
        if name.casefold() in {str(label).casefold() for label in (*Role.labels, *Role.values)}:
            raise conflict("This role is there already; find it by displayName.")
        raise invalid(f"Groups are roles: {', '.join(map(str, Role.labels))}.", code="invalidValue")
    roles = list(Role)
    if text := request.GET.get("filter", ""):
        roles = _roles_that_fit(text)
    with_members = "members" not in request.GET.get("excludedAttributes", "")
    return _listed([users.group_out(role, _base(request), with_members=with_members) for role in roles], len(roles), 1)


def _roles_that_fit(text: str) -> list[Role]:
    """Roles by ``displayName eq "…"`` or ``id eq "…"``: there are five, so nothing else is needed."""
    name, _blank, rest = text.strip().partition(" ")
    operator, _blank, value = rest.strip().partition(" ")
    if name.lower() not in {"displayname", "id"} or operator.lower() != "eq":
        raise invalid(f"This filter cannot be read: {text[:120]}", code="invalidFilter")
    wanted = value.strip().strip('"').casefold()
    return [role for role in Role if wanted in {role.value, str(role.label).casefold()}]


@scim("GET", "PUT", "PATCH")
def one_group(request: HttpRequest, actor: Actor, key: str) -> Answer:
    """One role and who has it: look, replace or change its members."""
    role = users.find_role(key)
    present = [str(public_id) for public_id in users.members(role).values_list("public_id", flat=True)]
    if request.method == "PATCH":
        add, remove = patching.member_changes(_document(request), present)
        users.set_members(actor, role, add=add, remove=remove)
    elif request.method == "PUT":
        wanted = patching.member_ids(_document(request).get("members"))
        gone = [public_id for public_id in present if public_id not in wanted]
        users.set_members(actor, role, add=[public_id for public_id in wanted if public_id not in present], remove=gone)
    return 200, users.group_out(role, _base(request))
