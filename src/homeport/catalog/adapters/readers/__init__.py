"""Reading repositories: one file a family of files, each safe on anything a repository may hold."""

from homeport.catalog.adapters.readers.repository import read_repository

__all__ = ["read_repository"]
