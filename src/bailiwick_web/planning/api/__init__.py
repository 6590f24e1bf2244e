"""The JSON interface; described in ``docs/reference/workspace-api.md``. One small router per subject."""

from __future__ import annotations

from ninja import NinjaAPI
from ninja.security import django_auth

from bailiwick_web.planning.api import editing, jobs, owners, problems, reading, territories

api = NinjaAPI(title="Bailiwick", version="1", urls_namespace="api", auth=django_auth, docs_url=None)
problems.register(api)
for router in (reading.router, editing.router, territories.router, jobs.router, owners.router):
    api.add_router("", router)

__all__ = ["api"]
