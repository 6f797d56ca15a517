/// Looks at the tags of a template before the library does.
///
/// The library reads a template recursively, lets a template change its delimiters, and takes any text of the data for a
/// partial: a customer's name could then be a template. What it must not see is refused here.
struct TagCheck {
    private let text: String
    private var depth = 0

    /// - Throws: ``TemplateError`` for the first tag that is refused. Tags that are not closed are the library's to find.
    static func check(_ text: String) throws(TemplateError) {
        var check = TagCheck(text: text)
        for tag in TagScanner(text) { try check.check(tag) }
    }

    private init(text: String) { self.text = text }

    private mutating func check(_ tag: Tag) throws(TemplateError) {
        switch tag.kind {
        case .delimiters: throw error(.unsupportedTag, "The delimiters cannot be changed", at: tag)
        case .partial where !tag.name.isEmpty: throw error(.unsupportedTag, "Partials are not supported", at: tag)
        case .comment: return
        default: break
        }
        guard !tag.name.isEmpty else { throw error(.syntax, "The tag has no name", at: tag) }
        switch tag.kind {
        case .end: depth -= 1
        case .section, .invertedSection:
            depth += 1
            guard depth <= Template.maximumDepth else {
                throw error(.tooDeep, "Sections are nested more than \(Template.maximumDepth) deep", at: tag)
            }
        default: break
        }
    }

    private func error(_ code: TemplateError.Code, _ message: String, at tag: Tag) -> TemplateError {
        TemplateError(code, message, at: TemplatePosition(offset: tag.offset, in: text))
    }
}
