import DomainKit
import NotificationInfrastructure
import Runtime

/// What is done at which time.
struct ScheduleSettings: Sendable {
    /// How long after its confirmation an order is followed up; zero for never.
    let followUpAfter: Duration
    let digestAt: TimeOfDay
    let calendar: ShopCalendar
    /// How long what was done stays in the list.
    let kept: Duration

    /// - Parameter calendar: that of `TIME_ZONE`.
    init(_ environment: Environment, in calendar: ShopCalendar) {
        self.calendar = calendar
        followUpAfter = environment.duration(
            "FOLLOW_UP_AFTER", default: .seconds(7 * 86_400),
            "how long after its confirmation an order's customer is asked whether all is well; 0 for never")
        digestAt = environment.value(
            "DIGEST_AT", default: .six, "when the operator is told every day what ran low, in TIME_ZONE",
            expected: "must be a time of day such as 06:00", read: { TimeOfDay($0) })
        kept = environment.duration(
            "SCHEDULED_WORK_KEPT", default: .seconds(30 * 86_400), in: .seconds(3_600) ... .seconds(86_400 * 365),
            "how long scheduled work is kept in the list after it was done")
    }
}

extension TimeOfDay {
    fileprivate static let six = TimeOfDay(hour: 6)
}
