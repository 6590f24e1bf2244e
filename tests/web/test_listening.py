"""What is heard: surveys by a link that works once, mentions that find whom they name, visits; by page, file and interface."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from crm_world import put_into_force
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from bailiwick_web.automation import running
from bailiwick_web.automation.services import create_rule
from bailiwick_web.core import jobs, outbox
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Notice, OutboxEvent, Person, User
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Activity, Contact, TimelineEvent
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.listening import queries
from bailiwick_web.listening.models import Mention, Survey, SurveyInvitation, SurveyResponse, WebVisit
from bailiwick_web.listening.services import mentions, surveys, visits
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]


@pytest.fixture
def world(act: Act, scenario: Scenario) -> dict[str, Any]:
    """An account of the rep in the west and one in the east, each with a main contact; only one of these agreed to be asked."""
    put_into_force(act, scenario)
    planner = act("planner")
    found: dict[str, Any] = {}
    for name, lon in (("Westwind Cafés", 0.1), ("Ostend GmbH", 5.0)):
        account = crm.customers.create_account(planner, name=name, state="customer", tier="A", location={"lon": lon, "lat": 0.1})
        points = [{"channel": "email", "value": f"jo@{name.split()[0].lower()}.example"}]
        contact = crm.people.create_contact(
            planner, account=account, first_name="Jo", last_name=name.split()[0], is_main=True, points=points
        )
        found[name.split()[0]], found[f"{name.split()[0]} contact"] = account, contact
    agreed = {"is_given": True, "purpose": "survey", "channel": "email", "wording": "Ask me.", "how": "form"}
    crm.people.record_consent(planner, found["Westwind contact"], **agreed)
    return found


def asked(client: Client, **given: str) -> Survey:
    answer = client.post("/surveys/", {"name": "Spring", "kind": "nps", "question": "Would you recommend us?", "more": "", **given})
    assert answer.status_code == 302, answer.content.decode()[:2_000]
    return Survey.objects.get()


def test_a_survey_is_made_sent_and_answered_once_without_signing_in(world: dict[str, Any], sign_in: SignIn) -> None:
    planner, stranger = sign_in("planner"), Client()
    survey = asked(planner, more="What do you miss?\n\nWho else should we ask?")
    assert survey.more == ["What do you miss?", "Who else should we ask?"]
    assert sign_in("rep").post("/surveys/", {"name": "x", "kind": "nps", "question": "y", "more": ""}).status_code == 403
    page = planner.post(f"/surveys/{survey.public_id}/invite", {"state": "customer"}, follow=True).content.decode()
    assert "1 link was made; 1 did not agree to be asked." in page
    page = planner.post(f"/surveys/{survey.public_id}/invite", {"state": "customer"}, follow=True).content.decode()
    assert "0 links were made; 1 has one already" in page
    table = b"".join(planner.get(f"/surveys/{survey.public_id}/links.csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    [row] = csv.DictReader(io.StringIO(table))
    assert (row["Account Name"], row["Email"]) == ("Westwind Cafés", "jo@westwind.example")
    address = row["Link"].removeprefix("http://testserver")
    assert stranger.get(address).status_code == 200
    assert not SurveyResponse.objects.exists(), "looking answers nothing"
    assert stranger.post(address, {"score": "11"}).status_code == 422
    assert stranger.post(address, {"text": "no number"}).status_code == 422
    given = {"score": "9", "text": "You ring back.", "more-0": "Decaf", "more-1": "  "}
    assert "Your answer has arrived" in stranger.post(address, given).content.decode()
    again = stranger.post(address, {"score": "0"})
    assert (again.status_code, "answered already" in again.content.decode()) == (409, True)
    response = SurveyResponse.objects.get()
    assert (response.score, response.text, response.answers) == (9, "You ring back.", {"What do you miss?": "Decaf"})
    assert "Spring: 9/10" in sign_in("rep").get(f"/customers/{world['Westwind'].public_id}/").content.decode()
    page = sign_in("rep").get(f"/surveys/{survey.public_id}/").content.decode()
    assert "+100" in page
    assert "You ring back." in page
    assert "1 of 1" in page
    assert stranger.get("/answer/guessed").status_code == 404
    assert OutboxEvent.objects.filter(kind="surveyresponse.created").count() == 1


def test_a_closed_survey_takes_no_answer_and_an_answered_one_keeps_its_question(world: dict[str, Any], act: Act) -> None:
    planner = act("planner")
    survey = surveys.create_survey(planner, name="Spring", kind="csat", question="How satisfied are you?")
    surveys.create_response(planner, survey=survey, account=world["Ostend"], score=4)
    with pytest.raises(Conflict, match="answered already"):
        surveys.change_survey(planner, survey.public_id, version=survey.version, question="Something else?")
    for wrong in ({"score": 6}, {"score": 0}, {"score": None}):
        with pytest.raises(Invalid, match="from 1 to 5"):
            surveys.create_response(planner, survey=survey, account=world["Ostend"], **wrong)
    free = surveys.create_survey(planner, name="Words", kind="free", question="What else?")
    with pytest.raises(Invalid, match="in words"):
        surveys.create_response(planner, survey=free, account=world["Ostend"], text="  ")
    [invitation] = surveys.invite(planner, survey, [world["Westwind contact"]]).made
    surveys.change_survey(planner, survey.public_id, version=survey.version, is_open=False)
    with pytest.raises(Conflict, match="closed"):
        surveys.answer(planner, invitation.secret, score=5)
    assert "closed" in Client().get(f"/answer/{invitation.secret}").content.decode()


def test_results_by_territory_with_intervals_and_who_answered_at_all(world: dict[str, Any], act: Act) -> None:
    planner = act("planner")
    survey = surveys.create_survey(planner, name="Spring", question="Would you recommend us?")
    for score in (10, 10, 9, 8, 3):
        surveys.create_response(planner, survey=survey, account=world["Westwind"], score=score)
    surveys.create_response(planner, survey=survey, account=world["Ostend"], score=2)
    found = queries.results(planner, survey)
    west = next(figure for figure in found["territories"] if figure.n == 5)
    assert round(west.value) == 40
    assert west.low < 0 < west.high <= 100
    assert not west.is_few
    assert [(figure.n, figure.is_few) for figure in found["territories"]] == [(1, True), (5, False)], "the worst first"
    assert queries.results(act("rep"), survey)["overall"].n == 5, "a rep sees the answers of their own customers"
    contacts = [
        crm.people.create_contact(planner, account=world["Westwind" if i < 12 else "Ostend"], first_name=f"N{i}", last_name="X")
        for i in range(24)
    ]
    Account.objects.filter(pk=world["Ostend"].pk).update(tier="C")
    for i, contact in enumerate(contacts):
        more = {"created_at": planner.now, "changed_at": planner.now, "answered_at": planner.now if i < 11 else None}
        SurveyInvitation.objects.create(survey=survey, account=contact.account, contact=contact, secret=f"s{i}", **more)
    assert "Class A answered clearly more often (92%) than class C (0%)" in queries.results(planner, survey)["bias"]


def test_a_mention_finds_whom_it_names_and_whoever_looks_after_them_hears_of_what_is_bad(
    world: dict[str, Any], act: Act, sign_in: SignIn, users: dict[str, User]
) -> None:
    crm.catalogue.add(act("planner"), crm.catalogue.COMPETITOR, name="Bean Brothers")
    client = sign_in("planner")
    text = "WESTWIND CAFES is unhappy: late again, now they ask Bean Brothers. <script>alert(1)</script>"
    page = client.post("/mentions/", {"text": text, "channel": "forum", "url": "https://forum.example/1"}, follow=True).content.decode()
    assert "it is about “Westwind Cafés”" in page
    assert "<script>alert(1)" not in page
    mention = Mention.objects.get()
    assert (mention.account, str(mention.competitor), mention.sentiment) == (world["Westwind"], "Bean Brothers", -1)
    notice = Notice.objects.get(kind="mention")
    assert (notice.user, "Westwind Cafés" in notice.text) == (users["rep"], True)
    rep = sign_in("rep")
    assert rep.post(f"/mentions/{mention.public_id}/act", {"act": "task", "version": mention.version}).status_code == 302
    task = Activity.objects.get(kind="task")
    assert (task.account, task.person) == (world["Westwind"], Person.objects.get(user=users["rep"]))
    assert "Nothing to be handled" in rep.get("/mentions/").content.decode()
    assert TimelineEvent.objects.filter(account=world["Westwind"], kind="mention").count() == 1
    bad = client.post("/mentions/", {"text": "x", "url": "javascript:alert(1)"})
    assert bad.status_code == 422
    assert Mention.objects.count() == 1


def test_names_that_are_parts_of_others_and_short_ones(act: Act, scenario: Scenario) -> None:
    planner = act("planner")
    for name in ("Acme", "Acme Foods", "IT", "Ünal Çelik", "دار القهوة"):
        crm.customers.create_account(planner, name=name)
    for text, expected in {
        "They say ACME FOODS grows.": "Acme Foods",
        "Acme. Foods are elsewhere": "Acme Foods",
        "acme moves": "Acme",
        "Acmeology is a science; it is": None,
        "unal celik opens": "Ünal Çelik",
        "افتتحت دار القهوة فرعا": "دار القهوة",
    }.items():
        found = mentions.create_mention(planner, text=text).account
        assert (found.name if found else None) == expected, text


def test_scope_erasure_and_merge(world: dict[str, Any], act: Act) -> None:
    planner = act("planner")
    survey = surveys.create_survey(planner, name="Spring", question="?")
    contact: Contact = world["Westwind contact"]
    [invitation] = surveys.invite(planner, survey, [contact]).made
    surveys.answer(planner, invitation.secret, score=9, text="zqcanaryqz")
    visits.create_visit(planner, contact=contact, page="/prices")
    mentions.create_mention(planner, text="Jo Westwind of Ostend GmbH said zqcanaryqz", account=world["Ostend"])
    visits.create_visit(planner, account=world["Ostend"], page="/east")
    rep = act("rep")
    assert [visible(rep, model).count() for model in (SurveyResponse, WebVisit, Mention)] == [1, 1, 0]
    west, east = Account.objects.get(pk=world["Westwind"].pk), Account.objects.get(pk=world["Ostend"].pk)
    versions = {"version": east.version, "gone_version": west.version}
    made = crm.merging.merge(planner, "account", east.public_id, west.public_id, **versions)
    assert {model.objects.filter(account=east).count() for model in (SurveyResponse, WebVisit)} == {1, 2}
    crm.merging.undo(planner, made.public_id, version=made.version)
    assert [model.objects.filter(account=west).count() for model in (SurveyResponse, WebVisit)] == [1, 1]
    contact.refresh_from_db()
    crm.privacy.erase(act("administrator"), contact.public_id, version=contact.version, reason="asked on 1 March")
    response = SurveyResponse.objects.get()
    assert (response.score, response.text, SurveyInvitation.objects.count()) == (9, "", 0)
    assert not Mention.objects.filter(text__contains="canary").exists()
    assert not WebVisit.objects.filter(contact__isnull=False).exists()
    assert not TimelineEvent.objects.filter(title__contains="canary").exists()
    assert not any("canary" in json.dumps(event.data) for event in TimelineEvent.objects.all())


VISITS = (
    "Account Name,Visited At,Page URL,Time on Page (s),Referrer\nWestwind Cafés,2026-03-01 09:00,/prices,30,ads\nNobody,2026-03-01,/x,1,\n"
)
MENTIONS = "Mention,Published At,Sentiment,Author\nWestwind Cafés is great,2026-03-01,Positive,=cmd()\nThe market grows,2026-03-02,,Ann\n"
RESPONSES = (
    "Survey,Contact Email,Score,Comment,Response Date\n"
    "Spring,jo@westwind.example,7,Fine,2026-03-01\n"
    "Spring,jo@ostend.example,12,,2026-03-01\n"
)


def brought(client: Client, text: str, name: str) -> ImportBatch:
    answer = client.post("/imports/new", {"kind": "records", "file": SimpleUploadedFile(name, text.encode())})
    batch = ImportBatch.objects.get(public_id=answer["Location"].split("/")[2])
    assert batch.state == "checked", batch.facts.get("error")
    assert client.post(f"/imports/{batch.public_id}/run").status_code == 302
    batch.refresh_from_db()
    assert batch.job is not None
    jobs.perform(batch.job.pk)
    batch.refresh_from_db()
    assert batch.state == "imported", batch.job.error
    return batch


def test_files_bring_them_in_once_and_go_out_as_the_list_shows_them(world: dict[str, Any], act: Act, sign_in: SignIn) -> None:
    client = sign_in("planner")
    surveys.create_survey(act("planner"), name="Spring", question="?")
    for text, name, kind in ((VISITS, "visits.csv", "web_visits"), (MENTIONS, "x.csv", "mentions"), (RESPONSES, "y.csv", "responses")):
        batch = brought(client, text, name)
        counts = {"created": 2 if kind == "mentions" else 1, "updated": 0, "unchanged": 0, "failed": 0 if kind == "mentions" else 1}
        assert (batch.kind, batch.counts) == (kind, counts)
        again = brought(client, text, name)
        assert again.counts == counts | {"created": 0, "unchanged": counts["created"]}, "the same file again changes nothing"
    first = Mention.objects.order_by("pk")[0]
    assert (first.account, first.sentiment) == (world["Westwind"], 1)
    listed = b"".join(client.get("/exports/mentions.csv?list=1&sentiment=1").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert [row["Author"] for row in csv.DictReader(io.StringIO(listed))] == ["'=cmd()"]
    links = re.findall(r'href="(/exports/[^"]+)"', client.get("/mentions/?sentiment=1").content.decode())
    assert links == ["/exports/mentions.csv?sentiment=1&amp;list=1", "/exports/mentions.xlsx?sentiment=1&amp;list=1"]
    batch = ImportBatch.objects.filter(kind="web_visits").earliest("pk")
    client.post(f"/imports/{batch.public_id}/revert")
    batch.refresh_from_db()
    jobs.perform(batch.job.pk)  # type: ignore[union-attr]
    assert not WebVisit.objects.filter(deleted_at=None).exists()
    assert not TimelineEvent.objects.filter(kind="web").exists()


def test_the_answers_of_adventureworks_come_in_by_the_wizard(act: Act, sign_in: SignIn, shared_data: Path) -> None:
    """2,727 answers of customers that came with the sales: what they are interested in, in words."""
    client = sign_in("planner")
    surveys.create_survey(act("planner"), name="Interests", kind="free", question="What are you interested in?")
    rows = list(csv.DictReader((shared_data / "crm_adventureworks_dw" / "FactSurveyResponse.csv").open()))
    keys = sorted({row["CustomerKey"] for row in rows})
    customers = "CustomerKey,Name\n" + "".join(f"{key},Customer {key}\n" for key in keys)
    brought(client, customers, "customers.csv")
    text = (shared_data / "crm_adventureworks_dw" / "FactSurveyResponse.csv").read_text()
    batch = brought(client, text, "FactSurveyResponse.csv")
    assert (batch.kind, batch.counts) == ("responses", {"created": 2_727, "updated": 0, "unchanged": 0, "failed": 0})
    answers = SurveyResponse.objects.filter(account__name="Customer 11001").values_list("text", flat=True)
    assert sorted(answers) == sorted(row["EnglishProductSubcategoryName"] for row in rows if row["CustomerKey"] == "11001")


def test_over_the_interface(world: dict[str, Any], sign_in: SignIn) -> None:
    client = sign_in("planner")

    def send(method: str, path: str, body: dict[str, Any], **headers: str) -> Any:
        answer = getattr(client, method)(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers)
        assert answer.status_code < 400, answer.content
        return answer.json()

    survey = send("post", "surveys", {"name": "Spring", "question": "?"})
    account = str(world["Westwind"].public_id)
    response = send("post", "survey-responses", {"survey": survey["id"], "account": account, "score": 10, "external_ids": {"forms": "7"}})
    changed = send("patch", f"survey-responses/{response['id']}", {"score": 3}, **{"If-Match": f'"{response["version"]}"'})
    assert (changed["score"], changed["external_ids"]) == (3, {"forms": "7"})
    results = client.get(f"/api/v1/surveys/{survey['id']}/results").json()
    assert (results["overall"]["value"], results["overall"]["n"]) == (-100, 1)
    visit = send("post", "web-visits", {"account": account, "page": "/prices", "seconds": 12})
    mention = send("post", "mentions", {"text": "Ostend GmbH is excellent"})
    assert (mention["account"], mention["sentiment"]) == (str(world["Ostend"].public_id), 1)
    for path, record in (("survey-responses", response), ("web-visits", visit), ("mentions", mention)):
        found = client.get(f"/api/v1/{path}?account={record['account']}").json()["items"]
        assert [item["id"] for item in found] == [record["id"]]
    rep = sign_in("rep")
    assert [len(rep.get(f"/api/v1/{path}").json()["items"]) for path in ("survey-responses", "web-visits", "mentions")] == [1, 1, 0]
    wrong = client.post("/api/v1/mentions", json.dumps({"text": "x", "sentiment": 5}), content_type="application/json")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "field")


def test_automation_hears_of_a_bad_mention(world: dict[str, Any], act: Act) -> None:
    planner = act("planner")
    actions = [{"kind": "task", "tasks": "Call them | 1"}]
    create_rule(planner, name="Bad words", trigger="mention.created", condition="sentiment < 0", actions=actions, is_active=True)
    mentions.create_mention(planner, text="Westwind Cafés is late")
    mentions.create_mention(planner, text="Westwind Cafés is great")
    outbox.hand_on(timezone.now())
    assert running.carry_out_all(timezone.now()) == 2
    assert Activity.objects.get(kind="task").account == world["Westwind"]
