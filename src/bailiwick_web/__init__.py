"""The planning application: one Django project over the library ``bailiwick``."""
