import Locking

/// Several ``WebClient``s, so that one slow answer holds up no other request.
///
/// A request goes to the client that has the fewest, of several the first: while little is to be asked, one thread and its
/// connection serve all.
public final class WebClientPool: Sendable {
    private let clients: [WebClient]
    /// How many requests each client has.
    private let requests: Mutex<[Int]>

    /// Connects to nobody yet; each thread starts with the first request that needs it.
    /// - Parameters:
    ///   - name: the threads' name, of which the system keeps 15 characters.
    ///   - size: the most requests at once, at least 1; more wait for one of those.
    public init(name: String, size: Int, settings: WebClientSettings = WebClientSettings()) {
        clients = (0..<max(1, size)).map { _ in WebClient(name: name, settings: settings) }
        requests = Mutex(clients.map { _ in 0 })
    }

    /// Sends `request` and waits for the whole answer, whatever its status.
    /// - Throws: ``WebClientError``; there is no answer then.
    public func send(_ request: WebRequest) async throws(WebClientError) -> WebResponse {
        let chosen = requests.withLock { requests in
            let least = requests.indices.min { requests[$0] < requests[$1] } ?? 0
            requests[least] += 1
            return least
        }
        defer { requests.withLock { $0[chosen] -= 1 } }
        return try await clients[chosen].send(request)
    }
}
