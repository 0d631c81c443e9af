"""Pure rules and types of the catalog."""
