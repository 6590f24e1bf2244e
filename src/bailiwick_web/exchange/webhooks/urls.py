"""Addresses of connections: webhooks that go out, sources that come in."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.exchange.webhooks.views import endpoints, sources

urlpatterns = [
    path("", endpoints.overview, name="webhooks"),
    path("<uuid:public_id>/", endpoints.endpoint, name="webhook"),
    path("<uuid:public_id>/act", endpoints.act, name="act_on_webhook"),
    path("deliveries/<uuid:public_id>/", endpoints.delivery, name="delivery"),
    path("deliveries/<uuid:public_id>/replay", endpoints.replay, name="replay_delivery"),
    path("incoming/", sources.overview, name="sources"),
    path("incoming/<uuid:public_id>/", sources.source, name="source"),
    path("incoming/<uuid:public_id>/remove", sources.remove, name="remove_source"),
]
