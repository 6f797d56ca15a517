import HTTPServer
import JSON
import Lifecycle
import Observability
import TestKit
import Testing

@Suite struct HTTPServerTests {
    @Test func aThousandRequestsShareAConnection() async throws {
        try await HTTPTestServer.with { server in
            let connection = try server.connect()
            for number in 0..<1_000 {
                let body = "request \(number)"
                try await connection.write(
                    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                let answer = try await connection.read()
                #expect(answer.status == 200 && answer.text == body)
            }
        }
    }

    @Test func manyClientsAreServedAtOnce() async throws {
        let routes: (inout Router) -> Void = { router in
            router.get("/slow/{name}", .test) { request in
                try await Task.sleep(for: .milliseconds(100))
                return .text(200, request.path("name"))
            }
        }
        try await HTTPTestServer.with(routes: routes) { server in
            let start = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        let client = server.client
                        for turn in 0..<5 {
                            let answer = try await client.send("GET", "/slow/\(number)-\(turn)")
                            #expect(answer.text == "\(number)-\(turn)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(ContinuousClock.now - start < .seconds(8))
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        let routes: (inout Router) -> Void = { router in
            router.get("/wait/{milliseconds}", .test) { request in
                try await Task.sleep(for: .milliseconds(Int(request.path("milliseconds")) ?? 0))
                return .text(200, request.path("milliseconds"))
            }
        }
        try await HTTPTestServer.with(routes: routes) { server in
            let connection = try server.connect()
            let waits = ["80", "0", "40", "1", "0"]
            try await connection.write(waits.map { "GET /wait/\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
            for wait in waits { #expect(try await connection.read().text == wait) }
        }
    }

    @Test func whatAClientMustKnowOfRoutesIsTold() async throws {
        try await HTTPTestServer.with { server in
            let client = server.client
            let missing = try await client.send("GET", "/nothing?x=1")
            #expect(missing.status == 404)
            #expect(missing.header("content-type") == "application/problem+json")
            #expect(missing.json["instance"]?.stringValue == "/nothing")
            let traceID = try #require(missing.json["traceId"]?.stringValue)
            #expect(missing.header("traceparent")?.contains(traceID) == true)
            let wrong = try await client.send("DELETE", "/hello")
            #expect(wrong.status == 405)
            #expect(wrong.header("allow") == "GET, HEAD, OPTIONS")
            #expect(try await client.send("BREW", "/hello").status == 405)
            #expect(try await client.send("GET", "/%FF").status == 400)
            #expect(try await client.send("GET", "/hello?a=%FF").status == 400)
            #expect(try await client.send("POST", "/nothing", json: "{}").status == 404)
            #expect(try await client.send("GET", "/hello").status == 200)
        }
    }

    @Test func headIsGetWithoutABody() async throws {
        try await HTTPTestServer.with { server in
            let client = server.client
            let answer = try await client.send("HEAD", "/hello")
            #expect(answer.status == 200 && answer.body.isEmpty)
            #expect(answer.header("content-length") == "5")
            #expect(answer.header("x-content-type-options") == "nosniff")
            #expect(try await client.send("GET", "/hello").text == "hello")
        }
    }

    @Test func pathAndQueryArriveDecoded() async throws {
        let routes: (inout Router) -> Void = { router in
            router.get("/items/{name}", .test) { request in
                .text(
                    200, "\(request.path("name"))|\(request.query["q"] ?? "-")|\(request.path)|\(request.remoteAddress)"
                )
            }
        }
        try await HTTPTestServer.with(routes: routes) { server in
            let answer = try await server.client.send("GET", "/items/a%2Fb%20%C3%A4?q=x+y%26z&q2=1")
            #expect(answer.text == "a/b ä|x y&z|/items/a%2Fb%20%C3%A4|127.0.0.1")
            let absolute = try await server.answer(to: "GET http://x:1/items/a?q=1 HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(absolute.text == "a|1|/items/a|127.0.0.1")
        }
    }

    @Test func aRequestIsMeasuredByItsRouteAndNotByItsPath() async throws {
        let routes: (inout Router) -> Void = { $0.get("/items/{name}", .test) { _ in throw Problem.notFound() } }
        try await HTTPTestServer.with(routes: routes) { server in
            _ = try await server.client.send("GET", "/items/1")
            _ = try await server.client.send("GET", "/items/2")
            let text = server.metrics.exposition()
            #expect(text.contains("http_server_request_duration_seconds_count"))
            #expect(text.contains(#"http_route="/items/{name}""#) && text.contains(#"http_response_status_code="404""#))
            #expect(!text.contains("/items/1"))
        }
    }

    @Test func anErrorIsLoggedAndNotShown() async throws {
        struct Secret: Error { let password = "hunter2" }
        let routes: (inout Router) -> Void = { $0.get("/fail", .test) { _ in throw Secret() } }
        try await HTTPTestServer.with(routes: routes) { server in
            let answer = try await server.client.send("GET", "/fail")
            #expect(answer.status == 500)
            #expect(!answer.text.contains("hunter2"))
            #expect(server.sink.lines.contains { $0.contains("hunter2") })
        }
    }

    @Test func aPortInUseIsAClearError() async throws {
        try await HTTPTestServer.with { server in
            let second = HTTPServer(host: "127.0.0.1", port: server.port, router: Router(), logger: .silent)
            let error = #expect(throws: HTTPServerError.self) { try second.start() }
            #expect(error?.code == .addressInUse)
            #expect(error?.description == "cannot serve HTTP on 127.0.0.1:\(server.port): Address already in use")
        }
        let nowhere = HTTPServer(host: "not a host", port: 0, router: Router(), logger: .silent)
        #expect(#expect(throws: HTTPServerError.self) { try nowhere.start() }?.code == .addressInvalid)
    }

    @Test func aHandlersHeaderCannotBreakTheAnswer() async throws {
        let routes: (inout Router) -> Void = { router in
            router.get("/x", .test) { _ in .empty(200, headers: ["X-Bad": "a\r\nInjected: b", "X-Good": "c"]) }
        }
        try await HTTPTestServer.with(routes: routes) { server in
            let answer = try await server.client.send("GET", "/x")
            #expect(answer.header("injected") == nil && answer.header("x-good") == "c")
        }
    }
}
