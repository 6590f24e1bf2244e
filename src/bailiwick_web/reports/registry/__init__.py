"""The one list of what reports may ask for: record types and their fields. What is not in it cannot be reached by any of them."""

from __future__ import annotations

from bailiwick_web.reports.registry.finding import every_field, field_of, fields_of, subject_of
from bailiwick_web.reports.registry.kinds import Field, Ground, Kind, Subject
from bailiwick_web.reports.registry.subjects import SUBJECTS

__all__ = ["SUBJECTS", "Field", "Ground", "Kind", "Subject", "every_field", "field_of", "fields_of", "subject_of"]
