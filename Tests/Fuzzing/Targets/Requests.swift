import DomainKit
import JSON
import OrderAPI
import Templating
import Tracing

@testable import HTTPServer

extension FuzzTarget {
    /// A JSON document: read, written, and read as the same; and as the body of a request.
    static let json = FuzzTarget(name: "json") { input in
        guard let document = try? JSONValue(parsing: input) else { return }
        let again = try? JSONValue(parsing: document.jsonBytes)
        require(document == again, "\(document) is read again as what it is, not as \(String(describing: again))")
        let request = HTTPRequest(.post, "/", headers: ["Content-Type": "application/json"], body: input)
        _ = try? request.decode(PlaceOrderBody.self)
    }

    /// A path and a query as a URL has them.
    static let query = FuzzTarget(name: "query") { input in
        let text = String(input)
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        _ = try? routes.match(.get, String(parts[0]))
        guard parts.count == 2, let query = QueryParameters(parsing: parts[1]) else { return }
        require(QueryParameters(parsing: query.encoded) == query, "\(query) is read again as what it is")
        let request = HTTPRequest(.get, String(parts[0]), query: query)
        if let page = try? request.page() { require((1...200).contains(page.limit), "\(page.limit) is in bounds") }
        _ = try? query.id("id")
    }

    /// What stands in headers, paths and fields: a text as each kind of value, which is written as it is read.
    static let values = FuzzTarget(name: "values") { input in
        let text = String(input)
        if let cursor = Cursor(encoded: text) { require(cursor.encoded == text, "the cursor \(text) has one form") }
        if let id = EntityID(text) { require(id.description == text.lowercased(), "\(text) is written as it is read") }
        if let time = Timestamp(text) {
            require(Timestamp(time.description) == time, "\(text) is read again as what it is")
        }
        for code in ["USD", "JPY", "KWD"] {
            guard let currency = Currency(code), let money = try? Money(amount: text, currency: currency) else {
                continue
            }
            let again = try? Money(amount: money.amount, currency: currency)
            require(again == money, "\(text) \(code) is read again as what it is")
            _ = try? money.multiplied(by: 10_000).adding(money)
        }
        if let trace = TraceContext(traceparent: text) {
            require(TraceContext(traceparent: trace.traceparent) == trace, "\(text) is read again as what it is")
        }
        let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        if let state = TraceContext(traceparent: traceparent, tracestate: text)?.tracestate {
            let again = TraceContext(traceparent: traceparent, tracestate: state)?.tracestate
            require(state.utf8.count <= 512 && again == state, "\(state) is read again as what it is")
        }
        _ = MediaType(text)?.isJSON
        _ = HTTPRequest(.get, "/", headers: ["X-Correlation-ID": text]).cause
    }

    /// A template, held against the shape of data, and filled with data that has lists, objects and names that mean
    /// something in HTML.
    static let template = FuzzTarget(name: "template") { input in
        let faults = Template.faults(in: String(input), filledWith: shape)
        require(faults.count <= Template.maximumFaults, "the faults are bounded")
        guard let template = try? Template(String(input)) else {
            require(faults.count == 1, "what is no template has one fault")
            return
        }
        for escaping in [Template.Escaping.html, .none] {
            let text = try? template.render(data, escaping: escaping)
            require((text?.utf8.count ?? 0) <= Template.maximumOutput, "the output is bounded")
        }
    }

    private static let routes: Router = {
        var router = Router()
        let operation = Operation("read", "Reads", tag: "Test", access: .open)
        for template in ["/", "/api/orders", "/api/orders/{orderId}", "/api/orders/{orderId}/cancel", "/{a}/{b}"] {
            router.get(template, operation) { _ in .empty() }
        }
        return router
    }()

    // Made each time: of one that is kept, LeakSanitizer takes parts for lost, as it does not know where Swift holds them.
    private static var shape: JSONSchema {
        let price = JSONSchema.object(nil, .required("amount", .string(example: "1.00")))
        let item = JSONSchema.object(nil, .required("name", .string(example: "x")), .required("price", price)).orNull
        return .object(
            nil, .required("a", .string(example: "x")), .required("b", .boolean),
            .required("n", JSONSchema.string(example: "x").orNull), .required("i", .integer(example: -1)),
            .required("items", .array(of: item)))
    }

    private static let data: JSONValue = {
        let item: JSONValue = .object(["name": .string("<b> & {{x}}"), "price": .object(["amount": .string("1.00")])])
        return .object([
            "a": .string("\"x\""), "b": .bool(true), "n": .null, "i": .integer(-1),
            "items": .array([item, item, .null]),
        ])
    }()
}
