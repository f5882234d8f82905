"""What we heard: mentions, the stories they tell, the conversations they open, and why each matched."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from listening import erasing, sources
from listening.models.brands import Brand, Search, SearchVersion
from listening.models.scans import Fetch
from teams.models import Workspace


class Site(models.Model):
    """A registrable domain. Global: a name on the web, nobody's data."""

    domain = models.CharField(max_length=255, unique=True)

    def __str__(self) -> str:
        return self.domain


class Author(models.Model):
    """Who wrote a mention, as one workspace heard it."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    source = models.CharField(max_length=40)
    handle = models.CharField(max_length=255)
    url = models.URLField(max_length=2048, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "source", "handle"], name="one_author_per_handle"),
        ]

    def __str__(self) -> str:
        return self.handle


class Story(models.Model):
    """Mentions that say the same thing: one address, or one text. Grouped, never deleted."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)

    def __str__(self) -> str:
        return f"story {self.pk}"


class Conversation(models.Model):
    """A thread: a post and its replies. We keep who answered and when, never what they wrote."""

    class State(models.TextChoices):
        UNREAD = "unread", _("Not read yet")
        READ = "read", _("Read")
        UNREADABLE = "unreadable", _("Cannot be read")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="conversations")
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=512)
    url = models.URLField(max_length=2048, blank=True)
    handle = models.CharField(max_length=2048, blank=True)  # what the source's thread() takes
    opener = models.CharField(max_length=255, blank=True)  # handle, lower case
    state = models.CharField(max_length=10, choices=State.choices, default=State.UNREAD)
    error = models.TextField(blank=True)
    error_params = models.JSONField(default=dict, blank=True)
    replies_said = models.PositiveIntegerField(null=True, blank=True)  # what the source's listing says
    replies_said_when_read = models.PositiveIntegerField(null=True, blank=True)
    replies = models.JSONField(default=list, blank=True)  # [{"author", "url", "at", "id"}]
    participants = ArrayField(models.CharField(max_length=255), default=list, blank=True)  # lower case
    read_at = models.DateTimeField(null=True, blank=True)  # or was refused to us

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "source", "external_id"], name="one_conversation_per_id"
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "source"], condition=models.Q(state="unread"), name="conversation_unread"
            ),
            GinIndex(fields=["participants"], name="conversation_participants"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def error_text(self) -> str:
        return gettext(self.error) % self.error_params if self.error else ""


class Mention(models.Model):
    """The workspace's own copy of something that was said. One row per source and id, whatever found it."""

    class State(models.TextChoices):
        HEARD = "heard", _("Heard")
        NOT_RELEVANT = "not_relevant", _("Not relevant")

    TEXT_LIMIT = 20_000

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="mentions")
    source = models.CharField(max_length=40, choices=sources.choices)
    external_id = models.CharField(max_length=512)
    url = models.URLField(max_length=2048)
    url_key = models.CharField(max_length=64, blank=True)  # sha256 of the canonical address it is about
    text_key = models.CharField(max_length=64, blank=True)  # sha256 of the folded words; "" when too short
    title = models.TextField(blank=True)
    text = models.TextField(blank=True)
    is_searchable = models.BooleanField(default=True)  # False: the text was reserved and is not kept
    tags = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=35, blank=True)
    metrics = models.JSONField(default=dict, blank=True)
    is_question = models.BooleanField(default=False)
    published_at = models.DateTimeField()
    date_known = models.BooleanField(
        default=True
    )  # False: the source gave none, this is when we first saw it
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    author = models.ForeignKey(Author, on_delete=models.SET_NULL, null=True, blank=True)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="mentions")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="mentions")
    state = models.CharField(max_length=12, choices=State.choices, default=State.HEARD)
    is_starred = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    first_fetch = models.ForeignKey(Fetch, on_delete=models.SET_NULL, null=True, blank=True)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()
    words = SearchVectorField(null=True)  # written by our own tokeniser, see query.sql

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "source", "external_id"], name="one_mention_per_id"),
        ]
        indexes = [
            models.Index(fields=["workspace", "-published_at", "-id"], name="mention_newest"),
            models.Index(fields=["workspace", "url_key"], name="mention_by_url"),
            models.Index(
                fields=["workspace", "text_key"], condition=~models.Q(text_key=""), name="mention_by_text"
            ),
            GinIndex(fields=["words"], name="mention_words"),
        ]

    def __str__(self) -> str:
        return self.title or self.text[:80] or self.url

    @property
    def is_erased(self) -> bool:
        """Whether its author asked to be forgotten: what counts is left of it."""
        return self.external_id.startswith(erasing.PREFIX)

    @property
    def quote(self) -> str:
        """At most 300 characters, cut between words: what we may print elsewhere."""
        whole = self.text or self.title
        return whole if len(whole) <= 300 else whole[:300].rsplit(" ", 1)[0] + "…"


class Match(models.Model):
    """Why a mention is here: which version of which search, which words, where. Narrow on purpose."""

    mention = models.ForeignKey(Mention, on_delete=models.CASCADE, related_name="matches")
    version = models.ForeignKey(SearchVersion, on_delete=models.CASCADE, related_name="matches")
    # Copied so that charts and counts group without joining the wide table.
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    search = models.ForeignKey(Search, on_delete=models.CASCADE)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, null=True, blank=True)
    source = models.CharField(max_length=40)
    published_at = models.DateTimeField()
    where = models.JSONField(default=list)  # [{"clause", "where", "words", "spans"}]
    content_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "mention"], name="one_match_per_version_and_mention"),
        ]
        indexes = [
            models.Index(fields=["workspace", "search", "-published_at"], name="match_by_search"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.mention_id}"


class Capture(models.Model):
    """A raw answer as it came, compressed and hashed, kept for a short while as proof."""

    fetch = models.ForeignKey(Fetch, on_delete=models.CASCADE, related_name="captures")
    url = models.TextField()
    status = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField()  # gzip
    fetched_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="capture_expiry")]

    def __str__(self) -> str:
        return self.url
