"""Addresses of rules that act."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.automation import views

urlpatterns = [
    path("", views.rules, name="automations"),
    path("new", views.new_rule, name="new_automation"),
    path("examples/<str:key>", views.add_example, name="add_automation_example"),
    path("<uuid:public_id>/", views.rule, name="automation"),
    path("<uuid:public_id>/act", views.act, name="act_on_automation"),
]
