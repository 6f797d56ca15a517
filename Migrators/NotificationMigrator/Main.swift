@main
struct NotificationMigrator {
    static func main() {}
}
