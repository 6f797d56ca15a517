import JSON

/// What the operations of an OpenAPI document refer to: each once, in the order of the names.
struct OpenAPIComponents: JSONEncodable {
    private let schemas: [String: JSONSchema]
    private let answers: [String: DescribedRoute.Outcome]
    private let headers: [String: Operation.Header]
    private let isSecured: Bool

    init(routes: [DescribedRoute]) {
        let outcomes = routes.flatMap(\.outcomes)
        let referred = outcomes.compactMap { outcome in outcome.reference.map { ($0.name, outcome) } }
        answers = Dictionary(referred) { first, _ in first }
        headers = Dictionary(outcomes.flatMap(\.headers).map { ($0.name, $0) }) { first, _ in first }
        schemas = Dictionary(routes.flatMap(\.schemas).compactMap { schema in schema.name.map { ($0, schema) } }) {
            first, _ in first
        }
        isSecured = routes.contains { route in
            if case .roles = route.operation.access { true } else { false }
        }
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("schemas") { json in
                json.object { json in
                    for (name, schema) in schemas.sorted(by: { $0.key < $1.key }) {
                        json.field(name) { schema.writeDefinition(to: &$0) }
                    }
                }
            }
            json.field("responses") { json in
                json.object { json in
                    for (name, outcome) in answers.sorted(by: { $0.key < $1.key }) {
                        json.field(name, OpenAPIResponse(outcome: outcome, document: document))
                    }
                }
            }
            json.field("headers") { json in
                json.object { json in
                    for (name, header) in headers.sorted(by: { $0.key < $1.key }) { json.field(name, header) }
                }
            }
            if isSecured { json.field("securitySchemes", writeSecuritySchemes) }
        }
    }

    private func document(of problem: Problem) -> [UInt8] {
        problem.response(instance: "/api/things", traceID: DescribedRoute.exampleTraceID).body
    }

    private func writeSecuritySchemes(to json: inout JSONWriter) {
        json.object { json in
            json.field("bearer") { json in
                json.object { json in
                    json.field("type", "http")
                    json.field("scheme", "bearer")
                    json.field("bearerFormat", "JWT")
                    json.field(
                        "description",
                        """
                        An access token (RFC 9068) whose claim `roles` has at least one of the roles that an operation \
                        names in its `security`.
                        """)
                }
            }
        }
    }
}

extension Operation.Header: JSONEncodable {
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("description", meaning)
            json.field("schema", schema)
        }
    }
}
