/// Who may call an operation. It is declared with the route, and in no other place.
public enum Access: Sendable, Hashable {
    /// Everybody, known or not: descriptions of the API.
    case open
    /// Whoever reaches the port: health and metrics, for orchestrators and their like, which have no token.
    case operational
    /// Callers with one of these roles.
    case roles(Set<Role>)

    /// Everybody who is known.
    public static let anyRole = Access.roles(Set(Role.allCases))
}

/// Which bounds hold for an operation: how many requests of a class a caller may make.
public enum RouteClass: String, Sendable, Hashable, CaseIterable {
    /// Changes nothing.
    case read
    /// Changes something.
    case write
    /// Answers orchestrators, and must do so under any load.
    case operational
}
