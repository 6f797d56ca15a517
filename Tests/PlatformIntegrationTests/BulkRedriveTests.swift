import DomainKit
import Messaging
import Postgres
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct BulkRedriveTests {
    @Test func theFirstGoesAloneAndTheRestOnlyOnceItWasHandled() async throws {
        try await MessagingBench.with { bench in
            let mustFail = Box(true)
            try await bench.runningAll(mustFail) {
                try await bench.kill((0..<6).map { bench.message(ParcelSent(.v7(), $0)) })
                let letters = try await bench.letters(6)
                let failing = try await bench.store().redrive(DeadLetterFilter(), limit: 5, by: "me")
                #expect(failing.selected == 5 && failing.state == .trying)
                let stopped = try await bench.ended(failing)
                #expect(stopped.state == .stopped && stopped.sent == 1 && stopped.died == 1 && stopped.handled == 0)
                #expect(stopped.outcome?.contains("HandlerFailed") == true)
                #expect(try await bench.letters(6).map(\.redrives) == [1, 0, 0, 0, 0, 0])
                #expect(try await bench.history(letters[0]) == ["Died", "Queued", "Redriven", "Died"])
                #expect(try await bench.history(letters[4]) == ["Died", "Queued", "Released"])

                mustFail.update { $0 = false }
                let succeeding = try await bench.store().redrive(DeadLetterFilter(), limit: 5, by: "me")
                let done = try await bench.ended(succeeding)
                #expect(done.state == .done && done.sent == 5 && done.handled == 5 && done.died == 0)
                #expect(try await bench.handled().first == 0)
                #expect(try await bench.handled().sorted() == [0, 1, 2, 3, 4])
                #expect(try await bench.letters(1).map(\.seq) == [letters[5].seq])
                // The first redrive tells of itself what it told before.
                #expect(try await bench.store().bulkRedrive(failing.id) == stopped)
            }
        }
    }

    @Test func twoWorkersThatStartLaterCarryItOnAndSendEachMessageOnce() async throws {
        try await MessagingBench.with { bench in
            try await bench.running(bench.collector()) {
                try await bench.kill((0..<250).map { bench.message(ParcelSent(.v7(), $0)) })
                _ = try await bench.letters(250)
            }
            let redrive = try await bench.store().redrive(DeadLetterFilter(), limit: 1_000, by: "me")
            #expect(redrive.selected == 250)
            try await bench.running(bench.redriver(), bench.redriver(), bench.consumer(), bench.relay()) {
                let done = try await bench.ended(redrive)
                #expect(done.state == .done && done.sent == 250 && done.handled == 250)
            }
            #expect(try await bench.handled().sorted() == Array(0..<250))
        }
    }

    @Test func whatTheDomainRefusesWaitsAgainAndTheNextGoesFirst() async throws {
        try await MessagingBench.with { bench in
            let refused = bench.message(ParcelSent(.v7(), 0))
            let rule: RedriveRule = { letter, _ in
                letter.messageID.description == refused.messageID ? "The parcel came back." : nil
            }
            try await bench.runningAll(Box(false), rule: rule) {
                try await bench.kill([refused] + (1..<4).map { bench.message(ParcelSent(.v7(), $0)) })
                let letters = try await bench.letters(4)
                let store = bench.store(rule: rule)
                let preview = try await store.preview(DeadLetterFilter(), limit: 3)
                #expect(preview.letters == Array(letters.prefix(3)))
                #expect(preview.refusals == [letters[0].seq: "The parcel came back."])
                let done = try await bench.ended(store.redrive(DeadLetterFilter(), limit: 4, by: "me"))
                #expect(done.state == .done && done.refused == 1 && done.handled == 3)
                #expect(try await bench.letters(1).map(\.seq) == [letters[0].seq])
                #expect(try await bench.history(letters[0]) == ["Died", "Queued", "Refused"])

                let refusedOnly = DeadLetterFilter(consumer: bench.parcels.queue, type: "ParcelSent", reason: "poi")
                let nothing = try await bench.ended(store.redrive(refusedOnly, limit: 4, by: "me"))
                #expect(nothing.state == .done && nothing.sent == 0 && nothing.refused == 1)
                for none in [
                    DeadLetterFilter(consumer: "x"), DeadLetterFilter(type: "x"), DeadLetterFilter(reason: "x"),
                ] {
                    #expect(try await store.redrive(none, limit: 4, by: "me").selected == 0)
                }
            }
            #expect(try await bench.handled().sorted() == [1, 2, 3])
        }
    }

    @Test func howManyWaitIsAMetric() async throws {
        try await MessagingBench.with { bench in
            try await bench.running(bench.collector(), bench.redriver()) {
                let gauge = bench.metrics.gauge("dead_letters", help: "")
                let labels = ["consumer": bench.parcels.queue]
                try await bench.kill((0..<3).map { bench.message(ParcelSent(.v7(), $0)) })
                try await eventually("three wait") { gauge.value(labels) == 3 }
                for letter in try await bench.letters(3) { try await bench.store().discard(letter.seq, by: nil) }
                try await eventually("none waits") { gauge.value(labels) == 0 }
            }
        }
    }
}
