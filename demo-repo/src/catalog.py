"""The articles on sale, read from a JSON file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Mapping, Tuple

from src.checkout import CheckoutError, Line


@dataclass(frozen=True)
class Item:
    """An article with its price in cents."""

    sku: str
    name: str
    price: int


class Catalog:
    """Articles by their stock keeping unit."""

    def __init__(self, items: Tuple[Item, ...]) -> None:
        self._items: Dict[str, Item] = {item.sku: item for item in items}

    @classmethod
    def load(cls, path: Path) -> Catalog:
        """Read a catalog file such as fixtures/catalog.json."""
        entries = json.loads(path.read_text(encoding="utf-8"))["items"]
        return cls(tuple(Item(e["sku"], e["name"], e["price"]) for e in entries))

    def items(self) -> Tuple[Item, ...]:
        """Return every article, ordered by its stock keeping unit."""
        return tuple(self._items[sku] for sku in sorted(self._items))

    def lines(self, quantities: Mapping[str, int]) -> Tuple[Line, ...]:
        """Return cart lines at today's prices."""
        for sku in quantities:
            if sku not in self._items:
                raise CheckoutError(f"unknown article: {sku}")
        return tuple(
            Line(sku, self._items[sku].price, quantity)
            for sku, quantity in quantities.items()
        )
