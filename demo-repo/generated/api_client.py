# Generated, do not edit: edit schema/api.json and run python3 tools/generate_client.py
"""Client for the Corner Shop checkout API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict

Transport = Callable[[str, str, Dict[str, Any]], Dict[str, Any]]


@dataclass(frozen=True)
class Item:
    """An article on sale."""

    sku: str
    name: str
    price: int


@dataclass(frozen=True)
class Order:
    """A paid order."""

    number: int
    subtotal: int
    discount: int


@dataclass(frozen=True)
class Refund:
    """Money that is paid back."""

    order: int
    amount: int


class ApiClient:
    """Calls the API through `transport(method, path, body)`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_item(self, sku: str) -> Item:
        """Return one article."""
        body: Dict[str, Any] = {}
        path = f"/items/{sku}"
        return Item(**self._transport("GET", path, body))

    def create_order(self, quantities: Dict[str, int], code: str) -> Order:
        """Buy articles."""
        body: Dict[str, Any] = {"quantities": quantities, "code": code}
        path = "/orders"
        return Order(**self._transport("POST", path, body))

    def create_refund(self, number: int, quantities: Dict[str, int]) -> Refund:
        """Return articles of an order."""
        body: Dict[str, Any] = {"quantities": quantities}
        path = f"/orders/{number}/refunds"
        return Refund(**self._transport("POST", path, body))
