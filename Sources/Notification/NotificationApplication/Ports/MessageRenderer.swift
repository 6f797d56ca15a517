import JSON
import NotificationDomain

/// Fills templates. Does no I/O.
public protocol MessageRenderer: Sendable {
    /// The message that `content` gives with `data`.
    /// - Throws: ``RenderingFailed``.
    func render(_ content: TemplateContent, with data: JSONValue) throws(RenderingFailed) -> Message

    /// What is wrong with the text of a template, and where, each as the end of a sentence; empty where it can be used.
    /// - Parameter shape: what it will be filled with; nil where that is not known, and any name is allowed.
    func faults(in text: String, filledWith shape: JSONSchema?) -> [String]
}

/// A template cannot be filled.
public struct RenderingFailed: Error, Sendable, Equatable {
    /// Why, for the template's author.
    public let reason: String

    public init(reason: String) { self.reason = reason }
}
