import JSON
import NotificationDomain

/// Says what is wrong with the texts of a template, before it is kept.
public struct CheckTemplate: Sendable {
    private let renderer: any MessageRenderer

    public init(_ renderer: any MessageRenderer) { self.renderer = renderer }

    /// The faults of the given texts, by the JSON pointers of a template's document.
    /// - Parameter key: nil where it is not known yet, and with it what the texts may ask for.
    public func callAsFunction(
        subject: String?, textBody: String?, htmlBody: String?, of key: TemplateKey?
    ) -> [JSONFault] {
        [("/subject", subject), ("/textBody", textBody), ("/htmlBody", htmlBody)].flatMap { pointer, text in
            (text.map { renderer.faults(in: $0, filledWith: key?.messageShape) } ?? []).map {
                JSONFault(pointer: pointer, detail: $0)
            }
        }
    }

    /// - Throws: ``TemplateFaults`` with every fault.
    func callAsFunction(_ content: TemplateContent) throws(TemplateFaults) {
        let faults = self(
            subject: content.subject, textBody: content.textBody, htmlBody: content.htmlBody, of: content.key)
        if !faults.isEmpty { throw TemplateFaults(faults) }
    }
}

/// What is asked of a template cannot be done, because of what the request says.
public struct TemplateFaults: Error, Sendable, Equatable {
    /// All of them, by the JSON pointers of the request.
    public let faults: [JSONFault]

    init(_ faults: [JSONFault]) { self.faults = faults }
}
