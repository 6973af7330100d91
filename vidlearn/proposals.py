"""Where something might be: windows, segments, selective search."""
