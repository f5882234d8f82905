from django.urls import path

from listening.views import calendars, feeds, mentions, scans, searches, sites, source, sources

app_name = "listening"

urlpatterns = [
    path("mentions/", mentions.mentions, name="mentions"),
    path("mentions/sites/", sites.sites, name="sites"),
    path("mentions/<int:pk>/", mentions.mention, name="mention"),
    path("mentions/<int:pk>/mark/", mentions.mark, name="mark"),
    path("searches/", searches.searches_page, name="searches"),
    path("searches/<int:pk>/", searches.search, name="search"),
    path("scans/", scans.scans, name="scans"),
    path("scans/now/", scans.scan_now, name="scan_now"),
    path("scans/<int:pk>/", scans.scan, name="scan"),
    path("plan/", scans.plan, name="plan"),
    path("sources/", sources.sources, name="sources"),
    path("sources/follow/", feeds.follow, name="follow"),
    path("sources/feeds/import/", feeds.import_feeds, name="import_feeds"),
    path("sources/feeds/many/", feeds.follow_many, name="follow_many"),
    path("sources/feeds/export/", feeds.export_feeds, name="export_feeds"),
    path("sources/feeds/<int:pk>/", feeds.feed, name="feed"),
    path("sources/feeds/<int:pk>/try/", feeds.try_again, name="try_again"),
    path("sources/feeds/<int:pk>/name/", feeds.rename, name="rename_feed"),
    path("sources/feeds/<int:pk>/unfollow/", feeds.unfollow, name="unfollow"),
    path("calendars/", calendars.calendars_page, name="calendars"),
    path("calendars/follow/", calendars.follow, name="follow_calendar"),
    path("calendars/<int:pk>/", calendars.calendar, name="calendar"),
    path("calendars/<int:pk>/try/", calendars.try_again, name="try_calendar"),
    path("calendars/<int:pk>/unfollow/", calendars.unfollow, name="unfollow_calendar"),
    path("sources/<slug:name>/", source.source, name="source"),
    path("sources/<slug:name>/credentials/", source.credential, name="credential"),
    path("sources/<slug:name>/credentials/remove/", source.remove_credential, name="remove_credential"),
]
