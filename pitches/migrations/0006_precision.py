"""Samples that people judge; and the one thing that may happen to a frozen pitch: a part of it is redacted.

What ``pitches/digests.py`` calls a part is said here once more, in SQL, so that no other code can be fooled: a
part may be replaced by the hash of exactly what stood there, and by nothing else.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The canonical JSON of a value, as ``digests.canonical`` writes it. Parts hold no fractions.
CANONICAL = """
CREATE FUNCTION pitches_canonical(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    said text := '';
    one record;
BEGIN
    CASE jsonb_typeof(value)
    WHEN 'object' THEN
        FOR one IN SELECT e.key, e.value FROM jsonb_each(value) e ORDER BY e.key COLLATE "C" LOOP
            said := said || ',' || to_json(one.key)::text || ':' || pitches_canonical(one.value);
        END LOOP;
        RETURN '{' || substr(said, 2) || '}';
    WHEN 'array' THEN
        FOR one IN SELECT e.value FROM jsonb_array_elements(value) WITH ORDINALITY e (value, place)
            ORDER BY e.place LOOP
            said := said || ',' || pitches_canonical(one.value);
        END LOOP;
        RETURN '[' || substr(said, 2) || ']';
    ELSE
        RETURN value::text;
    END CASE;
END
$$;
"""
# Whether ``after`` is ``before`` with some parts replaced by their hashes. ``place``: where in the snapshot,
# with "#" for each number.
ONLY_REDACTED = """
CREATE FUNCTION pitches_only_redacted(before jsonb, after jsonb, place text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    name text;
    number int;
BEGIN
    IF before::text = after::text THEN
        RETURN true;
    END IF;
    IF before IS NULL OR after IS NULL OR jsonb_typeof(before) <> jsonb_typeof(after) THEN
        RETURN false;
    END IF;
    IF jsonb_typeof(before) = 'object' THEN
        IF NOT before ? 'redacted' AND (
            place = '/evidence/#/rows/#'
            OR (place IN ('/slides/#/blocks/#/items/#', '/slides/#/blocks/#/rows/#/#')
                AND before ?| ARRAY['raw', 'link'])
        ) THEN
            RETURN after = jsonb_build_object(
                'redacted', encode(sha256(convert_to(pitches_canonical(before), 'UTF8')), 'hex'));
        END IF;
        IF EXISTS (SELECT FROM jsonb_object_keys(before) k WHERE NOT after ? k)
            OR EXISTS (SELECT FROM jsonb_object_keys(after) k WHERE NOT before ? k) THEN
            RETURN false;
        END IF;
        FOR name IN SELECT k FROM jsonb_object_keys(before) k LOOP
            IF NOT pitches_only_redacted(before -> name, after -> name, place || '/' || name) THEN
                RETURN false;
            END IF;
        END LOOP;
        RETURN true;
    END IF;
    IF jsonb_typeof(before) = 'array' AND jsonb_array_length(before) = jsonb_array_length(after) THEN
        FOR number IN 0 .. jsonb_array_length(before) - 1 LOOP
            IF NOT pitches_only_redacted(before -> number, after -> number, place || '/#') THEN
                RETURN false;
            END IF;
        END LOOP;
        RETURN true;
    END IF;
    RETURN false;
END
$$;
"""
FUNCTION = """
CREATE OR REPLACE FUNCTION pitches_frozen_stays_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- What may still go: the person who made it, and the versions it came from, when those are deleted.
    loose CONSTANT text[] := ARRAY['created_by_id', 'previous_id', 'follows_id'];
    after jsonb := NEW.snapshot;
    name text;
BEGIN
    IF to_jsonb(NEW) - loose - 'snapshot' IS DISTINCT FROM to_jsonb(OLD) - loose - 'snapshot' THEN
        RAISE EXCEPTION 'pitch % is frozen and does not change', OLD.code USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.snapshot::text IS DISTINCT FROM OLD.snapshot::text THEN
        -- One that was hashed whole keeps the digest over its parts when it loses the first of them.
        IF NOT OLD.snapshot ?| ARRAY['scheme', 'parts'] AND after ->> 'parts' ~ '^[0-9a-f]{64}$' THEN
            after := after - 'parts';
        END IF;
        IF after::text = OLD.snapshot::text
            OR pitches_only_redacted(OLD.snapshot, after, '') IS NOT TRUE THEN
            RAISE EXCEPTION 'pitch % is frozen and does not change', OLD.code
                USING ERRCODE = 'check_violation';
        END IF;
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
# As migration 0003 left it.
BEFORE = """
CREATE OR REPLACE FUNCTION pitches_frozen_stays_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    loose CONSTANT text[] := ARRAY['created_by_id', 'previous_id', 'follows_id'];
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
DROP FUNCTION pitches_only_redacted(jsonb, jsonb, text);
DROP FUNCTION pitches_canonical(jsonb);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('listening', '0006_suppression'),
        ('pitches', '0005_plan'),
        ('teams', '0002_invitation'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(CANONICAL + ONLY_REDACTED + FUNCTION, BEFORE),
        migrations.CreateModel(
            name='PrecisionSample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period_start', models.DateField()),
                ('period_end', models.DateField()),
                ('versions', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('wordings', models.JSONField(default=list)),
                ('seed', models.PositiveBigIntegerField()),
                ('population', models.PositiveIntegerField()),
                ('drawn', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('drawn_at', models.DateTimeField()),
                ('drawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='samples', to='teams.workspace')),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['workspace', 'period_start', 'period_end', '-id'], name='sample_newest')],
            },
        ),
        migrations.CreateModel(
            name='Judgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField()),
                ('answer', models.CharField(choices=[('relevant', 'Relevant'), ('not_relevant', 'Not relevant'), ('unsure', 'Unsure')], max_length=12)),
                ('judged_at', models.DateTimeField()),
                ('judged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('sample', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='judgements', to='pitches.precisionsample')),
            ],
            options={
                'ordering': ['place', 'pk'],
                'constraints': [
                    models.UniqueConstraint(fields=('sample', 'place', 'judged_by'), name='one_judgement_per_person_and_place'),
                    models.CheckConstraint(condition=models.Q(answer__in=('relevant', 'not_relevant', 'unsure')), name='judgement_known'),
                ],
            },
        ),
    ]
