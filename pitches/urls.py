from django.urls import path, register_converter

from pitches.views import (
    builder,
    decks,
    follow,
    forgetting,
    home,
    looks,
    pitches,
    plan,
    post,
    proving,
    sampling,
    sharing,
    todo,
)  # fmt: skip


class SlideKey:
    """What a slide is called in the outline, or "free-1"."""

    regex = "[a-z][a-z0-9_-]{0,39}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class EvidenceId:
    """E and a number, as in "E12"."""

    regex = "E[1-9][0-9]{0,4}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SlideKey, "slide")
register_converter(EvidenceId, "evidence")

app_name = "pitches"

urlpatterns = [
    path("", home.home, name="home"),
    path("evidence/<evidence:name>/", home.evidence, name="evidence"),
    path("pitches/", pitches.pitches, name="pitches"),
    path("pitches/new/", pitches.new, name="new"),
    path("pitches/<uuid:code_of_pitch>/", pitches.pitch, name="pitch"),
    path("pitches/<uuid:code_of_pitch>/about/", pitches.about, name="about"),
    path("pitches/<uuid:code_of_pitch>/add/", builder.add, name="add"),
    path("pitches/<uuid:code_of_pitch>/arrange/", builder.arrange, name="arrange"),
    path("pitches/<uuid:code_of_pitch>/quotes/", builder.choose_quotes, name="quotes"),
    path("pitches/<uuid:code_of_pitch>/undo/", builder.undo, name="undo"),
    path("pitches/<uuid:code_of_pitch>/slides/<slide:key>/", builder.slide, name="slide"),
    path("pitches/<uuid:code_of_pitch>/slides/<slide:key>/words/", builder.words, name="words"),
    path("pitches/<uuid:code_of_pitch>/slides/<slide:key>/settle/", builder.settle, name="settle"),
    path("pitches/<uuid:code_of_pitch>/ask/", pitches.ask, name="ask"),
    path("pitches/<uuid:code_of_pitch>/actions/", plan.actions, name="actions"),
    path("pitches/<uuid:code_of_pitch>/plan/", plan.plan, name="plan"),
    path("pitches/<uuid:code_of_pitch>/post/", post.post, name="post"),
    path("pitches/<uuid:code_of_pitch>/post.html", post.post_html, name="post_html"),
    path("pitches/<uuid:code_of_pitch>/post.md", post.post_markdown, name="post_markdown"),
    path("todo/", todo.todo, name="todo"),
    path("todo/guideline/", todo.guideline, name="guideline"),
    path("todo/<int:pk>/", todo.action, name="action"),
    path("todo/<int:pk>/assign/", todo.assign, name="assign_action"),
    path("todo/<int:pk>/mark/", todo.mark, name="mark_action"),
    path("pitches/<uuid:code_of_pitch>/freeze/", pitches.freeze, name="freeze"),
    path("pitches/<uuid:code_of_pitch>/continue/", pitches.continue_, name="continue"),
    path("pitches/<uuid:code_of_pitch>/changes/", follow.changes_since, name="changes"),
    path("pitches/<uuid:code_of_pitch>/follow-up/", follow.follow_up, name="follow_up"),
    path("pitches/<uuid:code_of_pitch>/delete/", pitches.delete, name="delete"),
    path("templates/", looks.templates, name="templates"),
    path("templates/<int:pk>/remove/", looks.remove_template, name="remove_template"),
    path("templates/<int:pk>/trial.pptx", looks.trial_deck, name="trial_deck"),
    path("pitches/<uuid:code_of_pitch>/look/", looks.look, name="look"),
    path("pitches/<uuid:code_of_pitch>/web/", decks.pitch_web, name="pitch_web"),
    path("pitches/<uuid:code_of_pitch>/deck.pptx", decks.pitch_pptx, name="pitch_pptx"),
    path("pitches/<uuid:code_of_pitch>/deck.pdf", decks.pitch_pdf, name="pitch_pdf"),
    path("pitches/<uuid:code_of_pitch>/memo.pdf", decks.pitch_memo, name="pitch_memo"),
    path("pitches/<uuid:code_of_pitch>/links/", sharing.shares, name="links"),
    path("pitches/<uuid:code_of_pitch>/links/share/", sharing.share, name="share"),
    path("pitches/<uuid:code_of_pitch>/links/<int:pk>/revoke/", sharing.revoke, name="revoke_link"),
    path("pitches/<uuid:code_of_pitch>/originals/", sharing.originals, name="originals"),
    path("pitches/<uuid:code_of_pitch>/originals/check/", sharing.check_originals, name="check_originals"),
    path("pitches/<uuid:code_of_pitch>/evidence/<evidence:name>/", decks.figure, name="figure"),
    path("pitches/<uuid:code_of_pitch>/evidence.zip", proving.pitch_zip, name="pitch_zip"),
    path("verify/", proving.verify, name="verify"),
    path("pitches/<uuid:code_of_pitch>/sample/", sampling.sample, name="sample"),
    path("pitches/<uuid:code_of_pitch>/sample/draw/", sampling.draw, name="draw"),
    path("pitches/<uuid:code_of_pitch>/sample/judge/", sampling.judge, name="judge"),
    path("pitches/<uuid:code_of_pitch>/sample/undo/", sampling.undo, name="undo_judgement"),
    path("authors/erase/", forgetting.erase_author, name="erase_author"),
]
