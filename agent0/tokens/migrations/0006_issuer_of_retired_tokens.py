"""A retired token says which server issued it, now that there is more than one IdP.

Those that wait in the moment of the change are of the one IdP and the one resource app that there were.
"""

from django.conf import settings
from django.db import migrations, models


def name_issuers(apps, schema_editor):
    rows = apps.get_model("tokens", "RetiredToken").objects
    rows.filter(kind="refresh_token").update(issuer=settings.IDP_ISSUER)
    rows.filter(kind="access_token").update(issuer=settings.RESOURCE_AS_ISSUER)


class Migration(migrations.Migration):
    dependencies = [("tokens", "0005_details_of_access_tokens")]

    operations = [
        migrations.AddField(
            "retiredtoken", "issuer", models.CharField(default="", max_length=255), preserve_default=False
        ),
        migrations.RunPython(name_issuers, migrations.RunPython.noop),
    ]
