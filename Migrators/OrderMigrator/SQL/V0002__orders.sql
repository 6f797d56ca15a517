-- Orders, their lines and timelines, the copy of Stock's prices, and the answers to requests with an idempotency key.
-- Money is a whole number of minor units (…_minor) of an ISO 4217 currency.

CREATE TABLE orders (
    id                  uuid PRIMARY KEY,
    customer_id         uuid NOT NULL,
    status              text NOT NULL DEFAULT 'Pending' CHECK (status IN ('Pending', 'Confirmed', 'Cancelled')),
    cancellation_reason text,
    total_minor         bigint NOT NULL CHECK (total_minor >= 0),
    currency            char(3) NOT NULL,
    placed_at           timestamptz NOT NULL,
    changed_at          timestamptz NOT NULL CHECK (changed_at >= placed_at),
    street              text,
    city                text,
    zip_code            text,
    country             text,
    payment_method      text,
    contact_name        text,
    contact_email       text,
    CHECK ((status = 'Cancelled') = (cancellation_reason IS NOT NULL)),
    CHECK (num_nonnulls(street, city, zip_code) IN (0, 3))
);

-- Identities are of UUIDv7: their order is that of time. The primary key serves a list of all orders.
CREATE INDEX orders_by_customer ON orders (customer_id, id DESC);
CREATE INDEX orders_by_status ON orders (status, id);

-- A line is priced in the currency of its order. It keeps SKU, name and price as they were, and so refers to no product:
-- a foreign key would also have all orders of a popular product lock its one row.
CREATE TABLE order_lines (
    order_id         uuid NOT NULL REFERENCES orders,
    product_id       uuid NOT NULL,
    position         smallint NOT NULL CHECK (position BETWEEN 0 AND 99),
    sku              text NOT NULL,
    name             text NOT NULL,
    quantity         integer NOT NULL CHECK (quantity BETWEEN 1 AND 10000),
    unit_price_minor bigint NOT NULL CHECK (unit_price_minor >= 0),
    PRIMARY KEY (order_id, product_id)
);

-- What happened to an order. Entries are written under its row lock, so that their order is that in which things happened.
CREATE TABLE order_timeline (
    order_id uuid NOT NULL REFERENCES orders,
    entry    bigint GENERATED ALWAYS AS IDENTITY,
    step     text NOT NULL CHECK (step <> ''),
    at       timestamptz NOT NULL,
    detail   text,
    PRIMARY KEY (order_id, entry)
);

-- Order's own copy of what Stock says of its products.
CREATE TABLE product_prices (
    product_id  uuid PRIMARY KEY,
    sku         text NOT NULL,
    name        text NOT NULL,
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    currency    char(3) NOT NULL,
    version     bigint NOT NULL,
    recorded_at timestamptz NOT NULL
);

-- What was answered to a request with an idempotency key; of use for 24 hours. The key is taken before its order is
-- written, so that of two at once one waits: the reference is checked at the commit.
CREATE TABLE idempotency_keys (
    key         text COLLATE "C" PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
    status      smallint NOT NULL,
    location    text NOT NULL,
    body        text NOT NULL,
    order_id    uuid NOT NULL REFERENCES orders DEFERRABLE INITIALLY DEFERRED,
    created_at  timestamptz NOT NULL
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
