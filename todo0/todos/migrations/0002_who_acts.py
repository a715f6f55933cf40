from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('todos', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='todochange',
            name='acting',
            field=models.CharField(blank=True, default='', max_length=255),
            preserve_default=False,
        ),
    ]
