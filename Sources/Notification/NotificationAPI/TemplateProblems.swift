import HTTPServer
import NotificationApplication

extension TemplateKeyTaken: ProblemConvertible {
    public var problem: Problem {
        .conflict(
            variant.locale.map { "Another template has the key \"\(variant.key)\" and the locale \"\($0)\"." }
                ?? "Another template has the key \"\(variant.key)\".",
            type: "/problems/template-key-taken", title: "Template key taken")
    }
}

extension VariantRefused: ProblemConvertible {
    public var problem: Problem {
        let detail =
            switch self {
            case .withoutDefault(let key):
                "There is no template with the key \"\(key)\" and without a locale: make that one first."
            case .neededByOthers(let key):
                "Templates with the key \"\(key)\" and a locale need the one without: they must go first."
            case .otherChannel(let key, let channel):
                "The channel of \"\(key)\" is \(channel): it is changed at the template without a locale, for all."
            }
        return .conflict(detail, type: "/problems/template-variant-refused", title: "Template variant refused")
    }
}

extension TemplateFaults: ProblemConvertible {
    public var problem: Problem { .unprocessable(faults) }
}
