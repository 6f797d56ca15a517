import JSON

extension HTML {
    /// Everything about one operation.
    mutating func write(_ route: DescribedRoute) {
        let operation = route.operation
        element("article", [("id", operation.id)]) { html in
            html.element("h3") { html in
                html.element("span", [("class", "method \(route.method.lowercased())")], route.method)
                html.element("code", [], route.route.template)
                html.element("a", [("class", "anchor"), ("href", "#\(operation.id)")], operation.id)
            }
            html.element("p", [("class", "summary")], "\(operation.summary).")
            if let details = operation.details { html.element("p", [], details) }
            html.writeAccess(operation.access)
            html.writeParameters(operation.parameters)
            html.writeBody(operation.body)
            html.writeAnswers(of: route)
            html.writeCall(of: route)
        }
    }

    private mutating func writeAccess(_ access: Access) {
        element("p", [("class", "access")]) { html in
            switch access {
            case .open: html.write("For everybody.")
            case .operational: html.write("For whoever reaches the port.")
            case .roles(let roles):
                html.write("For ")
                for role in Role.allCases where roles.contains(role) {
                    html.element("span", [("class", "role")], role.rawValue)
                }
            }
        }
    }

    private mutating func writeParameters(_ parameters: [Operation.Parameter]) {
        guard !parameters.isEmpty else { return }
        element("h4", [], "Parameters")
        element("table") { html in
            for parameter in parameters {
                html.element("tr") { html in
                    html.element("td") { html in
                        html.element("code", [], parameter.name)
                        html.element("span", [("class", "place")], parameter.place.rawValue)
                        if parameter.isRequired { html.element("span", [("class", "required")], "required") }
                    }
                    html.element("td") { $0.writeType(of: parameter.schema) }
                    html.element("td", [], parameter.meaning)
                }
            }
        }
    }

    private mutating func writeBody(_ body: Operation.Body?) {
        guard let body else { return }
        element("h4", [], body.isRequired ? "Body" : "Body, which may be left out")
        if body.schema.name == nil {
            writeDefinition(of: body.schema)
        } else {
            element("p") { $0.writeType(of: body.schema) }
        }
        element("pre") { $0.code(indented(body.schema.example.jsonBytes)) }
    }

    private mutating func writeAnswers(of route: DescribedRoute) {
        element("h4", [], "Answers")
        element("table") { html in
            for outcome in route.outcomes where outcome.status < 300 { html.write(outcome, of: route) }
        }
        element("details") { html in
            html.element("summary") { html in
                html.write("Problems: ")
                for outcome in route.outcomes where outcome.status >= 300 {
                    html.element("span", [("class", "status")], String(outcome.status))
                }
            }
            html.element("table") { html in
                for outcome in route.outcomes where outcome.status >= 300 { html.write(outcome, of: route) }
            }
        }
        for outcome in route.outcomes where outcome.status < 300 {
            guard let content = outcome.contents.first, content.type == "application/json" else { continue }
            element("details") { html in
                html.element("summary", [], "Example of \(outcome.status)")
                html.element("pre") { $0.code(indented(content.schema.example.jsonBytes)) }
            }
        }
    }

    private mutating func write(_ outcome: DescribedRoute.Outcome, of route: DescribedRoute) {
        element("tr") { html in
            html.element("td") { html in
                html.element("span", [("class", "status s\(outcome.status / 100)")], String(outcome.status))
            }
            html.element("td") { html in
                if let content = outcome.contents.first {
                    html.writeType(of: content.schema)
                } else {
                    html.write("no body")
                }
            }
            html.element("td") { html in
                html.write(outcome.meaning)
                for problem in outcome.problems where problem.type != "about:blank" {
                    html.element("br")
                    html.element("code", [], problem.type)
                }
                for header in outcome.headers where !header.isEverywhere {
                    html.element("br")
                    html.element("code", [], header.name)
                    html.write(" \(header.meaning)")
                }
            }
        }
    }

    private mutating func writeCall(of route: DescribedRoute) {
        let operation = route.operation
        var lines = ["curl -X \(route.method) \"$API\(route.examplePath)\""]
        if route.route.method == .get { lines = ["curl \"$API\(route.examplePath)\""] }
        if case .roles = operation.access { lines.append("-H \"Authorization: Bearer $TOKEN\"") }
        for parameter in operation.parameters where parameter.place == .header && parameter.isRequired {
            lines.append("-H '\(parameter.name): \(parameter.schema.example.jsonText.filter { $0 != "\\" })'")
        }
        if let body = operation.body, body.isRequired {
            lines.append("-H 'Content-Type: application/json'")
            lines.append("-d '\(body.schema.example.jsonText)'")
        }
        element("h4", [], "Try it")
        element("pre") { $0.code(lines.joined(separator: " \\\n  ")) }
    }
}
