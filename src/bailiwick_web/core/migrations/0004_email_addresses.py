"""Every user gets a verified address: the library that signs people in looks there."""

from django.db import migrations


def add_addresses(apps, schema_editor):
    users, addresses = apps.get_model("core", "User").objects, apps.get_model("account", "EmailAddress").objects
    for user in users.all():
        addresses.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_people"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(add_addresses, migrations.RunPython.noop)]
