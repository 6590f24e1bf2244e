"""Addresses."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path, re_path

from bailiwick_web.config.api import api
from bailiwick_web.core import views as core
from bailiwick_web.core.entrance import views as entrance
from bailiwick_web.exchange.webhooks.views import feeds

handler404 = "bailiwick_web.core.views.not_found"
handler500 = "bailiwick_web.core.views.failed"
handler403 = "bailiwick_web.core.views.forbidden"
handler429 = "bailiwick_web.core.entrance.views.too_many"

urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/password/", account.password_change, name="account_change_password"),
    path("accounts/password/set/", account.password_set, name="account_set_password"),
    path("accounts/again/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/reset/", account.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("accounts/password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/signup/", entrance.no_signup, name="account_signup"),
    path("accounts/sessions/", entrance.sessions, name="sessions"),
    path("accounts/sessions/end", entrance.end_session, name="end_session"),
    path("accounts/welcome/", entrance.accept_link, name="accept_link"),
    path("accounts/welcome/<str:secret>", entrance.open_link, name="open_link"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sso/", include("allauth.socialaccount.urls")),
    path("accounts/sso/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("setup", entrance.setup, name="setup"),
    path("demo/enter", entrance.enter_demo, name="enter_demo"),
    path("healthz", core.healthz, name="healthz"),
    path("language", core.language, name="set_language"),
    path("api/v1/", api.urls),
    path("", include("bailiwick_web.core.urls")),
    path("", include("bailiwick_web.planning.urls")),
    path("", include("bailiwick_web.crm.urls")),
    path("", include("bailiwick_web.listening.urls")),
    path("", include("bailiwick_web.outreach.urls")),
    path("", include("bailiwick_web.exchange.urls")),
    path("webhooks/", include("bailiwick_web.exchange.webhooks.urls")),
    path("calendar-feed/", feeds.calendar_feed, name="calendar_feed"),
    path("calendar-feed/<str:key>.ics", feeds.calendar_ics, name="calendar_ics"),
    path("scim/v2/", include("bailiwick_web.exchange.scim.urls")),
    path("rules/", include("bailiwick_web.automation.urls")),
    path("insights/", include("bailiwick_web.insights.urls")),
    path("reports/", include("bailiwick_web.reports.urls")),
    path("market/", include("bailiwick_web.market.urls")),
]
