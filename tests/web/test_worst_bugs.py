"""Bugs that broke into, or lost the data of, comparable systems, and that no other test here would catch."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from crm_world import put_into_force
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from permission_rows import API_ROWS, ROWS

from bailiwick_web.core import access
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person, Staffing, User
from bailiwick_web.core.services import stamped
from bailiwick_web.crm import models as m
from bailiwick_web.crm import services as crm
from bailiwick_web.crm import visibility
from bailiwick_web.exchange.exports.listed import LISTED
from bailiwick_web.listening.services.mentions import create_mention as record_mention
from bailiwick_web.listening.services.visits import create_visit as record_visit
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]


@pytest.fixture
def world(act: Act, scenario: Scenario) -> dict[str, Any]:
    """A customer of the rep with everything, one of East that is not theirs, and one that is the planner's own."""
    put_into_force(act, scenario)
    west = crm.customers.create_account(act("rep"), name="West", location={"lon": 0, "lat": 0})
    east = crm.customers.create_account(act("planner"), name="East", location={"lon": 4, "lat": 0})
    lost = crm.customers.create_account(act("planner"), name="Lost")
    for account in (west, east):
        crm.work.log_visit(act("planner"), account)
        crm.people.create_contact(act("planner"), account=account, name="Jo")
    for lon in (0, 4):
        crm.leads.create_lead(act("planner"), company=f"Lead {lon}", lon=lon, lat=0)
    return {"west": west, "east": east, "lost": lost}


# A5: one comparison that was changed in a release opened every list.


SWAPPED: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
    ast.Is: ast.IsNot(),
    ast.IsNot: ast.Is(),
    ast.In: ast.NotIn(),
    ast.NotIn: ast.In(),
}
SILENT = {
    "access.scope_of: if user is None": "whoever has no user is the application itself",
    "access.scope_of: if not user.is_active": "whether somebody may look at all is asked before, and they may not",
    "Scope.positions: if self.kind == 'all'": "who sees everything is not filtered by positions",
    "Scope.people: if self.kind == 'all'": "nor by people",
    "Scope.people: if self.user_id is None": "who has no user and does not see everything has no positions either",
    "visibility._accounts_of: model._default_manager.filter(public_id__in=ids)": "it narrows: ids are filtered anyway",
    "visibility._accounts_of: if model is m.Account": "it narrows",
    "Reach.accounts: held.filter(account__in=self.among)": "it narrows",
    "Reach.accounts: owned.filter(pk__in=self.among)": "it narrows",
    "Reach.accounts: added.filter(pk__in=self.among)": "it narrows",
    "Reach.accounts: if self.among is not None": "it narrows",
}
"""Changes that change no answer, each with the reason why it opens nothing."""


