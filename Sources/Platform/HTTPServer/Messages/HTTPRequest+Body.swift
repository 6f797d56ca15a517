import JSON

extension HTTPRequest {
    /// The body, read as JSON.
    /// - Throws: 415 where its content type is not JSON; 400 where it is no JSON, with the position; 422 with every
    ///   fault by JSON pointer where it is not what `type` wants.
    public func decode<T: JSONDecodable>(_ type: T.Type = T.self) throws(Problem) -> T {
        guard !body.isEmpty else { throw .malformedBody("A JSON body is required.") }
        try requireJSON()
        let document: JSONValue
        do {
            document = try JSONValue(parsing: body)
        } catch {
            throw .malformedBody("The body is not valid JSON: \(error).")
        }
        do {
            return try JSONReader.decode(type, from: document)
        } catch {
            throw .unprocessable(error.faults)
        }
    }

    /// The body, read as JSON; nil where there is none.
    /// - Throws: as ``decode(_:)``.
    public func decodeIfPresent<T: JSONDecodable>(_ type: T.Type = T.self) throws(Problem) -> T? {
        body.isEmpty ? nil : try decode(type)
    }

    private func requireJSON() throws(Problem) {
        guard let contentType = headers["content-type"], MediaType(contentType)?.isJSON == true else {
            throw .unsupportedMediaType
        }
    }
}

/// A media type of a `Content-Type` header, as far as the server asks.
struct MediaType {
    /// Type and subtype in lower case.
    let essence: String
    /// The charset in lower case, where one is given.
    let charset: String?

    init?(_ text: String) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map {
            $0.trimmingSpaces().lowercased()
        }
        guard let essence = parts.first, essence.split(separator: "/").count == 2 else { return nil }
        self.essence = essence
        charset = parts.dropFirst().first { $0.hasPrefix("charset=") }.map { parameter in
            String(parameter.dropFirst("charset=".count)).filter { $0 != "\"" }
        }
    }

    /// JSON is always UTF-8 (RFC 8259 section 8.1): another charset is another format.
    var isJSON: Bool {
        (essence == "application/json" || (essence.hasPrefix("application/") && essence.hasSuffix("+json")))
            && (charset ?? "utf-8") == "utf-8"
    }
}

extension Substring {
    func trimmingSpaces() -> String {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
