"""Addresses of what is known of the market."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.market.views import evidence, offers, swots, team

urlpatterns = [
    path("swot/", swots.overview, name="swots"),
    path("swot/begin", swots.begin, name="begin_swot"),
    path("swot/<uuid:public_id>/", swots.show, name="swot"),
    path("swot/<uuid:public_id>/act", swots.act, name="act_on_swot"),
    path("swot/<uuid:public_id>/file.csv", swots.file, name="swot_csv"),
    path("swot/lines/<uuid:public_id>/", swots.entry, name="swot_entry"),
    path("swot/lines/<uuid:public_id>/act", swots.act_on_entry, name="act_on_swot_entry"),
    path("company/", swots.profile, name="company_profile"),
    path("evidence/", evidence.library, name="evidence"),
    path("evidence/<uuid:public_id>/change", evidence.change, name="change_evidence"),
    path("evidence/effects/<uuid:public_id>/", evidence.effects, name="effects"),
    path("evidence/effects/<uuid:public_id>/file.csv", evidence.file, name="effects_csv"),
    path("offers/", offers.overview, name="offers"),
    path("offers/<uuid:public_id>/", offers.show, name="offer"),
    path("offers/<uuid:public_id>/change", offers.change, name="change_offer"),
    path("offers/<uuid:public_id>/make", offers.make, name="make_offer"),
    path("offers/uses/<uuid:public_id>/take", offers.take, name="take_offer"),
    path("team/", team.utilisation, name="utilisation"),
    path("team/card", team.card, name="utilisation_card"),
    path("team/<uuid:public_id>/", team.person, name="utilisation_person"),
]
