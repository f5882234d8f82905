"""What must hold between the rows, one rule each, as SQL over whole tables. ``verify.py`` asks them.

A rule's SQL gives rows (what, how many), and for what is pending (what, how many, since when). ``{mine:m}``
stands for the condition that ``m``, a table with a ``workspace_id``, belongs to the workspace looked at.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One rule: the kind and name of what breaks it, in words, and the rows that do."""

    kind: str
    name: str
    words: str
    sql: str


# An id without what may differ by mistake; few ids are anything but ASCII, which has one form only.
_FOLDED = """lower(btrim(CASE WHEN octet_length(t.external_id) = char_length(t.external_id)
    THEN t.external_id ELSE normalize(t.external_id, NFC) END))"""
# Ids that are the same so, and whose posts are the same, too. The first step groups by short hashes, which a
# million of fit into memory; the second looks closer at the few that are left.
_SAME_ID = f"""
    WITH alike AS MATERIALIZED (
        SELECT t.workspace_id, hashtextextended({_FOLDED}, 0) AS hash
        FROM {{table}} t WHERE {{{{mine:t}}}} GROUP BY 1, 2 HAVING count(*) > 1
    )
    SELECT t.source || ' ' || min(t.external_id), {{surplus}}
    FROM {{table}} t
    JOIN alike a ON a.workspace_id = t.workspace_id AND a.hash = hashtextextended({_FOLDED}, 0)
    GROUP BY t.workspace_id, t.source, {_FOLDED} HAVING {{surplus}} > 0
"""
# What brings mentions together: their address and their text.
_KEYS = """
    SELECT m.id, m.workspace_id, m.story_id, hashtextextended(m.url_key, m.workspace_id) AS key
    FROM listening_mention m WHERE m.url_key <> '' AND {mine:m}
    UNION ALL
    SELECT m.id, m.workspace_id, m.story_id, hashtextextended(m.text_key, m.workspace_id)
    FROM listening_mention m WHERE m.text_key <> '' AND {mine:m}
"""
_FOLLOWED = """EXISTS (
    SELECT FROM listening_feedsubscription s JOIN teams_workspace w ON w.id = s.workspace_id
    WHERE s.feed_id = d.id AND NOT w.is_sample AND {mine:s})"""
_PLANNED = """d.is_on AND {mine:d}
    AND NOT (SELECT w.is_sample FROM teams_workspace w WHERE w.id = d.workspace_id)"""
_NOW = "statement_timestamp()"
_DUE = f"d.due_at <= {_NOW}"
# The counts of the sample's scans are made up.
_COUNTED = """f.capability IN ('search', 'tagged', 'poll')
            AND NOT (SELECT w.is_sample FROM teams_workspace w WHERE w.id = s.workspace_id)"""
_OPEN = "d.state IN ('waiting', 'running')"
_OF_SCAN = "EXISTS (SELECT FROM listening_scan s WHERE s.id = d.scan_id AND {mine:s})"

