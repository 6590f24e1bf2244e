"""Settings, all from the environment; the table of variables is in ``docs/reference/settings.md``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from environs import Env

from bailiwick_web.config.folders import data_folder, secret_key

env = Env()

DATA_FOLDER = data_folder(os.environ)
UPLOAD_FOLDER = DATA_FOLDER / "uploads"
DATA_FOLDER.mkdir(parents=True, exist_ok=True)

SECRET_KEY = env.str("BAILIWICK_SECRET_KEY", "") or secret_key(DATA_FOLDER)
DEBUG = env.bool("BAILIWICK_DEBUG", False)
ALLOWED_HOSTS = env.list("BAILIWICK_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CURRENCY = env.str("BAILIWICK_CURRENCY", "USD").upper()
COUNTRY = env.str("BAILIWICK_COUNTRY", "").upper()
OUTBOUND_NETWORKS: list[str] = env.list("BAILIWICK_OUTBOUND_NETWORKS", [])
LEAD_RESPONSE_MINUTES = env.int("BAILIWICK_LEAD_RESPONSE_MINUTES", 60)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("BAILIWICK_ORIGINS", [])
PUBLIC_ADDRESS = env.str("BAILIWICK_ADDRESS", "").rstrip("/") or next(iter(CSRF_TRUSTED_ORIGINS), "")
IS_HTTPS = env.bool("BAILIWICK_HTTPS", False)
DEMO_KEY = env.str("BAILIWICK_DEMO_KEY", "")
SETUP_KEY = env.str("BAILIWICK_SETUP_KEY", "")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "bailiwick_web.core",  # before allauth: its templates take the place of theirs
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "huey.contrib.djhuey",
    "django_tasks",
    "bailiwick_web.territories",
    "bailiwick_web.planning",
    "bailiwick_web.crm",
    "bailiwick_web.listening",
    "bailiwick_web.outreach",
    "bailiwick_web.exchange",
    "bailiwick_web.exchange.webhooks",
    "bailiwick_web.insights",
    "bailiwick_web.market",
    "bailiwick_web.reports",
    "bailiwick_web.automation",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "bailiwick_web.core.middleware.SecureHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "bailiwick_web.core.entrance.middleware.SessionLimits",
    "bailiwick_web.core.entrance.middleware.SecondFactorNeeded",
    "bailiwick_web.core.middleware.ZoneOfWhoeverLooks",
    "bailiwick_web.core.middleware.RequestActor",
]

ROOT_URLCONF = "bailiwick_web.config.urls"
CSRF_FAILURE_VIEW = "bailiwick_web.core.views.old_form"
WSGI_APPLICATION = "bailiwick_web.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "bailiwick_web.core.templatetags.words"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bailiwick_web.core.context.frame",
            ],
        },
    }
]

# SQLite: WAL lets readers go on while one writes; IMMEDIATE takes the write lock first, so that no
# transaction fails half-way with "database is locked".
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA_FOLDER / "bailiwick.sqlite3",
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000; PRAGMA secure_delete=ON;",
    },
}
DATABASES = {"default": env.dj_db_url("DATABASE_URL", conn_max_age=60) if env.str("DATABASE_URL", "") else SQLITE}
IS_SQLITE = not env.str("DATABASE_URL", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

HUEY = {
    "huey_class": "huey.SqliteHuey" if IS_SQLITE else "huey.PostgresHuey",
    "name": "bailiwick",
    "immediate": False,
    **({"filename": str(DATA_FOLDER / "queue.sqlite3")} if IS_SQLITE else {"connection": {"dsn": env.str("DATABASE_URL")}}),
}
TASKS = {"default": {"BACKEND": "huey.contrib.djhuey.tasks_backend.HueyBackend"}}
JOB_HEARTBEAT_SECONDS = 2
JOB_STALE_SECONDS = env.int("BAILIWICK_JOB_STALE_SECONDS", 20)
JOB_MAX_ATTEMPTS = 3

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "bailiwick_cache"}}

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
BREACHED_PASSWORDS = env.str("BAILIWICK_BREACHED_PASSWORDS", "")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "bailiwick_web.core.entrance.passwords.Unguessable"},
    {"NAME": "bailiwick_web.core.entrance.passwords.NotBreached"},
]
LOCKOUT_SECONDS = 15 * 60
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Bailiwick: "
ACCOUNT_ADAPTER = "bailiwick_web.core.entrance.adapters.ClosedDoor"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "50/15m/ip,10/15m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BAILIWICK_BEHIND_PROXY", False) else 0
SECOND_FACTOR_ROLES: list[str] = env.list("BAILIWICK_SECOND_FACTOR_ROLES", [])
MFA_ADAPTER = "bailiwick_web.core.entrance.adapters.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS  # browsers allow it on localhost only
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

SSO_NEW_USER_ROLE = env.str("BAILIWICK_OIDC_NEW_USER_ROLE", "")
SOCIALACCOUNT_ADAPTER = "bailiwick_web.core.entrance.adapters.SingleSignOn"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SSO_APPS: list[dict[str, Any]] = []
if env.str("BAILIWICK_OIDC_URL", ""):
    SSO_APPS.append(
        {
            "provider_id": "sso",
            "name": env.str("BAILIWICK_OIDC_NAME", "single sign-on"),
            "client_id": env.str("BAILIWICK_OIDC_CLIENT_ID"),
            "secret": env.str("BAILIWICK_OIDC_CLIENT_SECRET", ""),
            "settings": {"server_url": env.str("BAILIWICK_OIDC_URL")},
        }
    )
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": SSO_APPS}}

EMAIL_IS_SET_UP = bool(env.str("BAILIWICK_EMAIL_URL", ""))
_MAIL = env.dj_email_url("BAILIWICK_EMAIL_URL") if EMAIL_IS_SET_UP else {}
EMAIL_BACKEND = _MAIL.get("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST, EMAIL_PORT = _MAIL.get("EMAIL_HOST", "localhost"), _MAIL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.get("EMAIL_HOST_USER", ""), _MAIL.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_TLS", False), _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("BAILIWICK_EMAIL_FROM", "Bailiwick <bailiwick@localhost>")

SESSION_COOKIE_AGE = env.int("BAILIWICK_SESSION_HOURS", 8) * 3600
SESSION_IDLE_SECONDS = env.int("BAILIWICK_IDLE_MINUTES", 30) * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "bailiwick_session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "bailiwick_csrf"
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BAILIWICK_BEHIND_PROXY", False) else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000_000
MAX_UPLOAD_BYTES = env.int("BAILIWICK_MAX_UPLOAD_MB", 200) * 1_000_000
IMPORT_TIMEOUT_SECONDS = env.int("BAILIWICK_IMPORT_TIMEOUT", 120)
IMPORT_MEMORY_BYTES = env.int("BAILIWICK_IMPORT_MEMORY_MB", 2_048) * 1_000_000

STATIC_URL = "/static/"
STATIC_ROOT = DATA_FOLDER / "static"  # stays empty: files are served from where they are installed
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [Path(__file__).resolve().parents[1] / "static"]  # the built map workspace
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
FORMAT_MODULE_PATH = ["bailiwick_web.formats"]
LOCALE_PATHS = [Path(__file__).parents[1] / "locale"]
LANGUAGE_COOKIE_NAME = "__Host-language" if IS_HTTPS else "bailiwick_language"
LANGUAGE_COOKIE_AGE = 365 * 86_400
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = IS_HTTPS
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("BAILIWICK_TIME_ZONE", "UTC")
USE_THOUSAND_SEPARATOR = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"bailiwick_web": {"level": "INFO"}, "huey": {"level": "WARNING"}},
}
