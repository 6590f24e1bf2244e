"""What the library says in words of the command line, in words of the page on which it is shown."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

PAGE_WORDS: Mapping[str, str] = {
    "no column was recognised as id; the row number in the file became the id. Use --map id=COLUMN to choose": gettext_noop(
        "no column was recognised as id; the row number in the file became the id. If there is one, choose “Id” for it below"
    ),
    (
        "no column of %(source)s was recognised as id or postcode, by which rows find their shapes; name it, "
        "such as --map id=%(names)s. Columns: %(names2)s"
    ): gettext_noop(
        "no column of %(source)s was recognised as id or postcode, by which rows find their shapes; choose “Id” or “Postcode” for one "
        "of them below. Columns: %(names2)s"
    ),
    (
        "%(source)s has no column for the measure %(measure)s%(hint)s Numeric columns: %(value)s. Use --map "
        "%(name)s=COLUMN, or 'units' to count every row as one"
    ): gettext_noop(
        "%(source)s has no column for the measure %(measure)s%(hint)s Numeric columns: %(value)s. Choose “Measure to balance” for one of "
        "them below"
    ),
    (
        "%(source)s does not say where its rows are: no column was recognised as %(wanted)s.%(advice)s "
        "Columns: %(names)s. Name the right ones, such as %(example)s, or give a file with shapes"
    ): gettext_noop(
        "%(source)s does not say where its rows are: no column was recognised as %(wanted)s.%(advice)s Columns: %(names)s. Choose below "
        "which ones they are, such as “City”, or bring a file with shapes"
    ),
    " Column %(name)s holds coordinates in text (%(rows)s, such as %(example)s); read it as %(option)s.": gettext_noop(
        " Column %(name)s holds coordinates in text (%(rows)s, such as %(example)s): choose “Coordinates in one text” for it below."
    ),
    (
        "%(source)s does not say its coordinate system, and its numbers (%(low)s to %(high)s) are no degrees; "
        "add the .prj file, or save it in WGS 84 (EPSG:4326), or use --planar for coordinates in km"
    ): gettext_noop(
        "%(source)s does not say its coordinate system, and its numbers (%(low)s to %(high)s) are no degrees; add the .prj file, or save "
        "it in WGS 84 (EPSG:4326)"
    ),
    (
        "%(name)s does not tell whether the day or the month stands first; the month was taken. If that is wrong, say --dates dmy"
    ): gettext_noop(
        "%(name)s does not tell whether the day or the month stands first; the month was taken. If that is wrong, bring dates such as "
        "2026-03-31"
    ),
}
"""Pattern of the library → the pattern that pages show and the catalogues know."""
