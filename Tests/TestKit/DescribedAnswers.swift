import HTTPServer
import JSON

/// Holds every answer against what its operation declares: status, headers, media type and body.
///
/// An answer that is not declared is replaced by a 500 that says why, which no test takes for what it expects.
public struct DescribedAnswers: RequestFilter {
    public init() {}

    public func respond(
        to request: HTTPRequest, next: @Sendable (HTTPRequest) async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        let response = try await next(request)
        guard let operation = request.operation, !operation.answers.isEmpty else { return response }
        let declared = operation.allAnswers(to: request.method, at: request.route)
        let objections = objections(to: response, of: declared.filter { $0.status == response.status })
        guard !objections.isEmpty else { return response }
        let list = objections.joined(separator: "; ")
        return .text(500, "\(operation.id) does not declare its answer \(response.status): \(list)")
    }

    private func objections(to response: HTTPResponse, of answers: [Operation.Answer]) -> [String] {
        guard !answers.isEmpty else { return ["the status is unknown"] }
        let known = Set(answers.flatMap(\.headers).map { $0.name.lowercased() } + ["content-type", "cache-control"])
        let unknown = response.headers.fields.map(\.name).filter { !known.contains($0.lowercased()) }
        return unknown.map { "the header \($0) is unknown" } + objections(toBodyOf: response, answers)
    }

    private func objections(toBodyOf response: HTTPResponse, _ answers: [Operation.Answer]) -> [String] {
        guard let type = response.headers["Content-Type"]?.split(separator: ";").first else {
            return response.body.isEmpty && answers.contains { $0.content == nil } ? [] : ["there is no content type"]
        }
        guard let content = answers.compactMap(\.content).first(where: { $0.type == type }) else {
            return ["the content type \(type) is unknown"]
        }
        guard type.hasSuffix("json") else { return [] }
        guard let document = try? JSONValue(parsing: response.body) else { return ["the body is no JSON"] }
        return content.schema.faults(in: document).map { "\($0.pointer) \($0.detail)" }
    }
}
