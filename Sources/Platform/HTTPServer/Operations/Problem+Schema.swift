import JSON

extension Problem {
    static let mediaType = "application/problem+json"

    /// What ``response(to:)`` writes.
    static let schema = JSONSchema.object(
        "Problem",
        .required(
            "type", .string(format: "uri-reference", example: "about:blank"),
            "Tells kinds of problems apart for programs; about:blank where the status says it all."),
        .required("title", .string(example: "Bad Request"), "The same for every problem of this type."),
        .required("status", .integer(400...599, example: 400)),
        .optional("detail", .string(example: "The query is not percent-encoded UTF-8."), "This very case."),
        .required("instance", .string(example: "/api/things"), "The path asked for."),
        .optional("errors", .array(of: fault, count: 1...Int.max), "All faults of the request at once."),
        .required(
            "traceId", .string(pattern: "^[0-9a-f]{32}$", example: "0af7651916cd43dd8448eb211c80319c"),
            "What operators find the request by."),
        note: "What is wrong (RFC 9457).")

    private static let fault = JSONSchema.object(
        "Fault",
        .optional(
            "pointer", .string(example: "/items/0/quantity"), "A place in the body, as a JSON pointer (RFC 6901)."),
        .optional("parameter", .string(example: "limit"), "A query parameter."),
        .optional("header", .string(example: "Idempotency-Key"), "A header field."),
        .required("detail", .string(example: "must be an integer from 1 to 10000"), "What is wrong there."),
        note: "One faulty part of the request: `pointer`, `parameter` or `header` says which.")
}
