"""A deal knows the day whose rate it has; those there are had the rate of the day they were entered."""

from typing import Any

from django.db import migrations, models
from django.db.models.functions import TruncDate


def fill(apps: Any, schema_editor: Any) -> None:
    deals = apps.get_model("crm", "Opportunity").objects.filter(rate__isnull=False)
    deals.update(rate_day=TruncDate("created_at"))


class Migration(migrations.Migration):
    dependencies = [("crm", "0003_search")]

    operations = [
        migrations.AddField(
            model_name="opportunity",
            name="rate_day",
            field=models.DateField(help_text="the day whose rate it is; a new rate of a later day changes nothing", null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
