-- Products, their stock as a ledger with its sums, and what was done about each order.

CREATE TABLE products (
    product_id       uuid        PRIMARY KEY,
    sku              text        NOT NULL CONSTRAINT products_sku_key UNIQUE,
    name             text        NOT NULL,
    unit_price_minor bigint      NOT NULL,
    currency         char(3)     NOT NULL,
    version          bigint      NOT NULL,
    registered_at    timestamptz NOT NULL,
    changed_at       timestamptz NOT NULL,
    CONSTRAINT products_sku_length   CHECK (char_length(sku) BETWEEN 1 AND 64),
    CONSTRAINT products_name_length  CHECK (char_length(name) BETWEEN 1 AND 200),
    CONSTRAINT products_price        CHECK (unit_price_minor >= 0),
    CONSTRAINT products_currency     CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT products_version      CHECK (version >= 1)
);
COMMENT ON TABLE products IS 'What the shop sells. Each change raises the version and publishes ProductPriced.';
COMMENT ON COLUMN products.unit_price_minor IS 'In minor units of the currency (ISO 4217): cents for USD.';

-- Hot rows: room on the page keeps their updates off the index (HOT).
CREATE TABLE stock_items (
    product_id uuid   PRIMARY KEY REFERENCES products,
    on_hand    bigint NOT NULL DEFAULT 0,
    CONSTRAINT stock_items_never_below_zero CHECK (on_hand >= 0)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
COMMENT ON TABLE stock_items IS
    'The stock on hand of each product: always the sum of its stock_movements, kept in the same transaction.';

CREATE TABLE order_outcomes (
    order_id   uuid        PRIMARY KEY,
    outcome    text        NOT NULL,
    decided_at timestamptz NOT NULL,
    CONSTRAINT order_outcomes_outcome CHECK (outcome IN ('Deducted', 'Refused', 'Returned', 'CancelledFirst'))
) WITH (fillfactor = 90);
COMMENT ON TABLE order_outcomes IS
    'What was done about each order, by whichever of its messages came first. CancelledFirst marks an order whose '
    'cancellation came before it: it takes nothing when it comes. Only Deducted ever changes, to Returned.';
COMMENT ON COLUMN order_outcomes.decided_at IS 'When the outcome came to be what it is.';

CREATE TABLE stock_movements (
    movement_id uuid        PRIMARY KEY,
    product_id  uuid        NOT NULL REFERENCES stock_items,
    order_id    uuid        REFERENCES order_outcomes,
    delta       bigint      NOT NULL,
    kind        text        NOT NULL,
    reason      text        NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT stock_movements_delta  CHECK (delta <> 0),
    CONSTRAINT stock_movements_reason CHECK (char_length(reason) BETWEEN 1 AND 200),
    CONSTRAINT stock_movements_kind   CHECK (
        CASE kind
            WHEN 'adjustment' THEN order_id IS NULL
            WHEN 'deduction'  THEN order_id IS NOT NULL AND delta < 0
            WHEN 'return'     THEN order_id IS NOT NULL AND delta > 0
            ELSE false
        END)
);
COMMENT ON TABLE stock_movements IS 'The stock ledger: rows are added, never changed. Their sum is the stock on hand.';
COMMENT ON COLUMN stock_movements.movement_id IS 'UUIDv7, so the ledger is in order of time.';

-- Finds what an order took, and lets no order take or give back a product twice, whatever a program does.
CREATE UNIQUE INDEX stock_movements_once_per_order ON stock_movements (order_id, product_id, kind)
    WHERE order_id IS NOT NULL;
