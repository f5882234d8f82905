from django.urls import path

from listening.views import mentions, scans, searches, sites, sources

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
    path("sources/feeds/", sources.follow, name="follow"),
    path("sources/feeds/<int:pk>/unfollow/", sources.unfollow, name="unfollow"),
    path("sources/<slug:name>/", sources.source, name="source"),
]
