"""What a provider reads first: what this service can do, and what its resources look like (RFC 7643, 5 to 7)."""

from __future__ import annotations

from typing import Any

from bailiwick_web.exchange.scim.users import GROUP, USER

MOST = 200


def service_provider_config(base: str) -> dict[str, Any]:
    """What is supported."""
    bearer = {"type": "oauthbearertoken", "name": "Token", "description": "A token for SCIM, made on the page “Tokens for programs”"}
    no = {"supported": False}
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": no | {"maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST},
        "changePassword": no,
        "sort": no,
        "etag": no,
        "authenticationSchemes": [bearer | {"primary": True}],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }


def resource_types(base: str) -> list[dict[str, Any]]:
    """Users and groups."""
    return [
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": name,
            "name": name,
            "endpoint": f"/{name}s",
            "schema": schema,
            "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{name}"},
        }
        for name, schema in (("User", USER), ("Group", GROUP))
    ]


def schemas(base: str) -> list[dict[str, Any]]:
    """The attributes that are kept."""
    parts = [_attribute("formatted"), _attribute("givenName"), _attribute("familyName")]
    emails = [_attribute("value"), _attribute("type"), _attribute("primary", "boolean")]
    members = [_attribute("value", mutability="immutable"), _attribute("display", mutability="readOnly")]
    user = [
        _attribute("userName", is_required=True, uniqueness="server"),
        _attribute("name", "complex", subAttributes=parts),
        _attribute("displayName"),
        _attribute("emails", "complex", multiValued=True, mutability="readOnly", subAttributes=emails),
        _attribute("active", "boolean"),
        _attribute("groups", "complex", multiValued=True, mutability="readOnly", subAttributes=members),
    ]
    group = [_attribute("displayName", mutability="readOnly"), _attribute("members", "complex", multiValued=True, subAttributes=members)]
    return [
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": schema,
            "name": name,
            "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{schema}"},
        }
        for name, schema, attributes in (("User", USER, user), ("Group", GROUP, group))
    ]


def _attribute(name: str, kind: str = "string", *, is_required: bool = False, **more: Any) -> dict[str, Any]:
    plain = {"name": name, "type": kind, "multiValued": False, "required": is_required, "caseExact": False}
    return plain | {"mutability": "readWrite", "returned": "default", "uniqueness": "none"} | more
