import JSON

/// Which part of a list a client asks for.
public struct PageRequest: Sendable, Equatable {
    /// How many items at most. Ask the database for one more, to know whether there is a next page.
    public let limit: Int
    /// Where the last page ended; nil for the first page.
    public let cursor: Cursor?

    public init(limit: Int, cursor: Cursor? = nil) {
        self.limit = limit
        self.cursor = cursor
    }

    /// What `read` makes of the cursor's position; nil for the first page.
    /// - Throws: 400 where `read` returns nil: such a cursor was never given out.
    public func position<T>(_ read: (String) -> T?) throws(Problem) -> T? {
        guard let cursor else { return nil }
        guard let position = read(cursor.position) else { throw .invalidCursor }
        return position
    }
}

/// A part of a list, as clients get it: `{"items": […], "nextCursor": …}`.
public struct Page<Item: JSONEncodable>: JSONEncodable {
    public let items: [Item]
    /// Where the next page begins; nil at the end of the list.
    public let nextCursor: Cursor?

    public init(items: [Item], nextCursor: Cursor? = nil) {
        self.items = items
        self.nextCursor = nextCursor
    }

    /// The page of `limit` items, where `items` holds one more if the list goes on.
    /// - Parameter position: what the cursor after an item must hold.
    public init(_ items: [Item], for request: PageRequest, position: (Item) -> String) {
        let shown = Array(items.prefix(request.limit))
        self.init(items: shown, nextCursor: items.count > shown.count ? shown.last.map { Cursor(position($0)) } : nil)
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("items", items)
            json.field("nextCursor", orNull: nextCursor?.encoded)
        }
    }
}

extension Page: Sendable where Item: Sendable {}

extension HTTPRequest {
    /// The page asked for by `?limit=&cursor=`.
    /// - Throws: 400 naming the parameter that is wrong.
    public func page(defaultLimit: Int = 50, maxLimit: Int = 200) throws(Problem) -> PageRequest {
        let limit = try query.integer("limit", in: 1...maxLimit) ?? defaultLimit
        let given: String? = try query.value("cursor", "must be given once", read: \.self)
        guard let given else { return PageRequest(limit: limit) }
        guard let cursor = Cursor(encoded: given), !given.isEmpty else { throw .invalidCursor }
        return PageRequest(limit: limit, cursor: cursor)
    }
}

extension HTTPResponse {
    /// A page of a list, with `Link: <…>; rel="next"` where it goes on.
    public static func page(_ page: Page<some JSONEncodable>, of request: HTTPRequest) -> HTTPResponse {
        guard let next = page.nextCursor else { return json(200, page) }
        let query = request.query.setting("cursor", to: next.encoded).encoded
        return json(200, page, headers: ["Link": "<\(request.path)?\(query)>; rel=\"next\""])
    }
}

extension Problem {
    fileprivate static let invalidCursor = invalidParameter("cursor", "must be a nextCursor of this list")
}
