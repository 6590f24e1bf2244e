"""The library: versions, which materials fit whom and why, what is shared is a touch that is logged, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from crm_world import put_into_force
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry
from bailiwick_web.core.refusals import Conflict, Invalid, NotAllowed, Stale
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Activity, Stage, TimelineEvent
from bailiwick_web.crm.services import binning, writing
from bailiwick_web.crm.services.attachments import path_of
from bailiwick_web.outreach.models import Material, MaterialShare, MaterialVersion
from bailiwick_web.outreach.queries.materials import fitting, usage
from bailiwick_web.outreach.services import materials
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]


@pytest.fixture
def world(act: Act, scenario: Scenario, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """An account of segment A with a deal about a product, and somebody there who may be written to; one in the east."""
    settings.DATA_FOLDER = tmp_path
    put_into_force(act, scenario)
    planner = act("planner")
    product = crm.catalogue.add(planner, crm.catalogue.PRODUCT, name="Grinder")
    account = crm.customers.create_account(planner, name="Westwind", segment="A", location={"lon": 0.1, "lat": 0.1})
    contact = crm.people.create_contact(
        planner, account=account, name="Jo West", is_main=True, points=[{"channel": "email", "value": "jo@west.example"}]
    )
    deal = crm.deals.create_opportunity(planner, account=account, name="Deal", lines=[{"product": product, "price": 3}])
    east = crm.customers.create_account(planner, name="Ostend", segment="A", location={"lon": 5.0, "lat": 0.1})
    return {"account": account, "contact": contact, "deal": deal, "product": product, "east": east}


def kept(actor: Actor, name: str, **given: Any) -> Material:
    return materials.create_material(actor, f"{name}.pdf", [b"%PDF ", name.encode()], name=name, **given)


def folder() -> Path:
    return Path(settings.DATA_FOLDER) / "attachments"


def test_versions_stay_and_the_latest_is_what_is_shared(world: dict[str, Any], act: Act, sign_in: SignIn) -> None:
    planner = act("planner")
    made = kept(planner, "Prices")
    with pytest.raises(Stale):
        materials.add_version(planner, made.public_id, "new.pdf", [b"2"], version=made.version + 1)
    assert len(list(folder().iterdir())) == 1, "the file of what failed is gone"
    materials.add_version(planner, made.public_id, "../new.pdf", [b"two"], version=made.version, note="2027")
    assert [(v.number, v.filename, v.n_bytes) for v in made.versions.all()] == [(2, "new.pdf", 3), (1, "Prices.pdf", 11)]
    shared = materials.share(act("rep"), made, world["account"], by="visit")
    assert shared.edition.number == 2
    rep = sign_in("rep")
    first = rep.get(f"/materials/{made.public_id}/files/1")
    assert b"".join(first.streaming_content) == b"%PDF Prices"  # type: ignore[attr-defined]
    assert (first.headers["Content-Type"], "attachment" in first.headers["Content-Disposition"]) == ("application/octet-stream", True)
    assert rep.get(f"/materials/{made.public_id}/files/3").status_code == 404
    assert AuditEntry.objects.get(action="material.version").reason == "2027"
    with pytest.raises(NotAllowed):
        kept(act("rep"), "Mine")
    with pytest.raises(Invalid):
        kept(planner, "Big" * 100)
    assert MaterialVersion.objects.count() == len(list(folder().iterdir())) == 2


def test_what_fits_is_told_with_the_reason_and_a_tag_that_does_not_fit_rules_out(world: dict[str, Any], act: Act) -> None:
    planner, rep = act("planner"), act("rep")
    stage = world["deal"].stage.name
    kept(planner, "For all")
    kept(planner, "For A", segments=["A", "B"])
    kept(planner, "For B", segments=["B"])
    kept(planner, "For the stage", segments=["A"], stages=[stage])
    kept(planner, "For a later stage", stages=["Negotiate"])
    kept(planner, "For the product", products=[world["product"]])
    other = crm.catalogue.add(planner, crm.catalogue.PRODUCT, name="Other")
    kept(planner, "For another product", products=[other])
    resting = kept(planner, "At rest")
    materials.change_material(planner, resting.public_id, version=resting.version, is_active=False)
    found = [(fit.material.name, list(fit.reasons)) for fit in fitting(rep, world["account"])]
    assert found == [
        ("For the stage", ["segment A", f"stage {stage}"]),
        ("For A", ["segment A"]),
        ("For the product", ["product Grinder"]),
        ("For all", []),
    ]
    assert [fit.material.name for fit in fitting(planner, world["east"])] == ["For A", "For all"], "no deal and no order there"
    materials.share(rep, Material.objects.get(name="For the stage"), world["account"], by="meeting")
    assert fitting(rep, world["account"])[-1].material.name == "For the stage", "what they have comes last"
    crm.trading.create_order(planner, account=world["east"], ordered_on=planner.now.date(), lines=[{"product": other, "price": 1}])
    assert "For another product" in [fit.material.name for fit in fitting(planner, world["east"])], "what was bought counts"


def test_what_is_shared_is_a_touch_and_consent_is_asked_before(world: dict[str, Any], act: Act) -> None:
    rep = act("rep")
    made = kept(act("planner"), "Prices")
    with pytest.raises(Conflict, match="did not agree"):
        materials.share(rep, made, world["account"], contact=world["contact"])
    assert not MaterialShare.objects.exists()
    assert not Activity.objects.exists()
    agreed: dict[str, Any] = {"purpose": "marketing", "channel": "email", "is_given": True, "wording": "Do.", "how": "form"}
    crm.people.record_consent(rep, world["contact"], **agreed)
    shared = materials.share(rep, made, world["account"], contact=world["contact"], opportunity=world["deal"])
    touch = shared.activity
    assert touch is not None
    assert (touch.kind, touch.state, touch.subject) == ("email", "done", "Shared: Prices (version 1)")
    assert (touch.contact, touch.opportunity) == (world["contact"], world["deal"])
    assert TimelineEvent.objects.filter(kind="activity.email", title="Shared: Prices (version 1)").count() == 1
    with pytest.raises(Invalid, match="another account"):
        materials.share(act("planner"), made, world["east"], contact=world["contact"], by="visit")
    resting = materials.change_material(act("planner"), made.public_id, version=made.version, is_active=False)
    with pytest.raises(Conflict, match="not in use"):
        materials.share(rep, resting, world["account"], by="visit")


def test_use_is_counted_within_the_scope_with_what_was_won(world: dict[str, Any], act: Act) -> None:
    planner, rep = act("planner"), act("rep")
    made = kept(planner, "Prices")
    for _i in range(2):
        materials.share(rep, made, world["account"], opportunity=world["deal"], by="visit")
    materials.share(planner, made, world["east"], by="visit")
    use = usage(rep, [made])[made.pk]
    assert (use.n, use.n_accounts, use.n_closed, use.n_won, use.won_share) == (2, 1, 0, 0, None)
    won = Stage.objects.get(kind="won", pipeline=world["deal"].pipeline)
    crm.deals.move_to_stage(rep, world["deal"].public_id, version=world["deal"].version, stage=won)
    use = usage(planner, [made])[made.pk]
    assert (use.n, use.n_accounts, use.n_closed, use.n_won) == (3, 2, 1, 1)
    assert use.won_share is None, "one deal is too few for a share"


def test_pages_and_interface(world: dict[str, Any], sign_in: SignIn) -> None:
    planner, rep = sign_in("planner"), sign_in("rep")
    given = {"name": "Prices", "description": "All of them", "segments": ["A"], "products": [str(world["product"].public_id)]}
    assert planner.post("/materials/", {**given, "file": SimpleUploadedFile("prices.pdf", b"x")}).status_code == 302
    assert rep.post("/materials/", {**given, "file": SimpleUploadedFile("prices.pdf", b"x")}).status_code == 403
    made = Material.objects.get()
    assert (made.segments, list(made.products.all())) == (["A"], [world["product"]])
    card = rep.get(f"/customers/{world['account'].public_id}/materials").content.decode()
    assert "segment A, product Grinder" in card
    told = {"material": str(made.public_id), "by": "visit", "deal": str(world["deal"].public_id)}
    assert rep.post(f"/customers/{world['account'].public_id}/share", told).status_code == 302
    assert rep.post(f"/customers/{world['east'].public_id}/share", told).status_code == 404
    page = rep.get(f"/materials/{made.public_id}/").content.decode()
    assert "Westwind" in page
    assert "Deal" in page
    assert "Prices" in rep.get("/materials/?segment=A").content.decode()
    assert "No material fits" in rep.get("/materials/?segment=B").content.decode()
    new = {"act": "version", "version": made.version, "file": SimpleUploadedFile("p2.pdf", b"yy"), "note": "second"}
    assert planner.post(f"/materials/{made.public_id}/change", new).status_code == 302
    found = rep.get("/api/v1/materials").json()["items"]
    assert [(m["name"], m["n_shared"], [v["number"] for v in m["versions"]]) for m in found] == [("Prices", 1, [2, 1])]
    fits = rep.get(f"/api/v1/accounts/{world['account'].public_id}/materials").json()
    assert [(f["name"], f["reasons"]) for f in fits] == [("Prices", ["segment A", "product Grinder"])]
    body = {"material": str(made.public_id), "account": str(world["account"].public_id), "by": "call"}
    shared = rep.post("/api/v1/material-shares", body, content_type="application/json")
    assert (shared.status_code, shared.json()["number"]) == (201, 2)
    made.refresh_from_db()
    upload = {"file": SimpleUploadedFile("p3.pdf", b"zzz")}
    third = planner.post(f"/api/v1/materials/{made.public_id}/versions", upload, headers={"If-Match": f'"{made.version}"'})
    assert (third.status_code, third.json()["versions"][0]["number"]) == (201, 3)
    assert rep.get(f"/api/v1/materials/{made.public_id}/versions/3/content").status_code == 200
    assert planner.post("/api/v1/materials", {"name": "Empty"}).status_code == 422


def test_what_was_in_the_bin_for_ninety_days_goes_with_its_files(act: Act, world: dict[str, Any]) -> None:
    planner = act("planner")
    material = materials.create_material(planner, "leaflet.txt", [b"x"], name="Leaflet")
    content = path_of(material.versions.get())
    materials.archive_material(planner, material.public_id, version=1)
    assert binning.empty(Actor(None, planner.now + writing.KEPT)) == 0
    assert content.exists()
    assert binning.empty(Actor(None, planner.now + writing.KEPT + timedelta(hours=1))) == 1
    assert not content.exists()
    assert not MaterialVersion.objects.exists()
