import JSON
import NotificationApplication
import NotificationDomain

/// `{"key", "locale"?, "channel"?, "subject", "textBody", "htmlBody"}`
struct NewTemplateBody: JSONDecodable {
    let draft: CreateTemplate.Draft

    init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let key = json["key"].required(TemplateKey.self)
        let locale = json["locale"].optional(LocaleTag.self)
        let channel = json["channel"].optional(Channel.self)
        let texts = TemplateTexts(json: json)
        guard let key, let texts else { return nil }
        draft = CreateTemplate.Draft(
            TemplateVariant(key: key, locale: locale), channel: channel, subject: texts.subject,
            textBody: texts.textBody, htmlBody: texts.htmlBody)
    }
}

/// `{"key"?, "locale"?, "channel"?, "subject", "textBody", "htmlBody"}`: the first three stay where they are not given.
struct ChangedTemplateBody: JSONDecodable {
    let change: ChangeTemplate.Change

    init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let key = json["key"].optional(TemplateKey.self)
        let locale = json["locale"].optional(LocaleTag.self)
        let channel = json["channel"].optional(Channel.self)
        guard let texts = TemplateTexts(json: json) else { return nil }
        change = ChangeTemplate.Change(
            key: key, locale: locale, channel: channel, subject: texts.subject, textBody: texts.textBody,
            htmlBody: texts.htmlBody)
    }
}

/// The three texts of a template, each there and none blank.
private struct TemplateTexts: JSONDecodable {
    let subject: String
    let textBody: String
    let htmlBody: String

    static let subjectLength = 500
    static let bodyLength = 100_000

    init?(json: JSONReader) {
        let subject = json["subject"].templateText(maximumLength: TemplateTexts.subjectLength)
        let textBody = json["textBody"].templateText(maximumLength: TemplateTexts.bodyLength)
        let htmlBody = json["htmlBody"].templateText(maximumLength: TemplateTexts.bodyLength)
        guard let subject, let textBody, let htmlBody else { return nil }
        self.subject = subject
        self.textBody = textBody
        self.htmlBody = htmlBody
    }
}

/// `{"data"?, "locale"?, "version"?, "subject"?, "textBody"?, "htmlBody"?}`
struct PreviewTemplateBody: JSONDecodable {
    let wish: PreviewTemplate.Wish

    init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let (data, version) = (json["data"], json["version"])
        if !data.isAbsent, !data.isObject() { return nil }
        wish = PreviewTemplate.Wish(
            data: data.isAbsent ? nil : data.value, locale: json["locale"].optional(LocaleTag.self),
            version: version.isAbsent ? nil : version.integer(in: 1...Int(Int32.max)),
            subject: json["subject"].optionalText(maximumLength: TemplateTexts.subjectLength),
            textBody: json["textBody"].optionalText(maximumLength: TemplateTexts.bodyLength),
            htmlBody: json["htmlBody"].optionalText(maximumLength: TemplateTexts.bodyLength))
    }
}

extension JSONReader {
    fileprivate func optionalText(maximumLength: Int) -> String? {
        isAbsent ? nil : templateText(maximumLength: maximumLength)
    }

    fileprivate func templateText(maximumLength: Int) -> String? {
        guard let text = string(length: 1...maximumLength) else { return nil }
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            fault("must not be blank")
            return nil
        }
        return text
    }
}