class _Change(ast.NodeTransformer):
    """Change the n-th comparison, condition or negation of a function."""

    def __init__(self, wanted: int) -> None:
        self.wanted, self.n, self.told = wanted, 0, ""

    def _is_it(self) -> bool:
        self.n += 1
        return self.n - 1 == self.wanted

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if type(node.ops[0]) in SWAPPED and self._is_it():
            self.told = ast.unparse(node)
            node.ops[0] = SWAPPED[type(node.ops[0])]
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        if self._is_it():
            self.told = f"if {ast.unparse(node.test)}"
            node.test = ast.Constant(False)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        if self._is_it():
            self.told = ast.unparse(node)
            node.test = ast.UnaryOp(ast.Not(), node.test)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """``&`` between conditions becomes ``|``."""
        self.generic_visit(node)
        if isinstance(node.op, ast.BitAnd) and self._is_it():
            self.told = ast.unparse(node)
            node.op = ast.BitOr()
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A filter that filters nothing."""
        self.generic_visit(node)
        is_filter = isinstance(node.func, ast.Attribute) and node.func.attr in {"filter", "exclude"}
        if is_filter and (node.args or node.keywords) and self._is_it():
            self.told = ast.unparse(node)
            node.args, node.keywords = [], []
        return node


def mutants(function: Any) -> Iterator[tuple[str, Any]]:
    """A function with one thing changed, once for each thing that can be changed: what, and the function."""
    source = textwrap.dedent(inspect.getsource(function))
    for n in range(100):
        tree, change = ast.parse(source), _Change(n)
        tree = ast.fix_missing_locations(change.visit(tree))
        if not change.told:
            return
        found = tree.body[0]
        assert isinstance(found, ast.FunctionDef)
        found.decorator_list = []
        namespace: dict[str, Any] = {}
        exec(compile(tree, function.__module__, "exec"), function.__globals__, namespace)
        yield change.told, namespace[function.__name__]


TARGETS: list[tuple[ModuleType, Any, str]] = [
    (access, access, "scope_of"),
    (access, access.Scope, "positions"),
    (access, access.Scope, "people"),
    (visibility, visibility, "visible"),
    (visibility, visibility, "_of_account"),
    (visibility, visibility, "_of_work"),
    (visibility, visibility, "present"),
    (visibility, visibility, "_out_of_bin"),
    (visibility, visibility, "_accounts_of"),
    (visibility, visibility.Reach, "accounts"),
]


def seen(users: dict[str, User]) -> dict[str, list[str]]:
    """What everybody sees of everything that is not everybody's."""
    found = {}
    for role, user in users.items():
        actor = Actor(user, timezone.now(), "test")
        for model, rule in visibility.RULES.items():
            if rule is not visibility._everybody:
                found[f"{role} {model.__name__}"] = sorted(str(pk) for pk in visibility.visible(actor, model).values_list("pk", flat=True))
                found[f"{role} {model.__name__} by id"] = by_id(actor, model)
    return found


def by_id(actor: Actor, model: Any) -> list[str]:
    """What somebody sees of every record, each looked for by itself."""
    if not any(field.name == "public_id" for field in model._meta.fields):
        return []
    ids = list(model._default_manager.order_by("pk").values_list("public_id", flat=True))
    return [str(one) for one in ids if visibility.visible(actor, model, ids=[one]).exists()]


