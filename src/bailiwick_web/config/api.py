"""The JSON interface: the routers of all apps, signed, limited and described in one way."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.security import SessionAuth

from bailiwick_web.automation import api as automation
from bailiwick_web.core.notices import api as notices
from bailiwick_web.core.organisation import api as organisation
from bailiwick_web.core.rest import problems, records, repeats
from bailiwick_web.core.rest.signing import TokenAuth
from bailiwick_web.crm.api import routers as crm_routers
from bailiwick_web.exchange import api as exchange
from bailiwick_web.exchange.webhooks.api import routers as webhook_routers
from bailiwick_web.listening import api as listening
from bailiwick_web.market.api import routers as market_routers
from bailiwick_web.outreach.api import routers as outreach_routers
from bailiwick_web.planning.api import routers as planning_routers
from bailiwick_web.reports import aims_api as aims
from bailiwick_web.reports import api as reports
from bailiwick_web.territories import api as territories

PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "a sentence for people"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "a stable name for programs"},
    },
}
REPEATABLE = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "maxLength": 255},
    "description": "the same key again within 24 hours has no second effect and gives the first answer",
}
DESCRIPTION = "Everything that the screens of Bailiwick do. Errors are problem documents (RFC 9457)."


class Interface(NinjaAPI):
    """An interface whose description also tells of problems and repeats."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """The description, OpenAPI 3.1."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"].setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        problem = {"description": "Refused", "content": {problems.PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                answers = {str(status): answer for status, answer in operation["responses"].items()}
                operation["responses"] = answers | {"4XX": problem}
                if method == "post":
                    operation["parameters"] = [*operation.get("parameters", ()), REPEATABLE]
        return schema


api = Interface(
    title="Bailiwick", version="1", description=DESCRIPTION, urls_namespace="api", auth=[TokenAuth(), SessionAuth()], docs_url=None
)
problems.register(api)
api.add_decorator(repeats.around_operations, mode="view")
for router in (
    *planning_routers,
    territories.router,
    organisation.router,
    exchange.router,
    records.router,
    notices.router,
    *crm_routers,
    listening.router,
    *outreach_routers,
    *webhook_routers,
    automation.router,
    reports.router,
    aims.router,
    *market_routers,
):
    api.add_router("", router)
