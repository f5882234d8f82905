"""When scans run: the plan of a workspace, in the workspace's own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

from cronsim import CronSim, CronSimError
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import gettext as _

from listening.models import ScanPlan
from teams.models import Workspace

WEEKDAYS = 7
FIELDS = 5
SHORTEST = timedelta(minutes=15)
RUNS_LOOKED_AT = 200  # more than any pattern of minutes within two hours


def check_cron(text: str) -> None:
    """Raises ValidationError unless ``text`` is a cron expression that comes due, at most quarter-hourly."""
    try:
        if len(text.split()) != FIELDS:
            raise CronSimError("a field for seconds would be the sixth")
        runs = list(islice(CronSim(text, datetime(2026, 1, 1, tzinfo=UTC)), RUNS_LOOKED_AT))
    except (CronSimError, StopIteration) as error:
        raise ValidationError(
            _("“%(text)s” is not a cron expression. Write five fields, such as “0 7 * * 1-5”."),
            params={"text": text},
        ) from error
    if any(later - earlier < SHORTEST for earlier, later in pairwise(runs)):
        raise ValidationError(_("Scan at most every quarter of an hour: the sources ask us to be polite."))


def next_run(plan: ScanPlan, after: datetime) -> datetime | None:
    """The first due time after ``after``, in UTC; None when the plan is off.

    A time that a daylight-saving change skips runs at the next valid minute; one that it repeats runs once.
    """
    if not plan.is_on:
        return None
    return next(CronSim(plan.cron, after.astimezone(plan.workspace.zone))).astimezone(UTC)


def plan_of(workspace: Workspace) -> ScanPlan:
    """The workspace's plan; before there is one, what would be proposed: unsaved, off, daily at 07:00."""
    found = ScanPlan.objects.select_related("workspace").filter(workspace=workspace).first()
    return found or ScanPlan(workspace=workspace, is_on=False)


def make_plan(workspace: Workspace, now: datetime) -> ScanPlan:
    """The workspace's plan; made when there is none: every day at 07:00."""
    plan, made = ScanPlan.objects.select_related("workspace").get_or_create(workspace=workspace)
    if made:
        plan.refresh_from_db()
        plan.due_at = next_run(plan, now)
        plan.save(update_fields=["due_at"])
    return plan


def explain(plan: ScanPlan) -> str:
    """The plan in words, in the reader's language."""
    clock = formats.time_format(plan.at, "H:i")
    match plan.every:
        case ScanPlan.Every.HOUR:
            return _("Every hour, %(minutes)s minutes past") % {"minutes": f"{plan.at.minute:02d}"}
        case ScanPlan.Every.DAY:
            return _("Every day at %(clock)s") % {"clock": clock}
        case ScanPlan.Every.WEEK:
            return _("Every %(weekday)s at %(clock)s") % {
                "weekday": weekday_name(plan.weekday),
                "clock": clock,
            }
    return _("Cron expression %(cron)s") % {"cron": plan.cron_text}


def weekday_name(number: int) -> str:
    """The day's name; 0 and 7 are Sunday, as cron counts."""
    return formats.date_format(datetime(2026, 2, 1 + number % WEEKDAYS), "l")  # 1 February 2026 is a Sunday
