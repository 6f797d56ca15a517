import CRabbitMQ

/// Memory for what one call hands to the C library: strings, tables. Freed or used again as a whole.
final class Arena {
    private let pool: UnsafeMutablePointer<amqp_pool_t>

    init() {
        pool = .allocate(capacity: 1)
        init_amqp_pool(pool, 4_096)
    }

    deinit {
        empty_amqp_pool(pool)
        pool.deallocate()
    }

    /// Takes back everything lent so far.
    func recycle() {
        recycle_amqp_pool(pool)
    }

    /// A copy of `text` that lives until the arena is recycled.
    func bytes(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { source in
            guard let base = source.baseAddress, !source.isEmpty,
                let copy = amqp_pool_alloc(pool, source.count)
            else { return amqp_bytes_t(len: 0, bytes: nil) }
            copy.copyMemory(from: base, byteCount: source.count)
            return amqp_bytes_t(len: source.count, bytes: copy)
        }
    }

    /// `headers` as a table, but for values that cannot be sent.
    ///
    /// - Parameter tables: entries that are tables themselves.
    func table(_ headers: MessageHeaders, tables: [String: MessageHeaders] = [:]) -> amqp_table_t {
        let capacity = headers.count + tables.count
        let size = capacity * MemoryLayout<amqp_table_entry_t>.stride
        guard size > 0, let memory = amqp_pool_alloc(pool, size) else {
            return amqp_table_t(num_entries: 0, entries: nil)
        }
        let entries = memory.bindMemory(to: amqp_table_entry_t.self, capacity: capacity)
        var count = 0
        for (name, value) in headers {
            guard let value = field(value) else { continue }
            (entries + count).initialize(to: amqp_table_entry_t(key: bytes(name), value: value))
            count += 1
        }
        for (name, inner) in tables {
            var field = amqp_field_value_t()
            field.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
            field.value.table = table(inner)
            (entries + count).initialize(to: amqp_table_entry_t(key: bytes(name), value: field))
            count += 1
        }
        return amqp_table_t(num_entries: Int32(count), entries: entries)
    }

    private func field(_ value: HeaderValue) -> amqp_field_value_t? {
        var field = amqp_field_value_t()
        switch value {
        case .text(let text):
            field.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
            field.value.bytes = bytes(text)
        case .integer(let number):
            field.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
            field.value.i64 = number
        case .boolean(let flag):
            field.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
            field.value.boolean = flag ? 1 : 0
        case .other:
            return nil
        }
        return field
    }
}

// MARK: - The other way

extension String {
    /// A copy of what the C library lends.
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}

/// A copy of a table that the C library lends.
func headers(_ table: amqp_table_t) -> MessageHeaders {
    var headers = MessageHeaders(minimumCapacity: Int(table.num_entries))
    for entry in UnsafeBufferPointer(start: table.entries, count: Int(table.num_entries)) {
        headers[String(entry.key)] = value(entry.value)
    }
    return headers
}

private func value(_ field: amqp_field_value_t) -> HeaderValue {
    switch UInt32(field.kind) {
    case UInt32(AMQP_FIELD_KIND_UTF8.rawValue): .text(String(field.value.bytes))
    case UInt32(AMQP_FIELD_KIND_BOOLEAN.rawValue): .boolean(field.value.boolean != 0)
    case UInt32(AMQP_FIELD_KIND_I8.rawValue): .integer(Int64(field.value.i8))
    case UInt32(AMQP_FIELD_KIND_U8.rawValue): .integer(Int64(field.value.u8))
    case UInt32(AMQP_FIELD_KIND_I16.rawValue): .integer(Int64(field.value.i16))
    case UInt32(AMQP_FIELD_KIND_U16.rawValue): .integer(Int64(field.value.u16))
    case UInt32(AMQP_FIELD_KIND_I32.rawValue): .integer(Int64(field.value.i32))
    case UInt32(AMQP_FIELD_KIND_U32.rawValue): .integer(Int64(field.value.u32))
    case UInt32(AMQP_FIELD_KIND_I64.rawValue): .integer(field.value.i64)
    default: .other
    }
}
