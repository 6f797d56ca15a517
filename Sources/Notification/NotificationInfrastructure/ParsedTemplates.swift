import Locking
import Templating

/// Keeps parsed templates by their texts: parsing one takes several times as long as filling it.
///
/// A text never changes its meaning, so nothing kept is ever out of date.
final class ParsedTemplates: Sendable {
    /// Far more texts than a shop has; when there are more all the same, it starts afresh.
    private static let limit = 256

    private let templates = Mutex<[String: Template]>([:])

    /// - Throws: `TemplateError` where `text` is no template.
    func template(_ text: String) throws(TemplateError) -> Template {
        if let known = templates.withLock({ $0[text] }) { return known }
        let template = try Template(text)
        templates.withLock { templates in
            if templates.count >= Self.limit { templates.removeAll() }
            templates[text] = template
        }
        return template
    }
}
