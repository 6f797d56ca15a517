import JSON

/// An answer, whole.
public struct HTTPResponse: Sendable, Equatable {
    public var status: Int
    public var headers: HTTPHeaders
    public var body: [UInt8]

    public init(status: Int = 200, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// `value` as `application/json`.
    public static func json(
        _ status: Int = 200, _ value: some JSONEncodable, headers: HTTPHeaders = [:]
    ) -> HTTPResponse {
        var response = HTTPResponse(status: status, headers: headers, body: value.jsonBytes)
        response.headers["Content-Type"] = "application/json"
        return response
    }

    /// Text in UTF-8, `text/plain` unless another type is given.
    public static func text(
        _ status: Int = 200, _ text: String, contentType: String = "text/plain; charset=utf-8"
    ) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": contentType], body: Array(text.utf8))
    }

    /// No body.
    public static func empty(_ status: Int = 204, headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers)
    }
}
