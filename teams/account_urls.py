"""The part of django-allauth that we use, under the names it looks up. What is not here is not reachable."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.urls import path, re_path

from teams import account_views, views

urlpatterns = [
    path("", account_views.show, name="account"),
    # The way in
    path("login/", account_views.login, name="account_login"),
    path("login/code/", account_views.request_code, name="account_request_login_code"),
    path("login/code/enter/", account.confirm_login_code, name="account_confirm_login_code"),
    path("login/passkey/", account_views.passkey_login, name="mfa_login_webauthn"),
    path("login/second-factor/", account_views.second_factor, name="mfa_authenticate"),
    path("logout/", account.logout, name="account_logout"),
    path("signup/", account.signup, name="account_signup"),  # says that it is closed
    path("inactive/", account.account_inactive, name="account_inactive"),
    # Once more, before a change
    path("again/password/", account.reauthenticate, name="account_reauthenticate"),
    path("again/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("again/passkey/", account_views.passkey_again, name="mfa_reauthenticate_webauthn"),
    # E-mail and password
    path("email/", account_views.change_email, name="account_email"),
    path("email/verify/", account_views.verify_email, name="verify_email"),
    path("email/code/", account.email_verification_sent, name="account_email_verification_sent"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # Second factors
    path("second-factors/", account_views.back, name="mfa_index"),
    path("app/add/", app.activate_totp, name="mfa_activate_totp"),
    path("app/remove/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("passkeys/", account_views.back, name="mfa_list_webauthn"),
    path("passkeys/add/", account_views.add_passkey, name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/rename/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    # Where you are logged in
    path("sessions/<int:pk>/end/", account_views.end_session, name="end_session"),
    path("sessions/end-others/", account_views.end_others, name="end_other_sessions"),
]
