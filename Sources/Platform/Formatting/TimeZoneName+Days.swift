import CICU
import DomainKit

extension TimeZoneName {
    /// The first time after `time` at which clocks of the zone come to show `timeOfDay`. On a day on which they skip it, the
    /// moment at which they do; on one on which they show it twice, the first.
    public func next(_ timeOfDay: TimeOfDay, after time: Timestamp) -> Timestamp {
        // Rounded down: `time` itself is not after `time`, but what begins a microsecond later is.
        let milliseconds = (time.microseconds - (time.microseconds % 1_000 + 1_000) % 1_000) / 1_000
        let next = tradewind_icu_next_daily(text, Int32(timeOfDay.hour), Int32(timeOfDay.minute), milliseconds)
        // Of a zone that there is it does not fail.
        guard next > milliseconds else { return time + .seconds(86_400) }
        return Timestamp(microseconds: next * 1_000)
    }
}
