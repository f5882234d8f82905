"""Addresses of the teams room. ``/accounts/`` is in ``account_urls``, because allauth wants plain names."""

from django.urls import path

from teams import views

app_name = "teams"

urlpatterns = [
    path("", views.index, name="index"),
    path("welcome/", views.first_visit, name="welcome"),
    path("language/", views.language, name="language"),
    path("workspaces/", views.workspaces, name="workspaces"),
    path("workspaces/sample/", views.add_sample, name="add_sample"),
    path("w/<uuid:code>/settings/", views.workspace_settings, name="settings"),
    path("w/<uuid:code>/remove-sample/", views.remove_sample, name="remove_sample"),
]
