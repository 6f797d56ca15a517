import DomainKit

extension Environment {
    /// Reads how many concurrent requests are handled together: `PLACING_BATCH_SIZE`, `PLACING_BATCHES_IN_FLIGHT` and
    /// `PLACING_QUEUE_LIMIT` where `prefix` is `PLACING`.
    public func gatherer(_ prefix: String) -> GathererSettings {
        var settings = GathererSettings()
        settings.batchSize = integer(
            "\(prefix)_BATCH_SIZE", default: settings.batchSize, in: 1...10_000,
            "how many requests at most share a transaction")
        settings.batchesInFlight = integer(
            "\(prefix)_BATCHES_IN_FLIGHT", default: settings.batchesInFlight, in: 1...100,
            "how many such transactions are under way at once; what comes meanwhile is the next one")
        settings.queueLimit = integer(
            "\(prefix)_QUEUE_LIMIT", default: settings.queueLimit, in: 1...100_000,
            "how many requests wait for their transaction at most; further ones are answered 503")
        return settings
    }
}
