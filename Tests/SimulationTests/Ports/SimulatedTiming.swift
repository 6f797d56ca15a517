import DomainKit
import Lifecycle

@testable import Messaging

/// Time and chance as the seed has them.
struct SimulatedTiming: Timing {
    let world: World
    let host: Host

    var now: ContinuousClock.Instant { world.scheduler.instant }

    func jittered(_ duration: Duration) -> Duration {
        .microseconds(duration.microseconds * world.scheduler.random.within(800...1_200) / 1_000)
    }

    func sleep(for duration: Duration, until shutdown: ShutdownSignal) async -> Bool {
        guard host.isAlive, !shutdown.isTriggered, !Task.isCancelled else { return false }
        let waiter = Waiter()
        let token = shutdown.onTrigger { waiter.wake() }
        await withTaskCancellationHandler {
            await world.scheduler.wait(waiter, limit: duration.microseconds)
        } onCancel: {
            waiter.wake()
        }
        shutdown.removeObserver(token)
        return !shutdown.isTriggered && !Task.isCancelled
    }
}

/// The time of day, which steps.
struct SimulatedWallClock: WallClock {
    let world: World
    var now: Timestamp { world.wallClock }
}
