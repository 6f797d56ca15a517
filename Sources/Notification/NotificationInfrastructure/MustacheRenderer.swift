import JSON
import NotificationApplication
import NotificationDomain
import Templating

/// Fills templates by mustache: subject and text as they are, HTML escaped.
public struct MustacheRenderer: MessageRenderer {
    private let parsed: ParsedTemplates?

    /// - Parameter keepsParsed: whether a text is likely to come again, so that it need not be parsed again. Drafts are not.
    public init(keepsParsed: Bool = true) { parsed = keepsParsed ? ParsedTemplates() : nil }

    public func render(_ content: TemplateContent, with data: JSONValue) throws(RenderingFailed) -> Message {
        Message(
            subject: try render("subject", content.subject, data, .none),
            text: try render("textBody", content.textBody, data, .none),
            html: try render("htmlBody", content.htmlBody, data, .html))
    }

    public func faults(in text: String, filledWith shape: JSONSchema?) -> [String] {
        Template.faults(in: text, filledWith: shape ?? .any).map { fault in
            switch fault.code {
            case .unknownName, .notASection, .notAValue: "cannot be filled: \(fault)"
            default: "is no template: \(fault)"
            }
        }
    }

    private func render(
        _ part: String, _ text: String, _ data: JSONValue, _ escaping: Template.Escaping
    ) throws(RenderingFailed) -> String {
        do {
            let template = try parsed?.template(text) ?? Template(text)
            return try template.render(data, escaping: escaping)
        } catch {
            throw RenderingFailed(reason: "\(part): \(error)")
        }
    }
}
