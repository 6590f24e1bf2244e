"""Lower bounds: what no plan can beat, and for which plans that holds."""
