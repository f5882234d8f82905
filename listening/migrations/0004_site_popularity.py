"""How popular sites are, by lists that others keep."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("listening", "0003_feed_states")]

    operations = [
        migrations.CreateModel(
            name="SitePopularity",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("list", models.CharField(max_length=40)),
                ("rank", models.PositiveIntegerField(null=True)),
                ("length", models.PositiveIntegerField()),
                ("listed_on", models.DateField()),
                ("list_id", models.CharField(blank=True, max_length=20)),
                ("url", models.URLField(blank=True, max_length=2048)),
                ("taken_at", models.DateTimeField()),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="popularity",
                        to="listening.site",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("site", "list", "listed_on"), name="one_rank_per_list_and_day"
                    )
                ],
            },
        ),
    ]
