@main
struct StockMigrator {
    static func main() {}
}
