"""Layers: named accounts carved out first, specialists next, geography for the rest; overlays for further roles."""

from bailiwick.api.layers.facade import design_layers, preview_layers
from bailiwick.api.layers.files import check_layers_folder
from bailiwick.api.layers.plan import LayeredPlan

__all__ = ["LayeredPlan", "check_layers_folder", "design_layers", "preview_layers"]
