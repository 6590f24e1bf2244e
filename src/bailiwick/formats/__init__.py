"""From what people have to units, reps, adjacency and alignments."""

from bailiwick.formats.adjacency import AdjacencyImport, read_adjacency
from bailiwick.formats.alignment import AlignmentTable, read_alignment, read_pairs
from bailiwick.formats.orders import read_orders
from bailiwick.formats.reading import read_table
from bailiwick.formats.recognise import Chosen, parse_column_map
from bailiwick.formats.rejects import RejectedRows
from bailiwick.formats.reps import read_reps
from bailiwick.formats.table import MalformedRow, Table
from bailiwick.formats.units import MISSING_MEASURE, UnitImport, read_units

__all__ = [
    "MISSING_MEASURE",
    "AdjacencyImport",
    "AlignmentTable",
    "Chosen",
    "MalformedRow",
    "RejectedRows",
    "Table",
    "UnitImport",
    "parse_column_map",
    "read_adjacency",
    "read_alignment",
    "read_orders",
    "read_pairs",
    "read_reps",
    "read_table",
    "read_units",
]
