from django.urls import path

from competitors.views import brands, phrases, rivals, setup

app_name = "competitors"

urlpatterns = [
    path("setup/", setup.resume, name="setup"),
    path("setup/own/", setup.own, name="setup_own"),
    path("setup/rivals/", setup.rivals, name="setup_rivals"),
    path("setup/industry/", setup.industry, name="setup_industry"),
    path("setup/done/", setup.done, name="setup_done"),
    path("brands/", brands.brands, name="brands"),
    path("brands/<int:pk>/", brands.brand, name="brand"),
    path("brands/<int:pk>/profiles/", brands.add_profile, name="add_profile"),
    path("brands/<int:pk>/remove/", brands.remove, name="remove_brand"),
    path("profiles/", brands.profiles, name="profiles"),
    path("profiles/<int:pk>/", brands.profile, name="profile"),
    path("profiles/<int:pk>/remove/", brands.remove_profile, name="remove_profile"),
    path("rivals/", rivals.rivals, name="rivals"),
    path("rivals/voice/<int:pk>/", rivals.voice, name="voice"),
    path("rivals/places/<int:pk>/<slug:place>/", rivals.place, name="place"),
    path("rivals/places/<int:pk>/<slug:place>/by-hand/", rivals.by_hand, name="place_by_hand"),
    path("phrases/", phrases.phrases, name="phrases"),
    path("phrases/<int:pk>/", phrases.phrase, name="phrase"),
    path("phrases/<int:pk>/manual/", phrases.manual, name="manual_page"),
    path("phrases/<int:pk>/remove/", phrases.remove, name="remove_phrase"),
    path("results/<int:pk>/", phrases.result_page, name="result_page"),
    path("results/<int:pk>/remove/", phrases.remove_page, name="remove_result_page"),
    path("results/<int:pk>/rows/<int:row>/", phrases.correct, name="correct_row"),
]
