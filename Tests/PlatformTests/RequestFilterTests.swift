import Locking
import Observability
import Testing

@testable import HTTPServer

@Suite struct RequestFilterTests {
    private final class Notes: Sendable {
        private let lines = Mutex<[String]>([])

        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    private struct Failure: Error {}

    /// Writes down what it sees, and does nothing else.
    private struct Observer: RequestFilter {
        let name: String
        let notes: Notes

        func respond(
            to request: HTTPRequest, next: @Sendable (HTTPRequest) async throws -> HTTPResponse
        ) async throws -> HTTPResponse {
            notes.add("\(name) > \(request.route) \(request.operation?.id ?? "nothing")")
            let response = try await next(request)
            notes.add("\(name) < \(response.status)")
            return response
        }
    }

    private struct Refusal: RequestFilter {
        let error: any Error

        func respond(
            to request: HTTPRequest, next: @Sendable (HTTPRequest) async throws -> HTTPResponse
        ) async throws -> HTTPResponse { throw error }
    }

    private let notes = Notes()

    private func status(
        of path: String, through filters: [any RequestFilter], handler: @escaping HTTPHandler = { _ in .empty() }
    ) async -> Int {
        var router = Router()
        router.get("/things/{id}", .test, handler: handler)
        let match: Result<RouteMatch, Problem>
        do throws(Problem) { match = .success(try router.match(.get, path)) } catch { match = .failure(error) }
        return await Responder(filters: filters, logger: .silent).respond(to: HTTPRequest(.get, path), by: match).status
    }

    @Test func filtersArePassedInOrderAndKnowTheOperation() async {
        let filters = [Observer(name: "outer", notes: notes), Observer(name: "inner", notes: notes)]
        #expect(await status(of: "/things/1", through: filters) == 204)
        #expect(
            notes.all == [
                "outer > /things/{id} test", "inner > /things/{id} test", "inner < 204", "outer < 204",
            ])
    }

    @Test func aFilterSeesTheStatusOfWhatIsThrownBehindIt() async {
        let observer = Observer(name: "outer", notes: notes)
        #expect(await status(of: "/things/1", through: [observer], handler: { _ in throw Failure() }) == 500)
        let refusal = Refusal(error: Problem.conflict("Not now."))
        #expect(await status(of: "/things/1", through: [observer, refusal]) == 409)
        #expect(notes.all.filter { $0.contains("<") } == ["outer < 500", "outer < 409"])
    }

    @Test func aRequestWithoutARoutePassesFiltersWithoutAnOperation() async {
        #expect(await status(of: "/nowhere", through: [Observer(name: "outer", notes: notes)]) == 404)
        #expect(notes.all == ["outer >  nothing", "outer < 404"])
    }

    @Test func theHandlerOfARefusedRequestDoesNotRun() async {
        let handler: HTTPHandler = { [notes] _ in
            notes.add("handled")
            return .empty()
        }
        let refusal = Refusal(error: Problem.badRequest("No."))
        #expect(await status(of: "/things/1", through: [refusal], handler: handler) == 400)
        #expect(notes.all.isEmpty)
    }

    @Test func theClassFollowsFromTheMethodUnlessItIsStated() {
        let order = Operation("placeOrder", "Places an order", tag: "Orders", access: .anyRole)
        #expect(order.routeClass(of: .post) == .write)
        #expect(order.routeClass(of: .head) == .read)
        let search = Operation("search", "Searches", tag: "Orders", access: .anyRole, routeClass: .read)
        #expect(search.routeClass(of: .post) == .read)
        let health = Operation("health", "Tells", tag: "Operations", access: .operational)
        #expect(health.routeClass(of: .get) == .operational)
    }
}
