"""What is said, where and by whom, as rows. One file per noun; this is the list."""

from listening.models.brands import Brand, Industry, Search, SearchVersion
from listening.models.calendars import Calendar, Event
from listening.models.credentials import Credential
from listening.models.due import Due
from listening.models.feeds import Feed, FeedEntry, FeedSubscription
from listening.models.mentions import Author, Capture, Conversation, Match, Mention, Site, Story
from listening.models.popularity import SitePopularity
from listening.models.scans import Fetch, Scan, ScanPlan, SourceSetting
from listening.models.suppressions import Suppression

__all__ = [
    "Author",
    "Brand",
    "Calendar",
    "Capture",
    "Conversation",
    "Credential",
    "Due",
    "Event",
    "Feed",
    "FeedEntry",
    "FeedSubscription",
    "Fetch",
    "Industry",
    "Match",
    "Mention",
    "Scan",
    "ScanPlan",
    "Search",
    "SearchVersion",
    "Site",
    "SitePopularity",
    "SourceSetting",
    "Story",
    "Suppression",
]
