import DomainKit
import NotificationDomain

/// Adds a template.
public struct CreateTemplate: Sendable {
    private let templates: any TemplateRepository
    private let check: CheckTemplate

    public init(_ templates: any TemplateRepository, check: CheckTemplate) {
        self.templates = templates
        self.check = check
    }

    /// - Throws: `JSONFaults` where a text is no template; ``TemplateKeyTaken``.
    public func callAsFunction(
        _ content: TemplateContent, in work: any UnitOfWork
    ) async throws -> NotificationTemplate {
        try check(content)
        let template = NotificationTemplate(content, at: work.now)
        try await templates.add(template, in: work)
        return template
    }
}
