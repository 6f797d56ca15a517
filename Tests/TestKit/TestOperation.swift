import HTTPServer

extension Operation {
    /// For a route that only a test has.
    public static var test: Operation { Operation("test", "Serves a test", tag: "Tests", access: .open) }
}
