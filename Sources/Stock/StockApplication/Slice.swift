import DomainKit

/// A part of a list, and where the next one begins.
public struct Slice<Item: Sendable>: Sendable {
    public let items: [Item]
    /// The id after which the next slice begins; nil at the end of the list.
    public let next: EntityID?

    /// - Parameters:
    ///   - items: up to one more than `limit`: the one too many tells that the list goes on.
    init(_ items: [Item], limit: Int, id: (Item) -> EntityID) {
        self.items = Array(items.prefix(limit))
        next = items.count > limit ? self.items.last.map(id) : nil
    }
}
