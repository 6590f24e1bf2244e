"""The report ``report.pdf``: the plan on paper, in words that a sales director reads."""

from bailiwick.pictures.report.pdf import report_pdf, write_report

__all__ = ["report_pdf", "write_report"]
