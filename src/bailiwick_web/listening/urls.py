"""Addresses of what was heard."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.listening import views

urlpatterns = [
    path("surveys/", views.surveys, name="surveys"),
    path("surveys/<uuid:public_id>/", views.survey, name="survey"),
    path("surveys/<uuid:public_id>/change", views.change_survey, name="change_survey"),
    path("surveys/<uuid:public_id>/invite", views.invite, name="invite_to_survey"),
    path("surveys/<uuid:public_id>/links.csv", views.links, name="survey_links"),
    path("answer/<str:secret>", views.answer, name="answer_survey"),
    path("mentions/", views.mentions, name="mentions"),
    path("mentions/<uuid:public_id>/act", views.act_on_mention, name="act_on_mention"),
    path("web-visits/", views.web_visits, name="web_visits"),
]
