"""What portals come to read by themselves: DCAT catalogues in Turtle and JSON-LD, and the SCDL catalogue. Pure, and streamed."""
