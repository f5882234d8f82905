from django.urls import path, register_converter

from pitches.views import decks, home, looks, pitches


class StepNumber:
    """1 to 5."""

    regex = "[1-5]"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class EvidenceId:
    """E and a number, as in "E12"."""

    regex = "E[1-9][0-9]{0,4}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(StepNumber, "step")
register_converter(EvidenceId, "evidence")

app_name = "pitches"

urlpatterns = [
    path("", home.home, name="home"),
    path("evidence/<evidence:name>/", home.evidence, name="evidence"),
    path("pitches/", pitches.pitches, name="pitches"),
    path("pitches/new/", pitches.new, name="new"),
    path("pitches/<uuid:code_of_pitch>/", pitches.pitch, name="pitch"),
    path("pitches/<uuid:code_of_pitch>/about/", pitches.about, name="about"),
    path("pitches/<uuid:code_of_pitch>/steps/<step:number>/", pitches.step, name="step"),
    path("pitches/<uuid:code_of_pitch>/ask/", pitches.ask, name="ask"),
    path("pitches/<uuid:code_of_pitch>/actions/", pitches.actions, name="actions"),
    path("pitches/<uuid:code_of_pitch>/freeze/", pitches.freeze, name="freeze"),
    path("pitches/<uuid:code_of_pitch>/continue/", pitches.continue_, name="continue"),
    path("pitches/<uuid:code_of_pitch>/delete/", pitches.delete, name="delete"),
    path("templates/", looks.templates, name="templates"),
    path("templates/<int:pk>/remove/", looks.remove_template, name="remove_template"),
    path("templates/<int:pk>/trial.pptx", looks.trial_deck, name="trial_deck"),
    path("pitches/<uuid:code_of_pitch>/look/", looks.look, name="look"),
    path("pitches/<uuid:code_of_pitch>/web/", decks.pitch_web, name="pitch_web"),
    path("pitches/<uuid:code_of_pitch>/deck.pptx", decks.pitch_pptx, name="pitch_pptx"),
    path("pitches/<uuid:code_of_pitch>/deck.pdf", decks.pitch_pdf, name="pitch_pdf"),
    path("pitches/<uuid:code_of_pitch>/evidence/<evidence:name>/", decks.figure, name="figure"),
]
