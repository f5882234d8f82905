"""A replaced wording goes on being asked for as long as a follow-up measures by it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("listening", "0006_suppression")]

    operations = [
        migrations.AddField(
            model_name="searchversion",
            name="pinned_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="searchversion",
            name="pinned_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
