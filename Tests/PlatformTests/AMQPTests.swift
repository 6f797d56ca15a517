import DomainKit
import Testing

@testable import AMQP

@Suite struct AMQPTests {
    @Suite struct Addresses {
        @Test func aFullAddressIsTakenApart() throws {
            let address = try BrokerAddress("amqp://us%3Aer:p%40ss@broker.example:5673/orders%2fblue")
            #expect(address.user == "us:er")
            #expect(address.password == "p@ss")
            #expect(address.servers == [.init(host: "broker.example", port: 5673)])
            #expect(address.virtualHost == "orders/blue")
        }

        @Test(arguments: ["amqp://", "amqp://localhost", "amqp://localhost:5672/", "amqp://guest:guest@localhost"])
        func whatIsLeftOutIsAssumed(_ url: String) throws {
            let address = try BrokerAddress(url)
            #expect(address.user == "guest" && address.password == "guest")
            #expect(address.servers == [.init(host: "localhost", port: 5672)])
            #expect(address.virtualHost == "/")
        }

        @Test func anAddressOfIPVersion6StandsInBrackets() throws {
            let address = try BrokerAddress("amqp://[::1]:5673/x")
            #expect(address.servers == [.init(host: "::1", port: 5673)])
            #expect(try BrokerAddress("amqp://[::1]").servers == [.init(host: "::1", port: 5672)])
        }

        @Test func theNodesOfAClusterStandSideBySide() throws {
            let url = "amqp://u:p%2C@one:5673,two,[::1]:5674/orders"
            let address = try BrokerAddress(url)
            #expect(address.password == "p,")
            #expect(
                address.servers == [
                    .init(host: "one", port: 5673), .init(host: "two", port: 5672), .init(host: "::1", port: 5674),
                ])
            #expect("\(BrokerSettings(url: url))" == "amqp://one:5673,two:5672,[::1]:5674/orders")
        }

        @Test(arguments: [
            "http://localhost", "amqp://one,", "amqp://,two", "amqp://one,,two:1", "amqp://one,two:x",
            "amqp://localhost:0", "amqp://localhost:65536", "amqp://localhost:x",
            "amqp://u:secret%4@localhost", "amqp://u:secret%zz@localhost", "amqp://u:secret%00@localhost",
        ])
        func whatCannotBeReadIsToldWithoutThePassword(_ url: String) throws {
            let problem = try #require(BrokerSettings.problem(withURL: url))
            #expect(!problem.contains("secret"))
        }

        @Test func settingsNeverShowThePassword() {
            let settings = BrokerSettings(url: "amqp://user:secret@localhost:5673/orders")
            #expect("\(settings)" == "amqp://localhost:5673/orders")
            #expect(!String(reflecting: settings).contains("secret"))
            var dumped = ""
            dump(settings, to: &dumped)
            #expect(!dumped.contains("secret"))
        }
    }

    @Suite struct Confirms {
        private func window(_ count: Int, firstTag: UInt64 = 1) -> ConfirmWindow {
            var window = ConfirmWindow(messageIDs: (0..<count).map { "m\($0)" }, firstTag: firstTag)
            for _ in 0..<count { window.didSend() }
            return window
        }

        @Test func confirmsMayComeInAnyOrder() {
            var window = window(4, firstTag: 11)
            window.confirm(13, multiple: false)
            window.confirm(11, multiple: false)
            #expect(window.inFlight == 2)
            window.confirm(14, multiple: true)
            #expect(window.inFlight == 0)
            #expect(window.report == [.confirmed, .confirmed, .confirmed, .confirmed])
        }

        @Test func aConfirmForManyLeavesLaterOnesOpen() {
            var window = window(3)
            window.confirm(2, multiple: true)
            #expect(window.report == [.confirmed, .confirmed, .unknown])
        }

        @Test func aConfirmTwiceOrForAnotherBatchChangesNothing() {
            var window = window(2, firstTag: 5)
            window.confirm(4, multiple: true)
            window.confirm(7, multiple: false)
            #expect(window.inFlight == 2)
            window.confirm(5, multiple: false)
            window.confirm(5, multiple: true)
            #expect(window.inFlight == 1)
        }

        @Test func whatWasReturnedIsUnroutableOnceItIsConfirmed() {
            var window = window(3)
            window.didReturn(messageID: "m1", text: "NO_ROUTE")
            #expect(window.report[1] == .unknown)
            window.confirm(3, multiple: true)
            #expect(window.report == [.confirmed, .unroutable("NO_ROUTE"), .confirmed])
        }

        @Test func theSameMessageTwiceIsReturnedTwice() {
            var window = ConfirmWindow(messageIDs: ["a", "a", "b"], firstTag: 1)
            for _ in 0..<3 { window.didSend() }
            window.didReturn(messageID: "a", text: "1")
            window.didReturn(messageID: "a", text: "2")
            window.confirm(3, multiple: true)
            #expect(window.report == [.unroutable("1"), .unroutable("2"), .confirmed])
        }

        @Test func aRejectionIsNoConfirm() {
            var window = window(2)
            window.reject(1, multiple: false)
            window.confirm(2, multiple: true)
            #expect(window.report == [.rejected, .confirmed])
        }

        @Test func whatWasNeverSentIsUnknown() {
            var window = ConfirmWindow(messageIDs: ["a", "b"], firstTag: 1)
            window.didSend()
            window.confirm(2, multiple: true)
            #expect(window.report == [.unknown, .unknown])
            window.confirm(1, multiple: true)
            #expect(window.report == [.confirmed, .unknown])
        }
    }

    @Test func anErrorSaysWhatWasDoneAndWhetherWaitingHelps() {
        let lost = AMQPError(.connectionLost, "publish", replyCode: 320, text: "CONNECTION_FORCED")
        #expect(lost.description == "publish: connectionLost 320: CONNECTION_FORCED")
        #expect(lost.meansTemporarilyUnavailable)
        #expect(!AMQPError(.channelClosed, "declare", replyCode: 406).meansTemporarilyUnavailable)
    }
}
