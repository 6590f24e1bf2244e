"""What the web server calls."""

from __future__ import annotations

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bailiwick_web.config.settings")
application = get_wsgi_application()


def _warm() -> None:
    """Load the gazetteer, so that the first new address need not wait for it."""
    from bailiwick_web.crm.placing import warm

    warm()


threading.Thread(target=_warm, daemon=True).start()
