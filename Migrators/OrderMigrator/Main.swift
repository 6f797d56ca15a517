@main
struct OrderMigrator {
    static func main() {}
}
