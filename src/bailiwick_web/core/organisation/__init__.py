"""The sales organisation: nodes, positions, who fills them, and who therefore sees what."""
