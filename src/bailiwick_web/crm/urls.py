"""Addresses of the pages of customers."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.crm import views

urlpatterns = [
    path("customers/", views.customers, name="customers"),
    path("customers.csv", views.customers_csv, name="customers_csv"),
    path("customers/new", views.new_customer, name="new_customer"),
    path("customers/<uuid:public_id>/", views.customer, name="customer"),
    path("customers/<uuid:public_id>/act", views.act_on_customer, name="act_on_customer"),
    path("customers/<uuid:public_id>/timeline", views.customer_timeline, name="customer_timeline"),
    path("customers/<uuid:public_id>/map", views.customer_map, name="customer_map"),
    path("customers/<uuid:public_id>/field", views.customer_field, name="customer_field"),
    path("customers/<uuid:public_id>/log", views.log_activity, name="log_activity"),
    path("customers/<uuid:public_id>/contacts", views.add_contact, name="add_contact"),
    path("customers/<uuid:public_id>/files", views.add_file, name="add_file"),
    path("customers/<uuid:public_id>/merge", views.pick_account_to_merge, name="pick_account_to_merge"),
    path("contacts/<uuid:public_id>/merge", views.pick_contact_to_merge, name="pick_contact_to_merge"),
    path("duplicates/", views.duplicates, name="duplicates"),
    path("duplicates/search", views.search_duplicates, name="search_duplicates"),
    path("duplicates/progress", views.duplicates_progress, name="duplicates_progress"),
    path("duplicates/alike", views.alike, name="alike"),
    path("duplicates/merge", views.merge_records, name="merge_records"),
    path("duplicates/<uuid:public_id>/judge", views.judge_duplicate, name="judge_duplicate"),
    path("merges/<uuid:public_id>/undo", views.undo_merge, name="undo_merge"),
    path("locations/<uuid:public_id>/change", views.change_location, name="change_location"),
    path("contacts/<uuid:public_id>/", views.contact, name="contact"),
    path("contacts/<uuid:public_id>/change", views.change_contact, name="change_contact"),
    path("files/<uuid:public_id>/", views.file, name="file"),
    path("files/<uuid:public_id>/drop", views.drop_file, name="drop_file"),
    path("activities/plan", views.plan_activity, name="plan_activity"),
    path("activities/<uuid:public_id>/act", views.act_on_activity, name="act_on_activity"),
    path("day/", views.day, name="day"),
    path("tasks/", views.tasks, name="tasks"),
    path("calendar/", views.calendar, name="calendar"),
    path("pipeline/", views.pipeline, name="pipeline"),
    path("deals/new", views.new_deal, name="new_deal"),
    path("deals/<uuid:public_id>/", views.deal, name="deal"),
    path("deals/<uuid:public_id>/move", views.move_deal, name="move_deal"),
    path("deals/<uuid:public_id>/change", views.change_deal, name="change_deal"),
    path("leads/", views.leads, name="leads"),
    path("leads/new", views.new_lead, name="new_lead"),
    path("leads/<uuid:public_id>/", views.lead, name="lead"),
    path("leads/<uuid:public_id>/change", views.change_lead, name="change_lead"),
    path("leads/<uuid:public_id>/convert", views.convert_lead, name="convert_lead"),
    path("cases/", views.cases, name="cases"),
    path("cases/new", views.new_case, name="new_case"),
    path("cases/<uuid:public_id>/", views.case, name="case"),
    path("cases/<uuid:public_id>/change", views.change_case, name="change_case"),
]
