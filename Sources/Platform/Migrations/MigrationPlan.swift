import DomainKit

/// One row of the history: a step that was applied, or begun.
struct AppliedMigration: Sendable, Equatable {
    let version: Int
    let description: String
    let checksum: String
    let appliedAt: Timestamp
    let isFinished: Bool

    var fileName: String { Migration.fileName(version: version, description: description) }
}

/// The files held against the history: what is to be done, or why nothing may be. No I/O.
struct MigrationPlan: Sendable {
    /// The files in their order.
    let migrations: [Migration]
    let applied: [AppliedMigration]

    /// - Throws: ``MigrationError`` `sameVersion`.
    init(_ migrations: [Migration], applied: [AppliedMigration]) throws(MigrationError) {
        self.migrations = migrations.sorted { $0.version < $1.version }
        self.applied = applied.sorted { $0.version < $1.version }
        for (file, next) in zip(self.migrations, self.migrations.dropFirst()) where file.version == next.version {
            throw .sameVersion(file.fileName, next.fileName)
        }
    }

    /// The files that are not in the history, in order.
    var pending: [Migration] {
        let versions = Set(applied.map(\.version))
        return migrations.filter { !versions.contains($0.version) }
    }

    /// What keeps the pending files from being applied, in the order of the versions.
    var faults: [MigrationError] {
        var faults: [MigrationError] = []
        for row in applied {
            if let file = migrations.first(where: { $0.version == row.version }) {
                if file.checksum != row.checksum { faults.append(.changed(file.fileName)) }
                if !row.isFinished { faults.append(.unfinished(file.fileName)) }
            } else {
                faults.append(.missing(row.fileName))
            }
        }
        if let last = applied.last {
            for file in pending where file.version < last.version {
                faults.append(.outOfOrder(file.fileName, applied: last.fileName))
            }
        }
        return faults
    }
}
