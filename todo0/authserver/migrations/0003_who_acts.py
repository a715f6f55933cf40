from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('authserver', '0002_spent_code'),
    ]

    operations = [
        migrations.AddField(
            model_name='accesstokenorigin',
            name='act',
            field=models.TextField(blank=True, default=''),
            preserve_default=False,
        ),
    ]
