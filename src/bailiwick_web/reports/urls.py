"""Addresses of reports."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.reports.views import acting, funnel, pages

urlpatterns = [
    path("", pages.overview, name="reports"),
    path("build", pages.build, name="build_report"),
    path("rows", pages.rows, name="report_rows"),
    path("save", acting.save, name="save_report"),
    path("file/<str:ending>", pages.file, name="report_file"),
    path("ready/<str:key>", pages.ready, name="ready_report"),
    path("funnel/", funnel.funnel, name="funnel"),
    path("goals/", funnel.goals, name="goals"),
    path("orders/<uuid:public_id>/end", acting.end, name="end_report_order"),
    path("stop/<str:secret>", acting.stop, name="stop_report"),
    path("<uuid:public_id>/", pages.report, name="report"),
    path("<uuid:public_id>/change", acting.change, name="change_report"),
    path("<uuid:public_id>/copy", acting.copy, name="copy_report"),
    path("<uuid:public_id>/archive", acting.archive, name="archive_report"),
    path("<uuid:public_id>/restore", acting.restore, name="restore_report"),
    path("<uuid:public_id>/order", acting.subscribe, name="order_report"),
]
