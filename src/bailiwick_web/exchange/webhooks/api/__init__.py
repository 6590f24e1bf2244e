"""Connections over the JSON interface."""

from __future__ import annotations

from bailiwick_web.exchange.webhooks.api import endpoints, incoming

routers = (endpoints.router, incoming.router)
