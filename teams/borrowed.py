"""Sentences of libraries that we say in other Swedish than they do; our catalogue goes before theirs.

Marked here only so that the collector finds them: the libraries say them.
"""

from django.utils.translation import gettext_noop

SENTENCES = (
    # django-allauth: the login form and what it answers
    gettext_noop("Email"),
    gettext_noop("Email address"),
    gettext_noop("The email address and/or password you specified are not correct."),
    gettext_noop("You must type the same password each time."),
    gettext_noop("The password reset token was invalid."),
    # and its pages for address and password
    gettext_noop("This email address is already associated with this account."),
    gettext_noop("A user is already registered with this email address."),
)
