import HTTPServer
import NotificationApplication

extension TemplateKeyTaken: ProblemConvertible {
    public var problem: Problem {
        .conflict(
            "Another template has the key \"\(key)\".", type: "/problems/template-key-taken",
            title: "Template key taken")
    }
}
