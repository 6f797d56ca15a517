import DomainKit

extension Received {
    /// A message that was never delivered before, as a consumer hands it to a use case.
    public static func test(_ event: Event) -> Received {
        Received(
            event: event, messageID: .v7(), occurredAt: SystemClock().now, cause: Cause(correlationID: "test"))
    }
}
