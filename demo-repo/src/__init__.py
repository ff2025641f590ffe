"""Corner Shop checkout: carts, discounts, orders and refunds."""
