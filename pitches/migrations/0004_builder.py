"""What was undone can be done again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pitches', '0003_the_pitch_is_edited_as_one'),
    ]

    operations = [
        migrations.AddField(
            model_name='revision',
            name='undone',
            field=models.JSONField(blank=True, null=True),
        ),
    ]
