import Migrations

@main
struct NotificationMigrator {
    static func main() async {
        await MigratorProcess("notification-migrator").run {
            [
                try Migration(fileName: "V0001__messaging.sql", bytes: PackageResources.V0001__messaging_sql),
                try Migration(fileName: "V0002__notifications.sql", bytes: PackageResources.V0002__notifications_sql),
                try Migration(fileName: "V0003__dead_letters.sql", bytes: PackageResources.V0003__dead_letters_sql),
                try Migration(
                    fileName: "V0004__inbox_partitions.sql", bytes: PackageResources.V0004__inbox_partitions_sql),
                try Migration(
                    fileName: "V0005__idempotency_keys.sql", bytes: PackageResources.V0005__idempotency_keys_sql),
                try Migration(fileName: "V0006__erased_people.sql", bytes: PackageResources.V0006__erased_people_sql),
                try Migration(
                    fileName: "V0007__notifications_by_customer.sql",
                    bytes: PackageResources.V0007__notifications_by_customer_sql),
                try Migration(fileName: "V0008__request_counts.sql", bytes: PackageResources.V0008__request_counts_sql),
                try Migration(fileName: "V0009__delivery.sql", bytes: PackageResources.V0009__delivery_sql),
                try Migration(fileName: "V0010__customers.sql", bytes: PackageResources.V0010__customers_sql),
                try Migration(
                    fileName: "V0011__template_versions.sql",
                    bytes: PackageResources.V0011__template_versions_sql),
                try Migration(fileName: "V0012__scheduled_work.sql", bytes: PackageResources.V0012__scheduled_work_sql),
                try Migration(
                    fileName: "V0013__unsent_notifications.sql",
                    bytes: PackageResources.V0013__unsent_notifications_sql),
                try Migration(
                    fileName: "V0014__idempotency_keys_by_about.sql",
                    bytes: PackageResources.V0014__idempotency_keys_by_about_sql),
                try Migration(
                    fileName: "V0015__notifications_are_valid.sql",
                    bytes: PackageResources.V0015__notifications_are_valid_sql),
            ]
        }
    }
}
