"""The one write path of imports: upload and check, import, take back."""

from bailiwick_web.exchange.services.batches import check, revert, run_import, upload

__all__ = ["check", "revert", "run_import", "upload"]
