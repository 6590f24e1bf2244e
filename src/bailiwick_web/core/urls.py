"""Addresses of people and history."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.core import token_views, views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("history/", views.history, name="audit"),
    path("tokens/", token_views.tokens, name="tokens"),
    path("tokens/<uuid:public_id>/revoke", token_views.revoke, name="revoke_token"),
    path("jobs/<uuid:public_id>/cancel", views.cancel_job, name="cancel_job"),
]
