-- What order-api writes for one order of two products with an idempotency key, as one statement: the yardstick.
\set customer random(1, 100000)
\set first random(1, 20)
WITH priced AS MATERIALIZED (
    -- Identities begin with their time, as those of order-api do.
    SELECT encode(overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM now()) * 1000)::bigint)
                  FROM 3) FROM 1 FOR 6), 'hex')::uuid AS order_id,
           encode(overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM now()) * 1000)::bigint)
                  FROM 3) FROM 1 FOR 6), 'hex')::uuid AS message_id,
           now() AS at
), prices AS (
    SELECT product_id, sku, name, price_minor FROM product_prices
    WHERE product_id IN (('00000000-0000-7000-8000-' || lpad((:first)::text, 12, '0'))::uuid,
                         ('00000000-0000-7000-8000-' || lpad((:first % 20 + 1)::text, 12, '0'))::uuid)
), kept AS (
    INSERT INTO idempotency_keys (key, fingerprint, status, location, body, about, created_at)
    -- Keys are kept as the digest of caller and key, which lies anywhere in the index.
    SELECT encode(sha256(uuid_send(message_id)), 'hex'), sha256(uuid_send(message_id)), 201, '/api/orders/' || order_id,
           '{"orderId":"' || order_id || '","status":"Pending","totalAmount":{"amount":"3.00","currency":"USD"},'
           || '"orderDate":"2026-01-01T00:00:00.000000Z"}', order_id, at
    FROM priced ON CONFLICT (key) DO NOTHING
), added AS (
    INSERT INTO orders (id, customer_id, total_minor, currency, placed_at, changed_at, contact_name, contact_email)
    SELECT order_id, ('00000000-0000-7000-9000-' || lpad((:customer)::text, 12, '0'))::uuid, 300, 'USD', at, at, 'Ada',
           'ada@example.com'
    FROM priced
), lines AS (
    INSERT INTO order_lines (order_id, product_id, position, sku, name, quantity, unit_price_minor)
    SELECT order_id, product_id, row_number() OVER () - 1, sku, name, 2, price_minor FROM priced, prices
), timeline AS (
    INSERT INTO order_timeline (order_id, step, at) SELECT order_id, 'Pending', at FROM priced
)
INSERT INTO outbox (message_id, type, routing_key, mandatory, aggregate_type, aggregate_id, headers, payload, occurred_at)
SELECT message_id, 'OrderCreated', 'order.created', true, 'order', order_id,
       ('{"cloudEvents_schemaversion":"1","cloudEvents_correlationid":"' || replace(message_id::text, '-', '')
       || '","traceparent":"00-' || replace(message_id::text, '-', '') || '-00f067aa0ba902b7-01"}')::json,
       '{"orderId":"' || order_id || '","customerId":"00000000-0000-7000-9000-000000000001",'
       || '"items":[{"productId":"00000000-0000-7000-8000-000000000001","sku":"SKU-1","name":"Product 1","quantity":2,'
       || '"unitPrice":{"amount":"1.01","currency":"USD"}},'
       || '{"productId":"00000000-0000-7000-8000-000000000002","sku":"SKU-2","name":"Product 2","quantity":1,'
       || '"unitPrice":{"amount":"1.02","currency":"USD"}}],'
       || '"totalAmount":{"amount":"3.04","currency":"USD"},"orderDate":"2026-01-01T00:00:00.000000Z",'
       || '"contact":{"name":"Ada","email":"ada@example.com"}}', at
FROM priced;
