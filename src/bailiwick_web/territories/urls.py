"""Addresses of the organisation."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.territories import views

urlpatterns = [
    path("organisation/", views.organisation, name="organisation"),
    path("organisation/change", views.change, name="change_organisation"),
    path("organisation/positions/<uuid:public_id>", views.position, name="position"),
    path("organisation/people/<uuid:public_id>", views.person, name="person"),
]
