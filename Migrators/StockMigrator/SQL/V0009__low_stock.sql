-- When a product has run low.

-- Beside the stock on hand, so that whoever takes stock has it without another look. No index has it: taking stock stays an
-- update that leaves the indexes alone (HOT), and a product without a threshold takes no byte for it.
ALTER TABLE stock_items ADD COLUMN low_stock_threshold bigint
    CONSTRAINT stock_items_threshold CHECK (low_stock_threshold >= 1);

COMMENT ON COLUMN stock_items.low_stock_threshold IS
    'When what is available falls below it, ProductRunLow is published. Null: nobody wants to know.';
