"""Orders and their refunds, kept in SQLite."""

from __future__ import annotations

import sqlite3
from typing import Dict, Mapping

from src.checkout import CheckoutError, Line, Receipt

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY, subtotal INTEGER NOT NULL, discount INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS lines (
    order_id INTEGER NOT NULL REFERENCES orders (id),
    sku TEXT NOT NULL,
    unit_price INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    returned INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (order_id, sku)
);
"""


class OrderStore:
    """Stores receipts; in memory unless a file name is given."""

    def __init__(self, database: str = ":memory:") -> None:
        self._db = sqlite3.connect(database)
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def add(self, receipt: Receipt) -> int:
        """Store a receipt and return its order number."""
        with self._db:
            cursor = self._db.execute(
                "INSERT INTO orders (subtotal, discount) VALUES (?, ?)",
                (receipt.subtotal, receipt.discount),
            )
            order = cursor.lastrowid
            assert order is not None
            self._db.executemany(
                "INSERT INTO lines (order_id, sku, unit_price, quantity)"
                " VALUES (?, ?, ?, ?)",
                [(order, x.sku, x.unit_price, x.quantity) for x in receipt.lines],
            )
        return order

    def receipt(self, order: int) -> Receipt:
        """Return the receipt of an order."""
        row = self._db.execute(
            "SELECT subtotal, discount FROM orders WHERE id = ?", (order,)
        ).fetchone()
        if row is None:
            raise CheckoutError(f"unknown order: {order}")
        lines = self._db.execute(
            "SELECT sku, unit_price, quantity FROM lines"
            " WHERE order_id = ? ORDER BY rowid",
            (order,),
        )
        return Receipt(tuple(Line(*line) for line in lines), row[0], row[1])

    def returned(self, order: int) -> Dict[str, int]:
        """Return how many of each article came back."""
        rows = self._db.execute(
            "SELECT sku, returned FROM lines WHERE order_id = ? AND returned > 0",
            (order,),
        )
        return dict(rows.fetchall())

    def add_returned(self, order: int, quantities: Mapping[str, int]) -> None:
        """Note that articles came back."""
        with self._db:
            self._db.executemany(
                "UPDATE lines SET returned = returned + ?"
                " WHERE order_id = ? AND sku = ?",
                [(quantity, order, sku) for sku, quantity in quantities.items()],
            )
