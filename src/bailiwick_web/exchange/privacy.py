"""What becomes of the texts of this app when somebody is erased; files of imports see to themselves, in ``services/forgetting.py``."""

from bailiwick_web.core.erasing import declare, forgets
from bailiwick_web.exchange import models as m
from bailiwick_web.exchange.services.forgetting import forget

declare(m.ImportBatch, goes=("filename", "options", "facts"), nobody=("digest", "counts", "course"))
declare(m.ImportRow, names=("before",), nobody=("record", "key", "outcome"))
declare(m.MappingTemplate, names=("columns", "reading"), nobody=("name", "header"))
forgets(forget)
