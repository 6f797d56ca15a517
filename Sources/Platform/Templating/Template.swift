import CMustache
import JSON
import Locking

/// A mustache template: a text with tags such as `{{name}}`, `{{#items}}…{{/items}}` and `{{^items}}…{{/items}}`.
///
/// A name that the data does not have gives nothing, and so does null. A dot reaches into an object: `{{total.amount}}`.
/// `{{{name}}}` and `{{&name}}` are never escaped. Partials and changed delimiters are refused, and length, depth,
/// output and work are bounded: a template of a shop's clerk can harm no process.
public struct Template: Sendable {
    /// The longest text, in bytes of UTF-8.
    public static let maximumLength = 131_072
    /// How deep sections may be nested.
    public static let maximumDepth = 32
    /// The longest output, in bytes of UTF-8.
    public static let maximumOutput = 1_048_576
    /// How many bytes of template and data one rendering may look at.
    static let maximumWork = 67_108_864

    /// What happens to `{{name}}`.
    public enum Escaping: Sendable {
        /// The characters that mean something in HTML are written as entities.
        case html
        /// Nothing: for plain text.
        case none
    }

    private let parsed: ParsedTemplate

    /// - Throws: ``TemplateError`` with the position where `text` is not a template, or not one that is allowed.
    public init(_ text: String) throws(TemplateError) {
        guard text.utf8.count <= Template.maximumLength else {
            throw TemplateError(.tooLong, "The template is longer than \(Template.maximumLength) bytes")
        }
        try TagCheck.check(text)
        parsed = try ParsedTemplate(text)
    }

    /// Fills the template with `data`, which is an object as a rule. May be called from any thread; two renderings of
    /// the same template wait for each other.
    /// - Throws: ``TemplateError`` where the output or the work exceeds its bound.
    public func render(_ data: JSONValue, escaping: Escaping) throws(TemplateError) -> String {
        try parsed.render(TemplateData(data), escaping: escaping)
    }
}

/// Owns the library's template and frees it.
// `@unchecked Sendable`: the library keeps state in a template while it renders, so `handle` is only used under `lock`.
private final class ParsedTemplate: @unchecked Sendable {
    private let handle: OpaquePointer
    private let lock = Mutex(())

    init(_ text: String) throws(TemplateError) {
        var text = text
        var parsed: OpaquePointer?
        let outcome = text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { cmustache_template_parse($0.baseAddress, $0.count, &parsed) }
        }
        defer { cmustache_text_free(outcome.text) }
        guard outcome.code == CMustacheOK, let parsed else { throw TemplateError(outcome, in: text) }
        handle = parsed
    }

    deinit { cmustache_template_free(handle) }

    func render(_ data: borrowing TemplateData, escaping: Template.Escaping) throws(TemplateError) -> String {
        let limits = (output: Template.maximumOutput, work: Template.maximumWork)
        var outcome = CMustacheOutcome()
        lock.withLock { _ in
            outcome = cmustache_template_render(handle, data.handle, escaping == .html, limits.output, limits.work)
        }
        defer { cmustache_text_free(outcome.text) }
        guard outcome.code == CMustacheOK else { throw TemplateError(outcome, in: "") }
        return String(outcome.text)
    }
}

extension TemplateError {
    fileprivate init(_ outcome: CMustacheOutcome, in text: String) {
        switch outcome.code {
        case CMustacheOutputTooLong:
            self.init(.outputTooLong, "The result is longer than \(Template.maximumOutput) bytes")
        case CMustacheTooMuchWork:
            self.init(.tooMuchWork, "The loops of the template go on for too long")
        case CMustacheSyntax:
            self.init(.syntax, String(outcome.text), at: TemplatePosition(offset: outcome.offset, in: text))
        default: self.init(.syntax, String(outcome.text))
        }
    }
}

extension String {
    fileprivate init(_ text: CMustacheText) {
        let bytes = UnsafeRawBufferPointer(start: text.bytes, count: text.length)
        self.init(decoding: bytes, as: UTF8.self)
    }
}
