import JSON
import NotificationApplication
import NotificationDomain

/// `{"key", "channel"?, "subject", "textBody", "htmlBody"}`
struct NewTemplateBody: JSONDecodable {
    let content: TemplateContent

    init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let key = json["key"].required(TemplateKey.self)
        let channel = json["channel"].isAbsent ? .log : Channel(json: json["channel"])
        let texts = TemplateTexts(json: json)
        guard let key, let channel, let texts else { return nil }
        content = TemplateContent(
            key: key, channel: channel, subject: texts.subject, textBody: texts.textBody, htmlBody: texts.htmlBody)
    }
}

/// `{"key"?, "channel"?, "subject", "textBody", "htmlBody"}`: key and channel stay where they are not given.
struct ChangedTemplateBody: JSONDecodable {
    let change: ChangeTemplate.Change

    init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let key = json["key"].optional(TemplateKey.self)
        let channel = json["channel"].optional(Channel.self)
        guard let texts = TemplateTexts(json: json) else { return nil }
        change = ChangeTemplate.Change(
            key: key, channel: channel, subject: texts.subject, textBody: texts.textBody, htmlBody: texts.htmlBody)
    }
}

/// The three texts of a template, each there and none blank.
private struct TemplateTexts: JSONDecodable {
    let subject: String
    let textBody: String
    let htmlBody: String

    init?(json: JSONReader) {
        let subject = json["subject"].templateText(maximumLength: 500)
        let textBody = json["textBody"].templateText(maximumLength: 100_000)
        let htmlBody = json["htmlBody"].templateText(maximumLength: 100_000)
        guard let subject, let textBody, let htmlBody else { return nil }
        self.subject = subject
        self.textBody = textBody
        self.htmlBody = htmlBody
    }
}

extension JSONReader {
    fileprivate func templateText(maximumLength: Int) -> String? {
        guard let text = string(length: 1...maximumLength) else { return nil }
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            fault("must not be blank")
            return nil
        }
        return text
    }
}
