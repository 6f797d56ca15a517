import DomainKit
import JSON
import Messaging

/// A dead letter in a list.
struct DeadLetterBody: JSONEncodable {
    let letter: DeadLetter

    func write(to json: inout JSONWriter) {
        json.object { writeMembers(to: &$0) }
    }

    func writeMembers(to json: inout JSONWriter) {
        json.field("messageId", letter.messageID)
        json.field("sentMessageId", ifPresent: letter.sentMessageID)
        json.field("consumer", letter.consumer)
        json.field("type", orNull: letter.type)
        json.field("aggregateId", orNull: letter.aggregateID)
        json.field("status", letter.status.rawValue)
        json.field("reason", letter.reason)
        json.field("attempts", letter.attempts)
        json.field("redrives", letter.redrives)
        json.field("firstFailedAt", letter.firstFailedAt)
        json.field("lastFailedAt", letter.lastFailedAt)
        json.field("redrivenAt", orNull: letter.redrivenAt)
        json.field("redriveId", orNull: letter.redriveID)
    }
}

/// A dead letter with its message and its history.
struct DeadLetterDetailsBody: JSONEncodable {
    let details: DeadLetterDetails

    func write(to json: inout JSONWriter) {
        json.object { json in
            DeadLetterBody(letter: details.letter).writeMembers(to: &json)
            json.field("headers") { $0.raw(details.headers) }
            if let text = String(validating: details.body, as: UTF8.self) {
                json.field("body", text)
            } else {
                json.field("bodyBase64", base64(details.body))
            }
            json.field("history", details.history.map(ActionBody.init))
        }
    }
}

/// Something that happened to a dead letter.
private struct ActionBody: JSONEncodable {
    let action: DeadLetterAction

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("action", action.action)
            json.field("at", action.at)
            json.field("detail", orNull: action.detail)
            json.field("redriveId", ifPresent: action.redriveID)
        }
    }
}

/// The wish to redrive many.
struct RedriveManyBody: JSONDecodable {
    let filter: DeadLetterFilter
    let limit: Int
    let isDryRun: Bool

    init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let text = { (name: String) in json[name].isAbsent ? nil : json[name].string(length: 1...500) }
        filter = DeadLetterFilter(consumer: text("consumer"), type: text("type"), reason: text("reason"))
        isDryRun = json["dryRun"].optional(Bool.self) ?? false
        guard let limit = json["limit"].integer(in: 1...1_000) else { return nil }
        self.limit = limit
    }
}

/// A redrive of many.
struct BulkRedriveBody: JSONEncodable {
    let redrive: BulkRedrive

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("redriveId", redrive.id)
            json.field("requestedAt", redrive.requestedAt)
            json.field("state", redrive.state.rawValue)
            json.field("selected", redrive.selected)
            json.field("sent", redrive.sent)
            json.field("handled", redrive.handled)
            json.field("died", redrive.died)
            json.field("refused", redrive.refused)
            json.field("outcome", orNull: redrive.outcome)
            json.field("finishedAt", orNull: redrive.finishedAt)
        }
    }
}

/// What a redrive of many would take, and what of it would be refused.
struct RedrivePreviewBody: JSONEncodable {
    let preview: RedrivePreview

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("dryRun", true)
            json.field("selected", preview.letters.count)
            json.field("refused", preview.refusals.count)
            json.field(
                "items", preview.letters.map { PreviewItem(letter: $0, refusal: preview.refusals[$0.seq]) })
        }
    }

    private struct PreviewItem: JSONEncodable {
        let letter: DeadLetter
        let refusal: String?

        func write(to json: inout JSONWriter) {
            json.object { json in
                json.field("messageId", letter.messageID)
                json.field("consumer", letter.consumer)
                json.field("type", orNull: letter.type)
                json.field("refusal", orNull: refusal)
            }
        }
    }
}

/// Base64 with padding (RFC 4648 section 4).
private func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
        var four = [UInt8](repeating: UInt8(ascii: "="), count: 4)
        for place in (0..<4).reversed() {
            if place <= group.count { four[place] = alphabet[Int(bits & 0x3F)] }
            bits >>= 6
        }
        text += four
    }
    return String(decoding: text, as: UTF8.self)
}
