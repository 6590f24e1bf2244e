"""Migrations say all that the models say."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command


def test_no_change_of_a_model_lacks_its_migration(db: None) -> None:
    told = StringIO()
    call_command("makemigrations", dry_run=True, stdout=told)
    assert told.getvalue().strip() == "No changes detected"
