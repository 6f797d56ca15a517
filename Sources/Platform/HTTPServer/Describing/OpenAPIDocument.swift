import JSON

/// The description of an API for programs (OpenAPI 3.1), written from the operations of its routes.
struct OpenAPIDocument: JSONEncodable {
    let description: APIDescription
    let routes: [DescribedRoute]

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("openapi", "3.1.0")
            json.field("info") { json in
                json.object { json in
                    json.field("title", description.title)
                    json.field("version", description.version)
                    json.field("description", "\(description.summary) \(APIDescription.conventions)")
                    json.field("license") { json in
                        json.object { json in
                            json.field("name", "Apache License 2.0")
                            json.field("identifier", "Apache-2.0")
                        }
                    }
                }
            }
            // Without one, tools do not agree where an API is.
            json.field("servers", [Server()])
            json.field("tags", routes.tags.map(Tag.init))
            json.field("paths") { json in
                json.object { json in
                    for template in routes.templates { json.field(template, Path(routes: routes.of(template))) }
                }
            }
            json.field("components", OpenAPIComponents(routes: routes))
        }
    }

    private struct Server: JSONEncodable {
        func write(to json: inout JSONWriter) { json.object { $0.field("url", "/") } }
    }

    private struct Tag: JSONEncodable {
        let name: String

        func write(to json: inout JSONWriter) { json.object { $0.field("name", name) } }
    }

    private struct Path: JSONEncodable {
        let routes: [DescribedRoute]

        func write(to json: inout JSONWriter) {
            json.object { json in
                for route in routes {
                    json.field(route.route.method.rawValue.lowercased(), OpenAPIOperation(route: route))
                }
            }
        }
    }
}

extension APIDescription {
    /// What holds for every operation.
    static let conventions = """
        Money is a decimal string with its currency, ids are UUIDs, times RFC 3339 in UTC. Faults come as problem \
        documents (RFC 9457) that name every faulty field. A path that answers GET answers HEAD, too, and every path \
        answers OPTIONS.
        """
}

extension [DescribedRoute] {
    /// The headings of the operations, in the order of the routes.
    var tags: [String] { map(\.operation.tag).withoutRepetition }
    /// The templates, in the order of the routes.
    var templates: [String] { map(\.route.template).withoutRepetition }

    func of(_ template: String) -> [DescribedRoute] { filter { $0.route.template == template } }
    func tagged(_ tag: String) -> [DescribedRoute] { filter { $0.operation.tag == tag } }
}

extension [String] {
    fileprivate var withoutRepetition: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
