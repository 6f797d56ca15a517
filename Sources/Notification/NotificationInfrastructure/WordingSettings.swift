import Formatting
import NotificationApplication
import NotificationDomain
import Runtime

/// In which words notifications are written: the same for what sends them and for what shows how they will look.
public struct WordingSettings: Sendable {
    /// The language of whoever said none, and of default variants.
    public let defaultLocale: LocaleTag
    /// The zone in which times are told.
    public let timeZone: TimeZoneName

    /// Reads `DEFAULT_LOCALE` and `TIME_ZONE`.
    public init(_ environment: Environment) {
        defaultLocale = environment.value(
            "DEFAULT_LOCALE", default: .english,
            "the language of customers of whom none is known, and of templates that name none",
            expected: "must be a language tag such as de or de-AT", read: { LocaleTag($0) })
        timeZone = environment.value(
            "TIME_ZONE", default: .utc, "the time zone of the shop: of times in notifications, and of DIGEST_AT",
            expected: "must be a time zone of the tz database, such as Europe/Vienna", read: { TimeZoneName($0) })
    }

    /// What puts notifications into words.
    public var composer: MessageComposer { composer(renderer: MustacheRenderer()) }

    /// What shows drafts.
    public var previewer: MessageComposer { composer(renderer: MustacheRenderer(keepsParsed: false)) }

    private func composer(renderer: MustacheRenderer) -> MessageComposer {
        MessageComposer(
            renderer: renderer, formatter: ICUFormatter(timeZone: timeZone), defaultLocale: defaultLocale)
    }
}

extension MessageComposer {
    /// What writes where nothing is set: in English, times in UTC.
    public static var standard: MessageComposer {
        MessageComposer(renderer: MustacheRenderer(), formatter: ICUFormatter())
    }
}
