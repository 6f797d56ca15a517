import Encodings
import JSON
import Testing

@testable import HTTPServer

@Suite struct HTTPQueryTests {
    @Test func namesAndValuesAreDecoded() throws {
        let query = try #require(QueryParameters(parsing: "a=1&b=x+y%2B%26&c&=d&a=2&&%C3%A4=%e2%82%ac"))
        #expect(query["a"] == "1")
        #expect(query["b"] == "x y+&")
        #expect(query["c"] == "")
        #expect(query["ä"] == "€")
        #expect(query["z"] == nil)
        #expect(query.items.count == 6)
    }

    @Test(arguments: ["a=%", "a=%4", "%gg=1", "a=%FF", "a=%00"])
    func whatIsNotEncodedUTF8IsRefused(text: String) { #expect(QueryParameters(parsing: text) == nil) }

    @Test func aFaultyParameterIsNamed() throws {
        let query: QueryParameters = ["limit": "0", "id": "x", "twice": "1", "twice": "1"]
        for (name, read) in [
            ("limit", { _ = try query.integer("limit", in: 1...10) }), ("id", { _ = try query.id("id") }),
            ("twice", { _ = try query.integer("twice", in: 1...10) }),
        ] as [(String, () throws -> Void)] {
            let problem = try #require(#expect(throws: Problem.self) { try read() })
            #expect(problem.status == 400)
            #expect(problem.errors.map(\.place) == [.parameter(name)])
        }
        #expect(try query.id("absent") == nil)
    }
}

@Suite struct HTTPPagingTests {
    private func page(_ query: QueryParameters) throws -> PageRequest {
        try HTTPRequest(.get, "/api/orders", query: query).page()
    }

    @Test(arguments: ["", "a", "ab", "abc", "2026-01-01T00:00:00Z/0197a0e0", "ä€😀"])
    func aCursorComesBackAsItWasGivenOut(position: String) {
        let cursor = Cursor(position)
        #expect(Cursor(encoded: cursor.encoded) == cursor)
        #expect(cursor.encoded.utf8.allSatisfy { percentEncoded(String(UnicodeScalar($0))).utf8.count == 1 })
    }

    @Test(arguments: ["a", "YQ==", "Y!", "YR", "_w", "", "YWJj\u{e4}"])
    func aCursorThatWasNeverGivenOutIsA400(text: String) throws {
        let problem = try #require(#expect(throws: Problem.self) { try page(["cursor": text]) })
        #expect(problem.status == 400)
        #expect(problem.errors.map(\.place) == [.parameter("cursor")])
    }

    @Test(arguments: ["0", "-1", "201", "1.5", "x", "", "99999999999999999999"])
    func aLimitOutOfRangeIsA400(text: String) throws {
        let problem = try #require(#expect(throws: Problem.self) { try page(["limit": text]) })
        #expect(problem.errors.map(\.place) == [.parameter("limit")])
    }

    @Test func aPageIsReadFromOneItemMoreThanItShows() throws {
        #expect(try page([:]) == PageRequest(limit: 50))
        let request = try page(["limit": "2", "cursor": Cursor("5").encoded])
        #expect(try request.position { Int($0) } == 5)
        #expect(throws: Problem.self) { try request.position { _ in Int?.none } }
        let full = Page([6, 7, 8], for: request) { String($0) }
        #expect(full.jsonText == #"{"items":[6,7],"nextCursor":"\#(Cursor("7").encoded)"}"#)
        #expect(Page([6, 7], for: request) { String($0) }.jsonText == #"{"items":[6,7],"nextCursor":null}"#)
    }

    @Test func theLinkToTheNextPageKeepsTheOtherParameters() {
        let request = HTTPRequest(.get, "/api/orders", query: ["status": "a&b", "cursor": "old", "limit": "2"])
        let response = HTTPResponse.page(Page(items: [1], nextCursor: Cursor("x")), of: request)
        #expect(response.headers["link"] == "</api/orders?status=a%26b&limit=2&cursor=eA>; rel=\"next\"")
        #expect(HTTPResponse.page(Page(items: [1]), of: request).headers["link"] == nil)
    }
}
