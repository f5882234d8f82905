"""Every address of the site. A workspace's pages lie below /w/<its code>/."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("teams.urls")),
    path("accounts/", include("teams.account_urls")),
]
for room in ("listening", "competitors", "pitches"):
    if find_spec(f"{room}.urls"):
        urlpatterns.append(path("w/<uuid:code>/", include(f"{room}.urls")))
