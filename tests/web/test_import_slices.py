"""Large imports in slices: stopped and gone on with, beside people who work on the same records, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, Job, OutboxEvent
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.crm.models import Account, Case, Contact
from bailiwick_web.crm.services import customers
from bailiwick_web.exchange import services
from bailiwick_web.exchange.error_file import error_file, examples
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import Stopped, folder_of
from bailiwick_web.exchange.services import slicing, slicing_back
from bailiwick_web.exchange.services.records import plans

pytestmark = pytest.mark.django_db
N = 10


@pytest.fixture(autouse=True)
def _three_rows_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "SLICE", 3)


def accounts(revenue: int, n: int = N) -> str:
    lines = (f"A{i},Firm {i},{'Firm ' + str(i + 4) if i == 1 else ''},Ulm,{revenue + i}" for i in range(n))
    return "Account ID,Account Name,Parent Account,Billing City,Annual Revenue\n" + "\n".join(lines) + "\n"


def contacts(n: int = N) -> str:
    return "Contact ID,First Name,Last Name,Account ID\n" + "".join(f"C{i},Jo,Doe {i},A{i}\n" for i in range(n))


def bring(actor: Actor, text: str, kind: str = "accounts") -> ImportBatch:
    batch = services.upload(actor, kind, "file.csv", [text.encode()])
    assert batch.state == "checked", batch.facts.get("error")
    return batch


def both(actor: Actor, revenue: int = 0) -> ImportBatch:
    files = {"accounts.csv": accounts(revenue), "contacts.csv": contacts()}
    main = services.receive_together(actor, [services.Upload(name, [text.encode()]) for name, text in files.items()])
    return services.check(actor, main, options=main.options)


def stopping_after(n: int) -> services.Watch:
    """Stops between slices, when so many are written."""
    asked = iter(range(1_000))
    return services.Watch(should_stop=lambda: next(asked) > n)


def stopped(actor: Actor, batch: ImportBatch, n: int) -> ImportBatch:
    with pytest.raises(Stopped):
        services.run_together(actor, batch.public_id, watch=stopping_after(n))
    batch.refresh_from_db()
    return batch


def between(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, number: int, act: Callable[[], object]) -> None:
    """Do something when it is the turn of a slice, before it begins."""
    real = getattr(module, name)

    def write(actor: Actor, public_id: Any, at: int, *rest: Any) -> None:
        if at == number:
            act()
        real(actor, public_id, at, *rest)

    monkeypatch.setattr(module, name, write)


def later(actor: Actor) -> Actor:
    return Actor(actor.user, timezone.now(), "somebody else")


def test_what_is_stopped_says_how_far_it_is_and_goes_on(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    batch = stopped(planner, both(planner), 2)
    assert (batch.state, batch.course["done"], batch.course["of"], Account.objects.count()) == ("writing", 2, 5, 6)
    with pytest.raises(Conflict):
        services.discard(planner, batch.public_id)
    page = sign_in("planner").get(f"/imports/{batch.public_id}/").content.decode()
    assert "This import is partly written: 2 of 5 slices, 6 rows." in page
    assert "1 further file waits." in page
    services.start(planner, batch.public_id, services.RUN)
    batch.refresh_from_db()
    assert batch.job is not None
    jobs.perform(batch.job.pk)
    assert Job.objects.get(pk=batch.job.pk).state == "done"
    assert (Account.objects.count(), Contact.objects.count(), Contact.objects.get(last_name="Doe 9").account.name) == (N, N, "Firm 9")  # type: ignore[union-attr]
    assert Account.objects.get(name="Firm 1").parent == Account.objects.get(name="Firm 5")
    assert set(ImportBatch.objects.values_list("state", flat=True)) == {"imported"}
    assert OutboxEvent.objects.filter(kind="import.done").count() == AuditEntry.objects.filter(action="import.done").count() == 2
    assert OutboxEvent.objects.filter(kind="account.created").count() == N
    assert not (folder_of(batch) / "plan.jsonl").exists()
    again = both(planner)
    assert [part.counts["unchanged"] for part in (again, *again.followers.all())] == [N, N]


def test_a_part_is_taken_back_by_one_click(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    services.run_import(planner, bring(planner, accounts(0, 4)).public_id)
    before = sorted(Account.objects.values_list("name", "annual_revenue", "parent"))
    batch = stopped(planner, both(planner, revenue=50), 4)
    assert Account.objects.count() == N
    assert sign_in("planner").post(f"/imports/{batch.public_id}/revert").status_code == 302
    batch.refresh_from_db()
    assert batch.job is not None
    jobs.perform(batch.job.pk)
    assert Job.objects.get(pk=batch.job.pk).state == "done", Job.objects.get(pk=batch.job.pk).error
    assert sorted(Account.objects.filter(deleted_at=None).values_list("name", "annual_revenue", "parent")) == before
    assert set(ImportBatch.objects.exclude(pk=1).filter(pk__gte=batch.pk).values_list("state", flat=True)) == {"reverted"}
    assert "taken back" in sign_in("planner").get(f"/imports/{batch.public_id}/").content.decode()


def test_the_way_back_is_stopped_and_gone_on_with(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    batch = services.run_together(planner, both(planner).public_id)
    with pytest.raises(Stopped):
        services.revert(planner, batch.public_id, watch=stopping_after(4))
    batch.refresh_from_db()
    assert (batch.state, Contact.objects.filter(deleted_at=None).count(), Account.objects.filter(deleted_at=None).count()) == (
        "reverting",
        0,
        7,
    )
    page = sign_in("planner").get(f"/imports/{batch.public_id}/").content.decode()
    assert "This import is partly taken back: 5 of 8 slices." in page
    services.revert(later(planner), batch.public_id)
    assert not Account.objects.filter(deleted_at=None).exists()
    assert AuditEntry.objects.filter(action="import.reverted").count() == 2
    assert both(planner).counts["created"] == N


def test_people_work_on_the_same_records_between_slices(planner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    services.run_import(planner, bring(planner, accounts(0, 8)).public_id)
    batch = bring(planner, accounts(50, 9))
    firms = {account.name: account for account in Account.objects.all()}

    def work() -> None:
        for name, values in (
            ("Firm 3", {"annual_revenue": "999"}),  # the same field as the file
            ("Firm 4", {"description": "called them"}),  # another one
            ("Firm 5", {"annual_revenue": "55"}),  # what the file says, too
        ):
            customers.change_account(later(planner), firms[name].public_id, version=firms[name].version, **values)
        customers.archive_account(later(planner), firms["Firm 6"].public_id, version=firms["Firm 6"].version)

    between(monkeypatch, slicing, "_write_slice", 1, work)
    services.run_import(planner, batch.public_id)
    batch.refresh_from_db()
    assert batch.counts == {"created": 1, "updated": 5, "unchanged": 1, "failed": 2}
    assert sum(batch.counts.values()) == batch.n_read
    told = {account.name: (account.annual_revenue, account.description) for account in Account.objects.all()}
    assert [told[f"Firm {i}"][0] for i in (2, 3, 4, 5, 7)] == [52, 999, 54, 55, 57]
    assert told["Firm 4"][1] == "called them"
    assert [(e["row"], e["code"]) for e in examples(batch, 9)] == [(5, "changed_meanwhile"), (8, "gone_meanwhile")]
    assert "somebody changed it while" in examples(batch, 9)[0]["reason"]
    rest = services.upload(planner, "accounts", "rejected.csv", [error_file(batch, is_raw=False) or b""])
    assert rest.counts["updated"] == 1


def test_an_identifier_that_came_meanwhile_is_no_second_record(planner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = bring(planner, accounts(0))
    other = bring(planner, "Account ID,Account Name\nA7,Faster\n")
    between(monkeypatch, slicing, "_write_slice", 1, lambda: services.run_import(later(planner), other.public_id))
    services.run_import(planner, batch.public_id)
    batch.refresh_from_db()
    assert batch.counts == {"created": 9, "updated": 0, "unchanged": 0, "failed": 1}
    assert [(e["row"], e["code"]) for e in examples(batch, 9)] == [(9, "came_meanwhile")]
    assert Account.objects.filter(name__in=["Faster", "Firm 7"]).count() == 1


def test_who_begins_to_work_with_a_record_while_it_is_taken_back_keeps_it(planner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = services.run_import(planner, bring(planner, accounts(0)).public_id)
    firm = Account.objects.get(name="Firm 8")
    between(
        monkeypatch,
        slicing_back,
        "_take_slice",
        1,
        lambda: customers.change_account(later(planner), firm.public_id, version=firm.version, description="in use"),
    )
    services.revert(later(planner), batch.public_id)
    assert [account.name for account in Account.objects.filter(deleted_at=None)] == ["Firm 8"]
    assert "9 removed, 0 restored, 1 kept" in AuditEntry.objects.get(action="import.reverted").after
    with pytest.raises(Conflict, match="once"):
        services.revert(planner, batch.public_id)


def test_what_was_changed_since_keeps_an_import_from_being_taken_back(planner: Actor) -> None:
    """Also what was changed between two runs of it."""
    batch = stopped(planner, bring(planner, accounts(0)), 2)
    firm = Account.objects.get(name="Firm 2")
    customers.change_account(later(planner), firm.public_id, version=firm.version, description="mine")
    services.run_import(later(planner), batch.public_id)
    with pytest.raises(Conflict, match="Changed since then: Firm 2"):
        services.revert(later(planner), batch.public_id)
    assert Account.objects.filter(deleted_at=None).count() == N


def test_a_worker_that_was_given_up_writes_no_slice_twice(planner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """It wakes up in the middle of its work when another one has done the next slice."""
    batch = bring(planner, accounts(0))
    real = slicing._write_slice
    between(monkeypatch, slicing, "_write_slice", 2, lambda: next_slice(planner, batch, real))
    with pytest.raises(Stopped):
        services.run_import(planner, batch.public_id)
    assert Account.objects.count() == 9
    monkeypatch.setattr(slicing, "_write_slice", real)
    services.run_import(planner, batch.public_id)
    assert sorted(Account.objects.values_list("name", flat=True)) == [f"Firm {i}" for i in range(N)]


def next_slice(actor: Actor, batch: ImportBatch, write: Callable[..., None]) -> None:
    batch.refresh_from_db()
    done = batch.course["done"]
    step, items = next(plans.slices(folder_of(batch), done))
    write(later(actor), batch.public_id, done, step, items)


def test_what_is_small_is_imported_whole_or_not_at_all(planner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "SLICE", 100)
    batch = both(planner)
    for n in range(1, 3):
        with pytest.raises(Stopped):
            services.run_together(planner, batch.public_id, watch=stopping_after(n))
        batch.refresh_from_db()
        assert (batch.state, Account.objects.count(), batch.rows.count()) == ("checked", 0, 0)
    services.run_together(planner, batch.public_id)
    assert Contact.objects.count() == N
    assert not AuditEntry.objects.filter(action="import.started").exists()


def test_what_was_still_to_be_written_is_gone_with_who_was_erased(planner: Actor) -> None:
    batch = stopped(planner, both(planner), 2)
    (folder_of(batch) / "plan.jsonl").unlink()
    with pytest.raises(Conflict, match="Take the import back"):
        services.run_together(planner, batch.public_id)
    services.revert(planner, batch.public_id)
    assert not Account.objects.filter(deleted_at=None).exists()


def test_what_the_rules_of_a_record_refuse_holds_nothing_else_up(planner: Actor) -> None:
    alone = "Contact ID,First Name,Last Name\nC0,Jo,Alone\n"
    for batch in (bring(planner, accounts(0)), bring(planner, alone, "contacts")):
        services.run_together(planner, batch.public_id)
    rows = [f"K{i},Broken {i},{'' if i in (2, 5) else 'A3'},{'C0' if i in (2, 5) else ''}" for i in range(8)]
    batch = bring(planner, "Case Number,Subject,Account ID,Contact ID\n" + "\n".join(rows) + "\n", "cases")
    services.run_together(planner, batch.public_id)
    batch.refresh_from_db()
    assert (batch.state, batch.counts["created"], batch.counts["failed"]) == ("imported", 6, 2)
    assert sorted(Case.objects.values_list("subject", flat=True)) == [f"Broken {i}" for i in (0, 1, 3, 4, 6, 7)]
    assert [(e["row"], e["code"]) for e in examples(batch, 9)] == [(4, "against_rules"), (7, "against_rules")]
    assert "rules" in examples(batch, 9)[0]["reason"]
