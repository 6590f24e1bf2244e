"""Addresses of data that come in."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.exchange import export_views, views

urlpatterns = [
    path("units/<uuid:public_id>/money", views.mark_money, name="mark_money"),
    path("data/", views.data, name="data"),
    path("data/sample", views.sample, name="sample"),
    path("exports/", export_views.exports, name="exports"),
    path("exports/everything.zip", export_views.export_everything, name="export_everything"),
    path("exports/<slug:kind>.<slug:ending>", export_views.export, name="export"),
    path("imports/new", views.new_import, name="new_import"),
    path("imports/<uuid:public_id>/", views.show_import, name="import"),
    path("imports/<uuid:public_id>/progress", views.import_progress, name="import_progress"),
    path("imports/<uuid:public_id>/check", views.check, name="check_import"),
    path("imports/<uuid:public_id>/run", views.run, name="run_import"),
    path("imports/<uuid:public_id>/stop", views.stop_import, name="stop_import"),
    path("imports/<uuid:public_id>/discard", views.discard_import, name="discard_import"),
    path("imports/<uuid:public_id>/leave-out", views.leave_out, name="leave_out_part"),
    path("imports/<uuid:public_id>/revert", views.revert, name="revert_import"),
    path("imports/<uuid:public_id>/template", views.keep_template, name="keep_template"),
    path("imports/<uuid:public_id>/rejected.csv", views.rejected, name="rejected"),
    path("templates/<uuid:public_id>/delete", views.forget_template, name="forget_template"),
]
