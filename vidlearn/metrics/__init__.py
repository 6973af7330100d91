"""How good: what the field measures, by its own definitions."""
