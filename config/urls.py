"""Every address of the site. Pages of a workspace are below /w/<its code>/, shared pitches below /shared/."""

from django.urls import include, path

handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("", include("teams.urls")),
    path("accounts/", include("teams.account_urls")),
    path("w/<uuid:code>/", include("listening.urls")),
    path("w/<uuid:code>/", include("competitors.urls")),
    path("w/<uuid:code>/", include("pitches.urls")),
    path("shared/<str:token>/", include("pitches.sharing.urls")),
]
