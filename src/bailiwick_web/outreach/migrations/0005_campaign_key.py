import unicodedata
from typing import Any

from django.db import migrations, models

MOST = 200


def folded(text: str) -> str:
    """As names were compared when this was written: small letters without accents."""
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


def mend(apps: Any, editor: Any) -> None:
    """Give every campaign its key; of several of one name, all but the first get a number behind it."""
    campaign_model = apps.get_model("outreach", "Campaign")
    taken: set[str] = set()
    for campaign in campaign_model.objects.order_by("pk"):
        if campaign.deleted_at is None:
            campaign.name = free_name(campaign.name, taken)
            taken.add(folded(campaign.name))
        campaign.name_key = folded(campaign.name)
        campaign.save(update_fields=["name", "name_key"])


def free_name(name: str, taken: set[str]) -> str:
    """A name that nothing has yet."""
    number, free = 1, name
    while folded(free) in taken:
        number += 1
        tail = f" ({number})"
        free = name[: MOST - len(tail)] + tail
    return free


class Migration(migrations.Migration):
    dependencies = [("outreach", "0004_campaigns")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="name_key",
            field=models.CharField(default="", editable=False, help_text="the name as it is compared", max_length=800),
            preserve_default=False,
        ),
        migrations.RunPython(mend, migrations.RunPython.noop),
    ]
