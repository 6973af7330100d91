"""Pictures with labels, on your own disk: read, checked, mended, converted, split, shown."""
