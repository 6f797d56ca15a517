import JSON

/// One operation in an OpenAPI document.
struct OpenAPIOperation: JSONEncodable {
    let route: DescribedRoute
    private var operation: Operation { route.operation }

    init(route: DescribedRoute) { self.route = route }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("operationId", operation.id)
            json.field("summary", operation.summary)
            json.field("description", ifPresent: operation.details)
            json.field("tags", [operation.tag])
            if !operation.parameters.isEmpty { json.field("parameters", operation.parameters) }
            if let body = operation.body { json.field("requestBody", RequestBody(body: body)) }
            json.field("responses") { json in
                json.object { json in
                    for outcome in route.outcomes { write(outcome, to: &json) }
                }
            }
            json.field("security", Security.of(operation.access))
        }
    }

    /// A reference where nothing is special about this operation's answer.
    private func write(_ outcome: DescribedRoute.Outcome, to json: inout JSONWriter) {
        json.field(String(outcome.status)) { json in
            if let shared = outcome.reference {
                json.object { $0.field("$ref", "#/components/responses/\(shared.name)") }
            } else {
                OpenAPIResponse(outcome: outcome, document: route.document).write(to: &json)
            }
        }
    }

    private struct RequestBody: JSONEncodable {
        let body: Operation.Body

        func write(to json: inout JSONWriter) {
            json.object { json in
                json.field("required", body.isRequired)
                json.field("content") { json in
                    json.object { json in
                        json.field("application/json") { json in
                            json.object { json in
                                json.field("schema", body.schema)
                                json.field("example", body.schema.example)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Which token opens it: for a bearer token the roles stand where OAuth has its scopes (OpenAPI 3.1).
    private struct Security: JSONEncodable {
        let roles: [String]

        static func of(_ access: Access) -> [Security] {
            guard case .roles(let roles) = access else { return [] }
            return [Security(roles: Role.allCases.filter(roles.contains).map(\.rawValue))]
        }

        func write(to json: inout JSONWriter) { json.object { $0.field("bearer", roles) } }
    }
}

extension Operation.Parameter: JSONEncodable {
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("name", name)
            json.field("in", place.rawValue)
            if isRequired { json.field("required", true) }
            json.field("description", meaning)
            json.field("schema", schema)
        }
    }
}

/// What a status means, in an OpenAPI document.
struct OpenAPIResponse: JSONEncodable {
    let outcome: DescribedRoute.Outcome
    /// What a problem looks like on the wire.
    let document: (Problem) -> [UInt8]

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("description", outcome.meaning)
            json.field("headers") { json in
                json.object { json in
                    for header in outcome.headers {
                        json.field(header.name) { json in
                            json.object { $0.field("$ref", "#/components/headers/\(header.name)") }
                        }
                    }
                }
            }
            let contents = outcome.contents
            guard !contents.isEmpty else { return }
            json.field("content") { json in
                json.object { json in
                    for content in contents {
                        json.field(content.type) { json in
                            json.object { json in
                                json.field("schema", content.schema)
                                writeExamples(of: content, to: &json)
                            }
                        }
                    }
                }
            }
        }
    }

    private func writeExamples(of content: Operation.Answer.Content, to json: inout JSONWriter) {
        guard content.type == Problem.mediaType else { return json.field("example", content.schema.example) }
        switch outcome.problems.count {
        case 1: json.field("example") { $0.raw(document(outcome.problems[0])) }
        default:
            json.field("examples") { json in
                json.object { json in
                    for problem in outcome.problems {
                        json.field(problem.slug) { json in
                            json.object { json in json.field("value") { $0.raw(document(problem)) } }
                        }
                    }
                }
            }
        }
    }
}

extension Problem {
    /// A name for an example: the end of its type, or its title.
    fileprivate var slug: String {
        let end = type.split(separator: "/").last.map(String.init) ?? type
        let text = type == "about:blank" ? title.lowercased() : end
        return String(text.map { $0.isLetter || $0.isNumber ? $0 : "-" })
    }
}
