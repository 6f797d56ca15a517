/// A template that cannot be used, or cannot be filled with the given data.
public struct TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of fault it is; stable, for programs to tell faults apart.
    public enum Code: String, Sendable {
        /// The text is not a template: a tag or a section is not closed, or not opened.
        case syntax
        /// The text has a tag that templates here may not have: a partial, a change of delimiters.
        case unsupportedTag
        /// The text is longer than ``Template/maximumLength``.
        case tooLong
        /// Sections are nested deeper than ``Template/maximumDepth``.
        case tooDeep
        /// A tag has a name that the data does not have there.
        case unknownName
        /// A section is over something that is always there.
        case notASection
        /// A tag stands for something that has no text of its own, such as a list.
        case notAValue
        /// What the template gives is longer than ``Template/maximumOutput``.
        case outputTooLong
        /// Loops within loops that would go on for too long.
        case tooMuchWork
    }

    public let code: Code
    /// What is wrong, for the author of the template.
    public let message: String
    /// Where; nil where the fault has no place.
    public let position: TemplatePosition?

    init(_ code: Code, _ message: String, at position: TemplatePosition? = nil) {
        self.code = code
        self.message = message
        self.position = position
    }

    public var description: String { position.map { "\(message) (\($0))" } ?? message }
}

/// A place in the text of a template.
public struct TemplatePosition: Sendable, Equatable, CustomStringConvertible {
    /// Line, counted from 1.
    public let line: Int
    /// Column in characters, counted from 1.
    public let column: Int

    /// The place of the byte at `offset` of `text`.
    init(offset: Int, in text: String) {
        let before = String(decoding: text.utf8.prefix(offset), as: UTF8.self)
        line = before.count(where: \.isNewline) + 1
        column = (before.lastIndex(where: \.isNewline).map { before[$0...].dropFirst() } ?? before[...]).count + 1
    }

    public var description: String { "line \(line), column \(column)" }
}
