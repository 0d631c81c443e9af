"""Full-text search in Korean and English over what modules put into it, with the same answers on both databases."""

from homeport.kernel.knowledge.search.documents import (
    Document,
    Hit,
    create_search_tables,
    index,
    remove,
    search,
)
from homeport.kernel.knowledge.search.marks import Fragment

__all__ = ["Document", "Fragment", "Hit", "create_search_tables", "index", "remove", "search"]
