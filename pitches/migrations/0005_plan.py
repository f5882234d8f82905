"""The plan of a pitch, and actions that are worked on."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce, Left, NullIf

DONE = models.Q(state="done", done_at__isnull=False) | (~models.Q(state="done") & models.Q(done_at__isnull=True))


def copy(apps, schema_editor):
    """What an action is about, from its mention: from now on it keeps that itself."""
    Action = apps.get_model("pitches", "Action")
    Mention = apps.get_model("listening", "Mention")
    mine = Mention.objects.filter(pk=models.OuterRef("mention"))
    heading = Left(Coalesce(NullIf("title", models.Value("")), "text"), 300)
    Action.objects.filter(mention__isnull=False).update(
        title=models.Subquery(mine.values(said=heading)),
        url=models.Subquery(mine.values("url")),
        place=models.Subquery(mine.values("site__domain")),
    )
    Action.objects.filter(done_at__isnull=False).update(state="done")


class Migration(migrations.Migration):

    dependencies = [
        ("listening", "0005_calendars"),
        ("pitches", "0004_builder"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("pitch", "plan", models.JSONField(blank=True, default=dict)),
        migrations.RemoveConstraint("action", "one_action_per_position"),
        migrations.AlterModelOptions("action", {"ordering": ["position", "pk"]}),
        migrations.AddField("action", "kind", models.CharField(choices=[("answer", "Answer"), ("join", "Join"), ("event", "Event"), ("task", "Task")], default="answer", max_length=8)),
        migrations.AddField("action", "event", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="listening.event")),
        migrations.AddField("action", "title", models.CharField(blank=True, max_length=300)),
        migrations.AddField("action", "url", models.URLField(blank=True, max_length=2048)),
        migrations.AddField("action", "place", models.CharField(blank=True, max_length=300)),
        migrations.AddField("action", "happens_on", models.DateField(blank=True, null=True)),
        migrations.AddField("action", "assigned_to", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
        migrations.AddField("action", "state", models.CharField(choices=[("open", "To do"), ("done", "Done"), ("not_relevant", "Not relevant")], default="open", max_length=12)),
        migrations.AddField("action", "note", models.TextField(blank=True, max_length=2000)),
        migrations.AddField("action", "reply_url", models.URLField(blank=True, max_length=2048)),
        migrations.AddField("action", "done_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
        migrations.RunPython(copy, migrations.RunPython.noop),
        migrations.AddConstraint("action", models.CheckConstraint(condition=DONE, name="done_means_when")),
    ]
