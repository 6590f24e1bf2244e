"""Addresses of SCIM."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.exchange.scim import views

urlpatterns = [
    path("ServiceProviderConfig", views.config, name="scim_config"),
    path("ResourceTypes", views.described, {"kind": "ResourceTypes"}, name="scim_types"),
    path("ResourceTypes/<str:key>", views.described, {"kind": "ResourceTypes"}, name="scim_type"),
    path("Schemas", views.described, {"kind": "Schemas"}, name="scim_schemas"),
    path("Schemas/<str:key>", views.described, {"kind": "Schemas"}, name="scim_schema"),
    path("Users", views.all_users, name="scim_users"),
    path("Users/<str:key>", views.one_user, name="scim_user"),
    path("Groups", views.all_groups, name="scim_groups"),
    path("Groups/<str:key>", views.one_group, name="scim_group"),
]
