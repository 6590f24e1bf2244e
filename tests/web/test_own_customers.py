"""Insights about our customers: the records that somebody sees, where others bring a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from crm_world import at_the_time, put_into_force
from django.test import Client

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Job, Person, Position, Staffing
from bailiwick_web.core.refusals import Invalid, Missing, NotAllowed
from bailiwick_web.core.services import stamped
from bailiwick_web.crm import models as m
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.services.belonging import settle
from bailiwick_web.crm.templatetags.selling import amount
from bailiwick_web.insights import finding, linking, services, storing
from bailiwick_web.insights.models import Study
from bailiwick_web.insights.own import fitting, sources
from bailiwick_web.planning.models import Scenario
from bailiwick_web.territories.models import Unit

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]


@pytest.fixture
def customers(act: Act, scenario: Scenario) -> list[m.Account]:
    """An account at every unit of the grid, with an order every few weeks over two years and a deal each."""
    put_into_force(act, scenario)
    planner = at_the_time(act("planner").user)
    rng = np.random.default_rng(3)
    units = list(Unit.objects.order_by("idx"))
    stamps, industry = stamped(planner), ("Bank", "Shop")
    made = m.Account.objects.bulk_create(
        m.Account(name=f"Account {u.code}", code=u.code, state="customer", industry=industry[u.idx % 2], **stamps) for u in units
    )
    places = zip(made, units, strict=True)
    m.Location.objects.bulk_create(
        m.Location(account=a, is_main=True, lon=u.lon, lat=u.lat, placed_by="given", **stamps) for a, u in places
    )
    settle(planner, [a.pk for a in made], hand_over=False)
    held = {row.account_id: row for row in m.AccountTerritory.objects.filter(valid_until=None)}
    m.Order.objects.bulk_create(order for a in made for order in orders_of(planner, a, held[a.pk], rng))
    pipeline = crm.catalogue.default_pipeline(planner)
    stages = list(pipeline.stages.order_by("place"))
    m.Opportunity.objects.bulk_create(deal_of(planner, a, stages[i % len(stages)]) for i, a in enumerate(made))
    return made


def orders_of(actor: Actor, account: m.Account, row: Any, rng: np.random.Generator) -> list[m.Order]:
    days = np.cumsum(rng.integers(20, 60, 18))
    days = days[days < 760]
    money = [Decimal(int(x)) for x in rng.integers(50, 500, len(days))]
    today = actor.now.date()
    return [
        m.Order(
            account=account, number=f"{account.code}-{i}", ordered_on=today - timedelta(days=int(d)), currency="EUR", rate=1, amount=x,
            house_amount=x, territory=row.territory, position=row.position, **stamped(actor),
        )
        for i, (d, x) in enumerate(zip(days, money, strict=True))
    ]  # fmt: skip


def deal_of(actor: Actor, account: m.Account, stage: m.Stage) -> m.Opportunity:
    closed = {} if stage.kind == "open" else {"closed_at": actor.now - timedelta(days=3)}
    return m.Opportunity(
        account=account, name=f"Deal {account.code}", pipeline=stage.pipeline, stage=stage, stage_since=actor.now, amount=100,
        currency="EUR", rate=1, house_amount=100, close_on=date(2030, 1, 1), **closed, **stamped(actor),
    )  # fmt: skip


def ask(actor: Actor, key: str, options: dict[str, Any] | None = None, **tables: str) -> Study:
    study = services.ask(actor, key, options=options or {}, tables=tables)
    if study.answered_at is None:
        assert study.job is not None
        jobs.perform(study.job.pk)
        study = Study.objects.select_related("job").get(pk=study.pk)
        assert study.job is not None
        assert study.answered_at is not None, study.job.error
    return study


FIGURES = {"by": "territory"}


def test_key_figures_are_those_of_the_orders_and_open_to_the_accounts(act: Act, sign_in: SignIn, customers: list[m.Account]) -> None:
    study = ask(act("planner"), "key_figures", FIGURES, orders="own:orders")
    since = act("planner").now.date() - timedelta(days=364)
    revenue = sum(o.house_amount for o in m.Order.objects.filter(ordered_on__gte=since))
    figures = {(row["group"], row["key"]): row["value"] for row in storing.rows(study, "figures")}
    assert figures["(all)", "revenue"] == pytest.approx(float(revenue))
    board = sign_in("planner").get("/insights/figures/").content.decode()
    assert f"<strong>{amount(revenue)}</strong>" in board, "amounts of our own records have their currency"
    assert {group for group, _key in figures} == {"(all)", "Rep P1", "Rep P2", "Rep P3", "Rep P4"}
    assert figures["(all)", "conversion_rate"] == pytest.approx(0.5)
    client = sign_in("planner")
    board = client.get("/insights/figures/").content.decode()
    assert "Our customers: orders" in board
    page = client.get(f"/insights/figures/{study.public_id}/revenue?group=Rep P1").content.decode()
    assert f"/customers/{customers[0].public_id}/" in page
    assert "Account u00" in page
    lines = client.get(f"/insights/studies/{study.public_id}/tables/lines?where=group&is=Rep P1").content.decode()
    assert "Account u00" in lines
    assert "Account u03" not in lines


def test_everybody_asks_within_their_scope_and_sees_nothing_of_others(act: Act, sign_in: SignIn, customers: list[m.Account]) -> None:
    whole, own = (ask(act(role), "key_figures", FIGURES, orders="own:orders") for role in ("planner", "rep"))
    groups = [{row["group"] for row in storing.rows(study, "figures")} for study in (whole, own)]
    assert groups[0] > groups[1] == {"(all)", "Rep P1"}
    assert (whole.scope_key, own.scope_key == whole.scope_key) == ("all", False)
    for role in ("manager", "viewer"):
        with pytest.raises(Missing):
            finding.study_of(act(role), own.public_id)
    with pytest.raises(Missing):
        finding.study_of(act("rep"), whole.public_id)
    assert finding.study_of(act("planner"), whole.public_id) == whole
    client = sign_in("rep")
    assert client.get(f"/insights/studies/{whole.public_id}/tables/lines").status_code == 404
    for address in ("figures/", f"studies/{own.public_id}/", f"studies/{own.public_id}/tables/lines", f"studies/{own.public_id}/card"):
        page = client.get(f"/insights/{address}")
        assert page.status_code == 200, address
        assert "Rep P2" not in page.content.decode()
    assert sign_in("viewer").get("/insights/forecast/").status_code == 200


def test_the_pages_offer_our_customers_without_a_table_brought_in(sign_in: SignIn, customers: list[m.Account]) -> None:
    client = sign_in("manager")
    for page, label in (("forecast", "orders"), ("segments", "orders"), ("scores", "accounts"), ("figures", "orders")):
        assert f"Our customers: {label}" in client.get(f"/insights/{page}/?ask={'fit_scores' if page == 'scores' else ''}").content.decode()
    answer = client.post("/insights/ask/key_figures", {"table:orders": "own:orders", **FIGURES}, follow=True)
    assert [entry["table"] for entry in Study.objects.get().inputs.values()] == ["own:orders"]
    assert "Asked." in answer.content.decode()
    assert client.post("/insights/ask/effect", {"table:panel": "own:orders"}).status_code == 403
    assert client.get("/insights/experiment/").status_code == 403


def test_nobody_but_planners_asks_about_tables_and_nothing_that_does_not_fit(act: Act, customers: list[m.Account]) -> None:
    with pytest.raises(NotAllowed):
        services.ask(act("rep"), "key_figures", options={}, tables={})
    with pytest.raises(Invalid, match="does not fit"):
        services.ask(act("rep"), "key_figures", options={}, tables={"orders": "own:deals"})
    with pytest.raises(Missing):
        services.ask(act("rep"), "key_figures", options={}, tables={"orders": "own:nothing"})


def test_the_same_question_is_answered_once_until_a_record_changes(act: Act, customers: list[m.Account]) -> None:
    first = ask(act("manager"), "segments", orders="own:orders")
    assert services.ask(act("manager"), "segments", options={}, tables={"orders": "own:orders"}).pk == first.pk
    assert services.ask(act("planner"), "segments", options={}, tables={"orders": "own:orders"}).pk != first.pk
    order = m.Order.objects.filter(account=customers[0]).first()
    assert order is not None
    crm.trading.change_order(at_the_time(act("rep").user), order.public_id, version=order.version, number="new")
    assert services.ask(act("manager"), "segments", options={}, tables={"orders": "own:orders"}).pk != first.pk


def test_who_sees_something_else_by_now_is_not_answered_from_it(act: Act, customers: list[m.Account]) -> None:
    study = services.ask(act("rep"), "segments", options={}, tables={"orders": "own:orders"})
    Study.objects.filter(pk=study.pk).update(scope_key="1:other")
    assert study.job is not None
    jobs.perform(study.job.pk)
    study = Study.objects.select_related("job").get(pk=study.pk)
    assert study.job is not None
    assert (study.answered_at, study.job.error[:13]) == (None, "There is no s")


@pytest.mark.parametrize("is_answered", [True, False])
def test_who_has_another_territory_by_now_is_told_nothing_of_the_former(act: Act, customers: list[m.Account], is_answered: bool) -> None:
    """Neither by what was answered before, nor by what waits for a worker."""
    rep = act("rep")
    study = services.ask(rep, "segments", options={}, tables={"orders": "own:orders"})
    assert study.job is not None
    if is_answered:
        jobs.perform(study.job.pk)
    Staffing.objects.filter(person__user=rep.user).update(position=Position.objects.get(code="P3"))
    if is_answered:
        with pytest.raises(Missing):
            finding.study_of(act("rep"), study.public_id)
        return
    jobs.perform(study.job.pk)
    study = Study.objects.select_related("job").get(pk=study.pk)
    assert study.job is not None
    assert (study.answered_at, study.job.error[:13]) == (None, "There is no s")


def test_every_source_has_the_columns_that_it_says(act: Act, customers: list[m.Account]) -> None:
    m.Lead.objects.create(company="New", name="N", status="converted", bant={"need": {"grade": 2}}, **stamped(act("planner")))
    for table in fitting(act("planner"), ("orders", "deals", "accounts")):
        rows = sources.rows_of(act("planner"), table.public_id)
        assert tuple(rows.column_names) == table.column_names
        assert rows.num_rows == table.n_rows > 0
        assert set(table.roles.values()) <= set(table.column_names)
    leads = sources.rows_of(act("planner"), "own:leads").to_pylist()
    assert [(row["outcome"], row["need"]) for row in leads] == [("won", 2)]


def test_the_future_is_told_from_orders_too(act: Act, customers: list[m.Account]) -> None:
    forecast = ask(act("manager"), "forecast", {"months": 3}, orders="own:orders")
    assert forecast.facts["history_months"] >= 22
    coming = {row["account"] for row in storing.rows(ask(act("rep"), "next_orders", orders="own:orders"), "accounts")}
    assert coming == {a.code for a in customers if int(a.code[1:]) % 6 < 2}


def test_pictures_of_accounts_call_them_by_name(act: Act, customers: list[m.Account]) -> None:
    account, planner = customers[0], act("planner")
    study = ask(planner, "next_orders", orders="own:orders")
    label = '<text text-anchor="end" x="0">{}</text>'
    picture = {"wide": label.format(account.code) + label.format("90k"), "narrow": label.format(account.code), "title": account.code}
    m.Account.objects.filter(pk=account.pk).update(name="<Long & Longer Name of a Customer>")
    named = linking.with_names(planner, study, picture)
    assert named["wide"] == label.format("&lt;Long &amp; Longer Name of a Cu…") + label.format("90k")
    assert named["narrow"] == label.format("&lt;Long &amp; Longer …")
    assert linking.with_names(act("rep"), study, {"wide": label.format(customers[-1].code)})["wide"] == label.format(customers[-1].code)


def test_without_industries_there_is_one_trend_and_a_word_about_it(act: Act, customers: list[m.Account]) -> None:
    m.Account.objects.update(industry="")
    days = [act("planner").now.date() - timedelta(days=30 * n) for n in range(30)]
    shown = {"currency": "EUR", "rate": 1, "amount": 100, "house_amount": 100, **stamped(act("planner"))}
    m.Order.objects.bulk_create(m.Order(account=customers[0], ordered_on=day, **shown) for day in days)
    found = ask(act("planner"), "trends", {"by": "industry"}, orders="own:orders")
    assert [row["group"] for row in storing.rows(found, "trends")] == ["(all)"]
    assert "no order says its industry" in found.facts["warnings"][-1]["message"]


def test_trends_and_who_fits_where_from_our_orders(act: Act, scenario: Scenario, customers: list[m.Account], sign_in: SignIn) -> None:
    """By industry, and by the person who filled the position in the month; a vacant position is nobody's performance."""
    planner, today = act("planner"), act("planner").now.date()
    account, held = customers[0], m.AccountTerritory.objects.filter(valid_until=None).select_related("territory", "position")
    m.Order.objects.bulk_create(
        m.Order(account=row.account, ordered_on=today - timedelta(days=30 * n), currency="EUR", rate=1, amount=100, house_amount=100,
                territory=row.territory, position=row.position, **stamped(planner))
        for row in held for n in range(30)
    )  # fmt: skip
    found = ask(planner, "trends", {"by": "industry"}, orders="own:orders")
    assert {row["group"] for row in storing.rows(found, "trends")} == {"(all)", "Bank", "Shop"}
    positions = list(Position.objects.order_by("code"))
    person = Person.objects.create(name="Second Rep", **stamped(planner))
    Staffing.objects.create(person=person, position=positions[1], valid_from=date(2020, 1, 1), **stamped(planner))
    study = services.ask(
        planner, "match", options={"measure": "sales", "switching_loss": 0}, tables={"orders": "own:orders"}, scenario=scenario.public_id
    )
    assert study.job is not None
    jobs.perform(study.job.pk)
    study = Study.objects.get(pk=study.pk)
    assert study.answered_at is not None, Job.objects.get().error
    reps = {row["rep"] for row in storing.rows(study, "reps")}
    assert reps == {"A rep", "Second Rep"}  # the other two positions are vacant
    matches = {row["territory"]: row for row in storing.rows(study, "matches")}
    assert set(matches) == {"Rep P1", "Rep P2", "Rep P3", "Rep P4"}
    assert {row["rep"] for row in matches.values()} == {"A rep", "Second Rep", ""}
    client = sign_in("planner")
    page = client.get("/insights/market/?ask=match").content.decode()
    assert "All lose with the runner-up" in page
    assert "Second Rep" in client.get(f"/insights/studies/{study.public_id}/tables/prices?where=territory&is=Rep P1").content.decode()
    assert account.name not in page
    german = client.get("/insights/market/?ask=trends", headers={"accept-language": "de"}).content.decode()
    assert "Trend im Jahr" in german
