"""Where links for readers lead: outside of any workspace."""

from django.urls import path

from pitches.views import shared

app_name = "shared"

urlpatterns = [
    path("", shared.deck, name="deck"),
    path("enter/", shared.enter, name="enter"),
    path("opened/", shared.opened, name="opened"),
    path("evidence/<str:name>/", shared.figure, name="figure"),
    path("deck.pptx", shared.as_pptx, name="pptx"),
    path("deck.pdf", shared.as_pdf, name="pdf"),
    path("memo.pdf", shared.as_memo, name="memo"),
]
