-- What the customer service last said of a customer, for when it cannot be asked.
CREATE TABLE customers (
    customer_id uuid        PRIMARY KEY,
    name        text,
    email       text,
    locale      text,
    -- {"optOut": boolean, "kinds": {"order-confirmed": boolean, …}}
    preferences jsonb       NOT NULL,
    fetched_at  timestamptz NOT NULL
);

CREATE INDEX customers_by_age ON customers (fetched_at);

COMMENT ON TABLE customers IS 'Last known copies of what the customer service said.';

-- What customers said here about what they want to be told. It goes before what the customer service says.
CREATE TABLE customer_preferences (
    customer_id uuid        PRIMARY KEY,
    preferences jsonb       NOT NULL,
    updated_at  timestamptz NOT NULL
);

COMMENT ON TABLE customer_preferences IS 'What customers said here about what they want to be told.';
