-- A backlog of :messages OrderCreated in the outbox, and a word to the relays.
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
       || '"contact":{"name":"Ada","email":"ada@example.com"}}', now()
FROM (SELECT gen_random_uuid() AS message_id, gen_random_uuid() AS order_id FROM generate_series(1, :messages)) AS made;
NOTIFY tradewind_outbox;
