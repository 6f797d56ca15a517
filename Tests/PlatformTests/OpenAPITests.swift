import JSON
import Testing

@testable import HTTPServer

@Suite struct OpenAPITests {
    private static let thing = JSONSchema.object("Thing", .required("id", .uuid))
    private static let create = Operation(
        "createThing", "Makes a thing", tag: "Things", access: .roles([.admin]), body: .json(thing),
        answers: [
            .json(201, thing, "It was made.", headers: [.location]),
            .problem(.conflict("Another has the name.", type: "/problems/name-taken", title: "Name taken")),
        ])
    private static let show = Operation(
        "getThing", "Shows a thing", tag: "Things", access: .anyRole, parameters: [.path("id", "The thing.")],
        answers: [.json(200, thing, "The thing.")])

    private let document: JSONValue
    private let router: Router

    init() throws {
        var router = Router()
        router.post("/things", Self.create) { _ in .empty() }
        router.get("/things/{id}", Self.show) { _ in .empty() }
        router.addDescription(APIDescription(title: "Things", summary: "Keeps things.", port: 8099))
        self.router = router
        document = try JSONValue(
            parsing: OpenAPIDocument(
                description: APIDescription(title: "Things", summary: "Keeps things.", port: 8099),
                routes: router.described
            ).jsonBytes)
    }

    private func operation(_ path: String, _ method: String) throws -> JSONValue {
        try #require(document["paths"]?[path]?[method])
    }

    private func statuses(_ operation: JSONValue) throws -> [String] {
        guard case .object(let answers) = try #require(operation["responses"]) else { return [] }
        return answers.keys.sorted()
    }

    @Test func anOperationHasItsOwnAnswersAndThoseThatFollow() throws {
        #expect(
            try statuses(operation("/things", "post")) == [
                "201", "400", "401", "403", "406", "409", "413", "415", "422", "429", "500", "503",
            ])
        #expect(
            try statuses(operation("/things/{id}", "get")) == [
                "200", "400", "401", "403", "404", "406", "429", "500", "503",
            ])
        #expect(try statuses(operation("/openapi.json", "get")) == ["200", "400", "406", "429", "500", "503"])
    }

    @Test func theRolesOfAnOperationStandInItsSecurity() throws {
        #expect(
            try operation("/things", "post")["security"] == .array([.object(["bearer": .array([.string("admin")])])]))
        #expect(try operation("/docs", "get")["security"] == .array([]))
    }

    @Test func everyReferenceLeadsSomewhere() {
        func references(_ value: JSONValue) -> [String] {
            switch value {
            case .object(let members):
                members.flatMap { $0 == "$ref" ? [$1.stringValue ?? ""] : references($1) }
            case .array(let elements): elements.flatMap(references)
            default: []
            }
        }
        let all = Set(references(document))
        #expect(all.contains("#/components/responses/Unauthorized") && all.contains("#/components/schemas/Thing"))
        for reference in all {
            let target = reference.split(separator: "/").dropFirst().reduce(document as JSONValue?) { $0?[String($1)] }
            #expect(target != nil, "\(reference)")
        }
    }

    @Test func anExampleOfAProblemIsWhatTheServerSends() throws {
        let example = try operation("/things", "post")["responses"]?["409"]?["content"]?["application/problem+json"]?[
            "example"]
        #expect(example?["type"]?.stringValue == "/problems/name-taken")
        #expect(example?["instance"]?.stringValue == "/things")
        #expect(Problem.schema.faults(in: try #require(example)).isEmpty)
    }

    @Test func thePageForPeopleHasEveryOperationAndNothingFromElsewhere() async throws {
        let match = try router.match(.get, "/docs")
        let response = try await match.route.handler(HTTPRequest(.get, "/docs"))
        let page = String(decoding: response.body, as: UTF8.self)
        for route in router.routes { #expect(page.contains("id=\"\(route.operation.id)\"")) }
        #expect(page.contains("API=http://127.0.0.1:8099 "))
        #expect(page.contains("href=\"#schema-Thing\"") && page.contains("id=\"schema-Thing\""))
        #expect(!page.contains("<script") && !page.contains("//fonts") && !page.contains("src="))
        #expect(response.headers["Content-Security-Policy"]?.contains("default-src 'none'") == true)
    }

    @Test func whatIsWrittenIntoThePageIsEscaped() {
        var html = HTML()
        html.element("p", [("title", "\"<")], "a <b> & `c<d`")
        #expect(html.text == "<p title=\"&quot;&lt;\">a &lt;b&gt; &amp; <code>c&lt;d</code></p>")
    }

    @Test func examplesAreIndented() {
        #expect(
            indented(Array(#"{"a":[1,"{,"],"b":{}}"#.utf8)) == "{\n  \"a\": [\n    1,\n    \"{,\"\n  ],\n  \"b\": {}\n}"
        )
    }
}
