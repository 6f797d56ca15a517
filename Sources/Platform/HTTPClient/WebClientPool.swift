import Locking

/// Several ``WebClient``s, so that one slow answer holds up no other request.
///
/// A request goes to a client that has none; where all have, there is one more, up to a limit. While little is to be asked,
/// one thread and its connection serve all.
public final class WebClientPool: Sendable {
    private struct Member {
        let client: WebClient
        var requests = 0
    }

    private let name: String
    private let size: Int
    private let settings: WebClientSettings
    private let members = Mutex<[Member]>([])

    /// Connects to nobody yet; each thread starts with the first request that needs it.
    /// - Parameters:
    ///   - name: the threads' name, of which the system keeps 15 characters.
    ///   - size: the most requests at once, at least 1; more wait for one of those.
    public init(name: String, size: Int, settings: WebClientSettings = WebClientSettings()) {
        self.name = name
        self.size = max(1, size)
        self.settings = settings
    }

    /// Sends `request` and waits for the whole answer, whatever its status.
    /// - Throws: ``WebClientError``; there is no answer then.
    public func send(_ request: WebRequest) async throws(WebClientError) -> WebResponse {
        let (index, client) = take()
        defer { members.withLock { $0[index].requests -= 1 } }
        return try await client.send(request)
    }

    private func take() -> (index: Int, client: WebClient) {
        members.withLock { members in
            var chosen = members.indices.min { members[$0].requests < members[$1].requests } ?? 0
            if members.isEmpty || members[chosen].requests > 0 && members.count < size {
                chosen = members.endIndex
                members.append(Member(client: WebClient(name: name, settings: settings)))
            }
            members[chosen].requests += 1
            return (chosen, members[chosen].client)
        }
    }
}
