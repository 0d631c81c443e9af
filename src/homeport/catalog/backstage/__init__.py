"""The catalog under /api/catalog, as Backstage's own clients ask for it: same paths, words, cursors and errors."""
