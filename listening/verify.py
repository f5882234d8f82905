"""Holds what is stored against itself: is anything lost, doubled or orphaned, and what is still to be done?

Only reads, all of it at one moment of the database, set by set. ``rules.py`` says what must hold.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Count, Exists, ForeignKey, Model, OuterRef, Q, QuerySet, UniqueConstraint

from listening.erasing import sealed_id
from listening.models import Match, Mention, SearchVersion
from listening.pipeline import bounded_id
from listening.query import Query, sql
from listening.rematch import document_of
from listening.rules import RULES, Rule
from teams.models import Workspace

FAULTS = ("lost", "doubled", "orphaned")
SHOWN = 5  # examples of each finding
CHUNK = 1_000


@dataclass(frozen=True)
class Finding:
    """Something found. ``kind``: one of FAULTS, "pending", or "note" for what is counted elsewhere, too."""

    kind: str
    name: str
    words: str
    count: int
    examples: tuple[str, ...] = ()
    seconds: float | None = None  # how long the oldest has been waiting


@dataclass(frozen=True)
class Expected:
    """Mentions that must be there: of one source, and found by a search where ``form`` names one.

    ``workspace`` is a code; "" means every one that is looked at. ``brand``: "" is the industry.
    """

    source: str
    ids: Sequence[str]
    workspace: str = ""
    brand: str = ""
    form: str = ""


@dataclass(frozen=True)
class Verdict:
    """All findings, and how many rows were looked at."""

    findings: tuple[Finding, ...]
    looked_at: Mapping[str, int] = field(default_factory=dict)

    def count(self, kind: str) -> int:
        """How many rows of this kind were found."""
        return sum(one.count for one in self.findings if one.kind == kind)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is lost, doubled or orphaned. What is pending is no fault."""
        return not any(self.count(kind) for kind in FAULTS)