def test_a_change_of_one_comparison_in_the_code_of_permission_is_noticed(
    users: dict[str, User], world: dict[str, Any], act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every mutant of the code that says what is seen makes somebody see something else in a small world."""
    everybody = {**users, **_more_than_usual(users, world, act)}
    expected = seen(everybody)
    assert any(expected[f"rep {m.Account.__name__}"])
    survived, n_mutants = [], 0
    for _module, holder, name in TARGETS:
        original = inspect.getattr_static(holder, name)
        function = original.fget if isinstance(original, property) else original
        for told, mutant in mutants(function):
            n_mutants += 1
            with monkeypatch.context() as patch:
                patch.setattr(holder, name, property(mutant) if isinstance(original, property) else mutant)
                rules = {model: mutant if rule is function else rule for model, rule in visibility.RULES.items()}
                patch.setattr(visibility, "RULES", rules)
                if name == "scope_of":
                    patch.setattr(access.Actor, "scope", lambda actor, mutant=mutant: mutant(actor.user, actor.now.date()))
                try:
                    is_noticed = seen(everybody) != expected
                except Exception:  # an error opens nothing
                    is_noticed = True
            if not is_noticed:
                survived.append(f"{holder.__name__.split('.')[-1]}.{name}: {told}")
    left = [told for told in survived if told not in SILENT]
    assert left == [], "\n".join(left)
    assert n_mutants > 20


def _more_than_usual(users: dict[str, User], world: dict[str, Any], act: Act) -> dict[str, User]:
    """What one seldom thinks of: the bin, staffings that are over or to come, what was held and is not, what hangs on nothing."""
    binned = crm.customers.create_account(act("rep"), name="Binned", location={"lon": 0, "lat": 0})
    crm.people.create_contact(act("rep"), account=binned, name="Binned")
    crm.customers.archive_account(act("rep"), binned.public_id, version=1)
    moved = crm.customers.create_account(act("planner"), name="Moved", location={"lon": 0, "lat": 0})
    place = moved.locations.get()
    crm.customers.change_location(act("planner"), place.public_id, version=1, lon=4, lat=0)
    several = crm.customers.create_account(act("rep"), name="With several contacts", location={"lon": 0, "lat": 0})
    for name in ("One", "Two", "Three"):  # so that keys of contacts and of accounts are not the same
        crm.people.create_contact(act("rep"), account=several, name=name)
    crm.people.create_contact(act("rep"), name="Of no account")
    crm.work.create_activity(act("rep"), kind="task", subject="About nothing")
    gone = User.objects.create_user("gone@example.org", "Gone", role="planner")
    stranger = User.objects.create_user("stranger@example.org", "Stranger", role="unheard-of")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    m.Account.objects.filter(pk=world["lost"].pk).update(created_by=users["manager"], owner=None)
    m.Account.objects.filter(pk=world["east"].pk).update(created_by=users["rep"], owner=None)
    alone = crm.customers.create_account(act("planner"), name="Alone")
    m.Account.objects.filter(pk=alone.pk).update(created_by=stranger, owner=None)
    _staffings(users, world, act("planner"))
    return {"gone": User.objects.get(pk=gone.pk), "stranger": stranger}


def _staffings(users: dict[str, User], world: dict[str, Any], planner: Actor) -> None:
    person = Person.objects.get(user=users["rep"])
    before = Person.objects.create(name="Left", **stamped(planner))
    held = {name: m.AccountTerritory.objects.filter(account=world[name]).latest("pk").position for name in ("west", "east")}
    for who, where, since, until in (
        (person, held["east"], "2001-01-01", "2002-01-01"),
        (person, held["east"], "2101-01-01", None),
        (before, held["west"], "2001-01-01", "2002-01-01"),
        (before, held["west"], "2101-01-01", None),
    ):
        Staffing.objects.create(person=who, position=where, valid_from=since, valid_until=until, **stamped(planner))
    Staffing.objects.create(
        person=person, node=held["east"].node, valid_from="2001-01-01", **stamped(planner)
    )  # who leads needs the role, too


# A2, A9: a role that nobody knows, and somebody without a place in the organisation.


def test_an_unknown_role_opens_nothing(users: dict[str, User], world: dict[str, Any]) -> None:
    stranger = User.objects.create_user("stranger@example.org", "Stranger", role="sales-manager-2")
    client = Client()
    client.force_login(stranger, backend="allauth.account.auth_backends.AuthenticationBackend")
    opened = []
    for name, row in ROWS.items():
        if row.method == "GET" and row.target == "" and row.right != "public":
            answer = client.get(reverse(name))
            if answer.status_code == 200 and any(word in answer.content.decode() for word in ("West", "East", "Lead 0")):
                opened.append(name)
    for name in API_ROWS:
        if name.startswith("GET") and "{" not in name:
            answer = client.get(name.split(" ")[1])
            told = answer.json() if answer.status_code == 200 else []
            if told.get("items") if isinstance(told, dict) else told:
                opened.append(name)
    assert opened == []


def test_a_role_that_may_nothing_sees_no_record_of_any_kind(users: dict[str, User], world: dict[str, Any], act: Act) -> None:
    """Also of what they hold, own and added themselves, and of what else is everybody's."""
    stranger = User.objects.create_user("stranger@example.org", "Stranger", role="emperor")
    person = Person.objects.create(name="Stranger", user=stranger, **stamped(act("planner")))
    Staffing.objects.create(person=person, position=_held(world["west"]), valid_from="2001-01-01", **stamped(act("planner")))
    m.Account.objects.update(owner=person)
    for model in (m.Account, m.Contact, m.Lead, m.Activity):
        model._default_manager.update(created_by=stranger)
    crm.catalogue.default_pipeline(act("planner"))
    actor = Actor(stranger, timezone.now(), "test")
    there = [model for model in visibility.RULES if visibility.visible(act("administrator"), model).exists()]
    assert {m.Account, m.Contact, m.Lead, m.Activity, m.Stage, m.TimelineEvent} <= set(there)
    assert [model.__name__ for model in there if visibility.visible(actor, model).exists()] == []


def _held(account: m.Account) -> Any:
    return m.AccountTerritory.objects.filter(account=account).latest("pk").position


# A7: "all that fit the filter" reached more than was visible.


@pytest.mark.parametrize("role", ["rep", "manager"])
def test_the_file_of_a_list_holds_nothing_of_others(sign_in: SignIn, act: Act, world: dict[str, Any], role: str) -> None:
    """What the links below the lists give: the list of the screen on all of its pages, within the scope."""
    for name in ("west", "east"):
        crm.deals.create_opportunity(act("planner"), account=world[name], name=f"Deal of {name}")
        crm.cases.open_case(act("planner"), account=world[name], subject=f"Case of {name}")
        crm.work.create_activity(act("planner"), account=world[name], kind="task", subject=f"Task of {name}", due_on=act(role).now.date())
        record_mention(act("planner"), account=world[name], text=f"Said of {name}")
        record_visit(act("planner"), account=world[name], page=f"/{name}")
    m.Account.objects.filter(name="East").update(created_by=None)
    for kind in LISTED:
        told = {}
        for who in (role, "planner"):
            answer = sign_in(who).get(f"/exports/{kind}.csv?list=1&view=list&whose=all")
            assert answer.status_code == 200, kind
            told[who] = b"".join(answer.streaming_content).decode().lower()  # type: ignore[attr-defined]
        of_west, of_east = ("lead 0", "lead 4") if kind == "leads" else ("west", "east")
        assert (of_west in told["planner"], of_east in told["planner"]) == (True, True), f"nothing is proved about {kind}"
        assert (of_west in told[role], of_east in told[role]) == (True, False), kind


# A8: what is everybody's is said by name: whoever adds a model to it thinks twice.


def test_nothing_is_everybodys_but_what_is_said_here() -> None:
    shared = {model.__name__ for model, rule in visibility.RULES.items() if rule is visibility._everybody}
    catalogue = {"Pipeline", "Stage", "OutcomeReason", "Criterion", "FieldDefinition", "ServiceLevel", "ExchangeRate"}
    market = {"ProductLine", "Product", "Price", "Competitor", "CompetitorPresence"}
    asked = {"NeedsTemplate", "NeedQuestion"}  # what customers are asked; what they answer is theirs
    assert shared == catalogue | market | asked


# C1: silent last-write-wins where the guard was forgotten on one of the surfaces.


def test_no_surface_of_customers_writes_over_a_newer_version(sign_in: SignIn, act: Act, world: dict[str, Any]) -> None:
    west = world["west"]
    contact = west.contacts.get()
    deal = crm.deals.create_opportunity(act("rep"), account=west, name="D")
    case = crm.cases.open_case(act("rep"), account=west, subject="C")
    task = crm.work.create_activity(act("rep"), account=west, kind="task", subject="T")
    lead = m.Lead.objects.get(company="Lead 0")
    place = west.locations.get()
    surfaces = [
        ("customer_field", west, {"field": "phone", "value": "1"}),
        ("act_on_customer", west, {"act": "archive"}),
        ("change_location", place, {"act": "archive"}),
        ("change_contact", contact, {"act": "archive"}),
        ("erase_contact", contact, {"reason": "x"}),
        ("change_deal", deal, {"act": "archive"}),
        ("move_deal", deal, {"stage": str(m.Stage.objects.get(name="Meet").public_id)}),
        ("change_case", case, {"act": "step", "state": "open"}),
        ("act_on_activity", task, {"act": "done"}),
        ("change_lead", lead, {"act": "archive"}),
        ("convert_lead", lead, {}),
    ]
    client, silent = sign_in("administrator"), []
    for name, record, data in surfaces:
        type(record).objects.filter(pk=record.pk).update(version=7)
        answer = client.post(reverse(name, args=[record.public_id]), {**data, "version": 6}, headers={"HX-Request": "true"})
        is_told = answer.status_code == 412 or "changed this at" in answer.content.decode()  # a field is shown again with both values
        if not is_told or type(record)._default_manager.get(pk=record.pk).version != 7:
            silent.append((name, answer.status_code))
    assert silent == []


# D3: consent timestamps that were wrong by hours in reports.


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"])
def test_the_instant_of_a_consent_is_the_same_everywhere(sign_in: SignIn, act: Act, world: dict[str, Any], zone: str) -> None:
    contact, client = world["west"].contacts.get(), sign_in("administrator")
    said = {"purpose": "news", "channel": "email", "is_given": True, "how": "form", "wording": "yes", "at": "2026-03-29T01:30:00+13:00"}
    instant = datetime(2026, 3, 28, 12, 30, tzinfo=UTC)
    with timezone.override(zone):
        address = f"/api/v1/contacts/{contact.public_id}/consents"
        assert client.post(address, said, content_type="application/json").status_code == 201
        told = client.get(address).json()
        dossier = crm.privacy.dossier(act("administrator"), contact)["consents"][0]["at"]
        event = m.TimelineEvent.objects.get(kind="consent.given")
    rows = told["items"] if isinstance(told, dict) else told
    assert datetime.fromisoformat(rows[0]["at"].replace("Z", "+00:00")) == instant
    assert (dossier, event.happened_at, contact.consents.get().at) == (instant, instant, instant)


# F2: text that runs: in names, notes, reasons, names of files.

NASTY = (
    '"><img src=x onerror=alert(1)>',
    "<script>alert(2)</script>",
    "javascript:alert(3)",
    "<svg><animate onbegin=alert(4) attributeName=x dur=1s>",
    "{{ 7|add:7 }}",
    "</textarea></title><iframe srcdoc='<script>alert(5)</script>'>",
    "<math><mtext></p><a href='java&#x09;script:alert(6)'>x</a>",
)
RUNS = ("<img src=x", "<script>alert", "<svg><animate", "<iframe srcdoc", "<math><mtext", 'href="javascript:alert', "14 customers")


def test_no_text_of_a_customer_runs_on_any_page(sign_in: SignIn, act: Act, world: dict[str, Any]) -> None:
    client, west, text = sign_in("administrator"), world["west"], " ".join(NASTY)[:280]
    rep = act("administrator")
    account = crm.customers.create_account(
        rep, name=text, description=text, website="javascript:alert(3)", tags=[text[:60]], segment=text[:100], location={"street": text}
    )
    points = [{"channel": "web", "value": "javascript:alert(3)"}, {"channel": "social", "value": text}]
    contact = crm.people.create_contact(rep, account=account, name=text, job_title=text[:180], points=points)
    crm.people.add_note(rep, contact, text=text)
    crm.people.record_consent(rep, contact, purpose="x", channel="web", is_given=True, how=text[:180], wording=text)
    deal = crm.deals.create_opportunity(rep, account=account, contact=contact, name=text, next_step=text)
    case = crm.cases.open_case(rep, account=account, contact=contact, subject=text, text=text)
    lead = crm.leads.create_lead(rep, company=text, name=text, description=text)
    crm.work.log_visit(rep, account, subject=text, text=text, outcome=text, place=text)
    crm.work.create_activity(rep, account=account, kind="task", subject=text, due_on=rep.now.date())
    file = crm.attachments.attach(rep, account, f"{NASTY[1]}\r\nX-Evil: 1.html", [b"<script>alert(1)</script>"])
    pages = [reverse(name) for name in ("customers", "day", "tasks", "calendar", "pipeline", "leads", "cases", "duplicates", "audit")]
    pages += [reverse(name, args=[record.public_id]) for name, record in (("customer", account), ("contact", contact), ("deal", deal))]
    pages += [
        reverse("case", args=[case.public_id]),
        reverse("lead", args=[lead.public_id]),
        reverse("customer_timeline", args=[account.public_id]),
    ]
    pages += [reverse("customer_map", args=[account.public_id]), f"{reverse('customers')}?q=%3Cscript%3E&sort=%22%3E%3Cimg%20src=x"]
    held = 0
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        shown = answer.content.decode()
        held += "&lt;script&gt;alert(2)" in shown
        assert [runs for runs in RUNS if runs in shown] == [], page
    assert held > 8, "the text is not on the pages, so that they show nothing"
    sent = client.get(reverse("file", args=[file.public_id]))
    assert sent["Content-Type"] == "application/octet-stream"
    assert sent["Content-Disposition"].startswith("attachment")
    assert "X-Evil" not in sent.headers
    assert west.name == "West"
