import JSON
import NotificationDomain

/// Says what is wrong with the texts of a template, before it is kept.
public struct CheckTemplate: Sendable {
    private let renderer: any MessageRenderer

    public init(_ renderer: any MessageRenderer) { self.renderer = renderer }

    /// The faults of the given texts, by the JSON pointers of a template's document.
    public func callAsFunction(subject: String?, textBody: String?, htmlBody: String?) -> [JSONFault] {
        let texts = [("/subject", subject), ("/textBody", textBody), ("/htmlBody", htmlBody)]
        return texts.compactMap { pointer, text in
            text.flatMap(renderer.fault(in:)).map { JSONFault(pointer: pointer, detail: "is no template: \($0)") }
        }
    }

    /// - Throws: ``JSONFaults`` with every fault.
    func callAsFunction(_ content: TemplateContent) throws(JSONFaults) {
        let faults = self(subject: content.subject, textBody: content.textBody, htmlBody: content.htmlBody)
        if !faults.isEmpty { throw JSONFaults(faults) }
    }
}
