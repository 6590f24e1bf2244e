"""Addresses."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path

from bailiwick_web.config.api import api
from bailiwick_web.core import views as core

handler404 = "bailiwick_web.core.views.not_found"
handler500 = "bailiwick_web.core.views.failed"
handler403 = "bailiwick_web.core.views.forbidden"

urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/password/", account.password_change, name="account_change_password"),
    path("accounts/again/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/signup/", core.no_signup, name="account_signup"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("setup", core.setup, name="setup"),
    path("demo/enter", core.enter_demo, name="enter_demo"),
    path("healthz", core.healthz, name="healthz"),
    path("api/v1/", api.urls),
    path("", include("bailiwick_web.core.urls")),
    path("", include("bailiwick_web.planning.urls")),
    path("", include("bailiwick_web.exchange.urls")),
]
