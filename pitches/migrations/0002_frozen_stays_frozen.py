"""The database itself keeps a frozen pitch as it is, whoever writes to it and by whatever way."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION pitches_frozen_stays_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- What may still go: the person who made it and the version before it, when those are deleted.
    loose CONSTANT text[] := ARRAY['created_by_id', 'previous_id'];
BEGIN
    IF to_jsonb(NEW) - loose IS DISTINCT FROM to_jsonb(OLD) - loose
        OR (NEW.created_by_id IS NOT NULL AND NEW.created_by_id IS DISTINCT FROM OLD.created_by_id)
        OR (NEW.previous_id IS NOT NULL AND NEW.previous_id IS DISTINCT FROM OLD.previous_id)
    THEN
        RAISE EXCEPTION 'pitch % is frozen and does not change', OLD.code USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER frozen_stays_frozen BEFORE UPDATE ON pitches_pitch
    FOR EACH ROW WHEN (OLD.frozen_at IS NOT NULL) EXECUTE FUNCTION pitches_frozen_stays_frozen();
"""

BACKWARD = """
DROP TRIGGER frozen_stays_frozen ON pitches_pitch;
DROP FUNCTION pitches_frozen_stays_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("pitches", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
