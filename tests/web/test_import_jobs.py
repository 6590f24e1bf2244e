"""Imports as jobs: true progress, stop, a second worker, and pages that fit every state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, Job, OutboxEvent
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.exchange import services, views
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import Stopped, folder_of
from bailiwick_web.territories.models import Unit, UnitSet

pytestmark = pytest.mark.django_db
TEXT = "id,lon,lat,sales\n" + "".join(f"c{i},{i % 30},{40 + i % 7},{i}\n" for i in range(50)) + "bad,,,1\n"


def bring(actor: Actor, text: str = TEXT) -> ImportBatch:
    return services.upload(actor, "units", "c.csv", [text.encode()])


def perform(batch: ImportBatch) -> Job:
    batch.refresh_from_db()
    assert batch.job is not None
    jobs.perform(batch.job.pk)
    batch.refresh_from_db()
    batch.job.refresh_from_db()
    return batch.job


def test_from_the_form_to_the_result(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("planner")
    answer = client.post("/imports/new", {"file": SimpleUploadedFile("my shops.csv", TEXT.encode())})
    page = client.get(answer["Location"])
    assert page.status_code == 200
    text = page.content.decode()
    assert "Importing it would do this" in text
    assert "51 rows in the file" in text
    batch = ImportBatch.objects.get()
    assert client.post(f"{answer['Location']}run").status_code == 302
    waiting = client.get(answer["Location"]).content.decode()
    assert "Waiting for a worker" in waiting
    assert 'id="columns"' not in waiting
    assert client.get(f"{answer['Location']}progress").status_code == 200
    assert client.post(f"{answer['Location']}run").status_code == 409
    assert client.post(f"{answer['Location']}check", {"act": "look"}).status_code == 409
    assert client.post(f"{answer['Location']}discard").status_code == 409
    assert perform(batch).state == "done"
    over = client.get(f"{answer['Location']}progress")
    assert (over.status_code, over["HX-Refresh"]) == (204, "true")
    done = client.get(answer["Location"]).content.decode()
    assert "This is what it did" in done
    assert "Take it back" in done
    assert Unit.objects.count() == 50
    assert AuditEntry.objects.filter(action="import.done").count() == 1
    assert OutboxEvent.objects.filter(kind="import.done").count() == 1
    assert client.post(f"{answer['Location']}revert").status_code == 302
    assert perform(batch).state == "done"
    assert batch.state == "reverted"
    assert not UnitSet.objects.exists()


def test_large_files_are_looked_at_by_a_job_with_true_progress(sign_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "AT_ONCE_BYTES", 10)
    client = sign_in("planner")
    answer = client.post("/imports/new", {"file": SimpleUploadedFile("c.csv", TEXT.encode())})
    batch = ImportBatch.objects.get()
    assert batch.state == "uploaded"
    assert "aria-hidden" in client.get(answer["Location"]).content.decode()
    seen = []
    real = jobs.Handle.tell

    def tell(self: jobs.Handle, progress: dict[str, Any], *, at_once: bool = False) -> None:
        seen.append((progress["phase"], progress["fraction"]))
        real(self, progress, at_once=True)

    monkeypatch.setattr(jobs.Handle, "tell", tell)
    Job.objects.filter(pk=batch.job_id).update(state="running", progress={"phase": "understanding", "fraction": 0.37})
    for page in (answer["Location"], f"{answer['Location']}progress"):  # the page loaded anew shows how far it is, too
        assert "37" in client.get(page).content.decode().partition('id="progress"')[2].partition("</h2>")[2][:60]
    Job.objects.filter(pk=batch.job_id).update(state="queued", progress={})
    assert perform(batch).state == "done"
    phases = [phase for phase, _ in seen]
    assert phases == sorted(phases, key=["reading", "understanding", "describing", "comparing"].index)
    assert [f for _, f in seen] == sorted(f for _, f in seen)
    assert {"reading", "understanding", "describing", "comparing"} == set(phases)
    assert batch.state == "checked"
    assert batch.job is not None
    assert batch.job.progress["phase"] == "comparing"


def test_what_is_stopped_leaves_nothing(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    batch = bring(planner)
    asked = iter([False, True])
    with pytest.raises(Stopped):
        services.run_import(planner, batch.public_id, watch=services.Watch(should_stop=lambda: next(asked)))
    assert not Unit.objects.exists()
    with pytest.raises(Stopped):
        services.check(planner, batch, options={}, watch=services.Watch(should_stop=lambda: True))
    batch = ImportBatch.objects.get()
    services.start(planner, batch.public_id, services.RUN)
    page = f"/imports/{batch.public_id}/"
    sign_in("planner").post(f"{page}stop")
    batch.refresh_from_db()
    assert batch.job is not None
    assert batch.job.state == "cancelled"
    assert "Stopped. Nothing was imported." in sign_in("planner").get(page).content.decode()
    services.start(planner, batch.public_id, services.RUN)
    batch.refresh_from_db()
    Job.objects.filter(pk=batch.job_id).update(is_cancel_wanted=True)
    assert perform(batch).result == {"is_stopped": True}
    assert not Unit.objects.exists()
    services.start(planner, batch.public_id, services.RUN)
    assert perform(batch).state == "done"
    assert Unit.objects.count() == 50


def test_a_job_that_is_done_twice_imports_once(planner: Actor) -> None:
    batch = bring(planner)
    services.start(planner, batch.public_id, services.RUN)
    perform(batch)
    Job.objects.filter(pk=batch.job_id).update(state="queued")
    assert perform(batch).state == "done"
    assert Unit.objects.count() == 50
    assert batch.rows.count() == 51  # 50 units, 1 measure
    Job.objects.filter(pk=batch.job_id).update(state="failed", error="The worker died several times over this job; see its log.")
    services.start(planner, batch.public_id, services.REVERT)
    perform(batch)
    Job.objects.filter(pk=batch.job_id).update(state="queued")
    assert perform(batch).state == "done"
    assert not Unit.objects.exists()


def test_a_failed_job_says_so_on_the_page(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    batch = bring(planner)
    services.start(planner, batch.public_id, services.RUN)
    batch.refresh_from_db()
    Job.objects.filter(pk=batch.job_id).update(state="failed", error="The worker died several times over this job; see its log.")
    page = sign_in("planner").get(f"/imports/{batch.public_id}/").content.decode()
    assert "The worker died several times" in page
    assert ">Import</button>" in page


def test_what_changed_since_the_comparison_is_compared_again(planner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between comparing and writing another import brings the same customers: none is doubled."""
    first, second = bring(planner), bring(planner, TEXT.replace("c7,7,40,7", "c7,7,40,8"))
    services.run_import(planner, first.public_id)
    third = bring(planner, TEXT.replace("c7,7,40,7", "c7,7,40,9") + "late,9,41,3\n")
    from bailiwick_web.exchange.services import importing

    real, done = importing.prepare, []

    def prepare(batch: ImportBatch, watch: services.Watch) -> Any:
        prepared = real(batch, watch)
        if not done:
            done.append(True)
            services.run_import(planner, second.public_id)
        return prepared

    monkeypatch.setattr(importing, "prepare", prepare)
    services.run_import(planner, third.public_id)
    assert Unit.objects.count() == 51
    assert Unit.objects.get(code="c7").values.get().value == 9
    row = ImportBatch.objects.get(pk=third.pk).rows.get(key="c7", record="unit")
    assert row.before == {"values": {"sales": 8.0}}


def test_what_is_not_imported_is_thrown_away(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    from datetime import timedelta

    batch, other = bring(planner), bring(planner)
    folder = folder_of(batch)
    assert sign_in("planner").post(f"/imports/{batch.public_id}/discard").status_code == 302
    assert not folder.exists()
    assert services.forget_abandoned(planner.now) == 0
    assert services.forget_abandoned(planner.now + timedelta(days=8)) == 1
    assert not folder_of(other).exists()
    assert not ImportBatch.objects.exists()
    done = services.run_import(planner, bring(planner).public_id)
    assert services.forget_abandoned(planner.now + timedelta(days=8)) == 0
    with pytest.raises(Conflict, match="take the import back"):
        services.discard(planner, done.public_id)


def test_pages_of_imports_need_few_queries(planner: Actor, sign_in: Callable[[str], Client], django_assert_max_num_queries: Any) -> None:
    batch = bring(planner)
    for _ in range(6):
        bring(planner)
    client = sign_in("planner")
    with django_assert_max_num_queries(16):
        client.get("/data/")
    with django_assert_max_num_queries(14):
        client.get(f"/imports/{batch.public_id}/")
