-- wrk script: each request places an order of two products, with an idempotency key of its own.
-- TOKEN: of an operator or admin, who may order for every customer.
-- PRODUCTS: how many products there are, with identities as profiles/load/products.sql makes them.
local products = tonumber(os.getenv("PRODUCTS") or "20")
local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init()
   math.randomseed(os.time() * 16 + number)
   prefix = string.format("%08x-%d-", math.random(0, 0x7fffffff), number)
   sent = 0
   failed = 0
   wrk.headers["Content-Type"] = "application/json"
   wrk.headers["Authorization"] = "Bearer " .. (os.getenv("TOKEN") or "")
end

local function product(index) return string.format("00000000-0000-7000-8000-%012d", index) end

function request()
   sent = sent + 1
   local first = math.random(1, products)
   local second = first % products + 1
   wrk.headers["Idempotency-Key"] = prefix .. sent
   return wrk.format("POST", "/api/orders", nil, string.format(
      '{"customerId":"00000000-0000-7000-9000-%012d","items":[{"productId":"%s","quantity":2},'
         .. '{"productId":"%s","quantity":1}],"contact":{"name":"Ada","email":"ada@example.com"}}',
      math.random(1, 100000), product(first), product(second)))
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format("orders/s %.0f  p50 %.1f ms  p99 %.1f ms  not placed %d\n",
      summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
      errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
