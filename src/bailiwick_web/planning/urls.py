"""Addresses of planning."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.planning import views

urlpatterns = [
    path("", views.home, name="home"),
    path("mine/", views.mine, name="mine"),
    path("who/", views.who, name="who"),
    path("plans/", views.plans, name="plans"),
    path("plans/<uuid:public_id>/owner", views.owner, name="owner"),
    path("plans/new", views.new_plan, name="new_plan"),
    path("publications/<uuid:public_id>/roll-back", views.roll_back, name="roll_back"),
    path("publications/<uuid:public_id>/call-off", views.call_off, name="call_off"),
    path("scenarios/compare", views.compare, name="compare"),
    path("scenarios/compare.csv", views.compare_csv, name="compare_csv"),
    path("scenarios/compare.xlsx", views.compare_xlsx, name="compare_xlsx"),
    path("scenarios/compare.pdf", views.compare_pdf, name="compare_pdf"),
    path("scenarios/<uuid:public_id>/validator", views.validator, name="scenario_validator"),
    path("scenarios/<uuid:public_id>/mend", views.mend, name="scenario_mend"),
    path("scenarios/<uuid:public_id>/rules", views.rules, name="scenario_rules"),
    path("scenarios/<uuid:public_id>/rules/change", views.change_rules, name="scenario_change_rules"),
    path("scenarios/<uuid:public_id>/replay", views.replay, name="scenario_replay"),
    path("scenarios/<uuid:public_id>/", views.scenario, name="scenario"),
    path("scenarios/<uuid:public_id>/stamp.svg", views.stamp, name="scenario_stamp"),
    path("scenarios/<uuid:public_id>/panel", views.panel, name="scenario_panel"),
    path("scenarios/<uuid:public_id>/runs", views.runs, name="scenario_runs"),
    path("scenarios/<uuid:public_id>/run", views.run, name="scenario_run"),
    path("scenarios/<uuid:public_id>/branch", views.branch, name="scenario_branch"),
    path("scenarios/<uuid:public_id>/rename", views.rename, name="scenario_rename"),
    path("scenarios/<uuid:public_id>/delete", views.delete, name="scenario_delete"),
    path("scenarios/<uuid:public_id>/restore", views.restore, name="scenario_restore"),
    path("scenarios/<uuid:public_id>/flow", views.flow, name="scenario_flow"),
    *(
        path(f"scenarios/<uuid:public_id>/alignment.{ending}", views.alignment_file, {"ending": ending}, name=f"alignment_{ending}")
        for ending in views.FORMATS
    ),
    path("scenarios/<uuid:public_id>/challenge", views.challenge, name="scenario_challenge"),
    path("challenges/<uuid:public_id>/answer", views.answer, name="answer_challenge"),
    path("runs/<uuid:public_id>/front", views.front, name="run_front"),
    path("runs/<uuid:public_id>/choose", views.choose_plan, name="choose_plan"),
    path("runs/<uuid:public_id>/dismiss", views.dismiss, name="dismiss_run"),
]
