"""Outside systems of the catalog, one file a system."""
