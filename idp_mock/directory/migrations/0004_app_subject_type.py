from django.db import migrations, models

import idp_mock.directory.secrets


def give_each_its_own_salt(apps, schema_editor):
    """One default value went into all rows; a salt that enterprises share would let them compare people."""
    for enterprise in apps.get_model("directory", "Enterprise").objects.all():
        enterprise.pairwise_salt = idp_mock.directory.secrets.new_token_value()
        enterprise.save(update_fields=["pairwise_salt"])


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0003_app_backchannel_logout'),
    ]

    operations = [
        migrations.AddField(
            model_name='app',
            name='subject_type',
            field=models.CharField(choices=[('public', 'Public'), ('pairwise', 'Pairwise')], default='public', max_length=8),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='pairwise_salt',
            field=models.CharField(default=idp_mock.directory.secrets.new_token_value, editable=False, max_length=64),
        ),
        migrations.RunPython(give_each_its_own_salt, migrations.RunPython.noop),
    ]
