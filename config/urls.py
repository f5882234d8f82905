"""Every address of the site. A workspace's pages lie below /w/<its code>/."""

from django.urls import include, path

handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("", include("teams.urls")),
    path("accounts/", include("teams.account_urls")),
    path("w/<uuid:code>/", include("listening.urls")),
    path("w/<uuid:code>/", include("competitors.urls")),
    path("w/<uuid:code>/", include("pitches.urls")),
]
