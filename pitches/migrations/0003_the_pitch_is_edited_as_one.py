"""What people wrote over a step moves into the one document of a pitch's edits."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Two columns more may lose what they point at; no value may be given to them afterwards.
LOOSE = "ARRAY['created_by_id', 'previous_id', 'follows_id']"
FUNCTION = """
CREATE OR REPLACE FUNCTION pitches_frozen_stays_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    loose CONSTANT text[] := {loose};
    name text;
BEGIN
    IF to_jsonb(NEW) - loose IS DISTINCT FROM to_jsonb(OLD) - loose THEN
        RAISE EXCEPTION 'pitch % is frozen and does not change', OLD.code USING ERRCODE = 'check_violation';
    END IF;
    FOREACH name IN ARRAY loose LOOP
        IF to_jsonb(NEW) ->> name IS NOT NULL
            AND to_jsonb(NEW) -> name IS DISTINCT FROM to_jsonb(OLD) -> name THEN
            RAISE EXCEPTION 'pitch % is frozen and does not change', OLD.code
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END
$$;
"""
SLIDES = {1: "talk", 2: "visibility", 3: "voice", 4: "share", 5: "start"}
# Frozen pitches get their edits, too: a new version continues with them.
OFF = "ALTER TABLE pitches_pitch DISABLE TRIGGER frozen_stays_frozen"
ON = "ALTER TABLE pitches_pitch ENABLE TRIGGER frozen_stays_frozen"


def gather(apps, schema_editor):
    """Every step's words -> pitch.edits, as pitches.drafts.edits keeps them."""
    found = {}
    for step in apps.get_model("pitches", "Step").objects.select_related("edited_by").order_by("pk"):
        by = (step.edited_by.name or step.edited_by.email) if step.edited_by else ""
        parts = {
            part: {"text": text, "by": by, "at": step.edited_at.isoformat()}
            for part, text in (("title", step.title), ("text", step.reasoning))
            if text
        }
        if parts:
            edits = found.setdefault(step.pitch_id, {"texts": {}})
            edits["texts"].setdefault(step.language, {})[SLIDES[step.number]] = parts
    pitches = apps.get_model("pitches", "Pitch").objects
    for pk, edits in found.items():
        pitches.filter(pk=pk).update(edits=edits)


class Migration(migrations.Migration):

    dependencies = [
        ('listening', '0004_site_popularity'),
        ('pitches', '0002_frozen_stays_frozen'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='pitch',
            name='audience_kind',
            field=models.CharField(choices=[('boss', 'The boss'), ('board', 'The board'), ('peers', 'Colleagues'), ('client', 'A client')], default='boss', max_length=8),
        ),
        migrations.AddField(
            model_name='pitch',
            name='edits',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='pitch',
            name='follows',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follow_ups', to='pitches.pitch'),
        ),
        migrations.AddField(
            model_name='pitch',
            name='length',
            field=models.CharField(choices=[('short', 'Short: five slides'), ('meeting', 'For a meeting: ten slides'), ('full', 'Full')], default='full', max_length=8),
        ),
        migrations.AddField(
            model_name='pitch',
            name='rivals',
            field=models.ManyToManyField(blank=True, related_name='+', to='listening.brand'),
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('edits', models.JSONField(blank=True, default=dict)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('pitch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='pitches.pitch')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.RunSQL(OFF, ON),
        migrations.RunPython(gather, migrations.RunPython.noop),
        migrations.RunSQL(ON, OFF),
        migrations.RunSQL(
            FUNCTION.format(loose=LOOSE), FUNCTION.format(loose="ARRAY['created_by_id', 'previous_id']")
        ),
        migrations.DeleteModel(
            name='Step',
        ),
    ]
