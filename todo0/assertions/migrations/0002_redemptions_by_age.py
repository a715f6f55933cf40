"""The log is swept by age, and asked for the last minute's when the limit is reached."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assertions", "0001_redemptions")]

    operations = [
        migrations.AlterField(model_name="redemption", name="at", field=models.DateTimeField(db_index=True)),
    ]
