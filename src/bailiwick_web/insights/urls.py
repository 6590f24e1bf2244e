"""Addresses of insights."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.insights.views import health, pages, studies, tables

urlpatterns = [
    path("", pages.overview, name="insights"),
    path("figures/", pages.figures, name="insight_figures"),
    path("figures/<uuid:public_id>/<str:key>", pages.figure, name="insight_figure"),
    path("ask/<str:key>", pages.ask, name="ask_insight"),
    path("tables/new", tables.new_table, name="new_insight_table"),
    path("tables/<uuid:public_id>/", tables.show_table, name="insight_table"),
    path("tables/<uuid:public_id>/progress", tables.table_progress, name="insight_table_progress"),
    path("tables/<uuid:public_id>/roles", tables.say_roles, name="say_insight_roles"),
    path("tables/<uuid:public_id>/forget", tables.forget_table, name="forget_insight_table"),
    path("studies/<uuid:public_id>/", studies.study, name="insight_study"),
    path("studies/<uuid:public_id>/progress", studies.progress, name="insight_progress"),
    path("studies/<uuid:public_id>/stop", studies.stop, name="stop_insight"),
    path("studies/<uuid:public_id>/card", studies.card, name="insight_card"),
    path("studies/<uuid:public_id>/forget", studies.forget, name="forget_insight"),
    path("studies/<uuid:public_id>/mark", studies.mark, name="mark_units"),
    path("studies/<uuid:public_id>/use", studies.use, name="use_segments"),
    path("segments/end", studies.end_use, name="end_segments"),
    path("studies/<uuid:public_id>/tables/<str:name>.csv", studies.table_csv, name="insight_rows_csv"),
    path("studies/<uuid:public_id>/tables/<str:name>", studies.table, name="insight_rows"),
    path("studies/<uuid:public_id>/charts/<str:name>.vl.json", studies.chart, name="insight_chart"),
    path("accounts/", health.accounts, name="insight_health"),
    path("accounts/compute", health.compute, name="insight_health_compute"),
    path("accounts/<uuid:public_id>/card", health.card, name="insight_health_card"),
    path("accounts/<uuid:public_id>/say", health.say, name="insight_health_say"),
    path("accounts/<uuid:public_id>/task", health.task, name="insight_health_task"),
    path("<str:page>/", pages.page, name="insight_page"),
]
