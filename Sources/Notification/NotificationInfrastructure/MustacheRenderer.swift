import JSON
import NotificationApplication
import NotificationDomain
import Templating

/// Fills templates by mustache: subject and text as they are, HTML escaped.
public struct MustacheRenderer: MessageRenderer {
    private let parsed = ParsedTemplates()

    public init() {}

    public func render(_ content: TemplateContent, with data: JSONValue) throws(RenderingFailed) -> Message {
        Message(
            subject: try render("subject", content.subject, data, .none),
            text: try render("textBody", content.textBody, data, .none),
            html: try render("htmlBody", content.htmlBody, data, .html))
    }

    public func fault(in text: String) -> String? {
        do {
            _ = try Template(text)
            return nil
        } catch {
            return error.description
        }
    }

    private func render(
        _ part: String, _ text: String, _ data: JSONValue, _ escaping: Template.Escaping
    ) throws(RenderingFailed) -> String {
        do {
            return try parsed.template(text).render(data, escaping: escaping)
        } catch {
            throw RenderingFailed(reason: "\(part): \(error)")
        }
    }
}
