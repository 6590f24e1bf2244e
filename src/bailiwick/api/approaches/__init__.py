"""One base designed three ways: geographic, demographic, account-based; compared, with a recommendation."""

from bailiwick.api.approaches.facade import compare_approaches
from bailiwick.api.approaches.files import check_approaches_folder
from bailiwick.api.approaches.report import ApproachComparison

__all__ = ["ApproachComparison", "check_approaches_folder", "compare_approaches"]
