import JSON

/// What an API is as a whole, for who reads its description.
public struct APIDescription: Sendable {
    /// Such as `Tradewind Order`.
    public let title: String
    /// What it is for, in a sentence or two.
    public let summary: String
    /// Where it listens, for the examples; 0 for any free port, which they then leave to the reader.
    public let port: Int
    /// The version of the interface, not of the software: raised by a change that a client must know of.
    public let version: String

    public init(title: String, summary: String, port: Int, version: String = "1.0.0") {
        self.title = title
        self.summary = summary
        self.port = port
        self.version = version
    }
}

/// A route with all that can be said of it, for a document.
struct DescribedRoute {
    let route: Router.Route
    /// By status, ascending.
    let outcomes: [Outcome]

    /// What a status can mean.
    struct Outcome {
        let status: Int
        /// What the operation itself declares.
        let own: [Operation.Answer]
        /// What follows from what it is.
        let shared: [SharedAnswer]
        /// Whether requests of the operation are counted.
        let isLimited: Bool

        var answers: [Operation.Answer] { own + shared.map(\.answer) }
        /// What documents can refer to instead of writing the outcome out.
        var reference: SharedAnswer? { own.isEmpty && shared.count == 1 && isLimited ? shared[0] : nil }
        var meaning: String { answers.map(\.meaning).joined(separator: " ") }
        /// Each media type once.
        var contents: [Operation.Answer.Content] {
            var seen: Set<String> = []
            return answers.compactMap(\.content).filter { seen.insert($0.type).inserted }
        }
        var problems: [Problem] { answers.flatMap(\.problems) }

        /// Each once, those that every answer has among them.
        var headers: [Operation.Header] {
            var seen: Set<String> = []
            let all = answers.flatMap(\.headers) + [.traceparent] + (isLimited ? Operation.Header.rateLimits : [])
            return all.filter { seen.insert($0.name).inserted }
        }
    }

    init(_ route: Router.Route) {
        self.route = route
        let implied = route.operation.impliedAnswers(to: route.method, at: route.template)
        let declared = route.operation.answers
        let isLimited = route.operation.routeClass(of: route.method) != .operational
        outcomes = Set(declared.map(\.status) + implied.map(\.answer.status)).sorted().map { status in
            Outcome(
                status: status, own: declared.filter { $0.status == status },
                shared: implied.filter { $0.answer.status == status }, isLimited: isLimited)
        }
    }

    var operation: Operation { route.operation }

    /// The path with an example for each of its names.
    var examplePath: String {
        operation.parameters.filter { $0.place == .path }.reduce(route.template) { path, parameter in
            let example = parameter.schema.example.jsonText.filter { $0 != "\"" }
            return path.split(separator: "{\(parameter.name)}", omittingEmptySubsequences: false)
                .joined(separator: example)
        }
    }

    static let exampleTraceID = "0af7651916cd43dd8448eb211c80319c"

    /// The problem as this route would answer with it.
    func document(of problem: Problem) -> [UInt8] {
        problem.response(instance: examplePath, traceID: DescribedRoute.exampleTraceID).body
    }

    /// All schemas that it refers to by name.
    var schemas: [JSONSchema] {
        let bodies = [operation.body?.schema].compactMap(\.self) + outcomes.flatMap(\.contents).map(\.schema)
        return (bodies + operation.parameters.map(\.schema)).flatMap(\.named)
    }
}

extension Router {
    /// The routes with all that can be said of them, in the order in which they were defined.
    var described: [DescribedRoute] { routes.map(DescribedRoute.init) }
}
