"""Migrations say all that the models say."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from bailiwick_web.core.access import Actor
from bailiwick_web.core.services import stamped
from bailiwick_web.outreach.models import Campaign


def test_no_change_of_a_model_lacks_its_migration(db: None) -> None:
    told = StringIO()
    call_command("makemigrations", dry_run=True, stdout=told)
    assert told.getvalue().strip() == "No changes detected"


@pytest.mark.django_db
def test_campaigns_that_share_a_name_get_numbers(planner: Actor) -> None:
    """As they were before the database held a name once: the first keeps it, those in the bin are left alone."""
    migration = import_module("bailiwick_web.outreach.migrations.0005_campaign_key")
    money: dict[str, Any] = {"cost": 1, "currency": "USD", "rate": 1, "house_cost": 1, "starts_on": date(2026, 1, 1)}
    names = ("Fair", "FAIR ", "Fair (2)", "Fáir", "F" * 200, "f" * 200)
    made = [Campaign.objects.create(name=name, name_key=str(i), **money, **stamped(planner)) for i, name in enumerate(names)]
    gone = Campaign.objects.create(name="fair", name_key="x", deleted_at=planner.now, **money, **stamped(planner))
    migration.mend(apps, connection)
    found = [Campaign.objects.get(pk=campaign.pk) for campaign in [*made, gone]]
    assert [campaign.name for campaign in found] == ["Fair", "FAIR  (2)", "Fair (2) (2)", "Fáir (3)", "F" * 200, "f" * 196 + " (2)", "fair"]
    assert len({campaign.name_key for campaign in found if campaign.deleted_at is None}) == len(made)
