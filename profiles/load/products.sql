-- The products that profiles/load/orders.lua orders.
INSERT INTO product_prices (product_id, sku, name, price_minor, currency, version, recorded_at)
SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'SKU-' || n, 'Product ' || n, 100 + n, 'USD', 1, now()
FROM generate_series(1, 20) AS n
ON CONFLICT DO NOTHING;
