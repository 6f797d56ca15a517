/// Something that all requests pass on their way to a handler, and all answers on their way back: it may look, change,
/// or answer in the handler's place.
///
/// Filters stand in a list, the outermost first. They run after routing, so ``HTTPRequest/operation`` and
/// ``HTTPRequest/route`` tell what is asked for. A request for which there is no route (404, 405), or whose body is too
/// large, passes all filters, too, with no operation: one that is about operations hands it on. Refused before any filter
/// are only requests whose framing is not to be trusted, whose method nobody knows, or whose body will not be read.
public protocol RequestFilter: Sendable {
    /// Answers `request`, by itself or by `next`.
    ///
    /// What it throws becomes a problem document, as what a handler throws does, before the filter around it sees it.
    /// - Parameter next: the rest of the way. Where something throws there, its answer is a problem: a filter always
    ///   sees the status that the client will.
    func respond(
        to request: HTTPRequest, next: @Sendable (HTTPRequest) async throws -> HTTPResponse
    ) async throws -> HTTPResponse
}
