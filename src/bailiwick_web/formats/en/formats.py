"""English, the same on both sides of the Atlantic: 3 Feb 2026 instead of 02/03/2026."""

from __future__ import annotations

SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y H:i"
