"""PostgreSQL finds what customers are searched by in an index of three letters each, without an extension; SQLite reads its rows as fast."""

from typing import Any

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION bailiwick_grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT coalesce(array_agg(DISTINCT substr(words, at, 3)), '{}') FROM generate_series(1, length(words) - 2) AS at
$$
"""
# not of those outside the bin only: the planner reads no statistics of such an index, and takes every word for a rare one
INDEX = "CREATE INDEX account_search ON crm_account USING gin (bailiwick_grams(search_text))"


def make(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION, params=None)
        schema_editor.execute(INDEX, params=None)


def take_away(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS account_search", params=None)
        schema_editor.execute("DROP FUNCTION IF EXISTS bailiwick_grams(text)", params=None)


class Migration(migrations.Migration):
    dependencies = [("crm", "0002_merging")]

    operations = [migrations.RunPython(make, take_away)]
