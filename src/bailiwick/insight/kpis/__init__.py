"""Key figures: formulas over named measures, crediting, waterfalls, funnels."""
