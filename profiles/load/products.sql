-- The products that profiles/load/orders.lua orders: as many as the variable `products` says, 20 by default.
\if :{?products} \else \set products 20 \endif
INSERT INTO product_prices (product_id, sku, name, price_minor, currency, version, recorded_at)
SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'SKU-' || n, 'Product ' || n, 100 + n, 'USD', 1, now()
FROM generate_series(1, :products) AS n
ON CONFLICT DO NOTHING;
