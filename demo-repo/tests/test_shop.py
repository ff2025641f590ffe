"""Selling and taking back, from the words of a customer to the stored order.

These tests read nothing outside src/ and tests/: the two folders are all that
the `unit-tests` gate in hookgate.yaml lists as its inputs.
"""

import unittest

from src.app import Shop, money, parse_quantities
from src.catalog import Catalog, Item
from src.checkout import CheckoutError
from src.orders import OrderStore


class ShopTest(unittest.TestCase):
    def setUp(self):
        self.store = OrderStore()
        self.addCleanup(self.store.close)
        items = (Item("coffee", "Coffee", 450), Item("teapot", "Teapot", 5200))
        self.shop = Shop(Catalog(items), self.store)

    def test_order_is_stored_as_sold(self):
        number, receipt = self.shop.order({"teapot": 1, "coffee": 2})
        self.assertEqual(receipt.total, 5490)
        self.assertEqual(self.store.receipt(number), receipt)

    def test_order_numbers_differ(self):
        first, _ = self.shop.order({"coffee": 1})
        second, _ = self.shop.order({"coffee": 1})
        self.assertNotEqual(first, second)

    def test_refund_is_remembered(self):
        number, _ = self.shop.order({"coffee": 2})
        self.assertEqual(self.shop.refund(number, {"coffee": 1}), 450)
        self.assertEqual(self.shop.refund(number, {"coffee": 1}), 450)
        with self.assertRaisesRegex(CheckoutError, "more returned than bought"):
            self.shop.refund(number, {"coffee": 1})

    def test_unknown_names_are_refused(self):
        with self.assertRaisesRegex(CheckoutError, "unknown article: tea"):
            self.shop.order({"tea": 1})
        with self.assertRaisesRegex(CheckoutError, "unknown order: 7"):
            self.shop.refund(7, {"coffee": 1})


class Words(unittest.TestCase):
    def test_quantities(self):
        words = ["coffee=2", "bread", "coffee"]
        self.assertEqual(parse_quantities(words), {"coffee": 3, "bread": 1})
        with self.assertRaisesRegex(CheckoutError, "not a quantity: two"):
            parse_quantities(["coffee=two"])

    def test_money(self):
        self.assertEqual(money(1205), "12.05")
        self.assertEqual(money(5), "0.05")


if __name__ == "__main__":
    unittest.main()
