"""Merges, undos and edits in any order, against a model of a few lines: nothing is lost, and undoing all of it is where it began."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, User
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.crm import models as m
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.services import merging

NAMES = "ABCD"
numbers = st.integers(0, len(NAMES) - 1)


class Taken(Exception):  # noqa: N818  a way out of a transaction, no error
    """What a machine did is taken back."""


class Merging(RuleBasedStateMachine):
    """Four accounts that hang together, with people who share an address; each merge is undone at last, in the order that there is."""

    def __init__(self) -> None:
        super().__init__()
        self.atom = transaction.atomic()
        self.atom.__enter__()
        self.actor = Actor(User.objects.create_user("p@example.org", "P", role="planner"), timezone.now(), "test")
        self.accounts: list[m.Account] = []
        for i, name in enumerate(NAMES):
            parent = self.accounts[-1] if i % 2 else None
            place = {"city": name}
            self.accounts.append(crm.customers.create_account(self.actor, name=name, code=name, parent=parent, location=place, tags=[name]))
        points = [{"channel": "email", "value": "same@example.org"}]
        self.people = [
            crm.people.create_contact(self.actor, account=account, last_name=account.name, is_main=True, points=points)
            for account in self.accounts
        ]
        for account, contact in zip(self.accounts, self.people, strict=True):
            crm.work.create_activity(self.actor, account=account, contact=contact, kind="call", subject=account.name)
        self.merges: dict[str, list[m.Merge]] = {"account": [], "contact": []}
        self.was = self.owners()
        self.n_audit = AuditEntry.objects.count()

    def owners(self) -> dict[str, list[Any]]:
        """What hangs on what, and what the records say."""
        return {
            "accounts": list(
                m.Account.objects.order_by("pk").values_list("name", "code", "parent", "family", "tags", "merged_into", "deleted_at")
            ),
            "contacts": list(m.Contact.objects.order_by("pk").values_list("name", "account", "is_main", "merged_into", "deleted_at")),
            "locations": list(m.Location.objects.order_by("pk").values_list("account", "is_main")),
            "points": list(m.ContactPoint.objects.order_by("pk").values_list("contact", "value")),
            "activities": list(m.Activity.objects.order_by("pk").values_list("account", "contact")),
            "events": [m.TimelineEvent.objects.count()],
        }

    def records(self, kind: str) -> list[Any]:
        return self.accounts if kind == "account" else self.people

    @rule(kind=st.sampled_from(["account", "contact"]), one=numbers, other=numbers, name=st.sampled_from(["kept", "gone"]))
    def merge(self, kind: str, one: int, other: int, name: str) -> None:
        kept, gone = (type(r).objects.get(pk=r.pk) for r in (self.records(kind)[one], self.records(kind)[other]))
        if one == other or kept.deleted_at is not None or gone.deleted_at is not None:
            return
        made = merging.merge(
            self.actor,
            kind,
            kept.public_id,
            gone.public_id,
            version=kept.version,
            gone_version=gone.version,
            choices={"name": name},
        )
        self.merges[kind].append(made)

    @precondition(lambda self: any(self.merges.values()))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from([kind for kind, found in self.merges.items() if found]))
        made = data.draw(st.sampled_from(self.merges[kind]))
        is_inner = any(later.gone_id == made.kept_id for later in self.merges[kind])
        if is_inner:
            with pytest.raises(Conflict), transaction.atomic():
                merging.undo(self.actor, made.public_id, version=1)
            return
        merging.undo(self.actor, made.public_id, version=1)
        self.merges[kind].remove(made)

    @invariant()
    def nothing_is_lost(self) -> None:
        assert m.Location.objects.count() == m.Activity.objects.count() == m.ContactPoint.objects.count() == len(NAMES)
        there = set(m.Account.objects.filter(deleted_at=None).values_list("pk", flat=True))
        assert len(there) == len(NAMES) - len(self.merges["account"])
        for model in (m.Location, m.Contact, m.Activity):
            rows: Any = model._default_manager
            assert set(rows.values_list("account", flat=True)) <= there
        mains = list(m.Location.objects.filter(is_main=True).values_list("account", flat=True))
        assert sorted(mains) == sorted(there), "each account that is there has one main address"

    @invariant()
    def no_account_is_above_itself(self) -> None:
        parents = dict(m.Account.objects.values_list("pk", "parent"))
        for start in m.Account.objects.filter(deleted_at=None).values_list("pk", flat=True):
            above, n = parents[start], 0
            while above is not None:
                above, n = parents[above], n + 1
                assert n <= len(NAMES)

    @invariant()
    def every_address_leads_to_somebody_who_is_there(self) -> None:
        for kind in self.merges:
            for record in self.records(kind):
                fresh = type(record).objects.get(pk=record.pk)
                survivor = merging.survivor(self.actor, type(record), record.public_id)
                assert (survivor is None) == (fresh.merged_into_id is None)

    @invariant()
    def all_undone_is_where_it_began(self) -> None:
        if not any(self.merges.values()):
            assert self.owners() == self.was

    def teardown(self) -> None:
        try:
            for found in self.merges.values():
                for made in reversed(found):
                    assert merging.undo(self.actor, made.public_id, version=1).left == []
            assert self.owners() == self.was
            actions = list(AuditEntry.objects.values_list("action", flat=True))
            for kind in self.merges:
                assert actions.count(f"{kind}.merged") * 2 == actions.count(f"{kind}.unmerged"), "both records tell of the way back"
        finally:
            try:
                raise Taken
            except Taken as error:
                self.atom.__exit__(Taken, error, None)


@pytest.mark.django_db
def test_merges_and_undos_in_any_order() -> None:
    some = settings(
        max_examples=10,
        stateful_step_count=8,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(Merging, settings=some)
