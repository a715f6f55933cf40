from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('systemlog', '0004_event_details'),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='expires_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
