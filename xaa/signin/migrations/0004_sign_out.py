"""Remember a logout of anybody the IdP names, also of people who have no account here yet."""

from typing import Any

from django.db import migrations, models


def keep_what_is_known(apps: Any, schema_editor: Any) -> None:
    identities = apps.get_model("xaa_signin", "FederatedIdentity").objects.exclude(signed_out_at=None)
    known = identities.values_list("issuer", "subject", "signed_out_at")
    sign_out = apps.get_model("xaa_signin", "SignOut")
    sign_out.objects.bulk_create(sign_out(issuer=issuer, subject=subject, at=at) for issuer, subject, at in known)


class Migration(migrations.Migration):
    dependencies = [("xaa_signin", "0003_signed_out_at")]

    operations = [
        migrations.CreateModel(
            name="SignOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.CharField(max_length=255)),
                ("subject", models.CharField(max_length=255)),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer", "subject"), name="xaa_signin_last_sign_out_of_a_person"
                    )
                ],
            },
        ),
        migrations.RunPython(keep_what_is_known, migrations.RunPython.noop),
        migrations.RemoveField(model_name="federatedidentity", name="signed_out_at"),
    ]