RULES = (
    # Lost
    Rule(
        "lost",
        "fetched_and_gone",
        "mentions that a fetch counted as new and that are not there",
        f"""
        SELECT 'fetch ' || f.id, f.new - coalesce(m.there, 0)
        FROM listening_fetch f JOIN listening_scan s ON s.id = f.scan_id
        LEFT JOIN (SELECT first_fetch_id, count(*) AS there FROM listening_mention GROUP BY 1) m
            ON m.first_fetch_id = f.id
        WHERE {_COUNTED} AND f.new > coalesce(m.there, 0) AND {{mine:s}}
        """,
    ),
    # Doubled
    Rule(
        "doubled",
        "mentions_of_one_post",
        "mentions of one post: their ids differ in case, blanks or form only",
        _SAME_ID.format(
            table="listening_mention",
            surplus="""count(*) - least(count(DISTINCT t.external_id), count(DISTINCT lower(t.url)),
                count(DISTINCT CASE WHEN t.text_key = '' THEN t.external_id ELSE t.text_key END))""",
        ),
    ),
    Rule(
        "doubled",
        "conversations_of_one_thread",
        "conversations of one thread: their ids differ in case, blanks or form only",
        _SAME_ID.format(
            table="listening_conversation",
            surplus="""count(*) - least(count(DISTINCT t.external_id),
                count(DISTINCT CASE WHEN t.url = '' THEN t.external_id ELSE lower(t.url) END))""",
        ),
    ),
    Rule(
        "doubled",
        "authors_of_one_handle",
        "authors of one handle: it differs in blanks or form only",
        """
        SELECT source || ' ' || min(handle), count(*) - 1 FROM listening_author a WHERE {mine:a}
        GROUP BY workspace_id, source, normalize(btrim(handle), NFC) HAVING count(*) > 1
        """,
    ),
    Rule(
        "doubled",
        "stories_told_twice",
        "stories that are one: their mentions have an address or a text in common",
        f"""
        SELECT min('mention ' || k.id), count(DISTINCT k.story_id) - 1 FROM ({_KEYS}) k
        JOIN (
            SELECT a.key FROM ({_KEYS}) a GROUP BY 1 HAVING min(a.story_id) <> max(a.story_id)
        ) torn USING (key)
        GROUP BY key
        """,
    ),
    Rule(
        "doubled",
        "stored_and_not_counted",
        "mentions that a fetch stored more than it counted",
        f"""
        SELECT 'fetch ' || f.id, m.there - f.new
        FROM listening_fetch f JOIN listening_scan s ON s.id = f.scan_id
        JOIN (SELECT first_fetch_id, count(*) AS there FROM listening_mention GROUP BY 1) m
            ON m.first_fetch_id = f.id
        WHERE {_COUNTED} AND f.new < m.there AND {{mine:s}}
        """,
    ),
    # Orphaned
    *(
        Rule(
            "orphaned",
            f"{name}_without_mention",
            f"{name} without a mention",
            f"SELECT '{one} ' || t.id, 1 FROM {table} t LEFT JOIN listening_mention m ON m.{one}_id = t.id "
            "WHERE m.id IS NULL AND {mine:t}",
        )
        for name, one, table in (
            ("stories", "story", "listening_story"),
            ("conversations", "conversation", "listening_conversation"),
            ("authors", "author", "listening_author"),
        )
    ),
    Rule(
        "orphaned",
        "mentions_of_two_workspaces",
        "mentions whose story, conversation or author belongs to another workspace",
        """
        SELECT 'mention ' || m.id, 1 FROM listening_mention m
        JOIN listening_story s ON s.id = m.story_id
        JOIN listening_conversation c ON c.id = m.conversation_id
        LEFT JOIN listening_author a ON a.id = m.author_id
        WHERE (m.workspace_id <> s.workspace_id OR m.workspace_id <> c.workspace_id
            OR m.workspace_id <> a.workspace_id) AND {mine:m}
        """,
    ),
    Rule(
        "orphaned",
        "matches_of_another_mention",
        "matches whose workspace, search, source or date is not that of their mention and version",
        """
        SELECT 'match ' || t.id, 1 FROM listening_match t
        JOIN listening_mention m ON m.id = t.mention_id
        JOIN listening_searchversion v ON v.id = t.version_id
        JOIN listening_search s ON s.id = v.search_id
        WHERE (t.workspace_id, t.source, t.published_at, t.search_id, s.workspace_id, t.brand_id)
            IS DISTINCT FROM
            (m.workspace_id, m.source, m.published_at, v.search_id, m.workspace_id, s.brand_id)
            AND {mine:t}
        """,
    ),
    Rule(
        "orphaned",
        "mentions_without_words",
        "mentions that no search in the stored text can find: their words are missing",
        "SELECT 'mention ' || m.id, 1 FROM listening_mention m "
        "WHERE m.is_searchable AND m.words IS NULL AND {mine:m}",
    ),
    Rule(
        "orphaned",
        "captures_without_page",
        "raw answers of a fetch that has stored no page",
        """
        SELECT 'capture ' || c.id, 1 FROM listening_capture c
        JOIN listening_fetch f ON f.id = c.fetch_id JOIN listening_scan s ON s.id = f.scan_id
        WHERE f.pages = 0 AND {mine:s}
        """,
    ),
    Rule(
        "orphaned",
        "fetches_left_open",
        "fetches that are not finished although their scan is",
        f"""
        SELECT 'fetch ' || d.id, 1 FROM listening_fetch d JOIN listening_scan s ON s.id = d.scan_id
        WHERE {_OPEN} AND s.finished_at IS NOT NULL AND {{mine:s}}
        """,
    ),
    Rule(
        "orphaned",
        "fetches_never_due",
        "fetches that are not finished and will never fall due",
        f"""
        SELECT 'fetch ' || d.id, 1 FROM listening_fetch d JOIN listening_scan s ON s.id = d.scan_id
        WHERE {_OPEN} AND d.due_at IS NULL AND s.finished_at IS NULL AND {{mine:s}}
        """,
    ),
    Rule(
        "orphaned",
        "scans_left_open",
        "scans that are not finished although all their fetches are; no other scan can start",
        f"""
        SELECT 'scan ' || s.id, 1 FROM listening_scan s WHERE s.finished_at IS NULL AND {{mine:s}}
            AND NOT EXISTS (SELECT FROM listening_fetch d WHERE d.scan_id = s.id AND {_OPEN})
        """,
    ),
    # Pending
    *(
        Rule(
            "pending",
            f"fetches_{state}",
            words,
            f"""
            SELECT 'fetch ' || d.id, 1, s.started_at
            FROM listening_fetch d JOIN listening_scan s ON s.id = d.scan_id
            WHERE d.state = '{state}' AND s.finished_at IS NULL AND {{mine:s}} ORDER BY s.started_at
            """,
        )
        for state, words in (
            ("waiting", "fetches of running scans that have not begun"),
            ("running", "fetches of running scans that are under way"),
        )
    ),
    Rule(
        "pending",
        "feeds_due",
        "feeds that are due",
        f"SELECT d.url, 1, d.due_at FROM listening_feed d WHERE {_DUE} AND {_FOLLOWED} ORDER BY 3",
    ),
    Rule(
        "pending",
        "plans_due",
        "scan plans that are due",
        f"SELECT 'plan ' || d.id, 1, d.due_at FROM listening_scanplan d "
        f"WHERE {_DUE} AND {_PLANNED} ORDER BY 3",
    ),
    Rule(
        "pending",
        "searches_to_rematch",
        "searches whose new wording was not yet held against what is stored",
        """
        SELECT 'search ' || s.id, 1, v.created_at FROM listening_searchversion v
        JOIN listening_search s ON s.id = v.search_id
        WHERE (v.is_current OR v.pinned_until > statement_timestamp()) AND v.rematched_at IS NULL
            AND {mine:s} ORDER BY 3
        """,
    ),
    Rule(
        "pending",
        "feeds_to_hear",
        "feeds with entries that a workspace has not heard yet",
        """
        SELECT f.url, 1, min(e.changed_at) FROM listening_feedsubscription s
        JOIN listening_feed f ON f.id = s.feed_id JOIN listening_feedentry e ON e.feed_id = f.id
        JOIN teams_workspace w ON w.id = s.workspace_id
        WHERE (s.heard_to IS NULL OR e.changed_at > s.heard_to) AND NOT w.is_sample
            AND e.published_at > statement_timestamp() - interval '30 days' AND {mine:s}
        GROUP BY s.id, f.url ORDER BY 3
        """,
    ),
    # Counted above, told apart
    *(
        Rule(
            "note",
            f"{name}_{how}",
            words,
            f"SELECT '{one} ' || d.id, 1, d.{since} FROM {table} d "
            f"WHERE {_DUE} AND {free} AND {condition} ORDER BY 3",
        )
        for name, one, table, condition in (
            ("fetches", "fetch", "listening_fetch", f"{_OPEN} AND {_OF_SCAN}"),
            ("feeds", "feed", "listening_feed", _FOLLOWED),
            ("plans", "plan", "listening_scanplan", _PLANNED),
        )
        for how, since, free, words in (
            ("not_handed_out", "due_at", "d.lease_until IS NULL", f"{name} that are due and wait for a tick"),
            ("let_go", "lease_until", f"d.lease_until < {_NOW}", f"{name} whose worker or message was lost"),
        )
    ),
    Rule(
        "note",
        "captures_to_tidy",
        "raw answers that should have been let go by now",
        """
        SELECT 'capture ' || c.id, 1, c.expires_at FROM listening_capture c
        JOIN listening_fetch f ON f.id = c.fetch_id JOIN listening_scan s ON s.id = f.scan_id
        WHERE c.expires_at < statement_timestamp() - interval '3 hours' AND {mine:s} ORDER BY 3
        """,
    ),
)
