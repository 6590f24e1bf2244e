"""What a stranger tripped over on the planning pages: dead ends, words of another language, text without end, sides the wrong way round."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from bailiwick.pictures import basemap
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Job
from bailiwick_web.core.templatetags.words import number, percent, signed_percent
from bailiwick_web.exchange.child.readers import for_the_page
from bailiwick_web.exchange.field_words import WORDS, field_words
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.queries import _FIELDS, ending_of
from bailiwick_web.exchange.vocabulary import ATTRIBUTES, MEASURE, MONEY, OWNER, SKIP
from bailiwick_web.planning import services
from bailiwick_web.planning.ground import ground_key
from bailiwick_web.planning.models import Challenge, Scenario
from bailiwick_web.territories.models import UnitSet

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]
GERMAN = {"headers": {"Accept-Language": "de"}}


def proposed(planner: Actor, scenario: Scenario) -> Scenario:
    services.propose(planner, scenario.public_id, version=scenario.version)
    scenario.refresh_from_db()
    return scenario


def published(act: Act, scenario: Scenario) -> Scenario:
    proposed(act("planner"), scenario)
    services.decide(act("administrator"), scenario.public_id, version=scenario.version, is_approved=True)
    scenario.refresh_from_db()
    services.publish(act("planner"), scenario.public_id, version=scenario.version)
    scenario.refresh_from_db()
    return scenario


def test_what_is_refused_leads_back_to_where_one_was(sign_in: SignIn, scenario: Scenario) -> None:
    client, flow = sign_in("planner"), f"/scenarios/{scenario.public_id}/flow"
    here = f"http://testserver/scenarios/{scenario.public_id}/?colour=change"
    refused = client.post(flow, {"act": "propose", "version": "77"}, headers={"Referer": here})
    assert refused.status_code == 412
    assert f'href="/scenarios/{scenario.public_id}/?colour=change">Back</a>' in refused.content.decode()
    for elsewhere in ("https://evil.example/x", f"http://testserver{flow}", "http://testserver//evil.example/", ""):
        answer = client.post(flow, {"act": "propose", "version": "77"}, headers={"Referer": elsewhere})
        assert ">Back</a>" not in answer.content.decode(), elsewhere


def test_who_declines_is_asked_for_the_reason_before_it_is_sent(sign_in: SignIn, planner: Actor, scenario: Scenario) -> None:
    proposed(planner, scenario)
    dialog = sign_in("administrator").get(f"/scenarios/{scenario.public_id}/").content.decode().partition('id="decide-dialog"')[2]
    assert re.search(r'<textarea id="comment"[^>]* required>', dialog)
    assert re.search(r'value="approve" formnovalidate>', dialog)
    assert not re.search(r'value="decline"[^>]*formnovalidate', dialog)


def test_a_challenge_can_be_accepted_as_long_as_the_plan_can_be_changed(sign_in: SignIn, act: Act, scenario: Scenario) -> None:
    proposed(act("planner"), scenario)
    services.challenge(act("rep"), scenario.public_id, 0, wanted="", reason="Mine")
    client, page = sign_in("planner"), f"/scenarios/{scenario.public_id}/"
    assert 'value="accept"' in client.get(page).content.decode()
    services.decide(act("administrator"), scenario.public_id, version=scenario.version, is_approved=True)
    scenario.refresh_from_db()
    services.publish(act("planner"), scenario.public_id, version=scenario.version)
    later = client.get(page).content.decode()
    assert 'value="accept"' not in later
    assert 'value="decline"' in later
    assert Challenge.objects.get().state == Challenge.State.OPEN


def test_what_counts_is_compared_with_the_latest_draft(sign_in: SignIn, act: Act, scenario: Scenario) -> None:
    published(act, scenario)
    draft = services.branch(act("planner"), scenario, name="Next")
    page = sign_in("planner").get("/plans/").content.decode()
    assert re.search(rf'name="a" value="{scenario.public_id}"[^>]* checked>', page)
    assert re.search(rf'name="b" value="{draft.public_id}"[^>]* checked>', page)
    assert page.count(" checked>") == 2
    history = page.partition("What counted when")[2]
    assert '<th scope="col">From</th>' in history
    assert ">Before</th>" not in history


@pytest.mark.parametrize("page", ["rules", "validator"])
def test_what_cannot_be_changed_says_so_and_offers_a_copy(sign_in: SignIn, act: Act, scenario: Scenario, page: str) -> None:
    services.move_units(act("planner"), scenario.public_id, [35], "P1", version=scenario.version)
    scenario.refresh_from_db()
    published(act, scenario)
    shown = sign_in("planner").get(f"/scenarios/{scenario.public_id}/{page}").content.decode()
    assert "This scenario is published and cannot be changed" in shown
    assert f'action="/scenarios/{scenario.public_id}/branch"' in shown


def test_every_field_of_a_file_has_a_word() -> None:
    named = {field for fields in _FIELDS.values() for field in fields} | {*ATTRIBUTES, MEASURE, MONEY, OWNER, SKIP}
    assert named - WORDS.keys() == set()
    assert field_words("state", "accounts") != field_words("state", "units")


def test_the_wizard_speaks_german_to_germans(sign_in: SignIn) -> None:
    client = sign_in("planner")
    file = SimpleUploadedFile(
        "kunden.csv", b"Customer ID,Longitude,Latitude,Year,Sales\n" + b"\n".join(b"c%d,%d,50,19%d,1" % (i, i, 80 + i) for i in range(9))
    )
    answer = client.post("/imports/new", {"file": file, "kind": "auto"}, **GERMAN)
    page = client.get(answer["Location"], **GERMAN).content.decode()
    columns = page.partition('id="columns"')[2]
    for word in (">Kennung</option>", ">Längengrad</option>", ">Bundesland</option>", ">Lieferung: Ort</option>", ">ganze Zahl</td>"):
        assert word in columns, word
    for word in ("Longitude</option>", "Shipping", "whole number", "Measure to balance", "Leave out"):
        assert word not in columns, word
    assert "1980 – 1988" in columns  # a year is no amount


def test_what_the_page_says_of_a_file_holds_no_marks_of_ours(sign_in: SignIn) -> None:
    said = "'City\\u2063kept', '\\u2063row\\u2063kept'; such as --map city=COLUMN, or as --map 'location=My place'."
    assert for_the_page(said) == "'City'; such as “city”, or as “location”."
    client = sign_in("planner")
    answer = client.post("/imports/new", {"file": SimpleUploadedFile("x.txt", b"# Words\nundefined\nNULL\n"), "kind": "units"}, **GERMAN)
    page = client.get(answer["Location"], **GERMAN)
    text = page.content.decode()
    assert page.status_code == 422
    assert "sagt nicht, wo die Zeilen liegen" in text
    assert "2063" not in text
    assert "\u2063" not in text


def test_a_file_that_no_choice_makes_readable_offers_none(sign_in: SignIn) -> None:
    client = sign_in("planner")
    for name, content, has_choice in (("strings.json", b'["a", "b"]', False), ("notes.txt", b"# Words\nundefined\nNULL\n", True)):
        answer = client.post("/imports/new", {"file": SimpleUploadedFile(name, content), "kind": "units"})
        page = client.get(answer["Location"]).content.decode()
        assert ('id="columns"' in page) is has_choice, name
        assert "--map" not in page
        assert "Nothing of it was imported" in page or has_choice
    assert not UnitSet.objects.exists()


def test_a_run_that_has_just_begun_has_no_progress_to_show(sign_in: SignIn, planner: Actor, scenario: Scenario) -> None:
    run = services.start_run(planner, scenario, mode="anew", time_limit_seconds=5)
    Job.objects.filter(pk=run.job_id).update(state=Job.State.RUNNING, progress={})
    shown = sign_in("planner").get(f"/scenarios/{scenario.public_id}/runs")
    assert shown.status_code == 200
    assert "The engine is working" in shown.content.decode()


def test_a_figure_that_is_not_there_is_a_dash() -> None:
    for missing in (None, "", float("nan")):
        assert [percent(missing), number(missing), signed_percent(missing)] == ["–", "–", "–"]
    assert [percent(Decimal("0.5")), number(np.int64(1200)), number(Decimal("2.50"))] == ["50.0 %", "1,200", "2.5"]


def test_a_stopped_import_says_so_in_german() -> None:
    job = Job(state=Job.State.CANCELLED, params={"what": "run"})
    with override("de"):
        assert ending_of(job, ImportBatch(state=ImportBatch.State.CHECKED)) == "Angehalten. Nichts wurde eingelesen."
        assert ending_of(job, ImportBatch(state=ImportBatch.State.WRITING)) == "Angehalten."


def test_a_map_that_was_made_without_a_base_map_is_made_anew_with_it(
    unit_set: UnitSet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "basemap.json.gz").touch()
    monkeypatch.setattr(basemap, "ASSET", tmp_path / "basemap.json.gz")
    there = ground_key(unit_set)
    monkeypatch.setattr(basemap, "ASSET", tmp_path / "none")
    assert ground_key(unit_set) != there


def test_a_day_without_a_place_in_the_organisation_claims_no_customers(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("planner").get("/day/").content.decode()
    assert "You hold no job in the organisation" in page
    assert "You are in touch with all of your customers" not in page
