import DomainKit
import Formatting
import Testing

@Suite struct TimeOfDayTests {
    @Test(arguments: ["00:00", "06:05", "23:59"]) func aTimeIsReadAndWrittenAgain(text: String) {
        #expect(TimeOfDay(text)?.description == text)
    }

    @Test(arguments: ["", "6:00", "24:00", "06:60", "06.00", "-1:00", "+1:00", "06:00:00", "0６:00"])
    func whatIsNoTimeIsNotTaken(text: String) {
        #expect(TimeOfDay(text) == nil)
    }

    /// The nights in which clocks are put forward and back, in Vienna and on Lord Howe Island (by half an hour), and those
    /// around them.
    @Test(arguments: [
        ("UTC", "06:00", "2026-11-28T06:00:00Z", "2026-11-29T06:00:00Z"),
        ("UTC", "06:00", "2026-11-28T05:59:59.999999Z", "2026-11-28T06:00:00Z"),
        ("UTC", "06:00", "2026-11-28T06:00:00.000001Z", "2026-11-29T06:00:00Z"),
        ("UTC", "00:00", "2028-02-28T12:00:00Z", "2028-02-29T00:00:00Z"),
        ("UTC", "00:30", "2026-12-31T12:00:00Z", "2027-01-01T00:30:00Z"),
        ("UTC", "06:00", "1969-12-31T23:59:59.999999Z", "1970-01-01T06:00:00Z"),
        // Summer and winter: the same time of day, another time.
        ("Europe/Vienna", "06:00", "2026-07-01T00:00:00Z", "2026-07-01T04:00:00Z"),
        ("Europe/Vienna", "06:00", "2026-12-01T00:00:00Z", "2026-12-01T05:00:00Z"),
        // At 02:00 clocks show 03:00: half past two comes when they do.
        ("Europe/Vienna", "02:30", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
        ("Europe/Vienna", "02:30", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
        // At 03:00 they show 02:00 again: the first half past two, and not the second.
        ("Europe/Vienna", "02:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
        ("Europe/Vienna", "02:30", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
        ("Australia/Lord_Howe", "02:15", "2026-10-03T12:00:00Z", "2026-10-03T15:30:00Z"),
        ("America/New_York", "23:30", "2026-11-28T12:00:00Z", "2026-11-29T04:30:00Z"),
    ])
    func theNextTimeOfADayIsFoundInEveryZone(zone: String, time: String, after: String, next: String) throws {
        let zone = try #require(TimeZoneName(zone))
        let found = zone.next(try #require(TimeOfDay(time)), after: try #require(Timestamp(after)))
        #expect(found == Timestamp(next), "\(found)")
    }
}
