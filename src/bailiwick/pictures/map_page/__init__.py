"""The stand-alone page ``map.html``: the whole plan in one file that asks nothing of any network."""

from bailiwick.pictures.map_page.page import map_html, write_map

__all__ = ["map_html", "write_map"]
