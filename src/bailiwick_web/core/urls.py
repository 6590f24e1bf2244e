"""Addresses of people, the organisation, history and jobs."""

from __future__ import annotations

from django.urls import path

from bailiwick_web.core import history, token_views, views
from bailiwick_web.core.notices import views as notices
from bailiwick_web.core.organisation import person_views as staff
from bailiwick_web.core.organisation import views as organisation
from bailiwick_web.core.people import views as people

urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/invite", people.invite, name="invite"),
    path("people/<uuid:public_id>/", people.person, name="person"),
    path("people/<uuid:public_id>/change", people.change, name="change_person"),
    path("people/<uuid:public_id>/roles", people.change_roles, name="change_roles"),
    path("people/<uuid:public_id>/act", people.act_on_person, name="act_on_person"),
    path("organisation/", organisation.organisation, name="organisation"),
    path("organisation/start", organisation.add_root, name="add_root"),
    path("organisation/nodes/<uuid:public_id>/", organisation.node, name="node"),
    path("organisation/nodes/<uuid:public_id>/change", organisation.change_node, name="change_node"),
    path("organisation/positions/<uuid:public_id>/", organisation.position, name="position"),
    path("organisation/positions/<uuid:public_id>/change", organisation.change_position, name="change_position"),
    path("organisation/staffings/<uuid:public_id>/end", organisation.end_staffing, name="end_staffing"),
    path("organisation/people/", staff.people, name="organisation_people"),
    path("organisation/people/add", staff.add_person, name="add_organisation_person"),
    path("organisation/people/<uuid:public_id>/", staff.person, name="organisation_person"),
    path("organisation/people/<uuid:public_id>/change", staff.change_person, name="change_organisation_person"),
    path("notices/", notices.notices, name="notices"),
    path("notices/change", notices.change_notices, name="change_notices"),
    path("notices/<uuid:public_id>/read", notices.read_notice, name="read_notice"),
    path("history/", history.history, name="audit"),
    path("tokens/", token_views.tokens, name="tokens"),
    path("tokens/<uuid:public_id>/revoke", token_views.revoke, name="revoke_token"),
    path("history.csv", history.history_csv, name="audit_csv"),
    path("jobs/<uuid:public_id>/cancel", views.cancel_job, name="cancel_job"),
]
