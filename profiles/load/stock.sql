-- The stock of the products of profiles/load/products.sql, more of each than anybody can order.
INSERT INTO products (product_id, sku, name, unit_price_minor, currency, version, registered_at, changed_at)
SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'SKU-' || n, 'Product ' || n, 100 + n, 'USD', 1,
       now(), now()
FROM generate_series(1, :products) AS n;
INSERT INTO stock_items (product_id, on_hand) SELECT product_id, 1000000000000 FROM products;
INSERT INTO stock_movements (movement_id, product_id, delta, kind, reason, at)
SELECT gen_random_uuid(), product_id, on_hand, 'adjustment', 'receipt', now() FROM stock_items;
