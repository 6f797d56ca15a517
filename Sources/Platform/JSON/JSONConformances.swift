extension String: JSONCodable {
    public init?(json: JSONReader) {
        guard case .string(let text) = json.value else {
            json.fault("must be a string")
            return nil
        }
        self = text
    }

    public func write(to json: inout JSONWriter) { json.string(self) }
}

extension Bool: JSONCodable {
    public init?(json: JSONReader) {
        guard case .bool(let value) = json.value else {
            json.fault("must be true or false")
            return nil
        }
        self = value
    }

    public func write(to json: inout JSONWriter) { json.bool(self) }
}

extension Int: JSONCodable {
    public init?(json: JSONReader) {
        guard case .integer(let number) = json.value, let number = Int(exactly: number) else {
            json.fault("must be an integer")
            return nil
        }
        self = number
    }

    public func write(to json: inout JSONWriter) { json.integer(self) }
}

extension Int64: JSONCodable {
    public init?(json: JSONReader) {
        guard case .integer(let number) = json.value else {
            json.fault("must be an integer")
            return nil
        }
        self = number
    }

    public func write(to json: inout JSONWriter) { json.integer(self) }
}

extension Double: JSONEncodable {
    public func write(to json: inout JSONWriter) { json.number(self) }
}
