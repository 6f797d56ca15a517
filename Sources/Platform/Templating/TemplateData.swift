import CMustache
import JSON

/// The data of one rendering in the library's form. Owns it and frees it.
struct TemplateData: ~Copyable {
    let handle: OpaquePointer

    init(_ value: JSONValue) { handle = makeData(value) }

    deinit { cmustache_data_free(handle) }
}

/// - Returns: data that the caller owns.
private func makeData(_ value: JSONValue) -> OpaquePointer {
    switch value {
    case .null: return cmustache_data_bool(false)
    case .bool(let value): return cmustache_data_bool(value)
    case .integer(let number): return makeString(String(number))
    case .number(let number): return makeString(String(number))
    case .string(let text): return makeString(text)
    case .array(let elements):
        let list: OpaquePointer = cmustache_data_list()
        for element in elements { cmustache_data_append(list, makeData(element)) }
        return list
    case .object(let members):
        let object: OpaquePointer = cmustache_data_object()
        for (name, value) in members {
            let member = makeData(value)
            withBytes(of: name) { cmustache_data_set(object, $0.baseAddress, $0.count, member) }
        }
        return object
    }
}

private func makeString(_ text: String) -> OpaquePointer {
    withBytes(of: text) { cmustache_data_string($0.baseAddress, $0.count) }
}

private func withBytes<Result>(of text: String, _ body: (UnsafeBufferPointer<CChar>) -> Result) -> Result {
    var text = text
    return text.withUTF8 { utf8 in utf8.withMemoryRebound(to: CChar.self, body) }
}
