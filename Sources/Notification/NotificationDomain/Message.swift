/// What a recipient gets to read.
public struct Message: Sendable, Equatable {
    /// One line, without control characters.
    public let subject: String
    /// The body in plain text.
    public let text: String
    /// The body in HTML.
    public let html: String

    /// - Parameter subject: what is not fit for a line is taken for spaces, and several spaces for one: a customer's name
    ///   must not be able to end the line.
    public init(subject: String, text: String, html: String) {
        self.subject = subject.unicodeScalars
            .split { $0.properties.isWhitespace || $0.properties.generalCategory == .control }
            .map { String(String.UnicodeScalarView($0)) }
            .joined(separator: " ")
        self.text = text
        self.html = html
    }
}
