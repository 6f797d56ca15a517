import NotificationDomain
import NotificationInfrastructure
import Postgres
import TestKit
import Testing

/// What becomes of the templates of a shop that had them before they had languages and versions.
@Suite struct TemplateMigrationTests {
    private static let before = 10

    private func templates(after change: String) async throws -> [TemplateVariant: NotificationTemplate] {
        try await TestDatabase.with { database in
            try await database.migrate("NotificationMigrator", upTo: Self.before)
            try await database.pool.execute(change)
            try await database.migrate("NotificationMigrator")
            let catalog = PostgresTemplateCatalog(database.pool)
            let found = try await catalog.templates(after: nil, limit: 200)
            for template in found {
                // Each has all its versions, and the newest is what it says.
                let versions = try await catalog.versions(of: template.id, before: nil, limit: 200)
                #expect(versions.map(\.version) == (1...template.version).reversed())
                #expect(versions.first?.textBody == template.content.textBody)
            }
            return Dictionary(uniqueKeysWithValues: found.map { ($0.content.variant, $0) })
        }
    }

    @Test func whatNobodyChangedBecomesAMailInTwoLanguages() async throws {
        let found = try await templates(after: "SELECT 1")
        for key in [TemplateKey.orderConfirmed, .orderCancelled, .orderFollowUp, .lowStockDigest] {
            for locale in [nil, LocaleTag("de")] {
                let template = try #require(found[TemplateVariant(key: key, locale: locale)])
                #expect(template.content.channel == .email)
            }
        }
        #expect(found.count == 8)
    }

    @Test func whatAnAdministratorWroteStaysAsItIsAndAlone() async throws {
        let found = try await templates(
            after: "UPDATE notification_templates SET subject = 'Mine' WHERE key = 'order-confirmed'")
        let own = try #require(found[TemplateVariant(key: .orderConfirmed, locale: nil)])
        #expect(own.content.subject == "Mine" && own.content.channel == .log && own.version == 1)
        #expect(found[TemplateVariant(key: .orderConfirmed, locale: LocaleTag("de"))] == nil)
        #expect(found[TemplateVariant(key: .orderCancelled, locale: LocaleTag("de"))] != nil)
    }

    @Test func aTemplateThatHasTheNameOfANewOneStaysAlone() async throws {
        let found = try await templates(
            after: """
                INSERT INTO notification_templates (id, key, subject, text_body, html_body)
                VALUES (gen_random_uuid(), 'order-follow-up', 'Mine', 't', 'h')
                """)
        let variants = found.keys.filter { $0.key == .orderFollowUp }
        #expect(variants == [TemplateVariant(key: .orderFollowUp, locale: nil)])
        #expect(found[TemplateVariant(key: .orderFollowUp, locale: nil)]?.content.subject == "Mine")
    }

    @Test func whatWasDeletedIsNotBroughtBack() async throws {
        let found = try await templates(after: "DELETE FROM notification_templates WHERE key = 'order-cancelled'")
        let isBack = found.keys.contains { $0.key == .orderCancelled }
        #expect(!isBack)
    }
}
