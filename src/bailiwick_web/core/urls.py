"""Addresses of people and history."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.core import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("history/", views.history, name="audit"),
    path("jobs/<uuid:public_id>/cancel", views.cancel_job, name="cancel_job"),
]
