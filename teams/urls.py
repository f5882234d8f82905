"""Addresses of the teams room. ``/accounts/`` is in ``account_urls``, because allauth wants plain names."""

from django.urls import path

from teams.views import entry, workspaces

app_name = "teams"

urlpatterns = [
    path("", entry.index, name="index"),
    path("welcome/", entry.first_visit, name="welcome"),
    path("language/", entry.language, name="language"),
    path("workspaces/", workspaces.workspaces, name="workspaces"),
    path("workspaces/sample/", workspaces.add_sample, name="add_sample"),
    path("w/<uuid:code>/settings/", workspaces.workspace_settings, name="settings"),
    path("w/<uuid:code>/remove-sample/", workspaces.remove_sample, name="remove_sample"),
]
