"""Addresses of reaching out."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.outreach import views

urlpatterns = [
    path("cadences/", views.cadences, name="cadences"),
    path("cadences/<uuid:public_id>/", views.cadence, name="cadence"),
    path("cadences/<uuid:public_id>/change", views.change_cadence, name="change_cadence"),
    path("cadences/<uuid:public_id>/enrol", views.enrol, name="enrol"),
    path("enrolments/<uuid:public_id>/act", views.act_on_enrolment, name="act_on_enrolment"),
    path("calls/", views.calls, name="calls"),
    path("calls/numbers", views.block_numbers, name="block_numbers"),
    path("contacts/<uuid:public_id>/called", views.called_contact, name="called_contact"),
    path("leads/<uuid:public_id>/called", views.called_lead, name="called_lead"),
    path("referrals/", views.referrals, name="referrals"),
    path("materials/", views.materials, name="materials"),
    path("materials/<uuid:public_id>/", views.material, name="material"),
    path("materials/<uuid:public_id>/change", views.change_material, name="change_material"),
    path("materials/<uuid:public_id>/files/<int:number>", views.material_file, name="material_file"),
    path("customers/<uuid:public_id>/materials", views.materials_for_customer, name="materials_for_customer"),
    path("customers/<uuid:public_id>/share", views.share_material, name="share_material"),
    path("deals/<uuid:public_id>/materials", views.materials_for_deal, name="materials_for_deal"),
    path("campaigns/", views.campaigns, name="campaigns"),
    path("campaigns/<uuid:public_id>/", views.campaign, name="campaign"),
    path("campaigns/<uuid:public_id>/change", views.change_campaign, name="change_campaign"),
    path("thanks/", views.thanks, name="thanks"),
    path("thanks/change", views.change_thanks, name="change_thanks"),
    path("customers/<uuid:public_id>/thank", views.plan_thanks, name="plan_thanks"),
    path("contacts/<uuid:public_id>/gifts", views.gifts_of_contact, name="gifts_of_contact"),
    path("contacts/<uuid:public_id>/gifts/add", views.log_gift, name="log_gift"),
    path("gifts/<uuid:public_id>/act", views.act_on_gift, name="act_on_gift"),
    path("contacts/<uuid:public_id>/followed", views.followed_contact, name="followed_contact"),
    path("contacts/<uuid:public_id>/enrol", views.enrol_contact, name="enrol_contact"),
    path("leads/<uuid:public_id>/followed", views.followed_lead, name="followed_lead"),
    path("leads/<uuid:public_id>/enrol", views.enrol_lead, name="enrol_lead"),
]
