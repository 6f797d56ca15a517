import CCurl

/// What libcurl hands over during one transfer, and what it takes. Not `Sendable`: it stays on the client's thread.
final class Exchange {
    private static let lineLimit = 256 * 1_024
    private let sizeLimit: Int
    private let message: [UInt8]
    private var position = 0
    private var lineBytes = 0
    private(set) var lines: [String] = []
    private(set) var body: [UInt8] = []
    /// Why libcurl was told to stop.
    private(set) var excess: String?
    private(set) var hasSentMessage = false
    /// When it must be over.
    private let deadline: ContinuousClock.Instant
    private var refusedAddresses = 0
    private var allowedAddresses = 0

    init(of request: TransferRequest) {
        sizeLimit = request.sizeLimit
        deadline = .now + request.timeout
        if case .mail(let mail) = request.content { message = mail.message } else { message = [] }
    }

    /// - Returns: whether to go on.
    func take(line bytes: UnsafeRawBufferPointer) -> Bool {
        lineBytes += bytes.count
        guard lineBytes <= Exchange.lineLimit else { return refuse(Exchange.lineLimit) }
        var line = bytes[...]
        while let last = line.last, last == 0x0D || last == 0x0A { line.removeLast() }
        lines.append(String(decoding: line, as: UTF8.self))
        return true
    }

    /// - Returns: whether to go on.
    func take(_ part: UnsafeRawBufferPointer) -> Bool {
        guard body.count + part.count <= sizeLimit else { return refuse(sizeLimit) }
        body += part
        return true
    }

    /// Gives the next bytes of the message.
    /// - Returns: how many; 0 at its end.
    func give(to buffer: UnsafeMutableRawBufferPointer) -> Int {
        hasSentMessage = true
        let count = min(buffer.count, message.count - position)
        buffer.copyBytes(from: message[position..<position + count])
        position += count
        return count
    }

    /// Whether there was no address to connect to but such as must not be.
    var hasRefusedAllAddresses: Bool { refusedAddresses > 0 && allowedAddresses == 0 }

    /// Notes that an address is about to be connected to.
    /// - Returns: whether to go on.
    func take(addressThatIsPublic isPublic: Bool) -> Bool {
        if isPublic { allowedAddresses += 1 } else { refusedAddresses += 1 }
        return isPublic
    }

    /// Whether nobody waits for it any more. The task is that of whoever runs the transfer, on the same thread.
    var isUnwanted: Bool { Task.isCancelled || .now > deadline }

    private func refuse(_ limit: Int) -> Bool {
        excess = "more than \(limit) bytes"
        return false
    }

    /// What the callbacks get; only while the exchange is held by somebody else.
    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static func of(_ context: UnsafeMutableRawPointer?) -> Exchange? {
        context.map { Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
    }
}

/// Called with each line of an answer that is not its body. A return value other than the number of bytes ends the transfer.
let onLine: curl_write_callback = { bytes, size, count, context in
    let isTaken = Exchange.of(context)?.take(line: UnsafeRawBufferPointer(start: bytes, count: size * count))
    return isTaken == true ? size * count : 0
}

/// Called with each part of the body.
let onBody: curl_write_callback = { bytes, size, count, context in
    let isTaken = Exchange.of(context)?.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return isTaken == true ? size * count : 0
}

/// Called for the next part of what is sent.
let onRead: curl_read_callback = { bytes, size, count, context in
    Exchange.of(context)?.give(to: UnsafeMutableRawBufferPointer(start: bytes, count: size * count)) ?? 0
}

/// Called now and then; a return value other than 0 ends the transfer.
let onProgress: curl_xferinfo_callback = { context, _, _, _, _ in Exchange.of(context)?.isUnwanted == true ? 1 : 0 }

/// A list of texts. Owns libcurl's list and frees it.
final class TextList {
    let list: UnsafeMutablePointer<curl_slist>?

    init(_ texts: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for text in texts { list = curl_slist_append(list, text) ?? list }
        self.list = list
    }

    deinit { curl_slist_free_all(list) }
}
