/// What can happen between any two steps.
enum Strike: CaseIterable {
    case killProcess, stopProcess, pauseProcess
    case cutSession, databaseAway
    case cutConnection, brokerAway
    case stepClock
    case unbindRoute
    case duplicateMessage, reorderQueue
}

extension World {
    /// Strikes, now and then, while the storm lasts.
    func strikePerhaps() {
        guard isStormy, !conditions.kinds.isEmpty, scheduler.random.chance(conditions.strikes) else { return }
        switch conditions.kinds[scheduler.random.below(conditions.kinds.count)] {
        case .killProcess: withAny(hosts) { kill($0) }
        case .stopProcess: withAny(hosts.filter { $0.role == .worker }) { stop($0) }
        case .pauseProcess: withAny(hosts) { pause($0) }
        case .cutSession: withAny(database.sessions) { cut($0) }
        case .databaseAway: leave(database)
        case .cutConnection: withAny(broker.links) { cut($0) }
        case .brokerAway: leave(broker)
        case .stepClock: stepClock()
        case .unbindRoute: withAny(broker.routes.keys.sorted()) { unbind($0) }
        case .duplicateMessage: withAny(broker.allQueues.filter { !$0.ready.isEmpty }) { duplicate($0) }
        case .reorderQueue: withAny(broker.allQueues.filter { $0.ready.count > 1 }) { reorder($0) }
        }
    }

    private func withAny<Element>(_ elements: [Element], _ body: (Element) -> Void) {
        if !elements.isEmpty { body(elements[scheduler.random.below(elements.count)]) }
    }

    private func pause(_ host: Host) {
        note(host, "is paused")
        host.pausedUntil = scheduler.now + scheduler.random.within(1_000...400_000)
    }

    /// Its connections end with it, and another life begins a little later.
    func kill(_ host: Host) {
        note(host, "is killed")
        host.kill()
        hosts.removeAll { $0 === host }
        for session in database.sessions where session.host === host { database.end(session) }
        for link in broker.links where link.host === host { broker.end(link) }
        restart(host)
    }

    /// It is told to stop, and may finish what it does.
    private func stop(_ host: Host) {
        note(host, "is told to stop")
        hosts.removeAll { $0 === host }
        host.shutdown.trigger()
        restart(host)
    }

    private func restart(_ host: Host) {
        scheduler.schedule(in: scheduler.random.within(1_000...300_000)) { self.start(host.number, host.role) }
    }

    private func cut(_ session: Session) {
        note(session.host, "loses its session")
        database.end(session)
    }

    private func cut(_ link: Link) {
        note(link.host, "loses its connection")
        broker.end(link)
    }

    private func leave(_ database: Database) {
        guard !database.isAway else { return }
        note(nil, "database goes away")
        database.isAway = true
        for session in database.sessions { database.end(session) }
        database.crash()
        scheduler.schedule(in: scheduler.random.within(1_000...500_000)) {
            self.note(nil, "database is back")
            database.isAway = false
        }
    }

    private func leave(_ broker: Broker) {
        guard !broker.isAway else { return }
        note(nil, "broker goes away")
        broker.isAway = true
        for link in broker.links { broker.end(link) }
        scheduler.schedule(in: scheduler.random.within(1_000...500_000)) {
            self.note(nil, "broker is back")
            broker.isAway = false
        }
    }

    private func stepClock() {
        clockOffset += scheduler.random.within(-7_200_000_000...7_200_000_000)
        note(nil, "clock steps")
    }

    private func unbind(_ key: String) {
        guard broker.unbound.insert(key).inserted else { return }
        note(nil, "nobody is bound", -1, key)
        scheduler.schedule(in: scheduler.random.within(1_000...400_000)) {
            self.note(nil, "somebody is bound", -1, key)
            self.broker.unbound.remove(key)
        }
    }

    private func duplicate(_ queue: Queue) {
        let message = queue.ready[scheduler.random.below(queue.ready.count)]
        note(nil, "message is duplicated", message.label, queue.name)
        broker.put(message, into: queue)
    }

    private func reorder(_ queue: Queue) {
        note(nil, "queue is reordered", -1, queue.name)
        queue.ready.shuffle(using: &scheduler.random)
    }
}
