import JSON

/// On what a client makes its change depend: `If-Match` and `If-None-Match` (RFC 9110 section 13.1).
///
/// Check it where the resource is locked, in the unit of work of the change: of two who saw the same, one changes it.
public struct Precondition: Sendable, Equatable {
    /// No condition.
    public static let none = Precondition(ifMatch: nil, ifNoneMatch: nil)

    let ifMatch: EntityTags?
    let ifNoneMatch: EntityTags?

    /// - Parameter current: the tag of the resource as it is; nil where it is not there.
    /// - Throws: 412 where it does not hold.
    public func check(_ current: EntityTag?) throws(Problem) {
        if let ifMatch, !ifMatch.contain(current, weakly: false) { throw .preconditionFailed }
        if let ifNoneMatch, ifNoneMatch.contain(current, weakly: true) { throw .preconditionFailed }
    }

    /// The same for the resource that is represented by `value`.
    public func check(_ value: (some JSONEncodable)?) throws(Problem) {
        guard ifMatch != nil || ifNoneMatch != nil else { return }
        try check(value.map { EntityTag(of: $0) })
    }
}

extension HTTPRequest {
    /// The condition of a change; ``Precondition/none`` where the client makes none.
    /// - Throws: 400 where a header is no list of tags.
    public func precondition() throws(Problem) -> Precondition {
        Precondition(ifMatch: try tags("If-Match"), ifNoneMatch: try tags("If-None-Match"))
    }

    /// The condition of a change that must name what it changes, so that nobody's change is lost.
    /// - Throws: 428 where there is no `If-Match` (RFC 6585); 400 where a header is no list of tags.
    public func requiredPrecondition() throws(Problem) -> Precondition {
        let precondition = try precondition()
        guard precondition.ifMatch != nil else { throw .preconditionRequired }
        return precondition
    }

    fileprivate func tags(_ header: String) throws(Problem) -> EntityTags? {
        let values = headers.values(header)
        guard !values.isEmpty else { return nil }
        guard let tags = EntityTags(values) else { throw .invalidHeader(header, "must be * or a list of entity tags") }
        return tags
    }
}

extension HTTPResponse {
    /// `value` as `application/json` with its `ETag`, or 304 without it where the client has it already (`If-None-Match`).
    /// - Throws: 400 where that header is no list of tags.
    public static func tagged(_ value: some JSONEncodable, for request: HTTPRequest) throws(Problem) -> HTTPResponse {
        let response = HTTPResponse.json(200, value).tagged
        guard let known = try request.tags("If-None-Match"), let tag = response.headers["ETag"],
            known.contain(EntityTag(text: tag), weakly: true)
        else { return response }
        return HTTPResponse(status: 304, headers: ["ETag": tag])
    }

    /// The same with the `ETag` of its body.
    public var tagged: HTTPResponse {
        var response = self
        response.headers["ETag"] = EntityTag(of: body).text
        return response
    }
}

extension Problem {
    /// 412: the resource is not what the client says that it is.
    static let preconditionFailed = Problem(
        status: 412, type: "/problems/precondition-failed", title: "Precondition failed",
        detail: "It is not what If-Match or If-None-Match says: somebody has changed it. Get it again.")

    /// 428: the client must say what it changes.
    static let preconditionRequired = Problem(
        status: 428, type: "/problems/precondition-required", title: "Precondition required",
        detail: "If-Match must give the ETag of what is to be changed.")
}
