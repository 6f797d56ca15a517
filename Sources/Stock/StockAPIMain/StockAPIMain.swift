@main
struct StockAPIMain {
    static func main() {}
}
