import JSON

extension JSONReader {
    /// The text here, for people to read: within `length` Unicode scalars, not blank, without control characters; nil
    /// after a fault.
    func printableText(length: ClosedRange<Int>) -> String? {
        guard let text = string(length: length) else { return nil }
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            fault("must not contain control characters")
            return nil
        }
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            fault("must not be blank")
            return nil
        }
        return text
    }
}