def verify(
    workspace: Workspace | None = None, expected: Iterable[Expected] = (), deep: bool = False
) -> Verdict:
    """Looks at one workspace or all. ``deep``: slowly, also holds every text against every search again."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL work_mem = '128MB'")
        found = [
            *(_ask(rule, workspace) for rule in RULES),
            *_not_there(workspace, expected),
            *_not_unique(),
            *_pointing_nowhere(),
            _without_match(workspace, deep),
        ]
        return Verdict(tuple(one for one in found if one.count), _looked_at(workspace))


def remember(workspace: Workspace | None = None) -> Iterator[Expected]:
    """What is there now, to be expected later: after an upgrade, or when a backup was put back."""
    mine = Mention.objects.filter(workspace=workspace) if workspace else Mention.objects.all()
    kinds = (
        mine.order_by("workspace", "source").values_list("workspace", "workspace__code", "source").distinct()
    )
    for pk, code, source in kinds:
        ids = mine.filter(workspace=pk, source=source).order_by("pk").values_list("external_id", flat=True)
        yield Expected(source, list(ids), str(code))


def _ask(rule: Rule, workspace: Workspace | None) -> Finding:
    def condition(place: re.Match[str]) -> str:
        return f"{place[1]}.workspace_id = {int(workspace.pk)}" if workspace else "true"

    columns = "what, many, since" if rule.kind in ("pending", "note") else "what, many"
    age = "extract(epoch FROM statement_timestamp() - min(since))" if "since" in columns else "NULL"
    rows = re.sub(r"{mine:(\w+)}", condition, rule.sql)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH found ({columns}) AS MATERIALIZED ({rows}) "
            "SELECT (SELECT coalesce(sum(many), 0) FROM found), "
            f"ARRAY(SELECT what::text FROM found LIMIT {SHOWN}), (SELECT {age} FROM found LIMIT 1)"
        )
        count, examples, seconds = cursor.fetchone()
    return Finding(
        rule.kind,
        rule.name,
        rule.words,
        int(count),
        tuple(examples),
        None if seconds is None else float(seconds),
    )


def _not_there(workspace: Workspace | None, expected: Iterable[Expected]) -> Iterator[Finding]:
    """What was expected and is not there."""
    spaces = Workspace.objects.filter(pk=workspace.pk) if workspace else Workspace.objects.all()
    codes = {str(one.code): one.pk for one in spaces}
    for one in expected:
        missing: list[str] = []
        if one.workspace and one.workspace not in codes:
            # Another workspace is looked at; but one that is gone has lost everything.
            if not Workspace.objects.filter(code=one.workspace).exists():
                missing = list(one.ids)
        else:
            for pk in [codes[one.workspace]] if one.workspace else codes.values():
                missing += _missing(pk, one)
        about = " ".join(filter(None, [one.source, one.brand, one.form]))
        yield Finding(
            "lost", "expected_and_not_there", f"expected mentions of {about} that are not there",
            len(missing), tuple(missing[:SHOWN]),
        )  # fmt: skip


def _missing(workspace_pk: int, one: Expected) -> list[str]:
    there = Mention.objects.filter(workspace=workspace_pk, source=one.source)
    if one.form:
        matches = Match.objects.filter(
            mention=OuterRef("pk"), version__is_current=True, search__form=one.form
        )
        there = there.filter(
            Exists(matches.filter(brand__name=one.brand) if one.brand else matches.filter(brand=None))
        )
    ids = set(there.values_list("external_id", flat=True))
    missing = [bounded_id(each) for each in one.ids if bounded_id(each) not in ids]
    if not missing:
        return []
    code = Workspace.objects.values_list("code", flat=True).get(pk=workspace_pk)
    # An author who asked to be forgotten leaves their posts behind under other ids.
    return [each for each in missing if sealed_id(code, one.source, each) not in ids]


def _tables() -> list[type[Model]]:
    return [model for model in apps.get_app_config("listening").get_models() if model._meta.managed]


def _not_unique() -> Iterator[Finding]:
    """Rows that a unique rule of the models forbids: they can be there when its index is broken or gone."""
    _trust_indexes(False)
    for model in _tables():
        rules = [rule for rule in model._meta.constraints if isinstance(rule, UniqueConstraint)]
        for rule in rules:
            yield _same(model, rule.fields, rule.condition or Q(), rule.nulls_distinct is not False)
        for one in model._meta.local_fields:
            if one.unique and not one.primary_key:
                yield _same(model, (one.name,), Q(), True)
    _trust_indexes(True)


def _same(model: type[Model], names: Sequence[str], condition: Q, nulls_differ: bool) -> Finding:
    table = model._meta.db_table
    columns = [one.column for one in model._meta.local_fields if one.name in names]
    looked_at = model._default_manager.filter(condition).values("pk").query
    such = connection.ops.compose_sql(*looked_at.sql_with_params())  # type: ignore[attr-defined]  # PostgreSQL's
    conditions = [f"t.id IN ({such})"] if condition else []
    if nulls_differ:
        conditions += [f't."{column}" IS NOT NULL' for column in columns]
    values = ", ".join(f't."{column}"' for column in columns)
    # By a hash of the values, which a million of fit into memory.
    return _ask(
        Rule(
            "doubled",
            f"{model._meta.model_name}_by_{'_'.join(names)}",
            f"rows of {table} with the same {' and '.join(names)}, against a unique rule",
            f"SELECT '{table} ' || min(t.id), count(*) - 1 FROM \"{table}\" t "
            f"WHERE {' AND '.join(conditions) or 'true'} "
            f"GROUP BY hashtextextended(ROW({values})::text, 0) HAVING count(*) > 1",
        ),
        None,
    )


def _trust_indexes(trusted: bool) -> None:
    """Until the end of the transaction: whether answers may come from indexes."""
    with connection.cursor() as cursor:
        for way in ("indexscan", "indexonlyscan", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{way} = {'on' if trusted else 'off'}")


def _pointing_nowhere() -> Iterator[Finding]:
    """Rows that name another row which is not there."""
    for model in _tables():
        for one in model._meta.local_fields:
            if isinstance(one, ForeignKey):
                target, table = one.remote_field.model._meta.db_table, model._meta.db_table
                yield _ask(
                    Rule(
                        "orphaned",
                        f"{model._meta.model_name}_without_{one.name}",
                        f"rows of {table} whose {one.name} is not there",
                        f'SELECT t.id, 1 FROM "{table}" t LEFT JOIN "{target}" x ON x.id = t."{one.column}" '
                        f'WHERE t."{one.column}" IS NOT NULL AND x.id IS NULL',
                    ),
                    None,
                )


def _without_match(workspace: Workspace | None, deep: bool) -> Finding:
    """Mentions that answer a search's current wording, and of which that is not known.

    Without ``deep`` only those are looked at that no wording at all is known to find.
    """
    versions = SearchVersion.objects.filter(is_current=True, search__is_on=True, rematched_at__isnull=False)
    if workspace:
        versions = versions.filter(search__workspace=workspace)
    asked: dict[int, list[tuple[SearchVersion, Query]]] = {}
    for version in versions.select_related("search").order_by("pk"):
        asked.setdefault(version.search.workspace_id, []).append((version, version.as_query()))
    found: set[int] = set()
    if deep:
        for version, one in itertools.chain.from_iterable(asked.values()):
            rows = _unmatched(Match.objects.filter(version=version)).filter(
                workspace=version.search.workspace_id
            )
            if (needed := one.prefilter()) is not None:
                rows = rows.extra(where=["words @@ %s::tsquery"], params=[sql.to_tsquery(needed)])
            found |= {row.pk for row in rows.iterator(CHUNK) if one.matches(document_of(row))}
    else:
        for row in _unmatched(Match.objects.all()).filter(workspace__in=asked).iterator(CHUNK):
            document = document_of(row)
            if any(one.matches(document) for _, one in asked[row.workspace_id]):
                found.add(row.pk)
    return Finding(
        "orphaned",
        "mentions_without_match",
        "mentions that answer a search, and of which that is not known",
        len(found),
        tuple(f"mention {pk}" for pk in sorted(found)[:SHOWN]),
    )


def _unmatched(matches: QuerySet[Match]) -> QuerySet[Mention]:
    """The mentions with a text that are in none of these matches."""
    rows = Mention.objects.filter(~Exists(matches.filter(mention=OuterRef("pk"))), is_searchable=True)
    return rows.select_related("site", "author").order_by()


def _looked_at(workspace: Workspace | None) -> dict[str, int]:
    rows: Any = Mention.objects.filter(workspace=workspace) if workspace else Mention.objects.all()
    return rows.aggregate(
        mentions=Count("*"), stories=Count("story", distinct=True), sources=Count("source", distinct=True)
    )
