import JSON

/// The description of an API for people: one page, written on the server, with no script and nothing from elsewhere.
struct DocumentationPage {
    /// Where the page is.
    static let path = "/docs"
    static let stylePath = "/docs/style.css"
    /// Nothing but the page's own style may be fetched, and nobody may put it into a frame.
    static let securityPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"

    let description: APIDescription
    let routes: [DescribedRoute]
    /// What else describes the API: name and path.
    let documents: [(name: String, path: String)]

    var html: String {
        var page = HTML()
        page.element("html", [("lang", "en")]) { html in
            html.element("head") { html in
                html.element("meta", [("charset", "utf-8")])
                html.element("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")])
                html.element("title", [], description.title)
                html.element("link", [("rel", "stylesheet"), ("href", Self.stylePath)])
            }
            html.element("body") { html in
                writeContents(to: &html)
                html.element("main") { html in
                    writeIntroduction(to: &html)
                    for tag in routes.tags { write(tag, to: &html) }
                    writeSchemas(to: &html)
                }
            }
        }
        return "<!doctype html>\n\(page.text)\n"
    }

    private func writeContents(to html: inout HTML) {
        html.element("nav") { html in
            html.element("p", [("class", "title")]) { html in
                html.element("a", [("href", "#top")], description.title)
            }
            for tag in routes.tags {
                html.element("p", [("class", "tag")], tag)
                html.element("ul") { html in
                    for route in routes.tagged(tag) { writeLink(to: route, &html) }
                }
            }
            html.element("p", [("class", "tag")]) { $0.element("a", [("href", "#schemas")], "Schemas") }
        }
    }

    private func writeLink(to route: DescribedRoute, _ html: inout HTML) {
        html.element("li") { html in
            html.element("a", [("href", "#\(route.operation.id)"), ("title", route.operation.summary)]) { html in
                html.element("span", [("class", "method \(route.method.lowercased())")], route.method)
                html.element("span", [("class", "path")], route.route.template)
            }
        }
    }

    private func writeIntroduction(to html: inout HTML) {
        html.element("header", [("id", "top")]) { html in
            html.element("h1", [], description.title)
            html.element("p", [], "\(description.summary) \(APIDescription.conventions)")
            html.element("p") { html in
                html.write("For programs: ")
                for (index, document) in documents.enumerated() {
                    if index > 0 { html.write(" · ") }
                    html.element("a", [("href", document.path)], document.name)
                }
            }
            html.element("pre") { html in
                let port = description.port == 0 ? "PORT" : String(description.port)
                html.code("API=http://127.0.0.1:\(port)   # where it listens\nTOKEN=$(profiles/token customer)")
            }
        }
    }

    private func write(_ tag: String, to html: inout HTML) {
        html.element("section") { html in
            html.element("h2", [], tag)
            for route in routes.tagged(tag) { html.write(route) }
        }
    }

    private func writeSchemas(to html: inout HTML) {
        let named = Dictionary(routes.flatMap(\.schemas).compactMap { schema in schema.name.map { ($0, schema) } }) {
            first, _ in first
        }
        html.element("section", [("id", "schemas")]) { html in
            html.element("h2", [], "Schemas")
            for (name, schema) in named.sorted(by: { $0.key < $1.key }) {
                html.element("article", [("id", "schema-\(name)")]) { html in
                    html.element("h3", [], name)
                    if let note = schema.note { html.element("p", [], note) }
                    html.writeDefinition(of: schema)
                }
            }
        }
    }
}

extension DescribedRoute {
    var method: String { route.method.rawValue }
}
