import Testing

@testable import HTTPServer

@Suite struct PreconditionTests {
    private static let tag = EntityTag(of: Array("{}".utf8))

    private func status(_ headers: HTTPHeaders, _ current: EntityTag?) -> Int {
        let request = HTTPRequest(.put, "/", headers: headers)
        do throws(Problem) {
            try request.precondition().check(current)
            return 200
        } catch {
            return error.status
        }
    }

    @Test func aTagIsThatOfItsRepresentation() {
        #expect(Self.tag == EntityTag(of: Array("{}".utf8)))
        #expect(Self.tag != EntityTag(of: Array("{ }".utf8)))
        #expect(Self.tag.text.first == "\"" && Self.tag.text.last == "\"" && Self.tag.text.count == 34)
    }

    @Test func aChangeIsMadeOnlyToWhatTheClientSaw() {
        let tag = Self.tag.text
        #expect(status([:], Self.tag) == 200 && status([:], nil) == 200)
        for list in [tag, "*", " * ", "\"a\", \(tag)", "W/\"a\",\(tag) , \"b\"", ",\(tag),"] {
            #expect(status(["If-Match": list], Self.tag) == 200)
            #expect(status(["If-Match": list], nil) == 412)
        }
        for list in ["\"a\"", "W/\(tag)", "\"\""] { #expect(status(["If-Match": list], Self.tag) == 412) }
    }

    @Test func aCreationReplacesNothing() {
        #expect(status(["If-None-Match": "*"], nil) == 200)
        #expect(status(["If-None-Match": "*"], Self.tag) == 412)
        #expect(status(["If-None-Match": "W/\(Self.tag.text)"], Self.tag) == 412)
        #expect(status(["If-None-Match": "\"a\""], Self.tag) == 200)
    }

    @Test func whatIsNoListOfTagsIsRefused() {
        for list in ["", "a", "\"a", "\"a\" \"b\"", "*, *", "*, \"a\"", "w/\"a\"", "\"a b\"", "W/a", "\"a\"x", ","] {
            #expect(status(["If-Match": list], Self.tag) == 400)
            #expect(status(["If-None-Match": list], Self.tag) == 400)
        }
    }

    @Test func severalFieldsAreOneList() {
        var headers: HTTPHeaders = ["If-Match": "\"a\""]
        headers.add("If-Match", Self.tag.text)
        #expect(status(headers, Self.tag) == 200)
    }

    @Test func aRequiredConditionThatIsMissingIsAskedFor() {
        let problem = #expect(throws: Problem.self) { try HTTPRequest(.put, "/").requiredPrecondition() }
        #expect(problem?.status == 428)
    }
}
