import JSON
import NotificationDomain

/// Fills templates. Does no I/O.
public protocol MessageRenderer: Sendable {
    /// The message that `content` gives with `data`.
    /// - Throws: ``RenderingFailed``.
    func render(_ content: TemplateContent, with data: JSONValue) throws(RenderingFailed) -> Message

    /// What is wrong with the text of a template, and where; nil where it can be used.
    func fault(in text: String) -> String?
}

/// A template cannot be filled.
public struct RenderingFailed: Error, Sendable, Equatable {
    /// Why, for the template's author.
    public let reason: String

    public init(reason: String) { self.reason = reason }
}
