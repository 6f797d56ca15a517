-- The same in every domain: what the processes of an API have let through of a caller's or an address's requests.

-- Not logged: after a crash of the server it is empty, and each window begins again. Nothing else depends on it.
CREATE UNLOGGED TABLE request_counts (
    counted    text   NOT NULL,
    window_end bigint NOT NULL,
    requests   bigint NOT NULL,
    PRIMARY KEY (counted, window_end)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);

COMMENT ON TABLE request_counts IS 'Requests let through in a window of a rate limit, by all processes of the API together.';
COMMENT ON COLUMN request_counts.counted IS 'The limit and whom it counts: a caller, or an address. Deleted a minute after the window.';
COMMENT ON COLUMN request_counts.window_end IS 'When the window ends, in seconds since 1970.';
