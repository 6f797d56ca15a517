import Lifecycle
import Locking
import NotificationApplication
import NotificationDomain

/// Wakes those who deliver in this process: as many as there is work for, and none for nothing.
public final class DeliveryWakeUp: DeliverySignal {
    private struct State {
        /// Those who wait, by channel, the longest first.
        var waiting: [Channel: [CheckedContinuation<Void, Never>]] = [:]
        /// Where there was work and nobody waited: whoever comes next looks at once.
        var isMissed: Set<Channel> = []
    }

    private let state = Mutex(State())

    public init() {}

    public func signal(_ count: Int, on channel: Channel) {
        let woken = state.withLock { state in
            let waiting = state.waiting[channel, default: []]
            if waiting.count < count { state.isMissed.insert(channel) }
            state.waiting[channel] = Array(waiting.dropFirst(count))
            return waiting.prefix(count)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Returns when there may be something to deliver, or `shutdown` is triggered.
    func wait(on channel: Channel, until shutdown: ShutdownSignal) async {
        let token = shutdown.onTrigger { self.wakeAll() }
        defer { shutdown.removeObserver(token) }
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                if state.isMissed.remove(channel) != nil || shutdown.isTriggered { return false }
                state.waiting[channel, default: []].append(continuation)
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    private func wakeAll() {
        let woken = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting.values.flatMap(\.self)
        }
        for continuation in woken { continuation.resume() }
    }
}
