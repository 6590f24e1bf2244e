from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0005_campaign_key")]

    operations = [
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at__isnull", True)), fields=("name_key",), name="campaign_name_once"
            ),
        ),
    ]
